"""What an author wrote of a picture is kept where a facilitator describes it otherwise."""

import sqlalchemy as sa
from alembic import op

revision = "0007_as_written"
down_revision = "0006_restated"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("image", sa.Column("as_written", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("image") as batch_op:
        batch_op.drop_column("as_written")
