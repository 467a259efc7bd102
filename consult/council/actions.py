"""What can happen to an act, from its draft to its publication, and to the sittings."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from consult.core import clock, drafts
from consult.core.db import db
from consult.core.files import StoredFile
from consult.core.restated import restate
from consult.core.text import fold
from consult.council import queries, rules, texts
from consult.council.models import (
    IN_FORCE,
    Act,
    ActKind,
    ActLink,
    ActPerson,
    ActRemark,
    ActState,
    AgendaItem,
    Amendment,
    Annex,
    Assembly,
    Casting,
    Fate,
    ItemState,
    Online,
    Part,
    Proxy,
    Publication,
    Remark,
    Sitting,
    Tie,
    VoteMode,
    act_place,
)
from consult.gaps.models import fill_gap
from consult.journal.actions import record
from consult.keys.rules import fresh
from consult.people.models import User
from consult.territory.models import Place

EFFECT = {Tie.AMENDS: ActState.AMENDED, Tie.REPEALS: ActState.REPEALED}
Named = tuple[Part, str, str, str]  # the part somebody has, name, quality, on behalf of whom

# Assemblies.


def set_up(
    actor: User | None, assembly: Assembly | None = None, *, key: str | None = None, **said: Any
) -> Assembly:
    """An assembly is named, with what the law and open data ask to know of it."""
    rules.set_up(actor, assembly)
    assembly = assembly or queries.made_with(Assembly, key) or Assembly(key=key)
    for name, value in said.items():
        setattr(assembly, name, value)
    db.session.add(assembly)
    db.session.flush()
    record("council.set_up", actor, assembly)
    return assembly


# The text of an act.


def draft(
    actor: User | None,
    *,
    kind: ActKind,
    title: str,
    assembly: Assembly,
    people: Iterable[Named] = (),
    places: Iterable[Place] = (),
    key: str | None = None,
    **said: Any,
) -> Act:
    """Somebody begins to write an act; nobody else reads it before it is made public."""
    rules.draft(actor)
    if made := queries.made_with(Act, key):
        return made
    rules.be_the_only_one(None, assembly, kind, said.get("number"))
    act = Act(
        kind=kind,
        title=title,
        author_id=actor.id if actor else None,
        key=key,
        **_of(assembly),
        **said,
    )
    db.session.add(act)
    _name(act, people)
    act.places = list(places)
    db.session.flush()
    texts.index(act)
    record("council.draft", actor, act, kind=kind)
    return act


def edit(
    actor: User | None,
    act: Act,
    *,
    people: Iterable[Named] | None = None,
    places: Iterable[Place] | None = None,
    assembly: Assembly | None = None,
    **said: Any,
) -> None:
    """A draft is rewritten: nobody voted on it, nobody read it in public."""
    rules.edit(actor, act)
    if assembly is not None and assembly is not act.chamber:
        rules.be_on_no_agenda(act)
        said |= _of(assembly)
    if "number" in said or "chamber" in said:
        number = said.get("number", act.number)
        rules.be_the_only_one(act, assembly or act.chamber, act.kind, number)
    for name, value in said.items():
        setattr(act, name, value)
    if people is not None:
        _name(act, people)
    if places is not None:
        act.places = list(places)
    db.session.flush()
    texts.index(act)
    record("council.edit", actor, act, changed=sorted(said))


def discard(actor: User | None, act: Act) -> None:
    """An act begun by mistake is thrown away."""
    rules.discard(actor, act)
    parts = (ActPerson.act_id, Annex.act_id, ActLink.act_id, act_place.c.act_id)
    record("council.discard", actor, act, kind=act.kind)
    drafts.discard(act, *parts)


def _of(assembly: Assembly) -> dict[str, Any]:
    """What an act takes from its assembly: its name as it is today, and the court above it."""
    return {
        "assembly": assembly.name,
        "chamber": assembly,
        "court": assembly.court or None,
        "court_address": assembly.court_address or None,
    }


def complete(actor: User | None, act: Act, **said: Any) -> None:
    """A clerk fills what was not said of an act; what was said stays as it is."""
    rules.complete(actor, act)
    rules.only_fill(act, said)
    filled = {name: value for name, value in said.items() if value not in (None, "")}
    figures = (*queries.COUNTS, *queries.ROOM)
    rules.add_up(**{name: filled.get(name, getattr(act, name)) for name in figures})
    rules.be_the_only_one(act, act.chamber, act.kind, filled.get("number"))
    for name, value in filled.items():
        setattr(act, name, value)
    if act.is_counted:
        fill_gap(act, "vote")
    if act.document is not None or act.document_id:
        fill_gap(act, "signature")
    if act.present is not None and act.proxies is not None:
        fill_gap(act, "attendance")
    db.session.flush()
    texts.index(act)
    record("council.complete", actor, act, filled=sorted(filled))


def correct(actor: User | None, act: Act, *, words: str, reason: str) -> ActRemark:
    """A mistake in an act is put right beside it, with the reason; the act stays as it was."""
    rules.correct(actor, act)
    rules.give_a_reason(reason)
    remark = _remark(actor, act, Remark.CORRECTION, words, reason)
    record("council.correct", actor, act, remark=remark.id)
    return remark


def annul(actor: User | None, act: Act, *, words: str, reason: str) -> ActRemark:
    """The court annuls an act in force; its page stays, and says so."""
    queries.hold(act)
    rules.annul(actor, act)
    fresh(actor)
    rules.give_a_reason(reason)
    act.move_to(ActState.ANNULLED)
    remark = _remark(actor, act, Remark.ANNULMENT, words, reason)
    record("council.annul", actor, act, remark=remark.id)
    return remark


def _remark(actor: User | None, act: Act, kind: Remark, words: str, reason: str) -> ActRemark:
    remark = ActRemark(
        act_id=act.id,
        kind=kind,
        words=words,
        reason=reason,
        author_id=actor.id if actor else None,
    )
    db.session.add(remark)
    db.session.flush()
    return remark


def _name(act: Act, people: Iterable[Named]) -> None:
    act.people = [
        ActPerson(part=part, name=name, quality=quality, on_behalf_of=for_whom, order=order)
        for order, (part, name, quality, for_whom) in enumerate(people)
    ]


# The vote.


def vote(
    actor: User | None,
    act: Act,
    *,
    votes_for: int | None = None,
    votes_against: int | None = None,
    abstentions: int | None = None,
    not_voting: int | None = None,
    mode: VoteMode | None = None,
    casting_vote: Casting | None = None,
    vote_words: str | None = None,
    is_carried: bool | None = None,
    present: int | None = None,
    proxies: int | None = None,
    in_office: int | None = None,
) -> None:
    """The assembly votes on an act: its counts are noted, and what they mean is computed.

    Who was there comes from the sitting where it says so, else from what the clerk gives.
    """
    queries.hold(act)
    item = queries.item_of(act)
    rules.vote(actor, act, item)
    sitting = item.sitting if item else act.sitting
    if sitting is not None:
        queries.hold_sitting(sitting)
        if sitting.external_ref is None:
            sitting.in_office = sitting.members  # whatever becomes of the assembly
    if item is not None:
        present, proxies, in_office = _room(item, present, proxies, in_office)
    counts = {
        "votes_for": votes_for,
        "votes_against": votes_against,
        "abstentions": abstentions,
        "not_voting": not_voting,
    }
    rules.add_up(**counts, present=present, proxies=proxies, in_office=in_office)
    rules.turn_a_tie(votes_for, votes_against, mode, casting_vote)
    rules.say_the_outcome(
        None not in (votes_for, votes_against, abstentions), vote_words, is_carried
    )
    for name, value in counts.items():
        setattr(act, name, value)
    act.vote_mode, act.casting_vote, act.vote_words = mode, casting_vote, vote_words or None
    act.present, act.proxies, act.in_office = present, proxies, in_office
    if sitting is not None:
        act.adopted_on = act.adopted_on or sitting.held_on
        act.place = act.place or sitting.place
    says_yes = act.is_carried if act.is_counted else is_carried
    act.move_to(ActState.ADOPTED if says_yes else ActState.REJECTED)
    if item is not None:
        item.state = ItemState.EXAMINED
    fill_gap(act, "vote")
    db.session.flush()
    texts.index(act)
    record("council.vote", actor, act, state=act.state)


def _room(
    item: AgendaItem, present: int | None, proxies: int | None, in_office: int | None
) -> tuple[int | None, int | None, int | None]:
    """Who may vote on this item: the interested have left, with the proxies they gave or held."""
    sitting = item.sitting
    counted = sitting.quorum(item).counted
    if sitting.proxies_are_known:
        left = {fold(name) for name in item.interested}
        held = [one for one in sitting.proxies if not {one.giver_key, fold(one.holder)} & left]
        proxies = len(held)
    return (
        counted if counted is not None else present,
        proxies,
        sitting.members or in_office,
    )


# What follows the vote.


def sign(actor: User | None, act: Act, *, on: date, signatories: Sequence[tuple[str, str]]) -> None:
    """Those who sign give their name and quality: no picture of a signature stands for them."""
    queries.hold(act)
    rules.sign(actor, act)
    rules.come_after(on, act.adopted_on)
    act.people = [
        *(one for one in act.people if one.part != Part.SIGNATORY),
        *(
            ActPerson(part=Part.SIGNATORY, name=name, quality=quality, order=100 + order)
            for order, (name, quality) in enumerate(signatories)
        ),
    ]
    act.signed_on = on
    act.move_to(ActState.SIGNED)
    fill_gap(act, "signature")
    db.session.flush()
    texts.index(act)
    record("council.sign", actor, act, on=on)


def transmit(actor: User | None, act: Act, *, on: date) -> None:
    """The act is sent to the prefecture."""
    queries.hold(act)
    rules.transmit(actor, act)
    rules.come_after(on, act.signed_on)
    act.transmitted_on = on
    act.move_to(ActState.TRANSMITTED)
    record("council.transmit", actor, act, on=on)


def acknowledge(actor: User | None, act: Act, *, on: date, prefecture_id: str = "") -> None:
    """The prefecture received the act; if it is online already, it is in force."""
    queries.hold(act)
    rules.acknowledge(actor, act)
    rules.come_after(on, act.transmitted_on)
    act.received_on, act.prefecture_id = on, prefecture_id or None
    fill_gap(act, "transmission")
    _enter_into_force(act)
    record("council.acknowledge", actor, act, on=on)


def publish(actor: User | None, act: Act, *, checked_by: str) -> Publication:
    """The act goes online: the server says when, and keeps the fingerprint of what it shows."""
    queries.hold(act)
    rules.publish(actor, act)
    rules.read_it_over(checked_by)
    text = texts.plain(act)
    publication = Publication(
        what=Online.ACT,
        act_id=act.id,
        at=clock.now(),
        sha256=act.document.sha256 if act.document else texts.fingerprint(text),
        file_id=act.document_id,
        checked_by=checked_by,
        author_id=actor.id if actor else None,
    )
    db.session.add(publication)
    act.publications.append(publication)
    act.show()
    if act.state == ActState.TRANSMITTED:
        act.move_to(ActState.PUBLISHED)
        _enter_into_force(act)
    fill_gap(act, "publication")
    db.session.flush()
    texts.index(act)
    record("council.publish", actor, act, sha256=publication.sha256)
    return publication


def _enter_into_force(act: Act) -> None:
    """Online and received: the act is enforceable, and what it amends or repeals changes."""
    if act.state == ActState.PUBLISHED and act.received_on is not None:
        act.move_to(ActState.ENFORCEABLE)
        for link in act.links:
            _take_effect(link)


def _take_effect(link: ActLink) -> None:
    state = EFFECT.get(link.tie)
    if state and link.act.state == ActState.ENFORCEABLE and link.earlier.state in IN_FORCE:
        link.earlier.move_to(state)


def unpublish(actor: User | None, act: Act, *, reason: str) -> ActRemark:
    """After two months at least, an act leaves the site; that it was there stays written."""
    queries.hold(act)
    rules.unpublish(actor, act)
    rules.give_a_reason(reason)
    act.shown_at = None
    remark = _remark(actor, act, Remark.OFFLINE, "", reason)
    texts.index(act)
    record("council.unpublish", actor, act, remark=remark.id)
    return remark


def link(actor: User | None, act: Act, earlier: Act, *, tie: Tie = Tie.FOLLOWS) -> ActLink:
    """An act follows from an earlier one, amends it or repeals it."""
    queries.hold(act)
    queries.hold(earlier)
    rules.link(actor, act, earlier, tie)
    if tie in EFFECT and act.state in IN_FORCE:
        fresh(actor)  # the earlier act is amended or repealed at once, and nothing undoes it
    made = ActLink(act=act, earlier=earlier, tie=tie)
    db.session.add(made)
    db.session.flush()
    _take_effect(made)
    record("council.link", actor, act, earlier=earlier.id, tie=tie)
    return made


def unlink(actor: User | None, link: ActLink, *, reason: str = "") -> None:
    """Two acts were tied by mistake. Where everybody could read that they were, the page goes on
    saying so, and why they are not."""
    rules.unlink(actor, link)
    act, earlier = link.act, link.earlier_id
    if queries.was_read_tied(link):
        tie = f"{link.tie.label} : {link.earlier.title}"
        restate(actor, act, {"tie": tie}, {}, reason=reason)
    act.links.remove(link)
    db.session.delete(link)
    record("council.unlink", actor, act, earlier=earlier)


def attach(
    actor: User | None,
    act: Act,
    annex: Annex | None = None,
    *,
    title: str = "",
    kind: str = "",
    dated_on: date | None = None,
    file: StoredFile | None = None,
    key: str | None = None,
) -> Annex:
    """An annex joins an act, or one that was cited is supplied; without a file it says so."""
    rules.attach(actor, act, annex)
    if annex is None:
        if made := queries.made_with(Annex, key):
            return made
        annex = Annex(title=title, order=len(act.annexes), key=key)
        act.annexes.append(annex)
    annex.kind, annex.dated_on = annex.kind or kind, annex.dated_on or dated_on
    annex.file = file
    db.session.flush()
    if file is not None:
        fill_gap(act, "annex", annex.external_ref or str(annex.id))
    record("council.attach", actor, act, annex=annex.id)
    return annex


def detach(actor: User | None, annex: Annex) -> None:
    """An annex leaves a draft."""
    rules.detach(actor, annex)
    act = annex.act
    act.annexes.remove(annex)
    db.session.delete(annex)
    record("council.detach", actor, act)


# Sittings.


def convene(
    actor: User | None,
    *,
    assembly: Assembly,
    held_on: date,
    after: Sitting | None = None,
    key: str | None = None,
    **said: Any,
) -> Sitting:
    """A sitting is called; a second one, where the first had no quorum, needs none."""
    rules.convene(actor)
    if made := queries.made_with(Sitting, key):
        return made
    rules.wait_clear_days(held_on, after)
    sitting = Sitting(assembly=assembly, held_on=held_on, after=after, key=key, **said)
    db.session.add(sitting)
    db.session.flush()
    record("council.convene", actor, sitting)
    return sitting


def prepare(
    actor: User | None, sitting: Sitting, *, held_on: date, reason: str = "", **said: Any
) -> None:
    """The day, the hour or the place of a sitting changes. Once everybody read them, or something
    was voted there, what was said stays on its page with the reason."""
    queries.hold_sitting(sitting)
    rules.prepare(actor, sitting)
    rules.wait_clear_days(held_on, sitting.after)
    _say(actor, sitting, reason, held_on=held_on, **said)
    record("council.prepare", actor, sitting)


def _say(actor: User | None, sitting: Sitting, reason: str, **said: Any) -> None:
    before = texts.meeting(sitting)
    for name, value in said.items():
        setattr(sitting, name, value)
    if queries.was_read(sitting):
        restate(actor, sitting, before, texts.meeting(sitting), reason=reason)


def announce(actor: User | None, sitting: Sitting) -> None:
    """Everybody can read when the assembly sits, and its agenda."""
    rules.announce(actor, sitting)
    sitting.show()
    record("council.announce", actor, sitting)


def attend(
    actor: User | None,
    sitting: Sitting,
    *,
    president: str | None,
    secretary: str | None,
    in_office: int | None,
    present: list[str] | None,
    absent: list[str] | None,
    proxies: Sequence[tuple[str, str]] | None,
    reason: str = "",
) -> None:
    """Who was there, who was not, who voted for whom; what is not said stays unknown. Once
    something was voted there, what was said stays on the page of the sitting with the reason."""
    queries.hold_sitting(sitting)
    rules.attend(actor, sitting)
    before = texts.attendance(sitting)
    sitting.in_office = in_office
    rules.sit(sitting, present, absent, proxies or [])
    sitting.president, sitting.secretary = president or None, secretary or None
    sitting.present, sitting.absent = present, absent
    sitting.proxies_are_known = proxies is not None
    sitting.proxies = []
    db.session.flush()
    sitting.proxies = [Proxy(giver=giver, holder=holder) for giver, holder in proxies or ()]
    if queries.has_voted(sitting):
        restate(actor, sitting, before, texts.attendance(sitting), reason=reason)
    if present is not None:
        fill_gap(sitting, "attendance")
        for act in db.session.scalars(sa.select(Act).where(Act.sitting_id == sitting.id)):
            fill_gap(act, "attendance")
    record("council.attend", actor, sitting)


def inscribe(
    actor: User | None,
    sitting: Sitting,
    *,
    title: str = "",
    act: Act | None = None,
    key: str | None = None,
) -> AgendaItem:
    """Something joins the agenda: an act to vote on, or only a subject."""
    if act is not None:
        queries.hold(act)
    rules.inscribe(actor, sitting, act)
    if made := queries.made_with(AgendaItem, key):
        return made
    last = max((item.order for item in sitting.items), default=0)
    item = AgendaItem(title=title or (act.title if act else ""), act=act, order=last + 1, key=key)
    sitting.items.append(item)
    if act is not None:
        act.move_to(ActState.ON_AGENDA)
        act.sitting, act.chamber = sitting, act.chamber or sitting.assembly
    db.session.flush()
    if act is not None:
        texts.index(act)
    record("council.inscribe", actor, item, act=act.id if act else None)
    return item


def move(actor: User | None, item: AgendaItem, *, by: int) -> None:
    """An item goes up or down the agenda."""
    rules.move(actor, item)
    row = sorted(item.sitting.items, key=lambda one: one.order)
    there = row.index(item) + (1 if by > 0 else -1)
    if 0 <= there < len(row):
        item.order, row[there].order = row[there].order, item.order
    record("council.move", actor, item)


def examine(
    actor: User | None, item: AgendaItem, *, present: int | None, interested: list[str]
) -> None:
    """Who is in the room for an item, and who leaves it because they have an interest."""
    rules.examine(actor, item)
    rules.be_members(item, present, interested)
    item.present, item.interested = present, interested
    record("council.examine", actor, item)


def hear(actor: User | None, item: AgendaItem) -> None:
    """An item without a vote was examined."""
    rules.hear(actor, item)
    item.state = ItemState.EXAMINED
    record("council.hear", actor, item)


def withdraw(actor: User | None, item: AgendaItem, *, reason: str = "") -> None:
    """An item is taken off the agenda; its act goes no further."""
    rules.withdraw(actor, item)
    item.state, item.reason = ItemState.WITHDRAWN, reason
    if item.act is not None and item.act.state == ActState.ON_AGENDA:
        item.act.move_to(ActState.WITHDRAWN)
    record("council.withdraw", actor, item)


def postpone(actor: User | None, item: AgendaItem, *, reason: str = "") -> None:
    """An item waits for a later sitting, and so does its act."""
    rules.postpone(actor, item)
    item.state, item.reason = ItemState.POSTPONED, reason
    if item.act is not None and item.act.state == ActState.ON_AGENDA:
        item.act.move_to(ActState.POSTPONED)
    record("council.postpone", actor, item)


def amend(
    actor: User | None, item: AgendaItem, *, author: str, words: str, key: str | None = None
) -> Amendment:
    """A member asks for a change in the text before the vote."""
    rules.amend(actor, item)
    if made := queries.made_with(Amendment, key):
        return made
    amendment = Amendment(author=author, words=words, key=key)
    item.amendments.append(amendment)
    db.session.flush()
    record("council.amend", actor, item, amendment=amendment.id)
    return amendment


def settle(actor: User | None, amendment: Amendment, *, fate: Fate) -> None:
    """What became of an amendment."""
    rules.settle(actor, amendment)
    amendment.fate = fate
    record("council.settle", actor, amendment.item, amendment=amendment.id, fate=fate)


def minute(actor: User | None, sitting: Sitting, *, reason: str = "", **said: Any) -> None:
    """The minutes are written: the hour, the ballots asked for, their results, what was said."""
    queries.hold_sitting(sitting)
    rules.minute(actor, sitting)
    _say(actor, sitting, reason, **said)
    record("council.minute", actor, sitting, changed=sorted(said))


def approve(actor: User | None, sitting: Sitting, *, on: date) -> None:
    """The next sitting approves the minutes, which hold the eight elements; they are closed."""
    rules.approve(actor, sitting)
    rules.come_after(on, sitting.held_on)
    sitting.approved_on = on
    record("council.approve", actor, sitting, on=on)


def publish_list(actor: User | None, sitting: Sitting) -> Publication:
    """The list of what was examined goes online, within a week of the sitting."""
    rules.publish_list(actor, sitting)
    said = [f"{item.order}. {item.title} – {item.state}" for item in sitting.items]
    made = _put_online(actor, sitting, Online.LIST, said)
    record("council.publish_list", actor, sitting, sha256=made.sha256)
    return made


def publish_minutes(actor: User | None, sitting: Sitting) -> Publication:
    """The minutes go online, within a week of their approval."""
    rules.publish_minutes(actor, sitting)
    said = [sitting.hour, sitting.ballot_requests, sitting.ballot_results, sitting.discussions]
    made = _put_online(actor, sitting, Online.MINUTES, [words or "" for words in said])
    record("council.publish_minutes", actor, sitting, sha256=made.sha256)
    return made


def _put_online(
    actor: User | None, sitting: Sitting, what: Online, said: Iterable[str]
) -> Publication:
    publication = Publication(
        what=what,
        sitting_id=sitting.id,
        at=clock.now(),
        sha256=texts.fingerprint("\n".join(said)),
        author_id=actor.id if actor else None,
    )
    db.session.add(publication)
    sitting.publications.append(publication)
    sitting.show()
    db.session.flush()
    return publication
