"""What can happen to proofs: given once, by one way; letters made, cancelled, replaced."""

from typing import NamedTuple

import sqlalchemy as sa

from consult.campaigns.models import AgeBracket, Campaign, Identity
from consult.core import clock
from consult.core.db import db, locked
from consult.core.i18n import _
from consult.core.rules import require
from consult.identity import codes, roll, rules, sealing
from consult.identity.models import LetterCode, Proof, Series
from consult.journal.actions import record
from consult.people.models import User
from consult.people.queries import held


class Person(NamedTuple):
    """What somebody is known by; none of it is kept, see sealing.py."""

    family: str
    given: str
    year: int
    other: str = ""  # a second given name, only to tell two people apart

    def key(self, campaign: Campaign) -> str:
        return sealing.of_person(campaign, *self)


class Home(NamedTuple):
    """A declared address, of which only inside or outside is kept, and a fingerprint."""

    street: str
    postcode: str
    is_inside: bool


class Letter(NamedTuple):
    """A letter as it is printed, the only time its code is known."""

    number: int
    code: str


class Seen(NamedTuple):
    """What the desk hands over: a code to print, or an account that may take part at once."""

    proof: Proof
    letter: Letter | None


# For oneself.


def declare(
    actor: User,
    campaign: Campaign,
    *,
    person: Person,
    home: Home,
    bracket: AgeBracket | None = None,
) -> Proof:
    """Somebody says where they live: inside or outside is kept, and a fingerprint."""
    held(actor)
    rules.declare(actor, campaign)
    is_inside = home.is_inside and home.postcode in (campaign.postcodes or home.postcode)
    rules.belong(campaign, is_inside=is_inside, bracket=bracket)
    proof = roll.recognise(
        actor,
        campaign,
        person.key(campaign),
        sure=False,
        way=Identity.DECLARED,
        home_key=sealing.of_home(campaign, home.street, home.postcode),
        is_inside=is_inside,
        bracket=bracket,
    )
    record("identity.declare", None, campaign)
    return proof


def enter_code(
    actor: User,
    campaign: Campaign,
    *,
    code: str,
    person: Person | None = None,
    bracket: AgeBracket | None = None,
) -> Proof:
    """Somebody types the code of their letter; it opens one participation, once."""
    held(actor)
    rules.enter_code(actor, campaign)
    letter = roll.of_letter(campaign, code)
    is_handed = letter.voter_key is not None
    bracket = letter.bracket or bracket
    rules.belong(campaign, is_inside=letter.is_inside, bracket=bracket)
    if not is_handed and roll.asks_words(campaign):
        require(person, _("Please give your name and your year of birth."))
        assert person is not None  # noqa: S101
        letter.voter_key = person.key(campaign)
    proof = roll.recognise(
        actor,
        campaign,
        roll.voter_of(campaign, letter),
        sure=is_handed,
        way=Identity.LETTER,
        is_inside=letter.is_inside,
        bracket=bracket,
    )
    roll.spend(letter)
    record("identity.enter_code", None, campaign)
    return proof


def vouch(
    actor: User,
    campaign: Campaign,
    *,
    subject: str,
    person: Person,
    is_inside: bool | None = None,
    bracket: AgeBracket | None = None,
) -> Proof:
    """Who vouches for somebody has answered: `subject` is how they know the person."""
    held(actor)
    rules.vouch(actor, campaign)
    rules.belong(campaign, is_inside=is_inside, bracket=bracket)
    proof = roll.recognise(
        actor,
        campaign,
        person.key(campaign),
        sure=True,
        way=Identity.OIDC,
        source_key=sealing.sealed(campaign, "subject", subject),
        is_inside=is_inside,
        bracket=bracket,
    )
    record("identity.vouch", None, campaign)
    return proof


# At the desk.


def see(
    actor: User,
    campaign: Campaign,
    *,
    person: Person,
    is_inside: bool | None = None,
    bracket: AgeBracket | None = None,
    account: User | None = None,
) -> Seen:
    """An agent has seen a paper: the person gets a code, or their account may take part at once.

    Whoever lost the code of the desk comes back: the earlier one is cancelled.
    """
    held(account)
    rules.see(actor, campaign)
    rules.belong(campaign, is_inside=is_inside, bracket=bracket)
    proof = roll.on_paper(
        campaign,
        person.key(campaign),
        way=Identity.DESK,
        agent=actor,
        is_inside=is_inside,
        bracket=bracket,
    )
    if proof.aside_at is not None:  # whoever shows a paper now holds the line
        proof.user_id, proof.way, proof.agent_id = None, Identity.DESK, actor.id
        proof.aside_at, proof.aside_by_id, proof.aside_words = None, None, ""
        proof.is_inside, proof.bracket, proof.at = is_inside, bracket, clock.now()
        proof.source_key = proof.home_key = None
        db.session.flush()
    require(
        proof.user_id is None,
        _("This person already takes part, with an account of their own: nothing more to do."),
    )
    db.session.execute(
        sa.update(LetterCode)
        .where(
            LetterCode.campaign_id == campaign.id,
            LetterCode.voter_key == proof.voter_key,
            LetterCode.used_at.is_(None),
            LetterCode.revoked_at.is_(None),
        )
        .values(revoked_at=clock.now())
    )
    letter = None
    if account is not None:
        roll.let_go(account, campaign)
        rules.take(account, campaign)
        proof.user_id = account.id
    else:
        code = codes.new_code()
        row = _written(campaign, code, _next_number(campaign), actor)
        row.voter_key, row.is_inside, row.bracket = proof.voter_key, is_inside, bracket
        letter = Letter(row.number, code)
    record("identity.see", actor, campaign)
    return Seen(proof, letter)


# Letters.


def make_letters(actor: User, campaign: Campaign, *, size: int, key: str) -> list[Letter]:
    """A facilitator has so many letters made; their codes are known now and never again."""
    rules.make_letters(actor, campaign, size)
    first = _next_number(campaign)
    series = Series(campaign_id=campaign.id, key=key, size=size, agent_id=actor.id)
    db.session.add(series)
    db.session.flush()
    letters = [Letter(number, codes.new_code()) for number in range(first, first + size)]
    for letter in letters:
        _written(campaign, letter.code, letter.number, actor).series_id = series.id
    record("identity.make_letters", actor, campaign, number=size)
    return letters


def revoke_series(actor: User, campaign: Campaign, series: Series) -> None:
    """A facilitator cancels the letters of a pile that have not served."""
    rules.revoke_series(actor, campaign, series)
    series.revoked_at = clock.now()
    db.session.execute(
        sa.update(LetterCode)
        .where(
            LetterCode.series_id == series.id,
            LetterCode.used_at.is_(None),
            LetterCode.revoked_at.is_(None),
        )
        .values(revoked_at=clock.now())
    )
    record("identity.revoke_series", actor, campaign, series_id=series.id)


def replace_letter(actor: User, campaign: Campaign, letter: LetterCode) -> Letter:
    """A facilitator replaces a letter that was lost: the old code opens nothing any more."""
    db.session.refresh(letter, with_for_update=True)
    rules.replace_letter(actor, campaign, letter)
    letter.revoked_at = clock.now()
    code = codes.new_code()
    row = _written(campaign, code, _next_number(campaign), actor)
    row.series_id, row.voter_key = letter.series_id, letter.voter_key
    row.is_inside, row.bracket = letter.is_inside, letter.bracket
    record("identity.replace_letter", actor, campaign, number=letter.number)
    return Letter(row.number, code)


def _written(campaign: Campaign, code: str, number: int, agent: User) -> LetterCode:
    """A new letter: its fingerprint. Letters are sent to those who live within the perimeter."""
    row = LetterCode(
        campaign_id=campaign.id,
        number=number,
        key=sealing.of_code(campaign, code),
        is_inside=True,
        agent_id=agent.id,
    )
    db.session.add(row)
    return row


def _next_number(campaign: Campaign) -> int:
    """The number after the last, nobody else taking one meanwhile."""
    db.session.execute(locked(sa.select(Campaign.id).where(Campaign.id == campaign.id)))
    last = sa.select(sa.func.max(LetterCode.number)).where(LetterCode.campaign_id == campaign.id)
    return (db.session.scalar(last) or 0) + 1
