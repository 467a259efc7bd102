"""A copy of the site made while it runs comes back whole, on either engine, and
says so when it cannot."""

import hashlib
import io
import json
import shutil
import sqlite3
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from consult import backup, cli, create_app
from consult.backup import BackupFault
from consult.contributions import actions as contributions
from consult.contributions.models import Contribution
from consult.core import clock, erasures, files
from consult.core.db import db
from consult.journal import queries as journal
from consult.journal.actions import commit, record
from consult.people import actions as people
from consult.people.models import Letter, User
from consult.posts.models import Version
from consult.privacy import queries as personal
from tests import conftest, engines
from tests.databases import House
from tests.everything import make_everything
from tests.factories import make_campaign, make_contribution, make_user

SECRET = b"a secret nobody ever wrote down"


ABOUT = {"at": "noon", "revision": "", "secret_key": "k"}


def quietly(*_: Any) -> None:
    """Nobody watches."""


@cache
def _elsewhere(engine: str) -> House:
    """Another machine, with nothing on it yet."""
    folder = conftest._folder() / f"elsewhere-{engine}"
    return House(engine, folder, f"{conftest.WORKER}_elsewhere")


@pytest.fixture(params=conftest.ENGINES)
def elsewhere(request: pytest.FixtureRequest, engine: str) -> Flask:
    if request.param == "postgresql" and engine == "sqlite":
        try:
            engines.binaries()
        except engines.Missing as missing:
            conftest.lacking(f"no PostgreSQL: {missing}")
    house = _elsewhere(request.param)
    house.reset()
    return house.app


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "town.backup"


def rows(app: Flask) -> dict[str, list[Any]]:
    """All that every table says, in the form the backup gives it."""
    with app.app_context(), db.engine.connect() as connection:
        return {
            table.name: [line for lines in backup._lines(connection, table) for line in lines]
            for table in db.metadata.sorted_tables
        }


def test_the_restore_drill(app, elsewhere, kept, noon):
    """One of everything goes away and comes back, word for word, and life goes on behind it."""
    with app.app_context():
        make_everything()
        made = backup.make(kept, SECRET, quietly)
        stored = {one.sha256: one.path for one in db.session.scalars(sa.select(files.StoredFile))}
        (files.folder() / "ab").mkdir(exist_ok=True)
        (files.folder() / "ab" / "nobody.part").write_bytes(b"on its way")
    before = rows(app)
    steps = []
    with elsewhere.app_context():
        report = backup.restore(kept, SECRET, lambda name, total: steps.append((name, total)))
        assert report["faults"] == []
        assert report["events"] == journal.tip() == made["events"] > 50
        assert report["tables"] == made["tables"]
        assert report["rows"] == sum(map(len, before.values()))
        for sha256, path in stored.items():
            assert (files.folder() / sha256[:2] / sha256).read_bytes() == path.read_bytes()
        assert not list(files.folder().rglob("*.part"))
    assert rows(elsewhere) == before
    assert steps[-1] == ("counts", len(steps) + 1)
    with elsewhere.app_context():
        author = db.session.scalars(sa.select(User).where(User.pseudonym_key.is_not(None))).first()
        newest = db.session.scalar(sa.select(sa.func.max(Contribution.id)))
        made_after = contributions.submit(author, make_campaign(), title="Après", body="Encore là.")
        commit()
        assert made_after.id > newest
        assert not list(journal.faults())
    assert elsewhere.test_client().get("/consultations/le-square").status_code == 200


def test_a_copy_is_of_one_moment_while_others_write(app, kept, monkeypatch):
    """What is sent while the copy is being made is not in it by half."""
    with app.app_context():
        make_contribution()
        author, campaign = make_user(), make_campaign()
        number, slug, title = author.id, campaign.id, type(campaign)
    real, sent = backup._lines, []

    def write_meanwhile(connection: sa.Connection, table: sa.Table) -> Any:
        if not sent:
            sent.append(True)
            with app.app_context():
                contributions.submit(
                    db.session.get(User, number), db.session.get(title, slug), title="T", body="B"
                )
                commit()
                db.session.remove()
        return real(connection, table)

    monkeypatch.setattr(backup, "_lines", write_meanwhile)
    with app.app_context():
        said = backup.make(kept, SECRET, quietly)
        assert said["events"] == journal.tip() - 1
        assert said["tables"]["contribution"] == 1


def test_a_copy_says_when_it_was_made(app, ctx, kept):
    made = backup.make(kept, SECRET, quietly)
    said = json.loads((Path(app.config["INSTANCE"]) / backup.LAST).read_text())
    assert said == {"at": made["at"], "bytes": kept.stat().st_size}
    assert kept.stat().st_mode & 0o077 == 0
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


@pytest.fixture
def a_copy(kept) -> bytes:
    """A copy of something said, of several pieces, without a site behind it."""
    with kept.open("wb") as out:
        sealer = backup._Sealer(out, SECRET)
        backup._part(sealer, backup.ABOUT, [json.dumps(ABOUT | {"parts": 3}).encode()])
        words = [b"le kiosque", Random(0).randbytes(900_000)]
        backup._part(sealer, f"file/{'0' * 64}", words)
        backup._part(sealer, backup.COUNTS, [b'{"tables": {}, "files": 1, "absent": 0}'])
        sealer.close()
    return kept.read_bytes()


def test_nobody_reads_a_copy_without_its_secret(kept, a_copy):
    assert b"kiosque" not in a_copy
    with pytest.raises(BackupFault, match="another secret"):
        backup.verify(kept, b"another secret altogether", quietly)


def test_the_same_words_are_never_sealed_twice_alike(tmp_path):
    sealed = set()
    for _ in range(2):
        out = io.BytesIO()
        sealer = backup._Sealer(out, SECRET)
        sealer.frame(backup.HOLDS, b"the same")
        sealer.close()
        sealed.add(out.getvalue()[len(backup.MAGIC) + backup.SALT :])
    assert len(sealed) == 2


PIECE = backup.PIECE + backup.TAG


@pytest.mark.parametrize(
    "harm",
    [
        lambda data, start: data[:-1],
        lambda data, start: data[: start + PIECE],
        lambda data, start: data[: start + PIECE // 2],
        lambda data, start: data[:start],
        lambda data, start: data + b"x",
        lambda data, start: data[:start] + data[start + PIECE :],
        lambda data, start: (
            data[:start]
            + data[start + PIECE : start + 2 * PIECE]
            + data[start : start + PIECE]
            + data[start + 2 * PIECE :]
        ),
        lambda data, start: data[: start + 500] + b"\0\0" + data[start + 502 :],
        lambda data, start: data[: start - 1] + b"\0" + data[start:],
        lambda data, start: b"something else" + data,
        lambda data, start: b"",
    ],
    ids=[
        "cut",
        "end-of-piece",
        "half",
        "none",
        "more",
        "removed",
        "moved",
        "changed",
        "salt",
        "other",
        "empty",
    ],
)
def test_a_copy_that_was_touched_does_not_open(kept, a_copy, harm):
    start = len(backup.MAGIC) + backup.SALT
    assert len(a_copy) > start + 3 * PIECE
    kept.write_bytes(harm(a_copy, start))
    with pytest.raises(BackupFault):
        backup.verify(kept, SECRET, quietly)


def test_a_restore_writes_over_nothing(app, ctx, kept, monkeypatch):
    make_contribution()
    backup.make(kept, SECRET, quietly)
    before = rows(app)
    with pytest.raises(BackupFault, match="not empty"):
        backup.restore(kept, SECRET, quietly)
    assert rows(app) == before
    monkeypatch.setitem(app.config, "SECRET_KEY", "another")
    with pytest.raises(BackupFault, match="SECRET_KEY"):
        backup.restore(kept, SECRET, quietly)


def test_half_a_copy_brings_nothing_back(app, elsewhere, kept):
    with app.app_context():
        make_contribution()
        files.keep(Random(0).randbytes(900_000), "plan.pdf", "application/pdf")
        db.session.commit()
        backup.make(kept, SECRET, quietly)
    kept.write_bytes(kept.read_bytes()[: 2 * backup.PIECE])
    with elsewhere.app_context(), pytest.raises(BackupFault):
        backup.restore(kept, SECRET, quietly)
    assert not any(rows(elsewhere).values())


def test_what_was_lost_since_the_copy_is_said(app, kept, noon):
    """The journal's last line, kept beside the database, remembers more than came back."""
    with app.app_context():
        author, campaign = make_user(), make_campaign()
        contributions.submit(author, campaign, title="Avant", body="Avant.")
        commit()
        backup.make(kept, SECRET, quietly)
        contributions.submit(author, campaign, title="Après", body="Après.")
        commit()
        head = Path(app.config["INSTANCE"]) / "journal.head"
        remembered = head.read_bytes()
    house = conftest._house("postgresql" if "postgresql" in str(app.config) else "sqlite")
    house.reset()
    with app.app_context():
        head.write_bytes(remembered)
        report = backup.restore(kept, SECRET, quietly)
        assert report["lost_since"] == 1
        assert report["faults"] == []


def test_a_file_that_rotted_is_named(app, ctx, kept):
    stored = files.keep(b"as it was", "a.pdf", "application/pdf")
    gone = files.keep(b"gone", "b.pdf", "application/pdf")
    db.session.commit()
    stored.path.write_bytes(b"as it is")
    gone.path.unlink()
    said = backup.make(kept, SECRET, quietly)
    assert [one["file"] for one in said["faults"]] == [stored.sha256]
    assert said["files_absent"] == 1


@pytest.mark.parametrize("words", [None, "short"])
def test_there_is_no_secret_by_default(app, ctx, tmp_path, words):
    file = tmp_path / "key"
    if words:
        file.write_text(words)
    with pytest.raises(BackupFault):
        backup.secret_in(words and file)
    assert app.config["BACKUP_KEY_FILE"] is None


def test_the_secret_does_not_lie_in_what_it_seals(app, ctx):
    inside = Path(app.config["INSTANCE"]) / "backup.key"
    inside.write_bytes(SECRET)
    with pytest.raises(BackupFault, match="stands in what is backed up"):
        backup.secret_in(inside)


def test_a_bare_machine_gets_its_town_back_by_two_commands(tmp_path, monkeypatch):
    """As the operator types them: settings, key and database come back together."""
    key = tmp_path / "consult.key"
    key.write_bytes(SECRET)
    for name in ("CONSULT_SECRET_KEY", "CONSULT_DATABASE_URI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CONSULT_INSTANCE", str(tmp_path / "town"))
    (tmp_path / "town").mkdir()
    (tmp_path / "town" / "config.py").write_text(f"SECRET_KEY = {'k' * 40!r}\n")
    copy = str(tmp_path / "town.backup")

    def consult(*words: str) -> Any:
        done = CliRunner().invoke(cli.main, words)
        assert done.exit_code == 0, done.output
        return done

    consult("db", "upgrade")
    consult("backup", copy, "--key-file", str(key))
    consult("backup", copy, "--verify", "--key-file", str(key))
    shutil.rmtree(tmp_path / "town")
    restored = consult("restore", copy, "--key-file", str(key))
    assert "faults: []" in restored.output
    assert "k" * 40 in (tmp_path / "town" / "config.py").read_text()
    again = CliRunner().invoke(cli.main, ["restore", str(key), "--key-file", str(key)])
    assert again.exit_code == 1
    assert "not a backup" in again.output


# A copy sealed with the right secret by somebody who means harm.


class Copy:
    """A true copy taken apart: parts to change before it is sealed again."""

    def __init__(self, file: Path) -> None:
        with file.open("rb") as source:
            self.parts = {
                part.name: b"".join(part.pieces) for part in backup.opened(source, SECRET)
            }

    def say(self, part: str, **said: Any) -> None:
        self.parts[part] = json.dumps(json.loads(self.parts[part]) | said).encode()

    def add(self, name: str, data: bytes) -> None:
        """Before the end, and counted."""
        counts = self.parts.pop(backup.COUNTS)
        self.parts |= {name: data, backup.COUNTS: counts}
        self.say(backup.ABOUT, parts=len(self.parts))

    def rewrite(self, table: str, change: Callable[[list[Any]], None]) -> None:
        """Change the first row of a table, and what is counted of it."""
        first, *others = self.parts[f"table/{table}"].splitlines()
        change(row := json.loads(first))
        lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode(), *others]
        data = self.parts[f"table/{table}"] = b"".join(line + b"\n" for line in lines)
        tables = json.loads(self.parts[backup.COUNTS])["tables"]
        tables[table] = [len(lines), hashlib.sha256(data).hexdigest()]
        self.say(backup.COUNTS, tables=tables)

    def seal(self, file: Path) -> None:
        with file.open("wb") as out:
            sealer = backup._Sealer(out, SECRET)
            for name, data in self.parts.items():
                backup._part(sealer, name, [data])
            sealer.close()


def named(name: str) -> Callable[[Copy], None]:
    return lambda copy: copy.add(name, b"harm")


def without(table: str) -> Callable[[Copy], None]:
    def harm(copy: Copy) -> None:
        del copy.parts[f"table/{table}"]
        tables = json.loads(copy.parts[backup.COUNTS])["tables"]
        del tables[table]
        copy.say(backup.COUNTS, tables=tables)
        copy.say(backup.ABOUT, parts=len(copy.parts))

    return harm


def the_file(copy: Copy) -> str:
    return next(name for name in copy.parts if name.startswith("file/"))


def swollen(copy: Copy) -> None:
    copy.parts[the_file(copy)] += b"more"


def uncounted(copy: Copy) -> None:
    del copy.parts[backup.COUNTS]


def behind_the_end(copy: Copy) -> None:
    copy.parts["instance/late"] = b"harm"


def counted_wrong(copy: Copy) -> None:
    tables = json.loads(copy.parts[backup.COUNTS])["tables"]
    copy.say(backup.COUNTS, tables=tables | {"event": [10**6, tables["event"][1]]})


def another_word(row: list[Any]) -> None:
    row[:] = [f"{one}x" if isinstance(one, str) else one for one in row]


def orphan(row: list[Any]) -> None:
    row[[column.name for column in Contribution.__table__.columns].index("campaign_id")] = 999


HARMS: dict[str, tuple[Callable[[Copy], None], str]] = {
    "above": (named("instance/../harm"), "No part of a backup is called so"),
    "far above": (named("instance/a/../../../harm"), "No part of a backup is called so"),
    "from the root": (named("instance//etc/harm"), "No part of a backup is called so"),
    "absolute": (named("/etc/harm"), "No part of a backup is called so"),
    "here": (named("instance/."), "No part of a backup is called so"),
    "of no name": (named("instance/"), "No part of a backup is called so"),
    "cut short": (named("instance/harm\0.txt"), "No part of a backup is called so"),
    "as a file, above": (named("file/../../../harm"), "No part of a backup is called so"),
    "as a file, by a name": (named("file/harm"), "No part of a backup is called so"),
    "among the files": (named("instance/files/ab/harm"), "No part of a backup is called so"),
    "among those that wait": (named("instance/restoring/x"), "No part of a backup is called so"),
    "a database": (named("instance/consult.db-wal"), "holds no database as a file"),
    "a table nobody knows": (named("table/harm"), "no such table"),
    "a table of the engine": (named("table/sqlite_master"), "no such table"),
    "not a table's name": (named('table/x"; DROP TABLE event'), "No part of a backup is called so"),
    "a file no row speaks of": (named(f"file/{'a' * 64}"), "No row of this backup speaks"),
    "a file larger than said": (swollen, "larger than was said"),
    "a table left out": (without("event"), "lacks these tables"),
    "no end": (uncounted, "not whole"),
    "behind the end": (behind_the_end, "behind the end"),
    "fewer files": (lambda copy: copy.say(backup.COUNTS, files=0), "what it says it holds"),
    "fewer parts": (lambda copy: copy.say(backup.ABOUT, parts=3), "what it says it holds"),
    "numbers that are none": (lambda copy: copy.say(backup.COUNTS, absent="-1"), "not whole"),
    "rows that are none": (lambda copy: copy.say(backup.COUNTS, tables=[]), "not whole"),
    "more rows than there are": (counted_wrong, "did not come back as they were"),
    "another version": (lambda copy: copy.say(backup.ABOUT, revision="0" * 12), "knows the tables"),
    "another site": (lambda copy: copy.say(backup.ABOUT, secret_key="other"), "another SECRET_KEY"),
    "no version": (lambda copy: copy.say(backup.ABOUT, revision=None), "what it is about"),
    "about nothing": (lambda copy: copy.parts.update({backup.ABOUT: b"[]"}), "cannot be read"),
    "about no words": (lambda copy: copy.parts.update({backup.ABOUT: b"\xff"}), "cannot be read"),
    "a row too short": (
        lambda copy: copy.rewrite("contribution", list.pop),
        "rows of contribution cannot be taken back",
    ),
    "a row that is none": (
        lambda copy: copy.parts.update({"table/contribution": b"harm\n"}),
        "rows of contribution cannot be taken back",
    ),
    "words no column takes": (
        lambda copy: copy.rewrite("user", another_word),
        "rows of user cannot be taken back",
    ),
    "a row that hangs on nothing": (
        lambda copy: copy.rewrite("contribution", orphan),
        "Rows of contribution hang on rows",
    ),
}


@pytest.fixture
def a_town(app: Flask, kept: Path) -> Copy:
    with app.app_context():
        make_contribution()
        files.keep(b"%PDF a plan", "plan.pdf", "application/pdf")
        db.session.commit()
        record("votes.support", None, db.session.scalars(sa.select(Contribution)).one())
        commit()
        backup.make(kept, SECRET, quietly)
    return Copy(kept)


def everything_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_copy_that_means_harm_is_refused_and_leaves_no_trace(a_town, elsewhere, kept):
    instance, true = Path(elsewhere.config["INSTANCE"]), dict(a_town.parts)
    before, wrong = everything_in(instance), []
    for harm, (change, words) in HARMS.items():
        a_town.parts = dict(true)
        change(a_town)
        a_town.seal(kept)
        with elsewhere.app_context(), pytest.raises(BackupFault) as refused:
            backup.restore(kept, SECRET, quietly)
        if words not in str(refused.value):
            wrong.append(f"{harm}: {refused.value}")
        if everything_in(instance) != before or list(instance.parent.rglob("*harm*")):
            wrong.append(f"{harm}: something is left")
    assert not wrong
    assert not any(rows(elsewhere).values())
    a_town.parts = true
    a_town.seal(kept)
    with elsewhere.app_context():
        assert backup.restore(kept, SECRET, quietly)["events"] == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_two_parts_of_one_name_are_refused(a_town, elsewhere, kept):
    """What was checked first is not what would stand in the end."""
    with kept.open("wb") as out:
        sealer = backup._Sealer(out, SECRET)
        for name, data in a_town.parts.items():
            for _ in range(2 if name == "table/contribution" else 1):
                backup._part(sealer, name, [data])
        sealer.close()
    with elsewhere.app_context(), pytest.raises(BackupFault, match="not twice"):
        backup.restore(kept, SECRET, quietly)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_little_that_unpacks_to_very_much_fills_neither_memory_nor_disk(
    a_town, elsewhere, kept, monkeypatch
):
    a_town.add("instance/notes", bytes(60 * 2**20))
    a_town.seal(kept)
    assert kept.stat().st_size < 2**20
    free = shutil.disk_usage(elsewhere.config["INSTANCE"]).free
    monkeypatch.setitem(elsewhere.config, "DISK_ROOM", free - 30 * 2**20)
    tracemalloc.start()
    with elsewhere.app_context(), pytest.raises(BackupFault, match="does not fit on the disk"):
        backup.restore(kept, SECRET, quietly)
    assert tracemalloc.get_traced_memory()[1] < 30 * 2**20
    tracemalloc.stop()
    assert not (Path(elsewhere.config["INSTANCE"]) / backup.RESTORING).exists()
    with kept.open("wb") as out:
        sealer = backup._Sealer(out, SECRET)
        sealer.frame(backup.OPENS, b"about")
        sealer.frame(backup.HOLDS, bytes(4 * backup.PIECE))  # longer than any frame is
        sealer.close()
    with pytest.raises(BackupFault, match="not written as it should be"):
        backup.verify(kept, SECRET, quietly)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_copy_does_not_follow_links_out_of_the_instance(a_town, elsewhere, kept, tmp_path):
    """A link that stands in the instance is the town's own: it stays, and nothing goes through."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("mine")
    link = Path(elsewhere.config["INSTANCE"]) / "notes"
    link.symlink_to(outside / "kept")
    try:
        a_town.add("instance/notes", b"harm")
        a_town.seal(kept)
        with elsewhere.app_context():
            backup.restore(kept, SECRET, quietly)
        assert link.is_symlink()
        assert (outside / "kept").read_text() == "mine"
    finally:
        link.unlink()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_database_of_another_program_is_left_alone(tmp_path, a_town, kept, monkeypatch):
    file = tmp_path / "theirs.db"
    with closing(sqlite3.connect(file)) as theirs:
        theirs.execute("CREATE TABLE event (id INTEGER)")
        theirs.execute("CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM event; END")
    before = file.read_bytes()
    other = create_app(
        INSTANCE=str(tmp_path),
        SECRET_KEY="only for tests",
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{file}",
    )
    with other.app_context():
        with pytest.raises(BackupFault, match="not empty"):
            backup.restore(kept, SECRET, quietly)
        db.engine.dispose()
    with closing(sqlite3.connect(file)) as theirs:
        names = {name for (name,) in theirs.execute("SELECT name FROM sqlite_master")}
    assert names == {"event", "t"}
    assert len(file.read_bytes()) == len(before)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_bare_machine_takes_no_settings_from_a_copy_that_is_not_whole(a_town, kept, tmp_path):
    kept.write_bytes(kept.read_bytes()[:-1])
    with pytest.raises(BackupFault):
        backup.bring_settings(kept, SECRET, tmp_path / "bare")
    assert not (tmp_path / "bare").exists()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_file_that_rotted_comes_back_and_is_named(a_town, elsewhere, kept):
    name = the_file(a_town)
    a_town.parts[name] = b"%PDF a pl"
    a_town.seal(kept)
    with elsewhere.app_context():
        report = backup.restore(kept, SECRET, quietly)
    assert [one["file"] for one in report["faults"]] == [name.removeprefix("file/")]


# Who was erased since does not come back.


def test_who_was_erased_since_the_copy_does_not_come_back(app, elsewhere, kept, noon):
    """An account closed, one that took its words along, a text withdrawn; the others stay."""
    with app.app_context():
        campaign = make_campaign()
        stays, closes, takes, author = (make_user() for _ in range(4))
        for user in (stays, closes, takes):
            make_contribution(campaign, author=user, body=f"De {user.id}.")
        text = make_contribution(campaign, author=author, title="Regret", body="Regretté.")
        commit()
        numbers = [one.id for one in (stays, closes, takes, author)]
        address, number = closes.email, text.id
        backup.make(kept, SECRET, quietly)
        people.close_account(closes)
        people.close_account(takes, withdraws=True)
        contributions.withdraw(author, text)
        commit()
        listed = erasures.path().read_bytes()
    assert listed.count(b"\n") == 4  # the words that went with an account are a text each
    # What stands outside says nothing of anybody.
    for word in (address, "Regret", "Compte"):
        assert word.encode() not in listed
    with elsewhere.app_context(), clock.frozen(noon + timedelta(days=2)):
        report = backup.restore(kept, SECRET, quietly, listed)
        assert report["faults"] == []
        assert report["erased_again"] == 4
        open_ones = [db.session.get(User, one).closed_at is None for one in numbers]
        assert open_ones == [True, False, False, True]
        assert db.session.get(User, numbers[1]).email is None
        words = dict(db.session.execute(sa.select(Contribution.author_id, Contribution.body)).all())
        assert words[numbers[0]] == f"De {numbers[0]}."
        assert words[numbers[1]] == f"De {numbers[1]}."
        assert words[numbers[2]] == words[numbers[3]] == ""
        gone = db.session.get(Contribution, number)
        assert gone.withdrawn_at == noon  # the day it was asked, not the day of the restore
        assert "Regretté" not in "".join(db.session.scalars(sa.select(Version.body)))
        assert set(erasures.read(listed)) <= set(erasures.read(erasures.path().read_bytes()))
        assert not list(personal.come_back(erasures.read(listed)))
        # They were told then; nothing leaves a second time.
        assert not db.session.scalar(sa.select(Letter.id).filter_by(kind="people.close_account"))


def test_a_name_taken_back_since_does_not_come_back_with_a_copy(app, elsewhere, kept):
    with app.app_context():
        author = make_user()
        text = make_contribution(author=author, title="Des arbres", byline="Dune Untel")
        commit()
        number = text.id
        backup.make(kept, SECRET, quietly)
        contributions.hide_name(author, text)
        commit()
        listed = erasures.path().read_bytes()
    with elsewhere.app_context():
        assert backup.restore(kept, SECRET, quietly, listed)["erased_again"] == 1
        came_back = db.session.get(Contribution, number)
        assert (came_back.byline, came_back.title) == (None, "Des arbres")


def test_a_copy_made_after_an_erasure_carries_its_list(app, elsewhere, kept, tmp_path):
    """And a list cut short, or one that names nobody, does no harm."""
    with app.app_context():
        people.close_account(make_user())
        commit()
        backup.make(kept, SECRET, quietly)
        listed = erasures.path().read_bytes()
    with elsewhere.app_context():
        unknown = erasures.Erasure(clock.now(), "user", "0" * 64)
        erasures.keep([unknown])
        report = backup.restore(kept, SECRET, quietly, listed[:-20])
        assert (report["erasures_known"], report["erased_again"]) == (2, 0)
        assert set(erasures.read(erasures.path().read_bytes())) == {unknown, *erasures.read(listed)}


def test_what_was_not_committed_is_not_noted(app, ctx):
    people.close_account(make_user())
    db.session.rollback()
    assert not erasures.path().exists()
