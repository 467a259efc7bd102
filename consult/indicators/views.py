"""The pages of indicators: tables with their notes, pictures that judge nothing, and the desk."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from consult.core import restated
from consult.core.forms import labels
from consult.core.i18n import gettext
from consult.core.rules import Refused, refusal
from consult.core.tables import TableError, write_csv
from consult.engagements.models import Action, Plan, Sheet
from consult.engagements.queries import by_slug_or_404 as plan_or_404
from consult.gaps.models import Gap
from consult.gaps.queries import filled_at
from consult.indicators import actions, drawing, formats, queries, rules, schema
from consult.indicators.drawing import Point, Scale
from consult.indicators.figures import spell
from consult.indicators.forms import (
    CorrectForm,
    GridForm,
    IndicatorForm,
    TableForm,
    ThresholdForm,
)
from consult.indicators.models import Indicator, PrintedTable
from consult.indicators.queries import AtPlace, Shown, Way
from consult.journal.actions import commit, rollback
from consult.people.models import RoleName
from consult.people.rules import has_role
from consult.people.session import actor
from consult.territory.queries import place_or_404, places_by_name

bp = Blueprint("indicators", __name__)

bp.add_app_template_filter(spell, "spell")


def _measured_by(thing: Plan | Action | Sheet) -> list[Indicator]:
    """What measures a plan, an action or a sheet: for their own pages."""
    user = actor()
    if isinstance(thing, Plan):
        return queries.of_plan(thing, user)
    if isinstance(thing, Action):
        return queries.of_action(thing, user)
    return queries.of_sheets([thing], user)[thing.id]


bp.add_app_template_global(_measured_by, "measured_by")


@filled_at("indicator")
def _where(gap: Gap) -> str:
    return url_for("indicators.contradictions", _anchor=f"indicateur-{gap.subject_id}")


# What everybody reads.


class Line(NamedTuple):
    """One line of a printed table: a figure, and the figure it is compared with."""

    indicator: Indicator
    figure: Shown | None
    reference: Shown | None
    others: list[Shown]  # figures of other territories or of other sources


class Table(NamedTuple):
    """The indicators of one printed table, by theme, with all that is printed under it."""

    title: str
    printed: PrintedTable | None
    territory: str  # whose figures stand in the first column, where it is the same everywhere
    reference: str
    themes: list[tuple[str, list[Line]]]
    notes: dict[str, str]
    reading_keys: list[str]
    scales: dict[str, Scale]

    @property
    def number(self) -> int:
        return sum(len(lines) for _theme, lines in self.themes)


@bp.get("/indicateurs")
def index() -> str:
    user = actor()
    indicators = queries.listed(user)
    shown = queries.figures(indicators)
    return render_template(
        "indicators/index.html",
        tables=_tables(indicators, shown),
        indicators=indicators,
        choices=[(one.slug, one.label) for one in indicators],
        place_choices=_place_choices(),
        masked=any(row.is_masked for rows in shown.values() for row in rows),
        threshold=queries.threshold(),
        **_may(),
    )


@bp.get("/plans/<slug>/indicateurs")
def of_plan(slug: str) -> str:
    user = actor()
    plan = plan_or_404(slug, user)
    indicators = queries.of_plan(plan, user)
    shown = queries.figures(indicators)
    return render_template(
        "indicators/of_plan.html",
        plan=plan,
        tables=_tables(indicators, shown),
        indicators=indicators,
        masked=any(row.is_masked for rows in shown.values() for row in rows),
        threshold=queries.threshold(),
    )


@bp.get("/indicateurs/<slug>")
def show(slug: str) -> str:
    user = actor()
    indicator = queries.by_slug_or_404(slug, user)
    rows = queries.figures([indicator])[indicator.id]
    side_by_side = queries.latest(rows)
    return render_template(
        "indicators/show.html",
        indicator=indicator,
        rows=rows,
        comparison=_comparison(side_by_side),
        ways=_ways(queries.over_time(rows)),
        contradictions=queries.contradictions(rows),
        by_id={row.id: row for row in rows},
        past=queries.corrections(indicator, rows),
        restated=restated.of(indicator),
        labels=labels(IndicatorForm),
        plans=[plan for plan in indicator.plans if plan.is_public or queries.is_staff(user)],
        actions=[one for one in indicator.actions if one.plan.is_public or queries.is_staff(user)],
        sheets=[one for one in indicator.sheets if one.plan.is_public or queries.is_staff(user)],
        masked=any(row.is_masked for row in rows),
        threshold=indicator.threshold or queries.threshold(),
        **_may(),
    )


@bp.get("/indicateurs/n/<int:id>")
def permalink(id: int) -> Redirect:
    """The page of an indicator by its number, for lists that know no slug."""
    return redirect(url_for(".show", slug=queries.numbered_or_404(id, actor()).slug))


@bp.get("/indicateurs/lieux/<slug>")
def profile(slug: str) -> str | Redirect:
    place = place_or_404(slug)
    if place.merged is not None:
        return redirect(url_for(".profile", slug=place.merged.slug), 301)
    found = queries.at_place(place, actor())
    return render_template(
        "indicators/profile.html",
        place=place,
        themes=_by_theme(found),
        scales=_scales([one for row in found for one in (row.figure, row.reference) if one]),
        notes=_notes([row.indicator for row in found]),
        place_choices=_place_choices(),
        masked=any(row.figure.is_masked for row in found),
        threshold=queries.threshold(),
    )


@bp.get("/indicateurs/aller")
def choose() -> Redirect:
    """Where the two menus lead: an indicator everywhere, or a place whole."""
    if place := request.args.get("lieu"):
        return redirect(url_for(".profile", slug=place), 303)
    if indicator := request.args.get("indicateur"):
        return redirect(url_for(".show", slug=indicator), 303)
    return redirect(url_for(".index"), 303)


@bp.get("/indicateurs/dictionnaire")
def dictionary() -> str:
    return render_template("indicators/dictionary.html", fields=schema.FIELDS)


@bp.get("/indicateurs/dictionnaire.json")
def dictionary_json() -> Response:
    """The same as a Table Schema, for programs."""
    return jsonify(schema.table_schema(url_for("portal.home", _external=True).rstrip("/")))


@bp.get("/indicateurs.csv")
def all_csv() -> Response:
    return _csv(queries.listed(None), "indicateurs.csv")


@bp.get("/plans/<slug>/indicateurs.csv")
def plan_csv(slug: str) -> Response:
    plan = plan_or_404(slug, actor())
    return _csv(queries.of_plan(plan, None), f"indicateurs-{plan.slug}.csv")


@bp.get("/indicateurs/<slug>.csv")
def indicator_csv(slug: str) -> Response:
    indicator = queries.by_slug_or_404(slug, actor())
    return _csv([indicator], f"indicateur-{indicator.slug}.csv")


@bp.get("/indicateurs.json")
def all_json() -> Response:
    """The same table as the CSV, line by line."""
    indicators = queries.listed(None)
    rows = formats.rows_of(indicators, queries.figures(indicators))
    lines = [dict(zip(formats.COLUMNS, row, strict=True)) for row in rows]
    return jsonify([{name: schema.plain(value) for name, value in one.items()} for one in lines])


def _csv(indicators: Sequence[Indicator], name: str) -> Response:
    rows = formats.rows_of(indicators, queries.figures(indicators))
    return Response(
        write_csv(rows, formats.COLUMNS, bom=True),
        mimetype="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


# How it stands on the page.


def _tables(indicators: Sequence[Indicator], shown: dict[int, list[Shown]]) -> list[Table]:
    """Each printed table whole; what stands in none comes last, by theme."""
    tables = []
    around = queries.printed(indicators)
    for title in dict.fromkeys(one.collection for one in indicators):
        own = [one for one in indicators if one.collection == title]
        lines = [_line(one, shown[one.id]) for one in own]
        figures = [line.figure for line in lines if line.figure]
        references = [line.reference for line in lines if line.reference]
        themes: dict[str, list[Line]] = {}
        for line in lines:
            themes.setdefault(line.indicator.theme, []).append(line)
        tables.append(
            Table(
                title=title,
                printed=around.get(title),
                territory=_the_same(one.territory for one in figures),
                reference=_the_same(one.territory for one in references),
                themes=list(themes.items()),
                notes=_notes(own),
                reading_keys=list(dict.fromkeys(filter(None, (one.reading_key for one in own)))),
                scales=_scales([*figures, *references]),
            )
        )
    return tables


def _line(indicator: Indicator, rows: list[Shown]) -> Line:
    """The figure that was compared with another, else the first; the rest counted beside."""
    by_id = {row.id: row for row in rows}
    whole = [row for row in queries.latest(rows) if not row.category]
    compared = [row for row in rows if row.reference_id]
    figure = next(iter(compared or whole or rows), None)
    reference = by_id.get(figure.reference_id or 0) if figure else None
    others = [row for row in rows if row not in (figure, reference)]
    return Line(indicator, figure, reference, others)


def _the_same(names: Iterable[str]) -> str:
    found = set(names)
    return found.pop() if len(found) == 1 else ""


def _notes(indicators: Iterable[Indicator]) -> dict[str, str]:
    """The notes by their marks, in the order of the alphabet."""
    found = {one.note_key: one.note_words for one in indicators if one.note_key and one.note_words}
    return dict(sorted(found.items()))


def _scales(rows: Iterable[Shown]) -> dict[str, Scale]:
    """One line a unit, long enough for every figure in it."""
    by_unit: dict[str, list[Any]] = {}
    for row in rows:
        if row.number is not None:
            by_unit.setdefault(row.unit, []).append(row.number)
    scales = {unit: drawing.scale(numbers, unit) for unit, numbers in by_unit.items()}
    return {unit: line for unit, line in scales.items() if line is not None}


def _place_choices() -> list[tuple[str, str]]:
    """The places with figures, and of how many indicators."""
    return [
        (one.place.slug, f"{one.place.name} ({one.indicators})") for one in queries.places(actor())
    ]


def _by_theme(found: Iterable[AtPlace]) -> list[tuple[str, list[AtPlace]]]:
    themes: dict[str, list[AtPlace]] = {}
    for row in found:
        themes.setdefault(row.indicator.theme, []).append(row)
    return list(themes.items())


class Comparison(NamedTuple):
    """Territories side by side in one unit, for all or one category, the largest figure first."""

    category: str
    rows: list[Shown]
    scale: Scale | None
    landmark: Shown | None  # what the others are compared with


def _comparison(rows: Sequence[Shown]) -> list[Comparison]:
    """One picture a category and a unit; the scale of a unit is the same in all of them."""
    scales = _scales(rows)
    found = []
    for category, unit in dict.fromkeys((row.category, row.unit) for row in rows):
        own = [row for row in rows if (row.category, row.unit) == (category, unit)]
        own.sort(key=lambda row: (row.number is None, -(row.number or 0)))
        references = {row.reference_id for row in own}
        landmark = next(
            (row for row in own if row.id in references and row.number is not None), None
        )
        found.append(Comparison(category, own, scales.get(unit), landmark))
    return found


class Drawn(NamedTuple):
    """One territory over the years, as figures and as points on a line."""

    way: Way
    points: list[tuple[Shown, Point]]


class Ways(NamedTuple):
    """Several territories over the same years, on one scale."""

    years: list[int]
    drawn: list[Drawn]


def _ways(ways: Sequence[Way]) -> Ways | None:
    if not ways:
        return None
    years = sorted({row.year or 0 for way in ways for row in way.figures})
    scales = _scales(row for way in ways for row in way.figures)
    drawn = []
    for way in ways:
        known = [row for row in way.figures if row.number is not None]
        figures = [(row.year or 0, row.number) for row in known if row.number is not None]
        if len(known) < 2:  # one point is no way
            known, figures = [], []
        points = drawing.over_time(figures, years, scales[way.unit]) if figures else []
        drawn.append(Drawn(way, list(zip(known, points, strict=True))))
    return Ways(years, drawn)


def _may() -> dict[str, bool]:
    """What the reader may do here; the rules say the same at each door."""
    user = actor()
    return {
        "may_edit": user is not None and refusal(rules.create, user) is None,
        "may_work": user is not None and refusal(rules.read_desk, user) is None,
    }


# The desk.


@bp.get("/indicateurs/atelier")
def desk() -> str:
    rules.read_desk(actor())
    return _desk(ThresholdForm(formdata=None, threshold=queries.threshold()))


def _desk(form: ThresholdForm) -> str:
    indicators = queries.listed(actor())
    shown = queries.figures(indicators)
    return render_template(
        "indicators/desk.html",
        indicators=indicators,
        shown=shown,
        disagreeing=queries.contradicted(indicators, shown),
        form=form,
        cannot_set=refusal(rules.set_threshold, actor()),
        **_may(),
    )


@bp.get("/indicateurs/contradictions")
def contradictions() -> str:
    rules.read_desk(actor())
    indicators = queries.listed(actor())
    return render_template(
        "indicators/contradictions.html",
        found=queries.contradicted(indicators, queries.figures(indicators)),
        may_fill=refusal(has_role, actor(), RoleName.COUNCIL) is None,
        **_may(),
    )


@bp.route("/indicateurs/nouveau", methods=["GET", "POST"])
def create() -> str | Redirect:
    rules.create(actor())
    form = IndicatorForm(plans=queries.plans_to_tie())
    if form.sent() and (
        made := _done(form, lambda: actions.create(actor(), **form.values(), key=form.key.data))
    ):
        flash(gettext("The indicator is there. Now give its figures."), "success")
        return redirect(url_for(".enter", slug=made.slug), 303)
    return render_template("indicators/create.html", form=form)


@bp.route("/indicateurs/<slug>/modifier", methods=["GET", "POST"])
def edit(slug: str) -> str | Redirect:
    indicator = queries.by_slug_or_404(slug, actor())
    rules.edit(actor(), indicator)
    to_tie, sheets = queries.to_tie(indicator)
    form = IndicatorForm(
        plans=queries.plans_to_tie(), actions=to_tie, sheets=sheets, indicator=indicator
    )
    if form.sent() and _done(form, lambda: actions.edit(actor(), indicator, **form.values())):
        flash(gettext("The indicator is up to date."), "success")
        return redirect(url_for(".show", slug=slug), 303)
    return render_template("indicators/edit.html", indicator=indicator, form=form)


@bp.post("/indicateurs/<slug>/publier")
def publish(slug: str) -> Redirect:
    indicator = queries.by_slug_or_404(slug, actor())
    actions.publish(actor(), indicator)
    commit()
    flash(gettext("The indicator is public."), "success")
    return redirect(url_for(".show", slug=slug), 303)


@bp.route("/indicateurs/<slug>/saisie", methods=["GET", "POST"])
def enter(slug: str) -> str | Redirect:
    indicator = queries.by_slug_or_404(slug, actor())
    rules.enter(actor(), indicator)
    rows = queries.figures([indicator])[indicator.id]
    form = GridForm(
        indicator=indicator,
        places=places_by_name(),
        known=[(row.territory, row.category, row.is_total) for row in queries.latest(rows)],
    )
    if request.method == "POST" and queries.entered_with(form.key.data):
        return redirect(url_for(".show", slug=slug), 303)
    if request.form.get("more"):
        form.add_rows()
    elif form.sent() and _done(
        form,
        lambda: actions.enter(actor(), indicator, entries=form.entries, key=form.key.data),
    ):
        flash(gettext("The figures are in."), "success")
        return redirect(url_for(".show", slug=slug), 303)
    return render_template(
        "indicators/enter.html", indicator=indicator, form=form, **_small(indicator)
    )


@bp.route("/indicateurs/<slug>/import", methods=["GET", "POST"])
def bring_in(slug: str) -> str | Redirect:
    """A table is looked at first, row by row; the sound rows enter when somebody says so."""
    indicator = queries.by_slug_or_404(slug, actor())
    rules.bring_in(actor(), indicator)
    form = TableForm(indicator=indicator)
    rows: list[formats.Row] = []
    if request.method == "POST" and queries.entered_with(form.key.data):
        return redirect(url_for(".show", slug=slug), 303)
    if form.sent():
        rows = _read(form, indicator)
        entries = [row.entry for row in rows if row.reason is None]
        if request.form.get("step") == "write" and entries and not form.errors:
            key = form.key.data
            if _done(form, lambda: actions.bring_in(actor(), indicator, entries=entries, key=key)):
                flash(gettext("The figures are in."), "success")
                return redirect(url_for(".show", slug=slug), 303)
    return render_template(
        "indicators/bring_in.html",
        indicator=indicator,
        form=form,
        sound=[row for row in rows if row.reason is None],
        refused=[row for row in rows if row.reason is not None],
        **_small(indicator),
    )


def _read(form: TableForm, indicator: Indicator) -> list[formats.Row]:
    """The rows of what was pasted or sent; a file becomes the text one would have pasted."""
    upload = form.file.data
    try:
        if upload and upload.filename:
            form.pasted.data = formats.as_text(upload.stream, upload.filename)
        table = formats.pasted(form.pasted.data or "")
        return formats.read(table, "", indicator, places_by_name(), form.defaults)
    except TableError as error:
        form.pasted.errors = [error.message]
        return []


def _small(indicator: Indicator) -> dict[str, int]:
    return {"threshold": indicator.threshold or queries.threshold()}


@bp.route("/indicateurs/chiffres/<int:id>/corriger", methods=["GET", "POST"])
def correct(id: int) -> str | Redirect:
    measure = queries.measure_or_404(id)
    rules.correct(actor(), measure)
    indicator = measure.indicator
    rows = queries.figures([indicator])[indicator.id]
    figure = next(row for row in rows if row.id == id)
    form = CorrectForm(indicator=indicator, quality=figure.quality or "")
    if form.sent() and _done(
        form,
        lambda: actions.correct(actor(), measure, **form.values(), key=form.key.data),
    ):
        flash(gettext("The figure is corrected; what was printed stays beside it."), "success")
        return redirect(url_for(".show", slug=indicator.slug), 303)
    return render_template("indicators/correct.html", indicator=indicator, figure=figure, form=form)


@bp.post("/indicateurs/seuil")
def set_threshold() -> str | Redirect:
    form = ThresholdForm()
    rules.set_threshold(actor())
    if form.sent() and _done(
        form, lambda: actions.set_threshold(actor(), threshold=form.threshold.data)
    ):
        flash(gettext("The threshold is changed."), "success")
        return redirect(url_for(".desk"), 303)
    return _desk(form)


def _done(form: Any, act: Callable[[], object]) -> Any:
    """What the act made, or that it was done; false where it was refused: the form says why."""
    try:
        made = act()
        commit()
    except Refused as refused:
        rollback()
        form.refuse(refused)
        return False
    except sa.exc.IntegrityError:  # the same sent twice at the same moment
        rollback()
        form.form_errors.append(gettext("These figures are already in."))
        return False
    return made or True
