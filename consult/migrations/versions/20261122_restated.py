"""What stood on show and reads otherwise today is kept beside it, with the reason."""

import sqlalchemy as sa
from alembic import op

revision = "0006_restated"
down_revision = "0005_what_is_taken_back"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "restated",
        sa.Column("subject_kind", sa.String(length=30), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_restated_reason")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_restated_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restated")),
    )
    op.create_index("ix_restated_subject", "restated", ["subject_kind", "subject_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER restated_append_only BEFORE UPDATE OR DELETE ON restated"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        return
    for verb in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER restated_no_{verb} BEFORE {verb.upper()} ON restated"
            " BEGIN SELECT RAISE(ABORT, 'restated is append-only'); END"
        )


def downgrade() -> None:
    op.drop_table("restated")
