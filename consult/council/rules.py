"""Who may do what to the acts and sittings of the assembly, and when. Same names as actions."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from consult.core import clock
from consult.core.i18n import _
from consult.core.rules import require
from consult.core.text import fold
from consult.council import law, queries
from consult.council.models import (
    BINDING,
    CARRIED,
    IN_FORCE,
    UNVOTED,
    Act,
    ActKind,
    ActLink,
    ActState,
    AgendaItem,
    Amendment,
    Annex,
    Assembly,
    Casting,
    Fate,
    ItemState,
    Online,
    Sitting,
    Tie,
    VoteMode,
)
from consult.people.models import RoleName, User
from consult.people.rules import has_role


def desk(actor: User | None) -> None:
    """Those who hold the council's desk."""
    has_role(actor, RoleName.COUNCIL)


# Assemblies.


def set_up(actor: User | None, assembly: Assembly | None) -> None:
    desk(actor)


# The text of an act.


def draft(actor: User | None) -> None:
    desk(actor)


def edit(actor: User | None, act: Act) -> None:
    """A draft is written and rewritten; what was voted or read in public is only corrected."""
    desk(actor)
    require(
        act.is_open,
        _("This act was voted or made public: it is completed or corrected, not rewritten."),
    )


def discard(actor: User | None, act: Act) -> None:
    """What nobody was to examine, and nobody read, may be thrown away."""
    desk(actor)
    require(
        act.state == ActState.DRAFT and act.is_open,
        _("This act was put on an agenda, voted or made public: it stays."),
    )


def be_on_no_agenda(act: Act) -> None:
    """An act changes its assembly as long as none was to examine it."""
    require(act.state == ActState.DRAFT, _("An act that was put on an agenda keeps its assembly."))


def be_the_only_one(
    act: Act | None, assembly: Assembly | None, kind: ActKind, number: str | None
) -> None:
    """Two acts of one kind and one assembly do not bear the same number."""
    key = law.number_key(number)
    is_taken = assembly is not None and queries.same_number(
        act.id if act else 0, assembly, kind, key
    )
    require(not is_taken, _("Another act of this assembly already bears this number."))


def complete(actor: User | None, act: Act) -> None:
    desk(actor)
    require(queries.empty(act), _("Nothing is missing on this act."))


def only_fill(act: Act, said: dict[str, Any]) -> None:
    """What an act says stays; only what it leaves empty is filled."""
    empty = queries.empty(act)
    require(
        all(name in empty for name, value in said.items() if value not in (None, "")),
        _("What this act already says does not change."),
    )


def correct(actor: User | None, act: Act) -> None:
    """Once an act is no longer a draft, a correction is noted beside it with its reason."""
    desk(actor)
    require(not act.is_open, _("This act is still a draft: change its text."))


def annul(actor: User | None, act: Act) -> None:
    desk(actor)
    require(act.state in IN_FORCE, _("Only an act in force can be annulled by the court."))


# The vote.


def vote(actor: User | None, act: Act, item: AgendaItem | None) -> None:
    """A deliberation that is on the agenda, in a room with its quorum."""
    desk(actor)
    require(
        act.kind == ActKind.DELIBERATION,
        _("Only a deliberation is put to the vote: link this document to one."),
    )
    require(
        act.state == ActState.ON_AGENDA, _("This act is not on the agenda, or was voted already.")
    )
    if item is not None:
        require(
            item.sitting.held_on <= clock.today(), _("The sitting of this act has not been held.")
        )
        require(
            item.sitting.quorum(item).reached is not False,
            _("The quorum is not reached on this item: the assembly cannot deliberate."),
        )


def add_up(
    *,
    votes_for: int | None,
    votes_against: int | None,
    abstentions: int | None,
    not_voting: int | None = None,
    present: int | None = None,
    proxies: int | None = None,
    in_office: int | None = None,
) -> None:
    """No more voices than members in the room and proxies they hold; three counts or none."""
    counts = (votes_for, votes_against, abstentions)
    require(
        None not in counts or counts == (None, None, None),
        _("Give the three counts, or none. Where nobody voted so, write 0."),
    )
    said = [count for count in (*counts, not_voting) if count is not None]
    require(all(count >= 0 for count in said), _("A count of votes is never below zero."))
    if present is not None and proxies is not None:
        require(
            sum(said) <= present + proxies,
            _(
                "That makes %(votes)s voices for %(members)s members present and %(proxies)s"
                " proxies: it is too many.",
                votes=sum(said),
                members=present,
                proxies=proxies,
            ),
        )
    if in_office is not None:
        require(
            max(sum(said), (present or 0)) <= in_office,
            _("There are only %(number)s members in office.", number=in_office),
        )


def turn_a_tie(
    votes_for: int | None,
    votes_against: int | None,
    mode: VoteMode | None,
    casting_vote: Casting | None,
) -> None:
    """The president's voice decides only between equal counts, and only in a public ballot."""
    if casting_vote is not None:
        require(
            votes_for is not None and votes_for == votes_against,
            _("The president's voice decides only where there are as many for as against."),
        )
        require(
            mode == VoteMode.PUBLIC,
            _("In a secret ballot the president's voice does not decide."),
        )


def say_the_outcome(is_counted: bool, words: str | None, is_carried: bool | None) -> None:
    """A vote is known by its counts, or by how it was printed and which way it went."""
    require(
        is_counted or (words and is_carried is not None),
        _("Give the counts, or the vote as printed and which way it went."),
    )


# What follows the vote.


def sign(actor: User | None, act: Act) -> None:
    """What was adopted; an order, or an agreement once a deliberation has approved it."""
    desk(actor)
    require(act.kind in BINDING, _("Nobody signs a note, a report or a draft."))
    if act.kind in UNVOTED:
        require(act.state == ActState.DRAFT, _("This act is signed already."))
    else:
        require(act.state == ActState.ADOPTED, _("Only an act that was adopted is signed, once."))
    if act.kind == ActKind.AGREEMENT:
        approved = [
            link.earlier
            for link in act.links
            if link.earlier.kind == ActKind.DELIBERATION and link.earlier.state in CARRIED
        ]
        require(
            any(one.has_vote for one in approved),
            _("Link this agreement to the deliberation that approved it first."),
        )


def transmit(actor: User | None, act: Act) -> None:
    desk(actor)
    require(act.state == ActState.SIGNED, _("An act is transmitted once it is signed."))


def acknowledge(actor: User | None, act: Act) -> None:
    desk(actor)
    require(
        act.transmitted_on and act.state in (ActState.TRANSMITTED, ActState.PUBLISHED),
        _("An act is received once it is transmitted."),
    )
    require(act.received_on is None, _("The day of reception is known already."))


def come_after(day: date, earlier: date | None) -> None:
    """A step is dated no later than today and no sooner than the step before."""
    require(day <= clock.today(), _("This day has not come yet."))
    require(
        earlier is None or day >= earlier, _("This day comes before the step that precedes it.")
    )


def publish(actor: User | None, act: Act) -> None:
    """An act that binds goes online signed, transmitted, with its PDF; the rest when ready."""
    desk(actor)
    require(not (act.publications and act.is_public), _("This act is online already."))
    if act.kind in BINDING and not act.publications:
        require(
            act.state == ActState.TRANSMITTED,
            _("An act that binds is put online once it is signed and transmitted."),
        )
        require(act.document_id, _("Add the signed PDF first: it is what is put online."))


def read_it_over(checked_by: str) -> None:
    """Somebody read it for personal data that nobody needs, and gives their name."""
    require(checked_by.strip(), _("Name the person who read it for personal data."))


def unpublish(actor: User | None, act: Act) -> None:
    """Not before two months online."""
    desk(actor)
    require(act.publications and act.is_public, _("This act was not put online here."))
    since = max(clock.in_town(one.at).date() for one in act.publications)
    require(
        clock.today() >= law.may_leave_on(since),
        _(
            "An act stays online two months at least, until %(day)s.",
            day=f"{law.may_leave_on(since):%d/%m/%Y}",
        ),
    )


def give_a_reason(reason: str) -> None:
    require(reason.strip(), _("Give a reason: everybody will read it."))


def link(actor: User | None, act: Act, earlier: Act, tie: Tie) -> None:
    """Two acts, once; what amends or repeals binds, and so does what it changes."""
    desk(actor)
    require(act.id != earlier.id, _("An act is not tied to itself."))
    require(
        all((one.earlier_id, one.tie) != (earlier.id, tie) for one in act.links),
        _("These two acts are tied so already."),
    )
    require(
        all(one.earlier_id != act.id for one in earlier.links),
        _("The other act is already tied to this one, the other way round."),
    )
    if tie != Tie.FOLLOWS:
        require(
            act.kind in BINDING and earlier.kind in BINDING,
            _("Only an act that binds amends or repeals another."),
        )


def unlink(actor: User | None, link: ActLink) -> None:
    """A link noted by mistake; what already changed another act stays."""
    desk(actor)
    require(
        link.tie == Tie.FOLLOWS or link.act.state not in IN_FORCE,
        _("This act is in force: what it amends or repeals is done."),
    )


def attach(actor: User | None, act: Act, annex: Annex | None) -> None:
    """An annex joins an act, or one that was only cited is supplied."""
    desk(actor)
    require(annex is None or annex.file_id is None, _("This annex is supplied already."))


def detach(actor: User | None, annex: Annex) -> None:
    desk(actor)
    require(annex.act.is_open, _("This act was voted or made public: its annexes stay."))


# Sittings.


def convene(actor: User | None) -> None:
    desk(actor)


def wait_clear_days(held_on: date, after: Sitting | None) -> None:
    """A second convening comes at least three clear days after the sitting without quorum."""
    if after is not None:
        require(
            after.quorum().reached is False,
            _("The first sitting had its quorum, or nobody said who was there."),
        )
        require(
            law.clear_days(after.held_on, held_on) >= law.CLEAR_DAYS,
            _("Three clear days must pass between the two sittings."),
        )


def prepare(actor: User | None, sitting: Sitting) -> None:
    """Its day and place change until its minutes are approved."""
    desk(actor)
    require(sitting.external_ref is None, _("What the document says of this sitting stays."))
    require(sitting.approved_on is None, _("The minutes of this sitting are approved."))


def announce(actor: User | None, sitting: Sitting) -> None:
    desk(actor)
    require(not sitting.is_public, _("Everybody can read this sitting already."))


def attend(actor: User | None, sitting: Sitting) -> None:
    desk(actor)
    require(sitting.held_on <= clock.today(), _("This sitting has not been held yet."))
    require(sitting.approved_on is None, _("The minutes of this sitting are approved."))


def sit(
    sitting: Sitting,
    present: list[str] | None,
    absent: list[str] | None,
    proxies: Iterable[tuple[str, str]],
) -> None:
    """Nobody is present and absent at once; a proxy goes from one who is away to one who is there,
    and nobody holds more than the assembly allows."""
    here = {fold(name) for name in present or ()}
    away = {fold(name) for name in absent or ()}
    require(
        len(here) == len(present or ()) and len(away) == len(absent or ()),
        _("Somebody is named twice."),
    )
    require(not here & away, _("Somebody is named both present and absent."))
    members = sitting.members
    require(
        members is None or len(here) + len(away) <= members,
        _("There are only %(number)s members in office.", number=members),
    )
    given, held = [], [fold(holder) for _giver, holder in proxies]
    for giver, _holder in proxies:
        given.append(fold(giver))
    require(len(set(given)) == len(given), _("Somebody gave two proxies."))
    require(not here & set(given), _("Somebody who is present gave a proxy."))
    require(set(held) <= here, _("A proxy is held by a member who is present."))
    most = sitting.assembly.proxies_each
    require(
        all(held.count(one) <= most for one in held),
        _("A member holds at most %(number)s proxy here.", number=most),
    )


def inscribe(actor: User | None, sitting: Sitting, act: Act | None) -> None:
    """Something joins the agenda of a sitting whose minutes are not approved."""
    desk(actor)
    require(sitting.approved_on is None, _("The minutes of this sitting are approved."))
    if act is not None:
        require(
            act.state in (ActState.DRAFT, ActState.POSTPONED) and act.external_ref is None,
            _("This act is on an agenda already, or was voted."),
        )


def _waits(item: AgendaItem) -> None:
    require(item.state == ItemState.LISTED, _("This item was dealt with already."))


def move(actor: User | None, item: AgendaItem) -> None:
    """Its place, by which everybody knows it once the list of what was examined is online."""
    desk(actor)
    require(item.sitting.approved_on is None, _("The minutes of this sitting are approved."))
    require(item.sitting.put_online(Online.LIST) is None, _("This list is online already."))


def examine(actor: User | None, item: AgendaItem) -> None:
    """Who is in the room for an item, and who has an interest in it."""
    desk(actor)
    require(item.sitting.approved_on is None, _("The minutes of this sitting are approved."))
    require(
        item.act is None or item.act.state not in (*CARRIED, ActState.REJECTED),
        _("This item was voted with those who were there."),
    )


def be_members(item: AgendaItem, present: int | None, interested: list[str]) -> None:
    """No more people in a room than members, nor an interest in somebody who is not there."""
    members = item.sitting.members
    require(
        present is None or members is None or present <= members,
        _("There are only %(number)s members in office.", number=members),
    )
    there = item.sitting.present
    if there is not None:
        known = {fold(name) for name in there}
        require(
            all(fold(name) in known for name in interested),
            _("Somebody who has an interest is not among the members present."),
        )


def withdraw(actor: User | None, item: AgendaItem) -> None:
    desk(actor)
    _waits(item)


postpone = withdraw


def amend(actor: User | None, item: AgendaItem) -> None:
    desk(actor)
    _waits(item)


def settle(actor: User | None, amendment: Amendment) -> None:
    desk(actor)
    require(amendment.fate == Fate.PENDING, _("What became of this amendment is known already."))


def minute(actor: User | None, sitting: Sitting) -> None:
    """The minutes are written once it has sat, until they are approved."""
    attend(actor, sitting)


def approve(actor: User | None, sitting: Sitting) -> None:
    minute(actor, sitting)
    require(
        all(element.is_there for element in queries.minutes_of(sitting)),
        _("The minutes do not hold the eight elements yet."),
    )


def publish_list(actor: User | None, sitting: Sitting) -> None:
    desk(actor)
    require(sitting.held_on <= clock.today(), _("This sitting has not been held yet."))
    require(sitting.put_online(Online.LIST) is None, _("This list is online already."))
    require(
        all(item.state != ItemState.LISTED for item in sitting.items) and sitting.items,
        _("Say first what became of each item of the agenda."),
    )


def publish_minutes(actor: User | None, sitting: Sitting) -> None:
    desk(actor)
    require(sitting.approved_on is not None, _("Minutes go online once they are approved."))
    require(sitting.put_online(Online.MINUTES) is None, _("These minutes are online already."))


def hear(actor: User | None, item: AgendaItem) -> None:
    """What is not put to the vote was examined all the same."""
    desk(actor)
    _waits(item)
    require(
        item.act is None or item.act.kind != ActKind.DELIBERATION,
        _("A deliberation is put to the vote: note its vote."),
    )
    require(item.sitting.held_on <= clock.today(), _("This sitting has not been held yet."))
