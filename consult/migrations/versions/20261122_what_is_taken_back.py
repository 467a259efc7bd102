"""A decision that takes another one back says which."""

import sqlalchemy as sa
from alembic import op

revision = "0005_what_is_taken_back"
down_revision = "0004_numbers_given_once"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("decision", sa.Column("undoes_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("decision", "undoes_id")
