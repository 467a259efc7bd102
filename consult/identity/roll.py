"""The roll of a campaign: one line a person, found again by any channel, taken by one account."""

from typing import Any, NamedTuple

import sqlalchemy as sa

from consult.campaigns.models import AgeBracket, Campaign, Identity
from consult.core import clock
from consult.core.db import db, insert_once, locked
from consult.core.i18n import _
from consult.core.rules import Refused, require
from consult.identity import queries, sealing
from consult.identity.models import LetterCode, Parted, Proof
from consult.people.models import User
from consult.people.queries import by_email, closed_by_email

TWICE = _(
    "Somebody with this name and this year of birth was already recognised in this consultation:"
    " each person counts once. If it is not you, or if you took part on paper, the desk will help."
)
PARTED = _(
    "You took part here once, then took back your agreement: what you gave leads to nobody, and"
    " still counts. Each person counts once: from this account no other proof is taken, unless the"
    " desk or a service that knows you vouches for you."
)
WRONG = _("This code is not known here. Compare it with your letter, sign by sign.")
SERVED = _("This code has already served: each letter opens one participation.")
NAMELESS = _("Please give the name and the year of birth.")
ASIDE = _(
    "The identity check of this person was set aside: recognise them at the desk first, with a"
    " paper, or ask whoever looks after this consultation."
)
CANCELLED = _("This code was cancelled. The desk can give you another.")


def asks_words(campaign: Campaign) -> bool:
    """Whether a name and a year are needed to know the same person by two ways."""
    return campaign.accepted != (Identity.LETTER,)


def held(campaign: Campaign, voter_key: str) -> Proof | None:
    """The line of this key, held until the end of the transaction."""
    return db.session.scalar(
        locked(sa.select(Proof).filter_by(campaign_id=campaign.id, voter_key=voter_key))
    )


def recognise(actor: User, campaign: Campaign, voter_key: str, *, sure: bool, **said: Any) -> Proof:
    """Give this account its line in the roll, once.

    A line that paper opened goes to the account only where who it is is `sure`: a code that an
    agent gave, or somebody who vouches. `said`: the columns of `Proof` that are known.
    """
    require(sure or not _has_parted(actor, campaign), PARTED)
    insert_once(Proof, campaign_id=campaign.id, user_id=actor.id, voter_key=voter_key, **said)
    line = held(campaign, voter_key)
    if line is None:  # the account, or who vouches for it, stands in another line
        raise Refused(TWICE)
    if line.user_id is None and sure:
        line.user_id = actor.id
        for name in ("source_key", "is_inside", "bracket"):
            if getattr(line, name) is None:
                setattr(line, name, said.get(name))
    require(line.user_id == actor.id, TWICE)
    return line


def let_go(account: User, campaign: Campaign) -> None:
    """Free this account of a line that was not theirs: it led there by a check set aside."""
    proof = queries.proof_of(account, campaign)
    if proof is not None and proof.aside_at is not None:
        proof.user_id = None
        db.session.flush()


def part(user: User) -> None:
    """Have no line lead to this account any more; by its word alone it takes no other one there."""
    for line in db.session.scalars(sa.select(Proof).filter_by(user_id=user.id)).all():
        key = sealing.of_parted(line.campaign, user.id)
        insert_once(Parted, campaign_id=line.campaign_id, key=key)
        line.user_id = None


def _has_parted(actor: User, campaign: Campaign) -> bool:
    key = sealing.of_parted(campaign, actor.id)
    found = sa.select(Parted.id).filter_by(campaign_id=campaign.id, key=key)
    return db.session.scalar(found) is not None


def on_paper(
    campaign: Campaign,
    voter_key: str,
    *,
    way: Identity,
    agent: User,
    is_inside: bool | None = None,
    bracket: AgeBracket | None = None,
) -> Proof:
    """The line of somebody who takes part on paper, found or opened, and held."""
    insert_once(
        Proof,
        campaign_id=campaign.id,
        voter_key=voter_key,
        way=way,
        agent_id=agent.id,
        is_inside=is_inside,
        bracket=bracket,
    )
    line = held(campaign, voter_key)
    assert line is not None  # noqa: S101
    return line


class Who(NamedTuple):
    """By what somebody is known who takes part on paper: a code, a person's key, an account."""

    code: str = ""
    person_key: str = ""  # sealing.of_person
    email_key: str = ""
    account: User | None = None


def paper_line(
    campaign: Campaign,
    who: Who,
    agent: User,
    *,
    is_inside: bool | None = None,
    bracket: AgeBracket | None = None,
) -> Proof:
    """The line of somebody who takes part on paper, held: the one the web would give them."""
    way, key = _known_by(campaign, who)
    if way == Identity.LETTER:
        is_inside = True if is_inside is None else is_inside
    line = on_paper(campaign, key, way=way, agent=agent, is_inside=is_inside, bracket=bracket)
    require(line.aside_at is None, ASIDE)
    return line


def keys_behind(line: Proof, who: Who) -> list[str]:
    """Every key this person may be counted under: where an account moved to an address that paper
    was entered for, its own as well as the paper's."""
    campaign = line.campaign
    account = who.account or (by_email(who.email_key) if who.email_key else None)
    if campaign.accepted or account is None:
        return [line.voter_key]
    return [line.voter_key, *db.session.scalars(queries.keys_of(account, campaign))]


def _known_by(campaign: Campaign, who: Who) -> tuple[Identity, str]:
    if who.code and Identity.LETTER in campaign.accepted:
        letter = by_code(campaign, who.code)
        if letter.voter_key is None and asks_words(campaign):
            require(who.person_key, NAMELESS)
            letter.voter_key = who.person_key
        spend(letter)
        return Identity.LETTER, voter_of(campaign, letter)
    require(asks_words(campaign), _("Please type the code of the letter."))
    if not campaign.accepted and (who.account or who.email_key):
        account = who.account or by_email(who.email_key)
        if account is None:
            return Identity.EMAIL, _of_address(campaign, who.email_key)
        queries.held(account, campaign)
        return Identity.EMAIL, queries.voter_key(account, campaign)
    require(who.person_key, NAMELESS)
    # Where an address is enough, these are the people who declared that they have none.
    is_seen = Identity.DESK in campaign.accepted
    return Identity.DESK if is_seen else Identity.DECLARED, who.person_key


def _of_address(campaign: Campaign, email_key: str) -> str:
    """Whom an address without an account counts: whoever took part by it before they closed one."""
    key = sealing.of_address(campaign, email_key)
    closed = closed_by_email(email_key)
    if closed is None or queries.named(campaign, key):
        return key
    return sealing.of_account(campaign, closed)


def of_letter(campaign: Campaign, code: str) -> LetterCode:
    """The letter this code opens, held; refused when it is not known, served or cancelled."""
    letter = by_code(campaign, code)
    if letter.used_at is not None:
        raise Refused(SERVED)
    return letter


def by_code(campaign: Campaign, code: str) -> LetterCode:
    """The letter with this code, held, whether or not it served; refused when it opens nothing."""
    key = sealing.of_code(campaign, code)
    letter = db.session.scalar(
        locked(sa.select(LetterCode).filter_by(campaign_id=campaign.id, key=key))
    )
    if letter is None:
        raise Refused(WRONG)
    if letter.revoked_at is not None:
        raise Refused(CANCELLED)
    return letter


def voter_of(campaign: Campaign, letter: LetterCode) -> str:
    """Whom a letter counts: the person an agent gave it to, else whoever holds it."""
    return letter.voter_key or sealing.sealed(campaign, "letter", str(letter.id))


def spend(letter: LetterCode) -> None:
    """The letter has served."""
    letter.used_at = letter.used_at or clock.now()
