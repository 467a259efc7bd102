"""What can happen to a campaign: its rule, its change, its record."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import PurePath
from typing import Any, NamedTuple

from sqlalchemy.exc import IntegrityError

from consult.campaigns import rules
from consult.campaigns.models import (
    FROZEN,
    Campaign,
    CampaignDocument,
    CampaignRules,
    Phase,
    PhaseKind,
    State,
    Theme,
    campaign_place,
    closing,
    opening,
)
from consult.campaigns.queries import is_slug_taken
from consult.campaigns.versions import NO_REASON, sort_anew, versioned
from consult.core import clock, drafts, files, images, restated
from consult.core.db import db
from consult.core.i18n import _
from consult.core.rules import Refused, require
from consult.core.slugs import distinct, slugify
from consult.core.text import fold
from consult.journal.actions import record
from consult.keys import signatures
from consult.keys.rules import fresh
from consult.people.models import User
from consult.people.queries import followers
from consult.territory.models import Place, PlaceKind
from consult.territory.queries import place_named

FREE = ("presentation", "contact")  # may be mended at any time; once open, both are kept
ASSESSED = ("dpia_on", "dpia_by")  # as soon as somebody has validated the impact assessment
# What decides whose voices count and how: once announced, two people change it.
VOTE_RULES = (
    *("identity", "ways", "perimeter", "postcodes", "is_for_insiders", "youngest"),
    *("support_limit", "hides_counts"),
)


class Dates(NamedTuple):
    """One step of the calendar as it is typed: a first day and a last day, both whole."""

    first: date
    last: date | None
    words: str = ""


def create(
    actor: User | None, *, title: str, question: str = "", key: str | None = None
) -> Campaign:
    """A facilitator begins a campaign, out of sight until it is ready."""
    rules.create(actor)
    rules.entitle(title)
    campaign = Campaign(
        slug=_own_slug(title),
        title=title,
        question=question,
        key=key,
        author_id=actor.id if actor else None,
    )
    db.session.add(campaign)
    db.session.flush()
    record("campaigns.create", actor, campaign)
    return campaign


def edit(actor: User | None, campaign: Campaign, *, reason: str = "", **fields: Any) -> None:
    """A facilitator writes its texts; what frames it is free until it opens, then frozen.

    Once it has opened, what the others said stays to be read, with the reason.
    """
    rules.edit(actor, campaign)
    unknown = set(fields) - {*FROZEN, *FREE, *ASSESSED, "slug"}
    if unknown:
        raise TypeError(f"not a text of a campaign: {sorted(unknown)}")
    changed = _changed(campaign, fields)
    rules.stay_counted(campaign, changed.get("ways", campaign.ways))
    if campaign.has_opened:
        require(
            set(changed) <= {*FREE, *ASSESSED},
            _("The rules froze when the campaign opened: change them with a public reason."),
        )
        before = {name: getattr(campaign, name) for name in changed}
        restated.restate(actor, campaign, before, changed, reason=reason)
    if "title" in changed:
        rules.entitle(changed["title"])
    if "slug" in changed:
        require(not campaign.is_public, _("The address was announced: it stays as it is."))
        changed["slug"] = slugify(changed["slug"], default=campaign.slug)
        require(
            not is_slug_taken(changed["slug"], campaign),
            _("Another campaign already stands at this address."),
        )
    if set(changed) & set(VOTE_RULES):
        _by_two(actor, "campaigns.edit", campaign, _against(campaign, changed))
    _apply(campaign, changed)
    if campaign.is_public and not campaign.has_opened:
        rules.stay_ready(campaign)
    elif set(changed) & set(ASSESSED):
        rules.stay_assessed(campaign)
    record("campaigns.edit", actor, campaign, fields=sorted(changed))


def schedule(actor: User | None, campaign: Campaign, steps: Mapping[PhaseKind, Dates]) -> None:
    """A facilitator sets the calendar, until the first step opens."""
    rules.schedule(actor, campaign)
    before, after = _written(campaign.phase(PhaseKind.VOTE)), _typed(steps.get(PhaseKind.VOTE))
    for kind in PhaseKind:
        phase, dates = campaign.phase(kind), steps.get(kind)
        if dates is None:
            if phase:
                campaign.phases.remove(phase)
                db.session.delete(phase)
            continue
        require(
            dates.last is None or dates.first <= dates.last,
            _("The step “%(step)s” ends before it begins.", step=kind.label),
        )
        if phase is None:
            phase = Phase(kind=kind)
            campaign.phases.append(phase)
        phase.opens_at = opening(dates.first)
        phase.closes_at = closing(dates.last) if dates.last else None
        phase.words = dates.words
    campaign.phases.sort(key=lambda phase: phase.opens_at)
    if campaign.is_public:
        rules.stay_ready(campaign)
        require(
            clock.in_town(campaign.phases[0].opens_at).date() >= clock.today(),
            _("The campaign would open in the past: choose today or a day to come."),
        )
    if before != after:
        change = {PhaseKind.VOTE.value: {"before": before, "after": after}}
        _by_two(actor, "campaigns.schedule", campaign, change)
    record("campaigns.schedule", actor, campaign)


def set_themes(
    actor: User | None,
    campaign: Campaign,
    titles: Sequence[tuple[int | None, str]],
    *,
    reason: str = "",
) -> None:
    """A facilitator names the subjects, in order; an id keeps what was sorted under it."""
    rules.set_themes(actor, campaign)
    known = {theme.id: theme for theme in campaign.themes}
    kept = {number for number, _title in titles if number}
    names = {number: fold(theme.title) for number, theme in known.items() if number in kept}
    require(
        not any(
            one != number and taken == fold(title)
            for number, title in titles
            for one, taken in names.items()
        ),
        _("Another theme already has this name."),
    )
    if campaign.has_opened:
        stands = [(theme.id, theme.title) for theme in campaign.themes]
        require(list(titles) != stands, _("Nothing changes in these themes."))

    def name() -> None:
        for theme in [theme for theme in known.values() if theme.id not in kept]:
            _remove(campaign, theme)
        for order, (number, title) in enumerate(titles):
            theme = known.get(number or 0) or Theme(campaign_id=campaign.id)
            if theme.id is None:
                campaign.themes.append(theme)
            theme.title, theme.order = title, order
        db.session.flush()
        campaign.themes.sort(key=lambda theme: theme.order)

    sort_anew(actor, campaign, reason, name)
    record("campaigns.set_themes", actor, campaign, number=len(titles))


def add_place(
    actor: User | None,
    campaign: Campaign,
    *,
    name: str,
    kind: PlaceKind = PlaceKind.SITE,
    aliases: Sequence[str] = (),
    reason: str = "",
) -> Place:
    """A facilitator says which place it is about; one nobody knew yet is put on the map."""
    rules.add_place(actor, campaign)
    require(name.strip(), _("Please give the name of the place."))
    place = place_named(name)
    if place is None:
        place = Place.new(name, kind=kind, aliases=aliases)
        record("territory.create_place", actor, place)
    if place not in campaign.places:
        _move(actor, campaign, [*campaign.places, place], reason)
    db.session.flush()
    record("campaigns.add_place", actor, campaign, place_id=place.id)
    return place


def remove_place(actor: User | None, campaign: Campaign, *, place: Place, reason: str = "") -> None:
    """A facilitator says it is not about this place after all."""
    rules.remove_place(actor, campaign)
    _move(actor, campaign, [one for one in campaign.places if one is not place], reason)
    record("campaigns.remove_place", actor, campaign, place_id=place.id)


def add_document(
    actor: User | None,
    campaign: Campaign,
    *,
    data: bytes,
    name: str,
    title: str,
    nature: str = "",
    dated_on: date | None = None,
) -> CampaignDocument:
    """A facilitator adds a paper to the file; followers hear of it once the campaign is open."""
    rules.add_document(actor, campaign)
    require(title.strip(), _("Please give the document a title."))
    present = list(campaign.file_on_show)
    stored = _kept(data, name)
    for document in present:
        if document.file.sha256 == stored.sha256 and document.title == title:
            db.session.expunge(stored)  # sent twice
            return document
    document = CampaignDocument(
        campaign_id=campaign.id, file=stored, title=title, nature=nature, dated_on=dated_on
    )
    db.session.add(document)
    db.session.flush()
    db.session.expire(campaign, ["documents"])
    record(
        "campaigns.add_document",
        actor,
        campaign,
        notify=followers("campaign", campaign.id) if campaign.has_opened else (),
        document_id=document.id,
    )
    return document


def remove_document(
    actor: User | None, campaign: Campaign, document: CampaignDocument, *, reason: str = ""
) -> None:
    """A facilitator takes a paper away; once open, its title and the reason stay in sight."""
    rules.remove_document(actor, campaign, document, reason)
    document.removed_at, document.removed_words = clock.now(), reason.strip()
    if campaign.is_public and not campaign.has_opened:
        rules.stay_ready(campaign)
    record("campaigns.remove_document", actor, campaign, document_id=document.id)


def publish(actor: User | None, campaign: Campaign) -> None:
    """A facilitator puts a complete campaign on show; its steps open by the clock."""
    rules.publish(actor, campaign)
    campaign.move_to(State.PUBLISHED)
    record("campaigns.publish", actor, campaign, opens_at=campaign.opens_at)


def freeze(actor: User | None, campaign: Campaign) -> CampaignRules | None:
    """The rules are written down as they stood when the campaign opened."""
    _hold(campaign)
    rules.freeze(actor, campaign)
    version = campaign.freeze()
    if version is not None:
        record("campaigns.freeze", actor, campaign, number=1, digest=version.digest)
    return version


def change_rules(
    actor: User | None, campaign: Campaign, *, reason: str, **fields: Any
) -> CampaignRules:
    """A facilitator changes what frames an open campaign: a new version, with why, announced."""
    _hold(campaign)
    rules.change_rules(actor, campaign)
    changed = _changed(campaign, fields)
    require(set(changed) <= set(FROZEN), _("Only the rules change this way."))
    require(changed, _("Nothing changes in these rules."))
    rules.stay_counted(campaign, changed.get("ways", campaign.ways))
    if "title" in changed:
        rules.entitle(changed["title"])
    if set(changed) & set(VOTE_RULES):
        require(reason.strip(), NO_REASON)
        details = {**_against(campaign, changed), "reason": reason.strip()}
        _by_two(actor, "campaigns.change_rules", campaign, details)
    version = versioned(actor, campaign, reason, lambda: _apply(campaign, changed))
    rules.stay_framed(campaign)
    record(
        "campaigns.change_rules",
        actor,
        campaign,
        notify=followers("campaign", campaign.id),
        number=version.number,
        fields=sorted(changed),
        digest=version.digest,
    )
    return version


def extend(
    actor: User | None,
    campaign: Campaign,
    phase: Phase,
    *,
    last: date,
    reason: str,
    moves_next: Sequence[Phase] = (),
) -> CampaignRules:
    """A facilitator gives people more time, and says why; the next steps may move as much."""
    closes_at = closing(last)
    _hold(campaign)
    rules.extend(actor, campaign, phase, closes_at)
    ends_at = phase.closes_at
    assert ends_at is not None  # noqa: S101
    days = (last - clock.in_town(ends_at).date()).days
    moved = [one for one in moves_next if one.opens_at >= ends_at and one.opens_at > clock.now()]
    if any(one.kind == PhaseKind.VOTE for one in (phase, *moved)):
        require(reason.strip(), NO_REASON)
        step = {"step": phase.kind, "last": last, "reason": reason.strip()}
        details = {**step, "following": "move" if moved else "stay"}
        _by_two(actor, "campaigns.extend", campaign, details)

    def push_back() -> None:
        for later in moved:
            later.opens_at = _days_later(later.opens_at, days)
            if later.closes_at:
                later.closes_at = _days_later(later.closes_at, days)
        phase.closes_at = closes_at

    version = versioned(actor, campaign, reason, push_back)
    record(
        "campaigns.extend",
        actor,
        campaign,
        notify=followers("campaign", campaign.id),
        number=version.number,
        phase=phase.kind,
        closes_at=closes_at,
        digest=version.digest,
    )
    return version


def cancel(actor: User | None, campaign: Campaign, *, reason: str) -> None:
    """A facilitator ends a campaign that will not be carried through; it stays in sight."""
    rules.cancel(actor, campaign)
    fresh(actor)
    require(reason.strip(), NO_REASON)
    campaign.freeze()
    campaign.cancelled_words = reason.strip()
    campaign.move_to(State.CANCELLED)
    record("campaigns.cancel", actor, campaign, notify=followers("campaign", campaign.id))


def discard(actor: User | None, campaign: Campaign) -> None:
    """A consultation begun by mistake is thrown away before anybody reads it."""
    rules.discard(actor, campaign)
    parts = (
        *(model.campaign_id for model in (Phase, Theme, CampaignDocument)),
        campaign_place.c.campaign_id,
    )
    record("campaigns.discard", actor, campaign)
    drafts.discard(campaign, *parts)


def copy(
    actor: User | None,
    campaign: Campaign,
    *,
    title: str,
    first: date | None = None,
    key: str | None = None,
) -> Campaign:
    """A facilitator starts from an earlier campaign: its texts, themes and places, its calendar
    moved so that it begins on `first`, or none; never its file."""
    rules.copy(actor, campaign)
    rules.entitle(title)
    texts = {name: getattr(campaign, name) for name in (*FROZEN, *FREE) if name != "title"}
    other = Campaign(
        slug=_own_slug(title),
        title=title,
        key=key,
        author_id=actor.id if actor else None,
        places=list(campaign.places),
        themes=[Theme(title=theme.title, order=theme.order) for theme in campaign.themes],
        **texts,
    )
    if first and campaign.phases:
        begins = min(phase.opens_at for phase in campaign.phases)
        days = (first - clock.in_town(begins).date()).days
        other.phases = [
            Phase(
                kind=phase.kind,
                opens_at=_days_later(phase.opens_at, days),
                closes_at=_days_later(phase.closes_at, days) if phase.closes_at else None,
                words=phase.words,
            )
            for phase in campaign.phases
        ]
    db.session.add(other)
    db.session.flush()
    record("campaigns.copy", actor, other, source_id=campaign.id)
    return other


def _own_slug(title: str) -> str:
    return distinct(slugify(title, default="consultation"), is_slug_taken)


def _hold(campaign: Campaign) -> None:
    """Read it again, and keep others from changing its frame meanwhile."""
    db.session.refresh(campaign, with_for_update=True)


def _changed(campaign: Campaign, fields: Mapping[str, Any]) -> dict[str, Any]:
    tidy = {name: _tidy(value) for name, value in fields.items()}
    return {name: value for name, value in tidy.items() if value != _tidy(getattr(campaign, name))}


def _tidy(value: Any) -> Any:
    """Words as they are kept, whatever a browser ends its lines with."""
    return value.replace("\r\n", "\n").strip() if type(value) is str else value


def _by_two(actor: User | None, what: str, campaign: Campaign, details: dict[str, Any]) -> None:
    """Once a campaign is announced, nobody alone changes how its voices are counted."""
    if campaign.is_public:
        signatures.spend(actor, what, campaign, details)


def _against(campaign: Campaign, changed: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {"before": getattr(campaign, name), "after": value} for name, value in changed.items()
    }


def _move(actor: User | None, campaign: Campaign, places: list[Place], reason: str) -> None:
    """Say where it is about; once it has opened, what was said stays to be read."""
    if campaign.has_opened:
        before, after = (
            {"places": sorted(one.name for one in of)} for of in (campaign.places, places)
        )
        restated.restate(actor, campaign, before, after, reason=reason)
    campaign.places = places


def _written(phase: Phase | None) -> list[date] | None:
    """The first and last day of a step as it stands."""
    moments = (phase.opens_at, phase.closes_at) if phase else ()
    return [clock.in_town(one).date() for one in moments if one] or None


def _typed(dates: Dates | None) -> list[date] | None:
    return [one for one in (dates.first, dates.last) if one] if dates else None


def _apply(campaign: Campaign, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        setattr(campaign, name, value)


def _remove(campaign: Campaign, theme: Theme) -> None:
    require(
        not campaign.has_opened,
        _(
            "The campaign has opened: the theme “%(theme)s” may be renamed, not removed.",
            theme=theme.title,
        ),
    )
    try:
        with db.session.begin_nested():
            campaign.themes.remove(theme)
            db.session.delete(theme)
    except IntegrityError:
        raise Refused(
            _(
                "Contributions are sorted under “%(theme)s”: it cannot be removed.",
                theme=theme.title,
            )
        ) from None


def _kept(data: bytes, name: str) -> files.StoredFile:
    """A PDF as it came, or a picture drawn again; what it is, is judged by its content."""
    stem = slugify(PurePath(name).stem, default="document")
    if b"%PDF-" in data[:1024]:
        return files.keep(data, f"{stem}.pdf", "application/pdf")
    try:
        image = images.reencode(data)
    except images.ImageRefused:
        raise Refused(_("This file is neither a PDF nor a picture we can read.")) from None
    return files.keep(
        image.data, f"{stem}.webp", image.type, width=image.width, height=image.height
    )


def _days_later(at: datetime, days: int) -> datetime:
    """The same hour in town, some days later, whatever summer time does in between."""
    return clock.from_town(clock.in_town(at).replace(tzinfo=None) + timedelta(days=days))
