"""Supports given with an identity check set aside stand in a table of their own.

Until now they stayed among the others, marked with a decision without an hour and a key apart; that
key leads back to no check, so that those of before come back with none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002_supports_refuted"
down_revision = "0001_spine"
branch_labels = None
depends_on = None

CHANNELS = ("web", "paper", "meeting", "phone", "counter", "import")
KEPT = "contribution_id, campaign_id, voter_key, user_id, channel, is_inside, agent_id, at"
WITHOUT_HOUR = "(SELECT id FROM set_aside WHERE since = until)"


def upgrade() -> None:
    op.create_table(
        "refuted_support",
        sa.Column("contribution_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("voter_key", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                *CHANNELS, name="channel", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("is_inside", sa.Boolean(), nullable=True),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("aside_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refuted_by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [name], [f"{table}.id"], name=op.f(f"fk_refuted_support_{name}")
            )
            for name, table in (
                ("agent_id", "user"),
                ("aside_id", "set_aside"),
                ("campaign_id", "campaign"),
                ("contribution_id", "contribution"),
                ("refuted_by_id", "user"),
                ("user_id", "user"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refuted_support")),
    )
    with op.batch_alter_table("refuted_support") as batch_op:
        batch_op.create_index(batch_op.f("ix_refuted_support_contribution_id"), ["contribution_id"])
        batch_op.create_index(batch_op.f("ix_refuted_support_user_id"), ["user_id"])
        batch_op.create_index("ix_refuted_support_voter", ["voter_key", "campaign_id"])
    op.execute(
        f"INSERT INTO refuted_support ({KEPT}, refuted_by_id)"
        f" SELECT {', '.join('s.' + name for name in KEPT.split(', '))}, a.decided_by_id"
        " FROM support s JOIN set_aside a ON a.id = s.aside_id WHERE a.since = a.until"
    )
    op.execute(f"DELETE FROM support WHERE aside_id IN {WITHOUT_HOUR}")
    op.execute("DELETE FROM set_aside WHERE since = until")
    with op.batch_alter_table("set_aside") as batch_op:
        batch_op.create_check_constraint(op.f("ck_set_aside_hour"), "since < until")


def downgrade() -> None:
    with op.batch_alter_table("set_aside") as batch_op:
        batch_op.drop_constraint(op.f("ck_set_aside_hour"), type_="check")
    op.drop_table("refuted_support")
