"""A plan of action written down as a file: read with every printed word, and what it leaves open.

The file is JSON. Keys that begin with `_` are an editor's own (codes, references, ISO dates,
notes); every other string is a quotation, kept letter for letter. Where both exist, `status` and
`_status` are the same key, so a town that writes its own plan need not use underscores at all.
Only the title, the engagements, their titles and the words of their actions are needed:

    title, subtitle, introduction               words
    consultation    name, kind, period, participation
    adoption        body, place, decision, vote, date, number, _date (ISO), _vote_counts,
                    _attendance
    progress_report label, statement, credited_to (list of words), _as_of
    status_legend   list of: mark, label, _code, _order
    engagements     list of: number, title, words, _ref, actions, engagements (nested)
      actions       list of: _id, text, words, status_mark, _status, status_tag or tags,
                    periodicity, partners, places, dates, events, _see_also, _serves, _note
        partners    list of names, or of: name, role, _org (a key of `organisations`)
        places      list of words
        dates       list of words, or of: text, _iso
        _see_also   references of other actions
        _serves     references of other engagements that the action serves too
    illustrations   list of: caption, _kind (photo, projection, map), _file, _credit, _alt
    organisations   by key: names (the preferred one first); others are taken from the partners

Status codes: unknown, planned, started, well_advanced, done, suspended, abandoned, or in French
a_venir, en_cours, tres_avance, realise, suspendu, abandonne. Without a code the status is unknown.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from flask_babel.speaklater import LazyString

from consult.core.dates import PartialDate, Recurrence, find, parse, recurrence
from consult.core.i18n import _
from consult.core.slugs import slugify
from consult.core.text import fold, read_json

STATUSES = {
    **{
        code: code
        for code in (
            *("unknown", "planned", "started", "well_advanced", "done", "suspended"),
            "abandoned",
        )
    },
    "non_renseigne": "unknown",
    "a_venir": "planned",
    "en_cours": "started",
    "tres_avance": "well_advanced",
    "realise": "done",
    "suspendu": "suspended",
    "abandonne": "abandoned",
}
KINDS = {
    "photo": "photo",
    "projection": "projection",
    "vue_architecte": "projection",
    "map": "map",
    "carte": "map",
    "drawing": "drawing",
    "dessin": "drawing",
}


class Problem(NamedTuple):
    """Where the file is not what it should be, as a path in the JSON, and why."""

    path: str
    message: LazyString


class DocumentError(ValueError):
    """A file that is no plan, with every problem found in it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(", ".join(problem.path for problem in problems))
        self.problems = problems


class Todo(NamedTuple):
    """Something the document leaves open, for an editor to fill."""

    kind: str
    ref: str
    message: LazyString


@dataclass
class Organisation:
    """A body, its preferred name and the other names the document gives it."""

    key: str
    name: str
    acronym: str = ""
    aliases: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [self.name, *self.aliases]


@dataclass
class Part:
    """What a body does in an action: its key, its name as printed there, its role as printed."""

    organisation: str
    name: str
    role: str = ""


@dataclass
class Action:
    """Something promised, in the printed words, with what they tell."""

    ref: str
    text: str
    words: str = ""
    status: str = "unknown"
    mark: str = ""
    tags: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    dates: list[PartialDate] = field(default_factory=list)
    periodicity: Recurrence | None = None
    events: list[str] = field(default_factory=list)
    see_also: list[str] = field(default_factory=list)
    serves: list[str] = field(default_factory=list)  # engagements besides its own
    note: str = ""
    engagement: str = ""
    order: int = 0


@dataclass
class Engagement:
    """One branch of the plan and the actions under it; `parent` is the branch it grows from."""

    ref: str
    number: str
    title: str
    words: str = ""
    order: int = 0
    parent: str = ""
    actions: list[Action] = field(default_factory=list)


@dataclass
class Consultation:
    """The question the plan answers, as the document tells it."""

    name: str = ""
    kind: str = ""
    period: PartialDate | None = None
    participation: str = ""


@dataclass
class Adoption:
    """How the assembly adopted the plan. Counts that were not printed stay None."""

    body: str = ""
    place: str = ""
    decision: str = ""
    vote: str = ""
    number: str = ""
    date: PartialDate | None = None
    vote_counts: dict[str, int] | None = None
    attendance: dict[str, int] | None = None


@dataclass
class ProgressReport:
    """The review that the document itself is, when it is one."""

    label: str = ""
    statement: str = ""
    credited_to: list[str] = field(default_factory=list)
    as_of: PartialDate | None = None


@dataclass
class LegendEntry:
    """A printed mark, its printed words and the status it stands for."""

    mark: str
    label: str
    status: str
    order: int = 0


@dataclass
class Illustration:
    """A picture of the document, or what is left of it: its caption."""

    ref: str
    caption: str
    kind: str = "photo"
    file: str = ""
    credit: str = ""
    alt: str = ""


@dataclass
class PlanDocument:
    """The whole document."""

    title: str
    subtitle: str = ""
    introduction: str = ""
    consultation: Consultation | None = None
    adoption: Adoption | None = None
    progress_report: ProgressReport | None = None
    legend: list[LegendEntry] = field(default_factory=list)
    engagements: list[Engagement] = field(default_factory=list)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    illustrations: list[Illustration] = field(default_factory=list)
    meta: dict[str, Any] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)  # printed where no key was expected
    raw: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def actions(self) -> list[Action]:
        return [action for engagement in self.engagements for action in engagement.actions]

    def figures(self) -> dict[str, Any]:
        """What the document holds, counted; only statuses that occur are named."""
        statuses = Counter(action.status for action in self.actions)
        return {
            "engagements": len(self.engagements),
            "actions": len(self.actions),
            "statuses": dict(sorted(statuses.items())),
            "organisations": len(self.organisations),
        }

    def printed_strings(self) -> list[str]:
        """Every quotation of the document, in its order, repeated where it repeats itself."""
        return [text for _path, text in _printed(self.raw, "$")]

    def todo(self) -> list[Todo]:
        """What the document does not say and an editor may fill, statuses first."""
        return [
            *self._statuses(),
            *self._adoption(),
            *self._dates(),
            *self._pictures(),
            *self._doubts(),
        ]

    def _statuses(self) -> Iterator[Todo]:
        for action in self.actions:
            if action.status == "unknown":
                yield Todo("status", action.ref, _("Say where this action stands."))

    def _adoption(self) -> Iterator[Todo]:
        adoption = self.adoption
        if adoption is None:
            yield Todo("adoption", "", _("Give the act by which the plan was adopted."))
            return
        if not adoption.number:
            yield Todo("act_number", "", _("Give the number of the act that adopted the plan."))
        if adoption.date is None or adoption.date.day is None:
            yield Todo("adoption_date", "", _("Give the day the plan was adopted."))
        if adoption.vote_counts is None:
            yield Todo("vote_counts", "", _("Give the votes for and against, and abstentions."))
        if adoption.attendance is None:
            yield Todo("attendance", "", _("Give who was present, absent and represented."))

    def _dates(self) -> Iterator[Todo]:
        period = self.consultation and self.consultation.period
        if self.consultation and (not period or period.start is None or not _has_days(period)):
            reason = _("Give the days the consultation opened and closed.")
            yield Todo("consultation_dates", "", reason)
        report = self.progress_report
        if report and (report.as_of is None or report.as_of.day is None):
            yield Todo("report_date", "", _("Give the day this progress report was drawn up."))
        for action in self.actions:
            if action.periodicity:
                reason = _(
                    "Give the first date, so that “%(words)s” can stand in the calendar.",
                    words=action.periodicity.text,
                )
                yield Todo("first_date", action.ref, reason)

    def _pictures(self) -> Iterator[Todo]:
        for picture in self.illustrations:
            if not picture.file:
                reason = _(
                    "Find this picture, its credit and an alternative text: “%(caption)s”.",
                    caption=picture.caption,
                )
                yield Todo("image", picture.ref, reason)
                continue
            if not picture.credit:
                yield Todo("credit", picture.ref, _("Give the credit of this picture."))
            if not picture.alt:
                yield Todo("alt", picture.ref, _("Describe this picture for who cannot see it."))

    def _doubts(self) -> Iterator[Todo]:
        marks = Counter(entry.mark for entry in self.legend)
        for mark, count in marks.items():
            if mark and count > 1:
                reason = _(
                    "The mark %(mark)s stands for %(count)s statuses: nothing was read from it.",
                    mark=mark,
                    count=count,
                )
                yield Todo("legend", mark, reason)
        for action in self.actions:
            if action.note:
                reason = _("Read the note of the transcription: %(note)s", note=action.note)
                yield Todo("note", action.ref, reason)
        for path, text in self.unread.items():
            reason = _("These words stand where none were expected: “%(text)s”.", text=text)
            yield Todo("unread", path, reason)


def _has_days(period: PartialDate) -> bool:
    return bool(re.search(r"\b(?:[12]?\d|3[01]|1er)\b", period.text))


def read(source: str | Path | bytes | dict[str, Any] | BinaryIO) -> PlanDocument:
    """The plan in a file, in bytes or already in memory; DocumentError lists what is wrong."""
    return _Reader(_loaded(source)).plan()


def _loaded(source: str | Path | bytes | dict[str, Any] | BinaryIO) -> dict[str, Any]:
    if isinstance(source, dict):
        found: Any = source
    else:
        if isinstance(source, str | Path):
            data = Path(source).read_bytes()
        else:
            data = source if isinstance(source, bytes) else source.read()
        try:
            found = read_json(data.decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise DocumentError([Problem("$", _("The file is not written in UTF-8."))]) from None
        except json.JSONDecodeError as error:
            reason = _(
                "This is not JSON: something is wrong at line %(line)s, column %(column)s.",
                line=error.lineno,
                column=error.colno,
            )
            raise DocumentError([Problem("$", reason)]) from None
        except RecursionError:
            raise DocumentError([Problem("$", _("The file is nested too deeply."))]) from None
    if not isinstance(found, dict):
        raise DocumentError([Problem("$", _("A plan is one object with a title."))])
    return found


def _printed(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every string that no underscore hides, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _printed(item, f"{path}[{place}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not key.startswith("_"):
                yield from _printed(item, f"{path}.{key}")


class _Reader:
    """Walks the file, takes what it knows, and remembers what is wrong and what is left."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw
        self.problems: list[Problem] = []
        self.taken: set[str] = set()
        self.organisations: dict[str, Organisation] = {}
        self.refs: dict[str, str] = {}  # reference of an action or engagement → its path

    def plan(self) -> PlanDocument:
        raw = self.raw
        self._organisations()
        document = PlanDocument(
            title=self.text(raw, "title", "$", needed=True),
            subtitle=self.text(raw, "subtitle", "$"),
            introduction=self.text(raw, "introduction", "$"),
            consultation=self._consultation(),
            adoption=self._adoption(),
            progress_report=self._progress_report(),
            legend=self._legend(),
            engagements=list(self._engagements(raw, "$", "")),
            organisations=self.organisations,
            illustrations=self._illustrations(),
            meta=self.object(raw, "meta", "$")[0],
            raw=raw,
        )
        if not document.engagements and not self.problems:
            self.wrong("$.engagements", _("A plan has at least one engagement."))
        self._links(document)
        if self.problems:
            raise DocumentError(self.problems)
        document.unread = {
            path: text for path, text in _printed(raw, "$") if path not in self.taken
        }
        return document

    # What stands under a key, checked.

    def wrong(self, path: str, message: LazyString) -> None:
        self.problems.append(Problem(path, message))

    def get(self, holder: dict[str, Any], key: str, path: str) -> tuple[Any, str]:
        """The value under `key`, or under `_key`, and its path."""
        for name in (key, f"_{key}"):
            if holder.get(name) is not None:
                return holder[name], f"{path}.{name}"
        return None, f"{path}.{key}"

    def text(self, holder: dict[str, Any], key: str, path: str, *, needed: bool = False) -> str:
        value, at = self.get(holder, key, path)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        if value is not None and not isinstance(value, str):
            self.wrong(at, _("Words are expected here."))
            return ""
        if needed and not (value or "").strip():
            self.wrong(at, _("Words are missing here."))
        self.taken.add(at)
        return value or ""

    def items(self, holder: dict[str, Any], key: str, path: str) -> list[tuple[Any, str]]:
        value, at = self.get(holder, key, path)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(at, _("A list is expected here."))
            return []
        return [(item, f"{at}[{place}]") for place, item in enumerate(value)]

    def texts(self, holder: dict[str, Any], key: str, path: str) -> list[str]:
        found = []
        for item, at in self.items(holder, key, path):
            if isinstance(item, str):
                self.taken.add(at)
                found.append(item)
            else:
                self.wrong(at, _("Words are expected here."))
        return found

    def objects(
        self, holder: dict[str, Any], key: str, path: str
    ) -> Iterator[tuple[dict[str, Any], str]]:
        for item, at in self.items(holder, key, path):
            if isinstance(item, dict):
                yield item, at
            else:
                self.wrong(at, _("An object is expected here."))

    def object(self, holder: dict[str, Any], key: str, path: str) -> tuple[dict[str, Any], str]:
        value, at = self.get(holder, key, path)
        if value is not None and not isinstance(value, dict):
            self.wrong(at, _("An object is expected here."))
        return (value if isinstance(value, dict) else {}), at

    def number(self, holder: dict[str, Any], key: str, path: str, default: int) -> int:
        value, at = self.get(holder, key, path)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self.wrong(at, _("A whole number is expected here."))
        return default

    def counts(self, holder: dict[str, Any], key: str, path: str) -> dict[str, int] | None:
        value, at = self.object(holder, key, path)
        for name, count in value.items():
            if not isinstance(count, int) or isinstance(count, bool) or count < 0:
                self.wrong(f"{at}.{name}", _("A whole number is expected here."))
        return value or None

    def code(
        self, holder: dict[str, Any], key: str, path: str, codes: dict[str, str], default: str
    ) -> str:
        word = self.text(holder, key, path)
        if not word:
            return default
        code = codes.get(fold(word).replace(" ", "_"))
        if code is None:
            known = ", ".join(dict.fromkeys(codes.values()))
            self.wrong(
                self.get(holder, key, path)[1],
                _("“%(word)s” is not one of: %(known)s.", word=word, known=known),
            )
            return default
        return code

    def moment(
        self, holder: dict[str, Any], key: str, path: str, iso_key: str = ""
    ) -> PartialDate | None:
        """The date under `key`; the editor's reading of it stands under `iso_key`."""
        words = self.text(holder, key, path)
        reading = self.text(holder, iso_key, path) if iso_key else ""
        return _dated(words, reading) if words or reading else None

    # The parts of a plan.

    def _consultation(self) -> Consultation | None:
        found, path = self.object(self.raw, "consultation", "$")
        if not found:
            return None
        return Consultation(
            name=self.text(found, "name", path),
            kind=self.text(found, "kind", path),
            period=self.moment(found, "period", path),
            participation=self.text(found, "participation", path),
        )

    def _adoption(self) -> Adoption | None:
        found, path = self.object(self.raw, "adoption", "$")
        if not found:
            return None
        return Adoption(
            body=self.text(found, "body", path),
            place=self.text(found, "place", path),
            decision=self.text(found, "decision", path),
            vote=self.text(found, "vote", path),
            number=self.text(found, "number", path),
            date=self.moment(found, "date", path, "_date"),
            vote_counts=self.counts(found, "vote_counts", path),
            attendance=self.counts(found, "attendance", path),
        )

    def _progress_report(self) -> ProgressReport | None:
        found, path = self.object(self.raw, "progress_report", "$")
        if not found:
            return None
        as_of = self.text(found, "as_of", path)
        dates = [parse(as_of)] if parse(as_of) else find(as_of)
        return ProgressReport(
            label=self.text(found, "label", path),
            statement=self.text(found, "statement", path),
            credited_to=self.texts(found, "credited_to", path),
            as_of=dates[0] if dates else None,
        )

    def _legend(self) -> list[LegendEntry]:
        return [
            LegendEntry(
                mark=self.text(entry, "mark", path),
                label=self.text(entry, "label", path),
                status=self.code(entry, "code", path, STATUSES, "unknown"),
                order=self.number(entry, "order", path, place),
            )
            for place, (entry, path) in enumerate(self.objects(self.raw, "status_legend", "$"), 1)
        ]

    def _illustrations(self) -> list[Illustration]:
        return [
            Illustration(
                ref=f"I{place}",
                caption=self.text(picture, "caption", path),
                kind=self.code(picture, "kind", path, KINDS, "photo"),
                file=self.text(picture, "file", path),
                credit=self.text(picture, "credit", path),
                alt=self.text(picture, "alt", path),
            )
            for place, (picture, path) in enumerate(self.objects(self.raw, "illustrations", "$"), 1)
        ]

    def _engagements(self, holder: dict[str, Any], path: str, parent: str) -> Iterator[Engagement]:
        for place, (found, at) in enumerate(self.objects(holder, "engagements", path), start=1):
            order = self.number(found, "n", at, place)
            ref = self.text(found, "ref", at) or (f"{parent}.{order}" if parent else f"E{order:02}")
            self._claim(ref, at)
            yield Engagement(
                ref=ref,
                number=self.text(found, "number", at),
                title=self.text(found, "title", at, needed=True),
                words=self.text(found, "words", at),
                order=order,
                parent=parent,
                actions=[
                    self._action(action, where, ref, n)
                    for n, (action, where) in enumerate(self.objects(found, "actions", at), 1)
                ],
            )
            yield from self._engagements(found, at, ref)

    def _action(self, found: dict[str, Any], path: str, engagement: str, order: int) -> Action:
        ref = self.text(found, "id", path) or f"{engagement}-A{order}"
        self._claim(ref, path)
        periodicity = self.text(found, "periodicity", path)
        tag = self.text(found, "status_tag", path)
        return Action(
            ref=ref,
            text=self.text(found, "text", path, needed=True),
            words=self.text(found, "words", path),
            status=self.code(found, "status", path, STATUSES, "unknown"),
            mark=self.text(found, "status_mark", path),
            tags=[*([tag] if tag else []), *self.texts(found, "tags", path)],
            parts=list(self._parts(found, path)),
            places=self.texts(found, "places", path),
            dates=list(self._moments(found, path)),
            periodicity=recurrence(periodicity) if periodicity else None,
            events=self.texts(found, "events", path),
            see_also=self.texts(found, "see_also", path),
            serves=self.texts(found, "serves", path),
            note=self.text(found, "note", path),
            engagement=engagement,
            order=order,
        )

    def _claim(self, ref: str, path: str) -> None:
        if ref in self.refs:
            reason = _("The reference %(ref)s is used twice.", ref=ref)
            self.wrong(path, reason)
        self.refs[ref] = path

    def _moments(self, action: dict[str, Any], path: str) -> Iterator[PartialDate]:
        for item, at in self.items(action, "dates", path):
            if isinstance(item, str):
                self.taken.add(at)
                yield _dated(item, "")
            elif isinstance(item, dict):
                words = self.text(item, "text", at, needed=True)
                yield _dated(words, self.text(item, "iso", at))
            else:
                self.wrong(at, _("Words are expected here."))

    def _parts(self, action: dict[str, Any], path: str) -> Iterator[Part]:
        for item, at in self.items(action, "partners", path):
            if isinstance(item, str):
                self.taken.add(at)
                yield Part(self._organisation(item, "").key, item)
            elif isinstance(item, dict):
                name = self.text(item, "name", at, needed=True)
                key = self._organisation(name, self.text(item, "org", at)).key
                yield Part(key, name, self.text(item, "role", at))
            else:
                self.wrong(at, _("An object is expected here."))

    def _organisations(self) -> None:
        found, path = self.object(self.raw, "organisations", "$")
        for key, value in found.items():
            at = f"{path}.{key}"
            if not isinstance(value, dict):
                self.wrong(at, _("An object is expected here."))
                continue
            names = self.texts(value, "names", at) or self.texts(value, "names_in_seed", at)
            if not names:
                self.wrong(at, _("An organisation needs a name."))
            for name in names:
                self._organisation(name, key)

    def _organisation(self, name: str, key: str) -> Organisation:
        """The body of this key, or of this name in any spelling; a new name becomes an alias."""
        folded = fold(name)
        if not key:
            known = (
                body.key
                for body in self.organisations.values()
                if folded in [fold(other) for other in (*body.names, body.acronym)]
            )
            key = next(known, slugify(name))
        body = self.organisations.get(key)
        if body is None:
            acronym = re.search(r"\(([A-ZÀ-Ý][\w&.-]{1,11})\)$", name)
            body = Organisation(key, name, acronym[1] if acronym else "")
            self.organisations[key] = body
        elif name not in body.names:
            body.aliases.append(name)
        return body

    def _links(self, document: PlanDocument) -> None:
        actions = {action.ref for action in document.actions}
        engagements = {engagement.ref for engagement in document.engagements}
        for action in document.actions:
            lost = [ref for ref in action.see_also if ref not in actions]
            lost += [ref for ref in action.serves if ref not in engagements]
            for ref in lost:
                self.wrong(
                    self.refs[action.ref],
                    _("%(ref)s is mentioned and does not exist.", ref=ref),
                )


def _dated(words: str, reading: str) -> PartialDate:
    """The printed words, with the period they give, or else the one the editor read in them."""
    printed, read_as = parse(words), parse(reading)
    if read_as and (not printed or (printed.start, printed.end) != (read_as.start, read_as.end)):
        return PartialDate(words, read_as.start, read_as.end, read_as.precision)
    return printed
