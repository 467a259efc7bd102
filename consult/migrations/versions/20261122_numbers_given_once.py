"""No number of a row is given again on SQLite once the row is gone, as PostgreSQL never does.

A letter, a draft, a role: what leads to one by its number must not lead to the next one made.
SQLite changes nothing of the kind in a table that stands, so that each is made anew with its rows.
"""

import re

from alembic import op

revision = "0004_numbers_given_once"
down_revision = "0003_why_not_signed"
branch_labels = None
depends_on = None

OWN_NUMBER = re.compile(r",\s*CONSTRAINT (\w+) PRIMARY KEY \(id\)")


def upgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        return
    tables = bind.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all()
    for name, made_by in tables:
        own = OWN_NUMBER.search(made_by)
        if own is None or "FOREIGN KEY(id)" in made_by:  # its number is another table's
            continue
        columns = made_by[made_by.index("(") :].replace(own.group(), "", 1)
        number = f"id INTEGER NOT NULL CONSTRAINT {own[1]} PRIMARY KEY AUTOINCREMENT"
        columns = re.sub(r"\bid INTEGER NOT NULL", number, columns, count=1)
        around = bind.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type <> 'table' AND sql <> ''",
            (name,),
        ).scalars()
        again = list(around)
        bind.exec_driver_sql(f"CREATE TABLE made_anew {columns}")
        bind.exec_driver_sql(f'INSERT INTO made_anew SELECT * FROM "{name}"')
        bind.exec_driver_sql(f'DROP TABLE "{name}"')
        bind.exec_driver_sql(f'ALTER TABLE made_anew RENAME TO "{name}"')
        for statement in again:
            bind.exec_driver_sql(statement)


def downgrade() -> None:
    """Nothing: numbers given once harm nobody."""
