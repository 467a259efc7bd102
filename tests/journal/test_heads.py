"""Each day's head: signed by the worker, proved from a few rows, and every tampering is named."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from consult import cli
from consult.core import clock
from consult.core.db import db
from consult.journal import head, jobs, queries, signing, verifier
from consult.journal.actions import commit, record
from consult.journal.models import Event, SignedHead
from tests.counting import statements

THING = SimpleNamespace(__tablename__="campaign", id=7)


def write(*, days=1, lines=3):
    """So many lines a day on these days; the head of each is signed the next morning."""
    for _ in range(days):
        for number in range(lines):
            record("campaigns.publish" if number % 2 else "votes.support", None, THING)
        commit()
        with later(1):
            jobs.sign_heads()
        clock._frozen += timedelta(days=1)


def later(days):
    return clock.frozen(clock.now() + timedelta(days=days))


@pytest.fixture
def signed(noon, ctx):
    """A journal of four days, of 150 lines each: two full blocks and a rest."""
    write(days=4, lines=150)
    return [verifier.read_key(queries.key_text(key)) for key in queries.public_keys()]


def tamper(table, statement):
    """As somebody who holds the database and takes its guards away."""
    if db.engine.dialect.name == "sqlite":
        for verb in ("update", "delete"):
            db.session.execute(sa.text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))
    else:
        db.session.execute(sa.text("SET LOCAL session_replication_role = replica"))
    db.session.execute(sa.text(statement))
    db.session.commit()
    db.session.expire_all()


def found(name="fault"):
    return {fault[name] for fault in queries.faults() if name in fault}


# The heads.


def test_a_day_is_signed_once_it_is_over(noon, ctx):
    record("campaigns.publish", None, THING)
    commit()
    assert jobs.sign_heads() == 0
    with later(1):
        assert jobs.sign_heads() == 1
        assert jobs.sign_heads() == 0
    one = queries.last_head()
    assert (one.on, one.count) == (noon.date(), 1)
    assert one.hash == db.session.get(Event, 1).hash


def test_missed_days_are_caught_up_each_with_its_own_head(noon, ctx):
    for days in (0, 2, 5):
        with later(days):
            record("campaigns.publish", None, THING)
            commit()
    with later(9):
        assert jobs.sign_heads() == 3
    told = [(one.on - noon.date(), one.count) for one in reversed(queries.heads())]
    assert told == [(timedelta(0), 1), (timedelta(2), 2), (timedelta(5), 3)]


def test_an_act_of_the_evening_sealed_after_the_signature_waits_for_the_next_head(noon, ctx):
    write(lines=1)
    with clock.frozen(noon):
        record("campaigns.publish", None, THING)
        commit()
    with later(2):
        jobs.sign_heads()
    assert [one.count for one in queries.heads()] == [2, 1]
    assert not found()


def test_the_key_is_made_once_and_only_the_site_reads_it(signed):
    assert len(signed) == 1
    assert signing.path().stat().st_mode & 0o777 == 0o600
    for one in queries.heads():
        assert verifier.check_head(queries.told(one), signed) == ""


def test_with_another_key_file_both_keys_are_published(signed):
    signing.path().unlink()
    write()
    assert len(queries.public_keys()) == 2
    assert not found()


# The proofs.


def test_every_line_is_proved_under_every_head_that_holds_it(signed):
    leaves = [one["leaf"] for one in map(queries.published, queries.lines(1))]
    for one in queries.heads():
        root = bytes.fromhex(one.root)
        for number in (1, 2, one.count // 2, one.count):
            path = queries.inclusion(number, one.count)
            leaf = bytes.fromhex(leaves[number - 1])
            assert verifier.holds_inclusion(leaf, number - 1, one.count, path, root)


def test_every_head_follows_from_those_before(signed):
    heads = list(reversed(queries.heads()))
    for number, old in enumerate(heads):
        for new in heads[number:]:
            path = queries.consistency(old.count, new.count)
            before, after = bytes.fromhex(old.root), bytes.fromhex(new.root)
            assert verifier.holds_consistency(old.count, new.count, before, after, path)


def test_a_proof_asks_three_questions_however_long_the_journal(signed):
    with statements() as sent:
        queries.inclusion(3, 600)
    assert len(sent) <= 3


# What is given away.


def test_private_acts_are_given_as_fingerprints_alone(signed):
    private, public = map(queries.published, queries.lines(1, 2))
    assert set(private) == {"id", "hash", "leaf"}
    assert json.loads(public["line"])[3] == "campaigns.publish"


def test_no_line_says_who_acted_nor_can_it_be_guessed(noon, ctx):
    actor = SimpleNamespace(id=31)
    for _ in range(2):
        record("campaigns.publish", actor, THING)
    commit()
    by = [json.loads(queries.published(event)["line"])[4] for event in queries.lines(1)]
    assert by[0] != by[1]
    assert all(len(one) == 64 for one in by)


# Whether it holds.


def test_an_untouched_journal_has_no_fault(signed):
    assert list(queries.faults()) == []


WRONG = {
    "a line changed": ("event", "UPDATE event SET name = 'x.y' WHERE id = 5", "changed"),
    "another actor": ("event", "UPDATE event SET actor_id = 9 WHERE id = 5", "changed"),
    "another salt": ("event", "UPDATE event SET salt = 'x' WHERE id = 5", "changed"),
    "a line removed": ("event", "DELETE FROM event WHERE id = 5", "missing"),
    "the end cut": ("event", "DELETE FROM event WHERE id > 590", "cut"),
    "a stored subtree": ("journal_node", "UPDATE journal_node SET hash = 'f' WHERE id=1", "tree"),
    "a subtree lost": ("journal_node", "DELETE FROM journal_node WHERE start = 256", "tree"),
    "a root": ("signed_head", f"UPDATE signed_head SET root = '{'0' * 64}' WHERE id = 2", "root"),
    "a last line": ("signed_head", "UPDATE signed_head SET hash = 'f' WHERE id = 2", "chain"),
    "a note": (
        "signed_head",
        "UPDATE signed_head SET note = replace(note, 'day 2026', 'day 2025') WHERE id = 2",
        "signature",
    ),
    "a head removed": ("signed_head", "DELETE FROM signed_head WHERE id = 2", "missing"),
    "the last head removed": ("signed_head", "DELETE FROM signed_head WHERE id = 4", "cut"),
    "the key removed": ("journal_key", "DELETE FROM journal_key", "signature"),
}


@pytest.mark.parametrize("what", WRONG)
def test_every_tampering_is_named(signed, what):
    table, statement, fault = WRONG[what]
    tamper(table, statement)
    assert fault in found()


def test_whoever_rewrites_the_chain_to_its_end_is_caught_by_the_heads(signed):
    """All fingerprints made anew, the note beside the database too: the signatures remain."""
    previous = queries.START
    table = Event.__table__
    for event in list(queries.lines(1)):
        event |= {"previous": previous, "name": "votes.support"}
        previous = queries.fingerprint_of(event)
        new = table.update().where(table.c.id == event["id"])
        words = str(
            new.values(name="votes.support", previous=event["previous"], hash=previous).compile(
                db.engine, compile_kwargs={"literal_binds": True}
            )
        )
        tamper("event", words)
    head.path().unlink()
    assert found() >= {"root", "chain"}
    assert "changed" not in found()


def test_the_command_line_says_it_and_gives_the_head_to_note_elsewhere(app, signed):
    db.session.rollback()
    run = app.test_cli_runner().invoke
    said = run(cli.main, ["journal", "verify", "--json"])
    assert json.loads(said.output) == {
        **{"events": 600, "heads": 4, "faults": []},
        "signed_until": "2026-06-18",
    }
    given = json.loads(run(cli.main, ["journal", "head", "--json"]).output)
    assert given["count"] == 600
    assert verifier.check_head(given, [verifier.read_key(given["keys"][0])]) == ""
    tamper("signed_head", "DELETE FROM signed_head WHERE id = 4")
    assert run(cli.main, ["journal", "verify"]).exit_code == 1


# What a stranger runs.


@pytest.fixture
def at_home(signed, tmp_path):
    """The published files in a stranger's folder, and the program they run on them."""
    lines = [json.dumps(one) for one in map(queries.published, queries.lines(1))]
    heads = [queries.told(one) for one in reversed(queries.heads())]
    (tmp_path / "journal.jsonl").write_text("\n".join(lines))
    keys = [queries.key_text(key) for key in queries.public_keys()]
    (tmp_path / "heads.json").write_text(json.dumps({"keys": keys, "heads": heads}))
    (tmp_path / "noted.json").write_text(json.dumps(heads[1]))
    program = tmp_path / "verifier.py"
    program.write_bytes(Path(verifier.__file__).read_bytes())

    def run(*arguments):
        command = [sys.executable, "-I", program, *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    run.folder, run.key = tmp_path, keys[0]
    return run


ALL = ("journal.jsonl", "heads.json")


def test_a_stranger_checks_everything_with_the_standard_library_alone(at_home):
    done = at_home(*ALL, "--key", at_home.key, "--noted", "noted.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 signed head(s)" in done.stdout


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("journal.jsonl", "campaigns.publish", "campaigns.cancel", "not that of its words"),
        ("journal.jsonl", '"leaf": "', '"leaf": "00', "another root"),
        ("heads.json", '"count": 150', '"count": 149', "something else than what was signed"),
        ("heads.json", "day 2026-06-16", "day 2026-06-14", "signature does not hold"),
        ("noted.json", "day 2026-06-16", "day 2026-06-14", "is not the published one"),
    ],
)
def test_a_stranger_sees_what_was_touched(at_home, file, old, new, said):
    path = at_home.folder / file
    words = path.read_text()
    assert old in words
    if new.endswith("00"):  # as long as before
        start = words.index(old) + len(old)
        words = words[:start] + ("00" if words[start] != "0" else "ff") + words[start + 2 :]
    else:
        words = words.replace(old, new, 1)
    path.write_text(words)
    done = at_home(*ALL, "--noted", "noted.json")
    assert done.returncode == 1
    assert said in done.stdout


def test_a_stranger_believes_only_the_key_they_noted(at_home):
    other = verifier.key_text("localhost/journal", bytes(32))
    done = at_home(*ALL, "--key", other)
    assert done.returncode == 1
    assert "signature does not hold" in done.stdout


def test_heads_cannot_be_changed_or_removed_by_the_site_itself(signed):
    for change in (sa.update(SignedHead).values(root="0" * 64), sa.delete(SignedHead)):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            db.session.execute(change)
        db.session.rollback()


def test_a_note_that_a_power_cut_left_empty_stops_nobody(ctx):
    """The chain holds without it; the next line is remembered again."""
    record("votes.support", None, THING)
    commit()
    head.path().write_bytes(b"")
    assert not list(queries.faults())
    record("votes.support", None, THING)
    commit()
    assert head.read() == (2, list(queries.lines(2))[0]["hash"])
