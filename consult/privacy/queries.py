"""What to read of personal data: one's own, what waits for an answer, what is on the register."""

from collections.abc import Hashable, Iterable
from datetime import timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from consult.campaigns.models import AgeBracket, Campaign
from consult.core import clock, personal
from consult.core.db import db
from consult.core.erasures import Erasure, known, mark
from consult.core.files import StoredFile
from consult.core.i18n import _
from consult.core.personal import Datum, Fate, Use
from consult.imports.models import Import
from consult.indicators.masking import Sum, hidden
from consult.indicators.queries import threshold
from consult.people import queries as people
from consult.people.models import Consent, User
from consult.posts.models import Channel, Post, Status
from consult.privacy.models import (
    SOON,
    UNANSWERED,
    Breach,
    Copy,
    Guardian,
    GuardianTurn,
    Petition,
    Profile,
    Purge,
    Turn,
)
from consult.votes.models import Support

# What becomes of somebody's texts when their account is emptied for them.
TEXTS = {
    "keep": _("They stay, without their author's name."),
    "withdraw": _("They go: a dated sentence says that they were withdrawn."),
}
BREACH_REMINDER = timedelta(hours=24)  # between two reminders while the authority waits


def profile(user: User) -> Profile | None:
    return db.session.scalar(sa.select(Profile).filter_by(user_id=user.id))


def guardian(user: User) -> Guardian | None:
    """The adult this young person named."""
    return db.session.scalar(sa.select(Guardian).filter_by(user_id=user.id))


def guardian_of(said: Any) -> Guardian | None:
    """Whom the link of a letter speaks of; None once it opens nothing any more."""
    if not said:
        return None
    number, secret = said
    found = db.session.get(Guardian, number)
    return found if found and found.secret == secret else None


def guardian_turns(user: User) -> list[GuardianTurn]:
    """What was done of the agreement of an adult, latest first."""
    return list(
        db.session.scalars(
            sa.select(GuardianTurn)
            .filter_by(user_id=user.id)
            .order_by(GuardianTurn.id.desc())
            .limit(50)
        )
    )


def named_lately(user: User) -> int:
    """How many letters to adults this young person caused in the last 30 days."""
    return (
        db.session.scalar(
            sa.select(sa.func.count(GuardianTurn.id)).where(
                GuardianTurn.user_id == user.id,
                GuardianTurn.turn == Turn.NAMED,
                GuardianTurn.at > clock.now() - UNANSWERED,
            )
        )
        or 0
    )


def consents(user: User) -> list[Consent]:
    """The history of what this person agreed to and took back, latest first."""
    return list(
        db.session.scalars(
            sa.select(Consent).filter_by(user_id=user.id).order_by(Consent.id.desc()).limit(100)
        )
    )


def latest_copy(user: User) -> Copy | None:
    return db.session.scalar(
        sa.select(Copy)
        .filter_by(user_id=user.id)
        .order_by(Copy.id.desc())
        .limit(1)
        .options(joinedload(Copy.file))
    )


def copies_waiting() -> list[int]:
    """The copies that were asked for and not made yet, oldest first."""
    found = list(
        db.session.scalars(sa.select(Copy.id).where(Copy.made_at.is_(None)).order_by(Copy.id))
    )
    db.session.rollback()
    return found


def petition_by_key(key: str | None) -> Petition | None:
    return db.session.scalar(sa.select(Petition).filter_by(key=key)) if key else None


def petition_by_receipt(receipt: str) -> Petition | None:
    """The request of this number, however the number was copied."""
    sign = "".join(receipt.upper().split()).replace("-", "")
    return db.session.scalar(sa.select(Petition).filter_by(receipt=sign))


def petitions(user: User) -> list[Petition]:
    """What this person asked, latest first."""
    return list(
        db.session.scalars(
            sa.select(Petition).filter_by(user_id=user.id).order_by(Petition.id.desc()).limit(50)
        )
    )


def desk() -> list[Petition]:
    """Every request: those that wait first, the nearest to its day before the others."""
    return list(
        db.session.scalars(
            sa.select(Petition)
            .options(joinedload(Petition.user).lazyload("*"))
            .order_by(Petition.answered_at.is_not(None), Petition.due_at, Petition.id)
            .limit(200)
        )
    )


def address_of(petition: Petition) -> str | None:
    """Where its answer goes; None once the account was closed."""
    return petition.user.email if petition.user else petition.email


def breaches() -> list[Breach]:
    return list(db.session.scalars(sa.select(Breach).order_by(Breach.noticed_at.desc()).limit(200)))


def officers() -> list[User]:
    """Who answers for personal data."""
    return people.administrators()


def running_out() -> list[tuple[type[Any], int]]:
    """Requests a week from their day, and breaches the authority was not told of."""
    now = clock.now()
    near = sa.select(Petition.id).where(
        Petition.answered_at.is_(None),
        Petition.alerted_at.is_(None),
        Petition.due_at < now + SOON,
    )
    open_ = sa.select(Breach.id).where(
        Breach.is_risky,
        Breach.told_authority_at.is_(None),
        Breach.closed_at.is_(None),
        Breach.noticed_at < now - timedelta(hours=24),
        sa.func.coalesce(Breach.reminded_at, Breach.noticed_at) < now - BREACH_REMINDER,
    )
    found: list[tuple[type[Any], int]] = [(Petition, one) for one in db.session.scalars(near)]
    found += [(Breach, one) for one in db.session.scalars(open_)]
    db.session.rollback()
    return found


def purged() -> dict[str, tuple[int, Any]]:
    """By rule, how many rows it dealt with so far, and when last."""
    rows = db.session.execute(
        sa.select(Purge.rule, sa.func.sum(Purge.number), sa.func.max(Purge.at)).group_by(Purge.rule)
    )
    return {rule: (number, at) for rule, number, at in rows}


def texts(user: User) -> list[Post]:
    """What this person wrote and may still withdraw, latest first."""
    return list(
        db.session.scalars(sa.select(Post).where(*_texts(user)).order_by(Post.id.desc()).limit(500))
    )


def number_of_texts(user: User) -> int:
    """How many texts of this person stand on the site, waiting ones included."""
    mine = sa.select(sa.func.count(Post.id)).where(*_texts(user))
    return db.session.scalar(mine) or 0


def _texts(user: User) -> tuple[sa.ColumnElement[bool], ...]:
    return Post.author_id == user.id, Post.status.not_in((Status.DRAFT, Status.WITHDRAWN))


# What a copy of the site brought back.


def come_back(erasures: Iterable[Erasure]) -> list[tuple[User | Post, Erasure]]:
    """What was erased and stands here again: names, then texts, then the accounts they are of."""
    wanted = {erasure.mark: erasure for erasure in erasures}
    found: list[tuple[User | Post, Erasure]] = []
    kinds: list[tuple[str, type[Any], sa.ColumnElement[bool]]] = [
        ("byline", Post, Post.byline.is_not(None)),
        ("post", Post, Post.status != Status.WITHDRAWN),
        ("user", User, User.closed_at.is_(None)),
    ]
    for kind, model, stands in kinds:
        for number, born in db.session.execute(sa.select(model.id, model.created_at).where(stands)):
            if erasure := wanted.get(mark(kind, number, born)):
                found.append((db.session.get_one(model, number), erasure))
    return found


def withdrawn_from_files() -> sa.Subquery:
    """Texts brought in from a file and withdrawn since: `campaign_id`, `ref` in the file."""
    contribution, comment = (db.metadata.tables[name] for name in ("contribution", "comment"))
    return (
        sa.select(
            sa.func.coalesce(contribution.c.campaign_id, comment.c.campaign_id).label(
                "campaign_id"
            ),
            contribution.c.external_ref.label("ref"),
        )
        .select_from(Post.__table__)
        .outerjoin(contribution, contribution.c.id == Post.id)
        .outerjoin(comment, comment.c.id == Post.id)
        .where(Post.channel == Channel.IMPORT, Post.withdrawn_at.is_not(None))
        .subquery()
    )


def stale_imports() -> sa.Select[Import]:
    """Files read to their end, still held, of campaigns where a text brought in was withdrawn."""
    return (
        sa.select(Import)
        .join(StoredFile, StoredFile.id == Import.file_id)
        .where(
            Import.finished_at.is_not(None),
            StoredFile.sha256 != "",
            Import.campaign_id.in_(sa.select(withdrawn_from_files().c.campaign_id)),
        )
    )


def is_stale() -> bool:
    """Whether there is such a file."""
    found = bool(db.session.scalar(sa.select(stale_imports().exists())))
    db.session.rollback()
    return found


# The register.

FATES = {
    Fate.BLANK: _("Emptied"),
    Fate.ROW: _("Deleted"),
    Fate.WORDS: _("Kept without its author, or emptied if the author wishes"),
    Fate.LINK: _("A number that leads to nobody any more"),
    Fate.RECORD: _("Kept: no account owns it"),
}


LAST = ("safety", "journal", "office", "record")  # what speaks of residents comes first


class Line(NamedTuple):
    """One use of personal data, and the columns that serve it, by table."""

    use: Use
    tables: dict[str, list[Datum]]


def register() -> list[Line]:
    """Every use of personal data on this site, as its tables declare it."""
    lines: dict[str, Line] = {}
    for datum in personal.data():
        line = lines.setdefault(datum.use.name, Line(datum.use, {}))
        line.tables.setdefault(datum.table.name, []).append(datum)
    return sorted(lines.values(), key=lambda line: line.use.name in LAST)


def data_map() -> list[dict[str, str]]:
    """The same, one row a column, for a file."""
    return [
        {
            "table": datum.table.name,
            "column": datum.column.name,
            "treatment": str(datum.use.title),
            "purpose": str(datum.use.purpose),
            "basis": str(datum.use.basis.label),
            "kept": str(datum.use.kept),
            "seen_by": str(datum.use.seen_by),
            "erased": str(FATES[datum.fate]),
        }
        for line in register()
        for data in line.tables.values()
        for datum in data
    ]


# Figures.


class Declared(NamedTuple):
    """Who took part by age bracket, as far as they said; small numbers unseen."""

    people: int  # with an account, who wrote or supported
    said: int | None  # of them, how many said a bracket; None: too few to be shown
    brackets: dict[AgeBracket, int | None]  # None: too few to be shown


def took_part(campaign: Campaign) -> Declared:
    """The declared profile of a campaign's participants; no cell and no difference is small."""
    post, contribution = db.metadata.tables["post"], db.metadata.tables["contribution"]
    comment = db.metadata.tables["comment"]
    wrote = (
        sa.select(post.c.author_id)
        .join(table, table.c.id == post.c.id)
        .where(table.c.campaign_id == campaign.id, post.c.status == Status.PUBLISHED)
        for table in (contribution, comment)
    )
    supported = sa.select(Support.user_id).where(Support.campaign_id == campaign.id)
    someone = sa.union(*wrote, supported).subquery()
    rows = db.session.execute(
        sa.select(Profile.bracket, sa.func.count())
        .select_from(someone)
        .join(Profile, Profile.user_id == someone.c[0], isouter=True)
        .where(someone.c[0].is_not(None))
        .group_by(Profile.bracket)
    )
    counts = {bracket: number for bracket, number in rows}
    people = sum(counts.values())
    said = people - counts.get(None, 0)
    cells: dict[Hashable, int | None] = {"all": people, "said": said, "unsaid": people - said}
    cells |= {bracket: counts.get(bracket, 0) for bracket in AgeBracket}
    sums = [Sum("all", ("said", "unsaid")), Sum("said", tuple(AgeBracket))]
    unseen = hidden(cells, sums, threshold())
    brackets = {one: None if one in unseen else cells[one] for one in AgeBracket}
    return Declared(people, None if "said" in unseen else said, brackets)


# Scrubbing.


def erased_lately() -> bool:
    """Whether words, names or accounts were erased in the last two hours."""
    since = clock.now() - timedelta(hours=2)
    purged = db.session.scalar(sa.select(sa.select(Purge.id).where(Purge.at > since).exists()))
    db.session.rollback()
    return bool(purged) or any(erasure.at > since for erasure in known())
