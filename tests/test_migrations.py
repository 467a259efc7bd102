"""The tables, step by step: each step goes on from the one before, and back, and loses no row."""

import re
from collections.abc import Iterator
from pathlib import Path

import alembic.command
import pytest
import sqlalchemy as sa
from flask import Flask

import consult
from consult import migrations
from consult.core.db import db, give_each_number_once
from consult.people.models import User
from tests.databases import MIGRATIONS
from tests.engines import postgresql_uri
from tests.factories import make_contribution, make_user
from tests.test_house import found


@pytest.fixture
def bare(engine: str, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database without any table."""
    if engine == "sqlite":
        uri = f"sqlite:///{tmp_path / 'bare.db'}"
    else:
        uri = postgresql_uri(f"bare_{tmp_path.name}"[:60])
    app = consult.create_app(
        TESTING=True,
        SECRET_KEY="only for tests",
        INSTANCE=str(tmp_path),
        SQLALCHEMY_DATABASE_URI=uri,
    )
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.mark.filterwarnings("ignore:autogenerate skipping:UserWarning")  # SQLite's expressions
def test_migrations_make_the_tables_of_the_models_and_unmake_them(bare):
    settings = migrations.settings()
    alembic.command.upgrade(settings, "head")
    alembic.command.check(settings)  # what the models have and the migrations do not
    if db.engine.dialect.name == "sqlite":
        assert all(numbered().values())
    first = tables()
    alembic.command.downgrade(settings, "base")
    assert tables() <= {"alembic_version"}
    alembic.command.upgrade(settings, "head")
    assert tables() == first


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names())


def test_supports_refuted_before_they_had_a_table_stand_in_it_now(bare):
    settings = migrations.settings()
    alembic.command.upgrade(settings, "head")
    contribution, agent = make_contribution(), make_user()
    said = {"one": contribution.id, "campaign": contribution.campaign_id, "agent": agent.id}
    db.session.commit()
    alembic.command.downgrade(settings, "0001_spine")
    for until in ("2021-03-01 10:00:00", "2021-03-01 11:00:00"):  # a check's, and an hour's
        db.session.execute(
            sa.text(
                "INSERT INTO set_aside (contribution_id, campaign_id, since, until, number, facts,"
                " rule, decided_by_id, at, restored_words)"
                " VALUES (:one, :campaign, '2021-03-01 10:00:00', :until, 1, 'facts', 'rule',"
                " :agent, '2021-03-01 12:00:00', '')"
            ),
            {**said, "until": until},
        )
    db.session.execute(
        sa.text(
            "INSERT INTO support (contribution_id, campaign_id, voter_key, channel, aside_id, at)"
            " SELECT contribution_id, campaign_id, 'key' || id, 'paper', id, at FROM set_aside"
        )
    )
    db.session.commit()
    alembic.command.upgrade(settings, "head")
    rows = {
        table: [tuple(row) for row in db.session.execute(sa.text(f"SELECT {what} FROM {table}"))]
        for table, what in (
            ("support", "voter_key"),
            ("refuted_support", "voter_key, refuted_by_id"),
            ("set_aside", "id"),
        )
    }
    assert rows == {
        "support": [("key2",)],
        "refuted_support": [("key1", said["agent"])],
        "set_aside": [(2,)],
    }


def test_migrations_stand_in_one_line_by_date():
    files = sorted((MIGRATIONS / "versions").glob("*.py"))
    wrong = [file.name for file in files if not re.match(r"20\d\d-?\d\d-?\d\d_", file.name)]
    found(wrong, "The name of a migration begins with its date:")
    parents = [
        re.search(r"^down_revision[^=]*= (.+)$", file.read_text(), re.M)[1] for file in files
    ]
    assert len(set(parents)) == len(parents), "two migrations follow the same one"


def test_migrations_need_nothing_of_today_s_code():
    wrong = [
        file.name
        for file in (MIGRATIONS / "versions").glob("*.py")
        if re.search(r"^\s*(from|import) consult", file.read_text(), re.M)
    ]
    found(wrong, "A migration outlives the code it was written for:")


def numbered() -> dict[str, bool]:
    """The tables whose rows have numbers of their own; whether each is given once. SQLite's."""
    rows = db.session.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
    return {
        name: "AUTOINCREMENT" in made_by
        for name, made_by in rows
        if re.search(r"\bid INTEGER NOT NULL", made_by) and "FOREIGN KEY(id)" not in made_by
    }


def around() -> list[str]:
    """What hangs on the tables: indexes, and what keeps their rows as they are."""
    statement = "SELECT sql FROM sqlite_master WHERE type <> 'table' AND sql <> '' ORDER BY name"
    return list(db.session.scalars(sa.text(statement)))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_number_is_given_again_in_tables_of_before_either(bare):
    settings = migrations.settings()
    listening = (sa.Table, "after_parent_attach", give_each_number_once)
    sa.event.remove(*listening)
    try:
        alembic.command.upgrade(settings, "0003_why_not_signed")
    finally:
        sa.event.listen(*listening)
    user, hanging = make_user(), around()
    assert not any(numbered().values())
    db.session.commit()
    alembic.command.upgrade(settings, "0004_numbers_given_once")
    assert around() == hanging
    alembic.command.upgrade(settings, "head")
    assert len(numbered()) > 100
    assert all(numbered().values())
    assert db.session.get(User, user.id).email == user.email
    alembic.command.check(settings)
