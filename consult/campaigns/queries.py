"""What to read of campaigns: those on show, what one still lacks, how its rules changed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import joinedload, lazyload
from werkzeug.exceptions import NotFound

from consult.campaigns.models import (
    PARTICIPATION,
    YOUNGEST,
    AgeBracket,
    Campaign,
    CampaignDocument,
    CampaignRules,
    Identity,
    LegalNature,
    Moderation,
    PhaseKind,
    Stage,
    State,
)
from consult.core import clock
from consult.core.algorithms import Kind, algorithm
from consult.core.db import db
from consult.core.i18n import _, day, n_
from consult.core.text import fold
from consult.people.models import RoleName, User
from consult.people.queries import models
from consult.territory.models import Place

SHORTEST = 7  # days: less is not a reasonable time to hear of a question and answer it
SHORTEST_BY_LAW = {LegalNature.ENVIRONMENT: 21}  # C. env. L.123-19-1
FORBIDDEN = {"referendum", "referendums"}  # one word for one vote, which this site does not hold


def awaits_votes(campaign: Campaign) -> bool:
    """Whether a secret vote was announced here, and neither counted nor cancelled."""
    poll = models()["poll"]  # a later room's
    found = sa.select(poll.id).filter_by(campaign_id=campaign.id, state="announced")
    return db.session.scalar(found.limit(1)) is not None


_BY_SLUG = sa.select(Campaign).where(Campaign.slug == sa.bindparam("slug"))


def by_slug_or_404(slug: str, actor: User | None) -> Campaign:
    """The campaign at this address, if this person may see it."""
    campaign = db.session.scalar(_BY_SLUG, {"slug": slug})
    if campaign is None or not is_visible_to(actor, campaign):
        raise NotFound
    return campaign


def is_visible_to(actor: User | None, campaign: Campaign) -> bool:
    """What is public is everybody's; a draft is for those who prepare it or watch over it."""
    return campaign.is_public or _prepares(actor, campaign.id)


def _prepares(actor: User | None, campaign_id: int | None) -> bool:
    roles = (RoleName.FACILITATOR, RoleName.GUARANTOR, RoleName.ADMINISTRATOR)
    return actor is not None and (actor.is_system or actor.holds(*roles, campaign_id=campaign_id))


def on_show() -> list[Campaign]:
    """Every public campaign: open ones first (the next to close leading), then those to come,
    those whose results are expected, those with results (latest first), the cancelled ones."""
    return sorted(db.session.scalars(_ON_SHOW), key=_rank)


_ON_SHOW = (
    sa.select(Campaign).where(Campaign.state != State.DRAFT).options(lazyload(Campaign.themes))
)


@algorithm(
    Kind.SORT,
    _("List of consultations"),
    purpose=_("To show first what one may still take part in."),
    data=_("The dates of each consultation."),
    rule=_(
        "Open ones first, the next to close leading; then those to come, those whose results are"
        " expected, those with results, the cancelled ones."
    ),
)
def _rank(campaign: Campaign) -> tuple[int, float, int]:
    stage = campaign.stage
    moment = {
        Stage.OPEN: campaign.closes_at,
        Stage.UPCOMING: campaign.opens_at,
        Stage.CLOSED: campaign.closes_at,
        Stage.ANSWERED: campaign.results_at,
        Stage.CANCELLED: campaign.cancelled_at,
    }[stage]
    seconds = moment.timestamp() if moment else 0.0
    is_soonest_first = stage in (Stage.OPEN, Stage.UPCOMING, Stage.CLOSED)
    order = (Stage.OPEN, Stage.UPCOMING, Stage.CLOSED, Stage.ANSWERED, Stage.CANCELLED)
    return order.index(stage), seconds if is_soonest_first else -seconds, -campaign.id


def in_preparation(actor: User | None) -> list[Campaign]:
    """The drafts this person may see, the latest first."""
    if actor is None or not (actor.is_system or actor.held):
        return []
    drafts = db.session.scalars(
        sa.select(Campaign)
        .where(Campaign.state == State.DRAFT)
        .options(lazyload("*"))
        .order_by(Campaign.id.desc())
    )
    return [campaign for campaign in drafts if _prepares(actor, campaign.id)]


def with_key(key: str) -> Campaign | None:
    """The campaign this very form already made."""
    return db.session.scalar(sa.select(Campaign).filter_by(key=key)) if key else None


def is_slug_taken(slug: str, but: Campaign | None = None) -> bool:
    """Whether another campaign, or a page of the site, already stands at this address."""
    other = db.session.scalar(sa.select(Campaign).filter_by(slug=slug))
    return slug in ("nouvelle",) or (other is not None and other is not but)


def opened_without_rules() -> list[Campaign]:
    """Campaigns that have opened and whose first rules are not written down yet."""
    written = sa.select(CampaignRules.campaign_id)
    waiting = db.session.scalars(
        sa.select(Campaign).where(
            Campaign.state.in_([State.PUBLISHED, State.RESULTS]), Campaign.id.not_in(written)
        )
    )
    return [campaign for campaign in waiting if campaign.has_opened]


def document_or_404(campaign: Campaign, document_id: int) -> CampaignDocument:
    """One paper of this campaign's file."""
    document = db.session.get(CampaignDocument, document_id)
    if document is None or document.campaign_id != campaign.id or document.removed_at:
        raise NotFound
    return document


def shows_file(file_id: int, actor: User | None) -> bool:
    """Whether a campaign this person may see holds this file in its file, still on show."""
    holding = db.session.execute(
        sa.select(Campaign.id, Campaign.state)
        .join(CampaignDocument, CampaignDocument.campaign_id == Campaign.id)
        .where(CampaignDocument.file_id == file_id, CampaignDocument.removed_at.is_(None))
    )
    return any(state != State.DRAFT or _prepares(actor, number) for number, state in holding)


def at_places(place_ids: Iterable[int]) -> list[Campaign]:
    """The public campaigns about one of these places, the latest first."""
    return list(
        db.session.scalars(
            sa.select(Campaign)
            .where(
                Campaign.places.any(Place.id.in_(list(place_ids))), Campaign.state != State.DRAFT
            )
            .order_by(Campaign.published_at.desc(), Campaign.id.desc())
            .options(lazyload(Campaign.themes), joinedload(Campaign.phases))
        ).unique()
    )


# What a campaign still lacks before it may be published.


class Gap(NamedTuple):
    """One thing missing, as a sentence, and where to fill it: an endpoint and a field."""

    key: str
    words: LazyString
    page: str
    field: str


REQUIRED = {
    "question": _("Put the question in one sentence."),
    "decider": _("Say who decides in the end."),
    "legal_nature": _("Name the legal nature of the campaign: it says what the result is worth."),
    "audience": _("Say who may take part."),
    "rules": _("Write the rules of participation."),
    "purpose": _("Say what will be done with the results, and when."),
    "offline": _("Say how to take part without the internet: at least one place, line or paper."),
    "contact": _("Give a contact: people must be able to ask a question."),
    "privacy": _("Say what is done with personal data."),
}


def gaps(campaign: Campaign) -> list[Gap]:
    """Everything this campaign lacks to be published, in the order of its pages."""
    missing = [
        Gap(name, words, "edit", name)
        for name, words in REQUIRED.items()
        if not str(getattr(campaign, name) or "").strip()
    ]
    if says_referendum(campaign.title):
        missing.insert(0, Gap("title", NO_REFERENDUM, "edit", "title"))
    if campaign.accepted == (Identity.OIDC,):
        missing.append(Gap("ways", NEVER_ALONE, "edit", "ways"))
    if campaign.accepted and not campaign.dpia_on:
        missing.append(Gap("dpia_on", NOT_ASSESSED, "edit", "dpia_on"))
    if words := _calendar_gap(campaign):
        missing.append(Gap("phases", words, "schedule", PhaseKind.PROPOSE.value + "-first"))
    if not campaign.file_on_show:
        words = _("Add at least one document to the file: people answer better when they know.")
        missing.append(Gap("documents", words, "add_document", "file"))
    return missing


NEVER_ALONE = _(
    "FranceConnect is never the only way: add a letter, the desk or a declared address, for those"
    " who cannot or will not use it."
)
NOT_ASSESSED = _(
    "Fill in “AIPD validated on…”: people prove who they are here, and the law asks for an impact"
    " assessment first (GDPR, article 35)."
)
NO_REFERENDUM = _(
    "A title cannot say “referendum”: the law keeps this word for a vote that decides."
)


def says_referendum(title: str) -> bool:
    """Whether a title uses the word the law keeps for a vote that decides."""
    return bool(FORBIDDEN & set(fold(title).split()))


def _calendar_gap(campaign: Campaign) -> LazyString | None:
    phases = [phase for phase in campaign.phases if phase.kind in PARTICIPATION]
    if not phases:
        return _("Give the dates of at least one step where people take part.")
    for phase in phases:
        if phase.closes_at is None:
            return _("Give a last day to the step “%(step)s”.", step=phase.kind.label)
    closes_at = max(phase.closes_at for phase in phases if phase.closes_at)
    opens_at = min(phase.opens_at for phase in phases)
    if closes_at <= clock.now():
        return _("The last day to take part is already past: choose days to come.")
    starts = max(opens_at, campaign.published_at or clock.now())
    given = (clock.in_town(closes_at).date() - clock.in_town(starts).date()).days + 1
    shortest = SHORTEST
    if campaign.legal_nature:
        shortest = SHORTEST_BY_LAW.get(campaign.legal_nature, SHORTEST)
    if given < shortest:
        return n_(
            "People need at least %(shortest)d days to take part; the calendar leaves %(num)d day.",
            "People need at least %(shortest)d days to take part; the calendar leaves %(num)d"
            " days.",
            max(given, 0),
            shortest=shortest,
        )
    return None


# What frames a campaign, in words, and how it changed.


class Term(NamedTuple):
    """One thing that frames a campaign: its name, and what it says (Markdown where `is_prose`)."""

    key: str
    label: LazyString
    words: Any
    is_prose: bool


class Difference(NamedTuple):
    label: LazyString
    before: Any
    after: Any
    is_prose: bool


LABELS = {
    "title": _("Title"),
    "question": _("The question"),
    "decider": _("Who decides"),
    "legal_nature": _("Legal nature"),
    "audience": _("Who may take part"),
    "rules": _("Rules of participation"),
    "purpose": _("What will be done with the results"),
    "offline": _("Taking part without the internet"),
    "privacy": _("Personal data"),
    "moderation": _("Moderation"),
    "identity": _("Identity"),
    "ways": _("Proof asked"),
    "proves_comments": _("Asked of comments as well"),
    "perimeter": _("Perimeter"),
    "postcodes": _("Postcodes of the perimeter"),
    "is_for_insiders": _("People from elsewhere"),
    "youngest": _("Age asked"),
    "support_limit": _("Supports"),
    "hides_counts": _("Counting of supports"),
    "themes": _("Themes"),
}
# Said only where somebody proves something; themes where there are any.
OF_PROOFS = ("proves_comments", "perimeter", "postcodes", "is_for_insiders", "youngest")
SAID_WITH = {**dict.fromkeys(OF_PROOFS, "ways"), "themes": "themes"}
PROSE = ("audience", "rules", "purpose", "offline", "privacy")
NOT_SAID = _("Not communicated")


def terms(content: dict[str, Any]) -> list[Term]:
    """The rules of a campaign, one by one, in words; its calendar last."""
    found = [
        Term(name, label, said(name, content.get(name)), name in PROSE)
        for name, label in LABELS.items()
        if name not in SAID_WITH or content.get(SAID_WITH[name])
    ]
    for phase in content.get("phases", ()):
        kind = PhaseKind(phase["kind"])
        found.append(Term(f"phase-{kind}", kind.label, dates(phase), False))
    return found


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    """What changed between two versions of the rules, in words."""
    old = {term.key: term for term in terms(before)}
    new = {term.key: term for term in terms(after)}
    titles = {theme["id"]: theme["title"] for theme in before.get("themes") or ()}
    renamed = [
        Difference(_("Theme renamed"), titles[theme["id"]], theme["title"], False)
        for theme in after.get("themes") or ()
        if titles.get(theme["id"], theme["title"]) != theme["title"]
    ]
    return renamed + [
        Difference(
            term.label,
            old[key].words if key in old else NOT_SAID,
            new[key].words if key in new else NOT_SAID,
            term.is_prose,
        )
        for key, term in {**old, **new}.items()
        if key not in old or key not in new or str(old[key].words) != str(new[key].words)
    ]


def said(name: str, value: Any) -> Any:
    """What one rule of a campaign says, in words."""
    if name == "support_limit":
        if value is None:
            return _("As many as one wishes")
        return n_("One support each", "%(num)d supports each", value)
    if name == "step":
        return PhaseKind(value).label
    if name == "hides_counts":
        return _("Hidden until the last day of support") if value else _("Shown as they come")
    if name == "ways":
        return Several(Identity(way).label for way in value or ()) or _("Nothing more is asked.")
    if name == "proves_comments":
        return _("Yes") if value else _("No")
    if name == "is_for_insiders":
        return _("They do not take part.") if value else _("They take part, counted apart.")
    if name == "youngest":
        return YOUNGEST[AgeBracket(value) if value else None]
    if not value:
        return NOT_SAID
    if name == "themes":
        return " · ".join(theme["title"] for theme in value)
    kinds: dict[str, Any] = {
        "legal_nature": LegalNature,
        "moderation": Moderation,
        "identity": Identity,
    }
    return kinds[name](value).label if name in kinds else value


class Several(tuple[LazyString, ...]):
    """Several sentences said one after the other."""

    def __str__(self) -> str:
        return " ".join(map(str, self))


def dates(phase: dict[str, Any]) -> LazyString:
    """« from 1 June 2026 to 30 June 2026 »."""
    starts = day(datetime.fromisoformat(phase["opens_at"]))
    if not phase["closes_at"]:
        return _("from %(start)s", start=starts)
    ends = day(datetime.fromisoformat(phase["closes_at"]))
    return _("from %(start)s to %(end)s", start=starts, end=ends)


class Chapter(NamedTuple):
    """One version of the rules as the public reads it: when, why, what changed."""

    version: CampaignRules
    differences: list[Difference]


def history(campaign: Campaign) -> list[Chapter]:
    """Every version of the rules, the latest first, each against the one before."""
    versions = campaign.versions
    return [
        Chapter(
            version,
            differences(versions[index - 1].content, version.content) if index else [],
        )
        for index, version in reversed(list(enumerate(versions)))
    ]


def missing_words(missing: Iterable[Gap]) -> str:
    """All gaps in one sentence after the other."""
    return " ".join(str(gap.words) for gap in missing)
