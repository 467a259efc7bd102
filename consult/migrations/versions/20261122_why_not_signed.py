"""Whoever does not sign for another says why."""

import sqlalchemy as sa
from alembic import op

revision = "0003_why_not_signed"
down_revision = "0002_supports_refuted"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("countersign", sa.Column("declined_words", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("countersign") as batch_op:
        batch_op.drop_column("declined_words")
