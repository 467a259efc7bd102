"""A letter contests a decision beside whoever it concerns: one appeal each, no longer one in all."""

from alembic import op

revision = "0008_two_ways_to_appeal"
down_revision = "0007_as_written"
branch_labels = None
depends_on = None

CONTESTED = ("decision_id", "notice_id")


def upgrade() -> None:
    with _appeals() as batch_op:
        for name in CONTESTED:
            batch_op.drop_constraint(op.f(f"uq_appeal_{name}"), type_="unique")
            batch_op.create_unique_constraint(op.f(f"uq_appeal_{name}_channel"), [name, "channel"])


def downgrade() -> None:
    with _appeals() as batch_op:
        for name in CONTESTED:
            batch_op.drop_constraint(op.f(f"uq_appeal_{name}_channel"), type_="unique")
            batch_op.create_unique_constraint(op.f(f"uq_appeal_{name}"), [name])


def _appeals():  # type: ignore[no-untyped-def]
    """The table, made anew on SQLite, where no number of a row is given twice."""
    return op.batch_alter_table("appeal", table_kwargs={"sqlite_autoincrement": True})
