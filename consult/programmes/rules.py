"""Who may do what to a programme and to a body, and what a programme needs before it closes."""

from collections.abc import Collection
from typing import Any

from consult.core import dates
from consult.core.i18n import _
from consult.core.rules import require
from consult.people.models import RoleName, User
from consult.people.rules import has_role
from consult.programmes import queries
from consult.programmes.models import (
    NEXT,
    Body,
    Outcome,
    Owner,
    Part,
    Participant,
    Programme,
    ProgrammeState,
    root_of,
)
from consult.programmes.queries import Whole


def create(actor: User | None) -> None:
    has_role(actor, RoleName.COUNCIL)


def edit(actor: User | None, programme: Programme) -> None:
    has_role(actor, RoleName.COUNCIL)
    stay_closed(programme)


def stay_closed(programme: Programme) -> None:
    require(
        programme.state != ProgrammeState.CLOSED,
        _("This programme is closed: its pages stay as they are."),
    )


def take_the_step(programme: Programme, state: ProgrammeState) -> None:
    """A programme goes through its states in order; only `close` closes it."""
    require(
        state == programme.state
        or (state in NEXT[programme.state] and state != ProgrammeState.CLOSED),
        _("A programme cannot go from this state to that one."),
    )


def stand_elsewhere(programme: Programme, parent: Programme | None) -> None:
    require(
        programme.id is None or programme.id not in queries.ancestors(parent),
        _("A programme cannot stand under itself."),
    )


def follow_itself(programme: Programme, successor: Programme | None) -> None:
    require(successor is not programme, _("A programme cannot succeed itself."))


def be_in_order(start_words: str, end_words: str) -> None:
    """An end lies behind its start; nothing else is asked of the dates of a phase."""
    start, end = dates.parse(start_words).start, dates.parse(end_words).end
    require(
        start is None or end is None or start <= end,
        _("The end comes before the start: correct one of the two dates."),
    )


def add(actor: User | None, owner: Owner) -> None:
    _edit(actor, root_of(owner))


def change(actor: User | None, part: Part) -> None:
    _edit(actor, root_of(part))


def move(actor: User | None, part: Part) -> None:
    _edit(actor, root_of(part))


def remove(actor: User | None, part: Part) -> None:
    _edit(actor, root_of(part))
    require(
        not queries.below(part),
        _("Something still hangs on this: move it or remove it first."),
    )


def discard(actor: User | None, subject: Programme | Body) -> None:
    """A page nobody read may be thrown away."""
    has_role(actor, RoleName.COUNCIL)
    require(not subject.is_public, _("This page is public: it stays."))


def split(actor: User | None, participant: Participant) -> None:
    _edit(actor, participant.programme)


def be_several(names: Collection[str]) -> None:
    require(len(names) > 1, _("Write at least two names, one a line."))


def _edit(actor: User | None, root: Programme | Body) -> None:
    if isinstance(root, Programme):
        edit(actor, root)
    else:
        edit_body(actor, root)


def set_levels(actor: User | None, programme: Programme) -> None:
    edit(actor, programme)


def publish(actor: User | None, subject: Programme | Body) -> None:
    has_role(actor, RoleName.COUNCIL)
    require(not subject.is_public, _("This page is already public."))


def take_stock(actor: User | None, programme: Programme) -> None:
    has_role(actor, RoleName.COUNCIL)


def be_by_somebody(by_words: str) -> None:
    require(by_words.strip(), _("Say who draws up this review."))


def gather(actor: User | None, programme: Programme) -> None:
    edit(actor, programme)
    require(
        programme.state == ProgrammeState.CLOSING,
        _("Say first that the programme is being closed."),
    )


def conclude(actor: User | None, programme: Programme) -> None:
    gather(actor, programme)


def close(actor: User | None, programme: Programme) -> None:
    gather(actor, programme)


def have_a_report(programme: Programme) -> None:
    require(programme.closing_report.strip(), _("The closing report is missing."))


def name_issues(whole: Whole) -> None:
    require(whole.issues, _("Say what issues remain: at least one."))


def name_risks(whole: Whole) -> None:
    require(whole.risks, _("Say what risks there are: at least one."))


def have_a_successor(programme: Programme) -> None:
    require(
        programme.successor_id or programme.successor_words.strip(),
        _("Say which programme comes after this one."),
    )


def leave_nothing_open(whole: Whole, unfinished: Collection[tuple[int, str]]) -> None:
    """Every unfinished action is taken up elsewhere or closed with a reason."""
    settled = {one.action_id for one in whole.unfinished if one.outcome != Outcome.OPEN}
    require(
        not any(one.is_unsettled for one in whole.unfinished)
        and all(number in settled for number, _words in unfinished),
        _("Some actions are not finished: each is taken up elsewhere or closed with a reason."),
    )


# What must be true before a programme closes, in the order a clerk meets it.
BEFORE_CLOSING: tuple[tuple[str, Any], ...] = (
    ("report", lambda whole, _unfinished: have_a_report(whole.programme)),
    ("issues", lambda whole, _unfinished: name_issues(whole)),
    ("risks", lambda whole, _unfinished: name_risks(whole)),
    ("successor", lambda whole, _unfinished: have_a_successor(whole.programme)),
    ("actions", leave_nothing_open),
)


def create_body(actor: User | None) -> None:
    has_role(actor, RoleName.COUNCIL)


def edit_body(actor: User | None, body: Body) -> None:
    has_role(actor, RoleName.COUNCIL)
