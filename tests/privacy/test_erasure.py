"""What somebody leaves behind when they leave: a canary in every field."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import current_app

from consult import cli
from consult.contributions.jobs import recount
from consult.core import clock, files, papers, personal
from consult.core.db import db
from consult.core.personal import Fate
from consult.journal.actions import commit, record
from consult.journal.models import Event
from consult.moderation import actions as moderation
from consult.moderation.charter import Ground, Verdict
from consult.people import actions as people
from consult.people import jobs as letters_leave
from consult.people.models import RoleName, User
from consult.posts.models import Image, Post, Status
from consult.privacy import actions, archive, jobs
from tests.factories import make_campaign, make_contribution, make_user, reasons, sign_in
from tests.identity.test_concurrency import meanwhile

CANARY = "zqcanari"
# Numbers and keys that lead to the emptied account stay; so does the town's public record.
STAYS = (Fate.LINK, Fate.RECORD)


# A bird in every field.


def plant(user: User) -> dict[str, str]:
    """Have a row of every table lead to this person, with a canary in every field of words.

    Each bird has a number of its own; told here with the column where it sits. Nothing here
    names a table: what a room declares tomorrow is planted tomorrow.
    """
    db.session.flush()
    planted: dict[str, str] = {}
    for datum in personal.data():
        if not datum.of or datum.fate in STAYS:
            continue
        table = datum.table
        if table.name != personal.PERSON:
            _row_of(table, datum.of, user)
        if not _is_words(datum.column):
            continue
        rows = db.session.scalars(sa.select(table.c.id).where(personal.mine(table, datum.of, user)))
        for number in list(rows):
            name = f"{table.name}.{datum.column.name}"
            if name.startswith("user.email") or datum.column.name in _addresses(datum):
                continue  # these hold the person's own address, a canary too
            bird = f"{CANARY}{len(planted):04}q"
            planted[bird] = name
            is_json = isinstance(datum.column.type, sa.JSON)
            _write(table, number, datum.column, {"words": bird} if is_json else bird)
    commit()
    return planted


def _addresses(datum: personal.Datum) -> list[str]:
    """Columns by which a row is found by its address: they hold the person's own."""
    return [name for name in datum.of if name != "id" and not datum.table.c[name].foreign_keys]


def _is_words(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.String | sa.JSON) and not isinstance(column.type, sa.Enum)


def _write(table: sa.Table, number: int, column: sa.Column[Any], value: Any) -> None:
    db.session.execute(sa.update(table).where(table.c.id == number).values({column.name: value}))


def _row_of(table: sa.Table, of: tuple[str, ...], user: User) -> int:
    """A row of this table that leads to the person by the first of these columns."""
    found = db.session.scalar(
        sa.select(sa.func.min(table.c.id)).where(personal.mine(table, of, user))
    )
    if found is not None:
        return found
    return _new(table, user, {of[0]: _lead(table, of[0], user)})


def _lead(table: sa.Table, name: str, user: User) -> Any:
    """What this column of a new row must hold to lead to the person."""
    for key in table.c[name].foreign_keys:
        other = key.column.table
        if other.name == personal.PERSON:
            return user.id
        return _row_of(other, personal.of_table(other.name), user)
    return user.email if _is_words(table.c[name]) else user.id


def _new(table: sa.Table, user: User, known: dict[str, Any]) -> int:
    """A new row, its other columns filled as the database asks; some know better (`EXAMPLES`)."""
    values = {**EXAMPLES.get(table.name, lambda: {})(), **known}
    for column in table.columns:
        is_free = column.nullable or column.default is not None or column.name in values
        if is_free or (column.primary_key and not column.foreign_keys):
            continue
        values[column.name] = _filler(column, user)
    try:
        with db.session.begin_nested():
            return db.session.execute(sa.insert(table).values(values)).inserted_primary_key[0]
    except sa.exc.IntegrityError as problem:
        pytest.fail(f"give EXAMPLES a row of {table.name}, so that a canary fits: {problem.orig}")


def _filler(column: sa.Column[Any], user: User) -> Any:
    for key in column.foreign_keys:
        other = key.column.table
        if other.name == personal.PERSON:
            return db.session.scalar(sa.select(sa.func.min(User.id)).where(User.id != user.id))
        existing = db.session.scalar(sa.select(sa.func.min(other.c.id)))
        return existing or _new(other, user, {})
    if isinstance(column.type, sa.Enum):
        return column.type.enums[0]
    if isinstance(column.type, sa.JSON):
        return {}
    if isinstance(column.type, sa.Boolean):
        return True
    if isinstance(column.type, sa.LargeBinary):
        return b"x"
    if isinstance(column.type, sa.Date):
        return clock.today()
    if isinstance(column.type, sa.Integer):
        return 1
    if isinstance(column.type, sa.String):
        return f"x{column.table.name}"[: column.type.length or 40]
    return clock.now()


EXAMPLES: dict[str, Any] = {
    "notice": lambda: {  # one that waits keeps its words: see below
        "closed_at": clock.now(),
        "minutes": 1,
        "dismissed_by_id": db.session.scalar(sa.select(sa.func.min(User.id))),
        "dismissed_words": "x",
    },
    "post": lambda: {"kind": "contribution", "submitted_at": clock.now(), "status": "pending"},
    "proof": lambda: {
        "aside_at": clock.now(),
        "aside_by_id": db.session.scalar(sa.select(sa.func.min(User.id))),
    },
}


# Where it could still be.


def everywhere() -> Iterator[tuple[str, str]]:
    """Every row of every table, all columns, and every file of the instance, as text."""
    for table in sa.inspect(db.engine).get_table_names():
        for row in db.session.execute(sa.text(f'SELECT * FROM "{table}"')):  # noqa: S608
            yield table, repr(tuple(row))
    db.session.rollback()
    paths = list(Path(current_app.config["INSTANCE"]).rglob("*"))
    if db.engine.dialect.name == "sqlite":  # its own file, and the log of its writes
        paths += Path(db.engine.url.database or "").parent.glob("*.db*")
    for path in paths:
        if path.is_file():
            yield str(path), path.read_bytes().decode("latin-1")


def left(*words: str) -> list[str]:
    return sorted(
        {
            f"{place}: …{text[max(0, text.index(word) - 30) : text.index(word) + 40]}…"
            for place, text in everywhere()
            for word in words
            if word in text
        }
    )


@pytest.fixture
def leaver(ctx, tmp_path) -> User:
    """Somebody with words on show, a picture, a paper on the shelf, a letter in the folder."""
    make_user()
    user = make_user(
        email=f"{CANARY}@exemple.fr", pseudonym=f"{CANARY} pseudo", name=f"{CANARY} nom"
    )
    for status in (Status.PUBLISHED, Status.PENDING, Status.DRAFT, Status.REFUSED):
        contribution = make_contribution(
            author=user, status=status, title=f"{CANARY} titre", body=f"{CANARY} corps {status}"
        )
        file = files.keep(f"{CANARY}{status} image".encode(), f"{CANARY}.png", "image/png")
        thumbnail = files.keep(f"{CANARY}{status} vignette".encode(), "v.png", "image/png")
        db.session.flush()
        db.session.add(Image(post_id=contribution.id, file_id=file.id, thumbnail_id=thumbnail.id))
    commit()
    record("people.follow", None, user)
    commit()
    shelf = papers.shelf()
    shelf.mkdir(parents=True, exist_ok=True)
    (shelf / "abc.pdf").write_text(f"{CANARY} paper")
    return user


@pytest.mark.parametrize("withdraws", [True, False], ids=["withdraw", "anonymise"])
def test_erasing_reaches_every_field_every_copy_and_every_file(leaver, outbox, withdraws):
    email = leaver.email
    planted = plant(leaver)
    assert len(set(planted.values())) > 20
    assert left(CANARY)  # the search does find what is there
    people.close_account(db.session.get(User, leaver.id), withdraws=withdraws)
    commit()
    letters_leave.send_letters()
    jobs.scrub()
    birds = [CANARY] if withdraws else birds_but_words(planted)
    assert left(email, f"{CANARY} pseudo", f"{CANARY} nom", *birds) == []
    assert [letter.to for letter in outbox] == [[email]]


def birds_but_words(planted: dict[str, str]) -> list[str]:
    """Where its author only leaves, what was published stays: its words, and nothing else."""
    words = {
        f"{datum.table.name}.{datum.column.name}"
        for datum in personal.data()
        if datum.fate == Fate.WORDS
    }
    return [bird for bird, name in planted.items() if name not in words]


def test_the_mark_says_when_and_the_address_of_the_text_too(ctx, client, noon):
    user = make_user()
    contribution = make_contribution(author=user, title="Des arbres", body="Des tilleuls.")
    number = contribution.id
    actions.take_back(user, contribution)
    commit()
    reply = client.get(f"/contributions/{number}")
    assert reply.status_code == 410
    said = "Contribution retirée à la demande de qui l’a écrite le 15 juin 2026"
    assert said in reply.text.replace("\xa0", " ")
    assert (
        "tilleuls"
        not in client.get("/recherche?q=tilleuls").text.split("<main")[1].split("</form>")[-1]
    )


def test_a_text_taken_back_while_it_is_hidden_is_counted_once(app, noon):
    with app.app_context():
        campaign, author, facilitator = (
            make_campaign(),
            make_user(),
            make_user(RoleName.FACILITATOR),
        )
        make_contribution(campaign)
        ids = make_contribution(campaign, author=author).id, author.id, facilitator.id

    def hides():
        text = db.session.get(Post, ids[0])
        why = reasons(text)
        moderation.decide(db.session.get(User, ids[2]), text, verdict=Verdict.RESTRICT, why=why)

    def takes_back():
        actions.take_back(db.session.get(User, ids[1]), db.session.get(Post, ids[0]))

    met = meanwhile(app, hides, takes_back)
    assert met[0] == "done"
    with app.app_context():
        assert not any(recount().values())


# The name alone.


def test_a_name_is_taken_back_alone_whatever_became_of_the_text(ctx, client, noon):
    """The words and their supports stay; nothing on this site knows the name any more."""
    user = make_user(pseudonym="Tilleul")
    campaign = make_campaign()
    text = make_contribution(campaign, author=user, title="Des arbres", byline=f"{CANARY} nom")
    text.support_count = 1
    for one in (text, make_contribution(campaign, Status.PENDING, author=user, byline=CANARY)):
        sign_in(client, user)
        page = f"/contributions/{one.id}"
        assert CANARY in client.get(page).text
        assert f"{page}/pseudonyme" in client.get(page).text
        sign_in(client, make_user())
        assert client.post(f"{page}/pseudonyme").status_code == 403
        sign_in(client, user)
        assert client.post(f"{page}/pseudonyme").location == page
        assert f"{page}/pseudonyme" not in client.get(page).text
        assert client.post(f"{page}/pseudonyme").status_code == 403, "there is no name any more"
    letters_leave.send_letters()
    jobs.scrub()
    assert left(CANARY) == []
    client.get("/deconnexion")
    here = f"/consultations/{campaign.slug}/contributions"
    pages = [f"/contributions/{text.id}", f"{here}?depart=1", f"/contributions/{text.id}/versions"]
    for page in pages:
        assert "Tilleul" in client.get(page).text or page.endswith("versions")
    for page in (*pages, f"{here}.csv", f"/contributions/{text.id}/flux.atom", "/journal"):
        reply = client.get(page)
        assert (reply.status_code, CANARY in reply.text) == (200, False)
    event = db.session.scalars(sa.select(Event).filter_by(name="contributions.hide_name")).first()
    assert (event.subject_id, event.data) == (text.id, {})


# Under seal.


def test_what_the_law_keeps_is_sealed_to_a_key_that_is_elsewhere(ctx):
    private, public = archive.key_pair()
    archive.public_file().write_text(public)
    user = make_user(email="dune@exemple.fr", name="Dune Untel")
    make_contribution(author=user)
    number = user.id
    people.close_account(user)
    commit()
    letters_leave.send_letters()
    jobs.scrub()
    assert left("dune@exemple.fr", "Dune Untel") == []
    opened = archive.opened(number, private)
    assert [one.get("email") for one in opened] == ["dune@exemple.fr", None]
    assert json.dumps(opened).count(str(number))
    other, _ = archive.key_pair()
    with pytest.raises(ValueError, match="does not open"):
        archive.opened(number, other)


@pytest.mark.parametrize("is_answered", [True, False])
@pytest.mark.parametrize("has_signed_in", [True, False])
def test_whoever_pointed_a_text_out_leaves_all_the_same(ctx, noon, is_answered, has_signed_in):
    """Also where somebody else gave their address: nobody keeps an account open that way."""
    user, text = make_user(), make_contribution()
    signed = {} if has_signed_in else {"name": "Quelqu'un", "email": user.email}
    said = {"ground": Ground.INSULT, "words": CANARY, **signed}
    notice = moderation.notify_content(user if has_signed_in else None, text, **said)
    commit()
    if is_answered:
        moderation.dismiss(make_user(RoleName.FACILITATOR), notice, words=CANARY)
        commit()
    people.close_account(user)
    commit()
    db.session.refresh(notice)
    told = (notice.name, notice.email, notice.words, notice.dismissed_words)
    assert told == (None, None, "" if is_answered else CANARY, "")
    assert notice.erased_at == noon


@pytest.mark.parametrize("has_signed_in", [True, False])
@pytest.mark.parametrize("is_founded", [True, False])
def test_a_danger_pointed_out_is_dealt_with_though_whoever_wrote_left(
    ctx, client, noon, is_founded, has_signed_in
):
    """The words serve until somebody decides; they go then, and the files keep none of them."""
    user, text = make_user(), make_contribution()
    facilitator = make_user(RoleName.FACILITATOR)
    signed = {} if has_signed_in else {"name": "Quelqu'un", "email": user.email}
    notice = moderation.notify_content(
        user if has_signed_in else None, text, ground=Ground.THREAT, words=CANARY, **signed
    )
    commit()
    people.close_account(user)
    commit()
    sign_in(client, facilitator)
    assert CANARY in client.get("/moderation/signalements").text
    if is_founded:
        said = reasons(text, Ground.THREAT)
        moderation.decide(facilitator, text, verdict=Verdict.RESTRICT, why=said)
    else:
        moderation.dismiss(facilitator, notice, words=f"{CANARY} reste")
    commit()
    assert notice.closed_at == noon
    jobs.scrub()
    assert left(CANARY) == []


def test_who_published_nothing_leaves_nothing_under_seal(ctx):
    private, public = archive.key_pair()
    archive.public_file().write_text(public)
    user = make_user()
    number = user.id
    people.close_account(user)
    commit()
    assert archive.opened(number, private) == []


def test_the_seal_is_opened_at_the_command_line_for_a_request_and_it_is_written(app, tmp_path):
    def run(args):
        with app.app_context():
            return CliRunner().invoke(cli.main, args)

    key = tmp_path / "archive.key"
    made = run(args=["archive", "keygen", str(key)])
    assert (made.exit_code, key.stat().st_mode & 0o777) == (0, 0o600)
    assert run(args=["archive", "keygen", str(tmp_path / "other.key")]).exit_code == 1
    with app.app_context():
        user = make_user(email="dune@exemple.fr")
        make_contribution(author=user)
        number = user.id
        people.close_account(user)
        commit()
    asked = ["archive", "open", str(number), "--key", str(key), "--json", "--reference"]
    refused = run(args=[*asked, "a b"])
    assert refused.exit_code == 1
    opened = run(args=[*asked, "TJ-NANTERRE-2026-118"])
    assert json.loads(opened.output)["sealed"][0]["email"] == "dune@exemple.fr"
    with app.app_context():
        event = db.session.scalars(sa.select(Event).order_by(Event.id.desc()).limit(1)).one()
        assert (event.name, event.subject_id) == ("privacy.open_archive", number)
        assert event.data == {"reference": "TJ-NANTERRE-2026-118", "rows": 2}
