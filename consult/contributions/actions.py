"""What can happen to a contribution: its rule, its change, its record."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from consult.campaigns.models import Campaign, Moderation, Theme
from consult.contributions import queries, rules
from consult.contributions.models import Contribution, show_in_search
from consult.core import clock, erasures, files, images
from consult.core.db import db
from consult.core.i18n import _, language
from consult.core.rules import refusal, require
from consult.identity.queries import is_inside
from consult.identity.rules import proven
from consult.journal.actions import record
from consult.people import consents, letters
from consult.people.consents import agreed
from consult.people.models import ConsentKind, RoleName, User
from consult.people.queries import closed_by_email, held, with_role
from consult.posts import queries as posts
from consult.posts import signs
from consult.posts.models import (
    Channel,
    Flag,
    Image,
    Post,
    Slip,
    Status,
    Version,
    forget_words,
    take_away,
)
from consult.territory.models import Place

CHANGED = _("These words were changed while you were reading: here they are as they now stand.")
HALF_DAY = 12 * 3600  # facilitators are told once in each, however many texts come


class Picture(NamedTuple):
    """A picture as somebody hands it in: drawn again, small and large, with its words."""

    large: images.Image
    small: images.Image
    alternative: str = ""
    credit: str = ""


def save_draft(
    actor: User | None,
    campaign: Campaign,
    *,
    title: str,
    body: str,
    theme: Theme | None = None,
    place: Place | None = None,
    pictures: Sequence[Picture] = (),
    byline: str | None = None,
    key: str | None = None,
    seen: Sequence[str] = (),
) -> Contribution:
    """Somebody's words are safe, with a receipt; they are not sent yet."""
    held(actor)
    rules.save_draft(actor, campaign)
    draft = _new(actor, campaign, title, body, theme, place, byline, key)
    draft.say(title, body, actor)
    _join(draft, pictures)
    signs.noted(draft, seen)
    record("contributions.save_draft", actor, draft)
    return draft


def submit(
    actor: User | None,
    campaign: Campaign,
    *,
    title: str,
    body: str,
    theme: Theme | None = None,
    place: Place | None = None,
    pictures: Sequence[Picture] = (),
    byline: str | None = None,
    key: str | None = None,
    seen: Sequence[str] = (),
) -> Contribution:
    """Somebody hands in a contribution: it waits to be read, or is published at once.

    `seen`: what about its form did not look like a person (core/door.py); a human reads it first.
    """
    held(actor)
    rules.submit(actor, campaign)
    if actor is not None:
        agreed(actor, ConsentKind.PUBLICATION)
    contribution = _new(actor, campaign, title, body, theme, place, byline, key)
    _hand_in(actor, contribution, seen)
    contribution.say(title, body, actor)
    _join(contribution, pictures)
    _situate(contribution)
    _acknowledge(actor, contribution)
    record("contributions.submit", actor, contribution, notify=_readers(contribution))
    return contribution


def send(actor: User | None, contribution: Contribution, *, agrees: bool = False) -> None:
    """A draft is sent. `agrees`: its author just agreed to have their words published."""
    posts.held(contribution, actor)
    rules.send(actor, contribution)
    if actor is not None:
        if agrees:
            consents.note(actor, ConsentKind.PUBLICATION)
        agreed(actor, ConsentKind.PUBLICATION)
    contribution.author = actor
    _hand_in(actor, contribution)
    _situate(contribution)
    _acknowledge(actor, contribution)
    record("contributions.send", actor, contribution, notify=_readers(contribution))


def ask_confirmation(
    actor: User | None, contribution: Contribution, *, email: str, pseudonym: str
) -> None:
    """A visitor gives an address: the words leave as soon as it has answered."""
    posts.held(contribution, actor)
    rules.ask_confirmation(actor, contribution)
    contribution.awaited_email, contribution.awaited_pseudonym = email, pseudonym
    contribution.awaited_since = contribution.awaited_since or clock.now()
    last = clock.in_town(contribution.awaited_since + letters.UNCONFIRMED).date()
    if closed_by_email(email):
        letters.write("people.closed_address", email, language=language())
    else:
        letters.write(
            "contributions.confirm",
            email,
            language=language(),
            receipt=contribution.receipt,
            before=last.isoformat(),
        )
    record("contributions.ask_confirmation", actor, contribution)


def confirm(actor: User, contribution: Contribution, *, seen: str | None = None) -> None:
    """The address has answered: the words take its account as their author, and leave.

    `seen`: what the page showed (`queries.shown`); whoever has the number may change a draft still,
    and nobody signs what they did not read.
    """
    posts.held(contribution, actor)
    rules.confirm(actor, contribution)
    require(seen is None or seen == queries.shown(contribution), CHANGED)
    contribution.author = actor
    consents.note(actor, ConsentKind.PUBLICATION)  # what the button that confirms says
    contribution.awaited_email = contribution.awaited_pseudonym = None
    if refusal(proven, actor, contribution.campaign):  # it is theirs; a proof is still asked
        record("contributions.confirm", actor, contribution)
        return
    _hand_in(actor, contribution)
    _situate(contribution)
    _acknowledge(actor, contribution)
    record("contributions.confirm", actor, contribution)
    record("contributions.submit", actor, contribution, notify=_readers(contribution))


def edit(
    actor: User | None,
    contribution: Contribution,
    *,
    title: str,
    body: str,
    theme: Theme | None = None,
    place: Place | None = None,
    pictures: Sequence[Picture] = (),
    removed: Sequence[Image] = (),
    alternatives: Mapping[Image, str] | None = None,
    byline: str | None = None,
) -> None:
    """Its author changes the words; the earlier ones stay to be read."""
    posts.held(contribution, actor)
    rules.edit(actor, contribution)
    is_reworded = (title, body) != (contribution.title, contribution.body)
    if is_reworded:
        contribution.say(title, body, actor)
    contribution.sort_under(theme, place)
    contribution.byline = byline
    for image in removed:
        take_away(image)
    for image, alternative in (alternatives or {}).items():
        if alternative != image.alternative:  # its author's own words again
            image.alternative, image.as_written = alternative, None
    _join(contribution, pictures)
    told: list[User] = []
    if contribution.status != Status.DRAFT and is_reworded:
        signs.looked_at(contribution, actor)
    if contribution.is_public:
        contribution.read_again()
        show_in_search(contribution)
        told = _readers(contribution)
    record("contributions.edit", actor, contribution, notify=told, reworded=is_reworded)


def withdraw(actor: User, contribution: Contribution) -> None:
    """Its author takes it back; the address says so."""
    posts.held(contribution, actor)
    rules.withdraw(actor, contribution)
    contribution.move_to(Status.WITHDRAWN)
    record("contributions.withdraw", actor, contribution)


def hide_name(actor: User | None, contribution: Contribution) -> None:
    """Its author signs with their pseudonym again; an older copy of the site does not undo it."""
    posts.held(contribution, actor)
    rules.hide_name(actor, contribution)
    contribution.byline = None
    erasures.note("byline", contribution.id, contribution.created_at)
    record("contributions.hide_name", actor, contribution)


def discard(actor: User | None, contribution: Contribution) -> None:
    """A draft that was never sent is deleted, words and pictures."""
    posts.held(contribution, actor)
    rules.discard(actor, contribution)
    record("contributions.discard", actor, contribution.campaign)
    forget_words([contribution.id])
    for model in (Version, Flag):
        db.session.execute(sa.delete(model).where(model.post_id == contribution.id))
    db.session.delete(contribution)


def type_in(
    actor: User,
    campaign: Campaign,
    *,
    title: str,
    body: str,
    channel: Channel,
    collected_on: date,
    collected_at: str,
    number: str = "",
    contact: str | None = None,
    byline: str | None = None,
    theme: Theme | None = None,
    place: Place | None = None,
    pictures: Sequence[Picture] = (),
    is_inside: bool | None = None,
    key: str | None = None,
) -> Contribution:
    """An agent types in what somebody wrote on paper or said: same receipt, same life."""
    rules.type_in(actor, campaign, collected_on)
    contribution = _new(None, campaign, title, body, theme, place, byline, key, channel)
    is_read_first = campaign.moderation == Moderation.BEFORE
    contribution.move_to(Status.PENDING if is_read_first else Status.PUBLISHED)
    contribution.say(title, body, actor)
    _join(contribution, pictures)
    contribution.is_inside = is_inside
    db.session.add(
        Slip(
            post_id=contribution.id,
            agent_id=actor.id,
            collected_on=collected_on,
            collected_at=collected_at,
            number=number,
            contact=contact,
        )
    )
    record(
        "contributions.type_in",
        actor,
        contribution,
        notify=_readers(contribution),
        channel=channel,
        collected_on=collected_on,
    )
    return contribution


# What these have in common.


def _new(
    actor: User | None,
    campaign: Campaign,
    title: str,
    body: str,
    theme: Theme | None,
    place: Place | None,
    byline: str | None,
    key: str | None,
    channel: Channel = Channel.WEB,
) -> Contribution:
    """A new draft in its place of the campaign. What is handed in at once is written once."""
    draft = Contribution(
        campaign=campaign,
        author_id=actor.id if actor else None,
        byline=byline,
        key=key,
        channel=channel,
        status=Status.DRAFT,
        title=title,
        body=body,
        theme=theme,
        place=place,
    )
    db.session.add(draft)
    return draft


def _join(contribution: Contribution, pictures: Sequence[Picture]) -> None:
    """Add these pictures after those it has."""
    if not pictures:
        return
    last = db.session.scalar(
        sa.select(sa.func.max(Image.order)).where(Image.post_id == contribution.id)
    )
    for order, picture in enumerate(pictures, (last or 0) + 1):
        large, small = (
            files.keep(kept.data, "image.webp", kept.type, width=kept.width, height=kept.height)
            for kept in (picture.large, picture.small)
        )
        db.session.flush()
        db.session.add(
            Image(
                post_id=contribution.id,
                file_id=large.id,
                thumbnail_id=small.id,
                alternative=picture.alternative,
                credit=picture.credit,
                order=order,
            )
        )


def _hand_in(actor: User | None, contribution: Contribution, seen: Sequence[str] = ()) -> None:
    """Where it goes from draft: to those who read first, or before everybody's eyes."""
    is_odd = signs.looked_at(contribution, actor, seen)
    is_read_first = is_odd or contribution.campaign.moderation == Moderation.BEFORE
    contribution.move_to(Status.PENDING if is_read_first else Status.PUBLISHED)


def _situate(contribution: Contribution) -> None:
    """Whether its author lives within the perimeter, where a proof says so."""
    contribution.is_inside = is_inside(contribution.author, contribution.campaign)


def _acknowledge(actor: User | None, contribution: Contribution) -> None:
    """Its author holds the receipt number by mail as well, whatever becomes of the page."""
    if actor is not None and actor.email and actor.wants_mail and not actor.is_demo:
        letters.write(
            "contributions.receipt",
            actor.email,
            language=actor.language,
            user=actor,
            receipt=contribution.receipt,
            campaign=contribution.campaign.title,
        )


def _readers(contribution: Contribution) -> list[User]:
    """The facilitators, unless another text that waits came in the same half-day."""
    now = clock.now()
    since = now - timedelta(seconds=now.timestamp() % HALF_DAY)
    post = Post.__table__
    table = Contribution.__table__
    # Adding nothing keeps SQLite from walking the whole campaign: few texts wait.
    others = sa.exists().where(
        table.c.id == post.c.id,
        table.c.campaign_id + 0 == contribution.campaign_id,
        post.c.waiting_since >= since,
        post.c.id != contribution.id,
    )
    if db.session.scalar(sa.select(others)):
        return []
    return with_role(RoleName.FACILITATOR, campaign=contribution.campaign)
