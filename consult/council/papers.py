"""What the paper of an act says, in the order in which acts are read."""

from collections.abc import Iterable
from typing import Any

from consult.core.i18n import day, gettext
from consult.core.papers import Node, plain
from consult.core.text import shorten
from consult.council import queries
from consult.council.models import Act, Part


def act(subject: Act, *, groups: dict[str, Any] | None = None) -> dict[str, Any]:
    """An act: its sitting, who was there, its subject, its text, its vote, who signed it.

    It is printed letter for letter; what nobody said reads « non communiqué ».
    """
    publication = subject.publication
    name = str(subject.title)
    return {
        "title": str(subject.heading) if subject.number else name,
        "running": shorten(str(subject.heading) if subject.number else name, 95),
        "kicker": _kicker(subject),
        "name": name,
        "notice": _notice(subject),
        "story": _story(subject),
        "parts": [part for part in _parts(subject) if part],
        "groups": groups,
        "reference": "",
        "sha256": publication.sha256 if publication else "",
        "colophon": [
            gettext(
                "This paper repeats the page of the act; only the act put online with its"
                " fingerprint is authentic."
            ),
            gettext("What the source does not say reads “not communicated”."),
        ],
    }


def _kicker(subject: Act) -> str:
    kind = str(subject.heading) if subject.number else str(subject.kind.label)
    return " – ".join(filter(None, [kind, subject.assembly]))


def _notice(subject: Act) -> str:
    """What must be read before anything else: a note is not an act, and some acts are no more."""
    words = [f"{remark.kind.label} : {remark.words}" for remark in subject.remarks]
    if subject.is_proposal:
        words.insert(0, gettext("Put to the council: nothing is voted in this document."))
    if not subject.is_public:
        words.insert(0, gettext("Working document: not public."))
    return " ".join(words)


def _story(subject: Act) -> list[list[str]]:
    unsaid = gettext("not communicated")
    sitting = subject.sitting
    when = day(subject.adopted_on) if subject.adopted_on else subject.adopted_words
    rows = [
        [gettext("Number of the act"), subject.number or unsaid],
        [gettext("Sitting of"), when or (day(sitting.held_on) if sitting else unsaid)],
        [gettext("Where it met"), subject.place or (sitting.place if sitting else None) or unsaid],
    ]
    if sitting:
        rows += [
            [gettext("Present"), _names(sitting.present)],
            [gettext("Absent"), _names(sitting.absent)],
            [gettext("Proxies"), _proxies(sitting)],
        ]
    for part in (Part.PRESENTER, Part.RAPPORTEUR):
        for one in subject.named(part):
            said = [one.name, one.quality, one.on_behalf_of]
            rows.append([str(part.label), ", ".join(filter(None, said))])
    if subject.commission:
        rows.append([gettext("Commission"), subject.commission])
    if subject.opinions:
        rows.append([gettext("Opinions received"), " ; ".join(subject.opinions)])
    if subject.places:
        names = ", ".join(place.name for place in subject.places)
        rows.append([gettext("Places it concerns"), names])
    return rows


def _names(names: Iterable[str] | None) -> str:
    if names is None:
        return gettext("not communicated")
    return ", ".join(names) or gettext("none")


def _proxies(sitting: Any) -> str:
    if not sitting.proxies_are_known:
        return gettext("not communicated")
    given = [
        gettext("%(giver)s to %(holder)s", giver=one.giver, holder=one.holder)
        for one in sitting.proxies
    ]
    return ", ".join(given) or gettext("none")


def _parts(subject: Act) -> list[dict[str, Any]]:
    return [
        _part(gettext("What it decides"), plain(subject.words)),
        _part(gettext("Text"), _text(subject)),
        _vote(subject),
        _part(gettext("Signed by"), rows=_signed(subject)),
        _part(gettext("Annexes"), rows=_annexes(subject)),
        _part(gettext("Publication and appeals"), rows=_online(subject)),
    ]


def _part(
    title: str, words: list[Node] | None = None, rows: list[list[str]] | None = None
) -> dict[str, Any]:
    """A part of the paper, or nothing where it would be empty."""
    if not words and not rows:
        return {}
    return {"title": title, "words": words or [], "rows": rows or []}


def _text(subject: Act) -> list[Node]:
    """Visas, what is considered, the formula, the articles, then the body."""
    authority = (subject.printed or {}).get("authority", "")
    lines = [authority, *subject.visas, *subject.considerations, *subject.grounds, subject.formula]
    found = plain(*lines)
    for one in subject.articles:
        number, words = one.get("number", ""), one["words"]
        pieces: list[Node] = [{"t": "s", "text": words}]
        if number and words.startswith(number):
            strong = {"t": "b", "c": [{"t": "s", "text": number}]}
            pieces = [strong, {"t": "s", "text": words[len(number) :]}]
        found.append({"t": "p", "c": pieces})
    return found + _body(subject.body)


def _body(blocks: Iterable[dict[str, Any]]) -> list[Node]:
    """The blocks of a text as it was typed or carried in (see `texts.py`)."""
    found: list[Node] = []
    above: list[int] = []
    for block in blocks:
        match block["kind"]:
            case "heading":
                while above and above[-1] >= block["level"]:
                    above.pop()
                above.append(block["level"])
                found.append({"t": "h", "level": len(above), "c": _pieces(block["words"])})
            case "list":
                found.append({"t": "ul", "items": [plain(item) for item in block["items"]]})
            case "table":
                found += plain(block.get("title") or "")
                rows = [[_pieces(str(cell or "")) for cell in row] for row in block["rows"]]
                head = [_pieces(str(one or "")) for one in block["columns"]]
                found.append({"t": "table", "head": head, "rows": rows})
            case _:
                found += plain(block["words"])
    return found


def _pieces(words: str) -> list[Node]:
    return [{"t": "s", "text": words}]


def _vote(subject: Act) -> dict[str, Any]:
    """The vote in words and in counts; empty is never zero."""
    if subject.is_proposal:
        return {}
    unsaid = gettext("not communicated")

    def count(number: int | None) -> str:
        return unsaid if number is None else str(number)

    rows = [
        [gettext("Vote"), str(subject.vote) if subject.vote else unsaid],
        [gettext("Votes for"), count(subject.votes_for)],
        [gettext("Votes against"), count(subject.votes_against)],
        [gettext("Abstentions"), count(subject.abstentions)],
        [gettext("Took no part in the vote"), count(subject.not_voting)],
    ]
    if subject.vote_words and subject.is_counted:
        rows.append([gettext("The vote as printed"), subject.vote_words])
    return _part(gettext("Vote"), rows=rows)


def _signed(subject: Act) -> list[list[str]]:
    rows = [[one.quality or " ", one.name] for one in subject.named(Part.SIGNATORY)]
    if subject.signed_on:
        rows.append([gettext("Signed on"), day(subject.signed_on)])
    return rows


def _annexes(subject: Act) -> list[list[str]]:
    later = queries.added_later(subject)
    return [
        [one.title, _supplied(one, later[one.id].words if one.id in later else "")]
        for one in subject.annexes
    ]


def _supplied(annex: Any, since: str) -> str:
    said = [annex.kind, day(annex.dated_on) if annex.dated_on else "", since]
    if annex.file is None:
        said.append(gettext("Annex cited, not supplied"))
    return ", ".join(filter(None, said)) or annex.file.name


def _online(subject: Act) -> list[list[str]]:
    unsaid = gettext("not communicated")
    shown = subject.published_on
    rows = [
        [
            gettext("Put online on"),
            day(shown) if shown else gettext("date of publication not communicated"),
        ]
    ]
    if not subject.is_binding:
        return rows
    received = subject.received_on
    rows.append([gettext("Received by the prefecture"), day(received) if received else unsaid])
    if subject.enforceable_on:
        rows.append([gettext("Enforceable since"), day(subject.enforceable_on)])
    if subject.court:
        where = ", ".join(filter(None, [subject.court, subject.court_address]))
        rows.append([gettext("Court"), where])
    if subject.appeal_until:
        until = day(subject.appeal_until)
        words = gettext(
            "Last day to do so: %(day)s. This date is computed by the site as a guide; only the"
            " court decides.",
            day=until,
        )
        rows.append([gettext("Appeals"), words])
    return rows
