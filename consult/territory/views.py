"""The pages of places and of the bodies that act there, as they are and as they were on any day."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from consult.campaigns.queries import at_places as campaigns_at
from consult.core import clock, dates
from consult.core.i18n import _, gettext, ngettext
from consult.core.rules import refusal
from consult.core.tables import write_csv
from consult.core.templates import asked_besides
from consult.core.text import excerpt, fold
from consult.council.queries import Asked, act_or_404
from consult.council.queries import at_place as acts_at
from consult.council.queries import find as found_acts
from consult.engagements.queries import Portion, carried_by, plans_at
from consult.engagements.queries import at_places as actions_at
from consult.followup.queries import editions_of, latest
from consult.gaps.models import Gap
from consult.gaps.queries import filled_at, still_open
from consult.indicators.queries import of_place as indicators_of
from consult.journal.actions import commit, done, rollback
from consult.people.session import actor
from consult.programmes.queries import at_place as programmes_at
from consult.programmes.queries import of_organisation as taking_part
from consult.territory import actions, exports, queries, rules
from consult.territory.forms import (
    ChangeForm,
    DoubleForm,
    DrawForm,
    GenerationForm,
    ImportForm,
    OrganisationForm,
    PlaceForm,
    lines,
)
from consult.territory.geometry import Drawing, Mark
from consult.territory.geometry import draw as drawn
from consult.territory.models import (
    HOLDERS,
    ChangeKind,
    Generation,
    Organisation,
    Place,
    PlaceChange,
    PlaceKind,
)
from consult.territory.queries import Around, Era, Map, Tally

bp = Blueprint("territory", __name__)
PAGE = 100
MOST_PAGES = 10_000  # of a list of actions


@filled_at("place")
def _place_filled_at(gap: Gap) -> str | None:
    slug = queries.slug_of(Place, gap.subject_id)
    return url_for("territory.edit_place", slug=slug) if slug else None


@filled_at("generation")
def _generation_filled_at(gap: Gap) -> str | None:
    slug = queries.slug_of(Generation, gap.subject_id)
    return url_for("territory.edit_generation", slug=slug) if slug else None


# The list and the map.


class Standing(NamedTuple):
    """A geography on the day that was asked for: what was printed, and what is known here."""

    era: Era
    tally: Tally


class Group(NamedTuple):
    """The places of one kind, in order of name; `first` is the number of the first on the map."""

    kind: PlaceKind
    places: list[Place]
    total: int


@bp.get("/lieux")
def places() -> str:
    words, fault = request.args.get("q", "").strip(), None
    day = clock.today()
    if asked := request.args.get("au", "").strip():
        found = dates.parse(asked).day
        day = found or day
        if found is None:
            fault = gettext("This is not a day. Write it as 31/12/2026.")
    kind = _chosen_kind()
    shown = queries.map_on(day)
    holder = _chosen_holder(shown)
    known = queries.generations()
    matching = _matching(shown, words, kind, holder)
    page = max(1, request.args.get("page", 1, type=int))
    numbers, drawing = _map_of(matching, shown, holder)
    return render_template(
        "territory/places.html",
        day=day,
        is_today=day == clock.today(),
        typed_day=asked,
        fault=fault,
        words=words,
        kind=kind,
        holder=holder,
        kinds=PlaceKind,
        holders=[place for place in shown.places.values() if place.kind in _HOLDING],
        groups=_groups(matching, page),
        total=len(matching),
        page=page,
        pages=-(-len(matching) // PAGE),
        near=queries.near(Place, words) if words and not matching else [],
        shown=shown,
        standings=[
            Standing(era, queries.tally(era.generation, shown))
            for era in queries.in_force(day, known)
            if holder is None or era.generation.place_id in (None, holder.id)
        ],
        generations=known,
        numbers=numbers,
        drawing=drawing,
        may_create=_may(rules.create_place),
    )


@bp.get("/lieux.csv")
def places_csv() -> Response:
    """The places of a day as a table."""
    shown = queries.map_on(_day_asked())
    found = _matching(shown, "", _chosen_kind(), _chosen_holder(shown))
    return Response(
        "".join(write_csv(exports.rows(found, shown), exports.HEADER, bom=True)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="lieux-{shown.on}.csv"'},
    )


@bp.get("/lieux.geojson")
def places_geojson() -> Response:
    """The places of a day with their outlines, for the maps of others."""
    shown = queries.map_on(_day_asked())
    found = _matching(shown, "", _chosen_kind(), _chosen_holder(shown))
    outlines = queries.outlines([place.id for place in found], shown.on)
    return Response(
        json.dumps(exports.collection(found, shown, outlines), ensure_ascii=False),
        content_type="application/geo+json",
        headers={"Content-Disposition": f'attachment; filename="lieux-{shown.on}.geojson"'},
    )


def _day_asked() -> date:
    return dates.parse(request.args.get("au", "")).day or clock.today()


_HOLDING = (PlaceKind.DEPARTMENT, PlaceKind.GROUPING, PlaceKind.COMMUNE)


def _chosen_kind() -> PlaceKind | None:
    asked = request.args.get("type", "")
    return PlaceKind(asked) if asked in list(PlaceKind) else None


def _chosen_holder(shown: Map) -> Place | None:
    slug = request.args.get("dans", "")
    return next((place for place in shown.places.values() if place.slug == slug), None)


def _matching(shown: Map, words: str, kind: PlaceKind | None, holder: Place | None) -> list[Place]:
    """The places that were one on the day of the map and answer what was asked, widest first."""
    inside = shown.under(holder) - {holder.id} if holder else None
    order = {one: rank for rank, one in enumerate(PlaceKind)}
    found = (
        place
        for place in (queries.places(words, on=shown.on) if words else shown.places.values())
        if (kind is None or place.kind == kind) and (inside is None or place.id in inside)
    )
    return sorted(found, key=lambda place: (order[place.kind], fold(place.name)))


def _groups(matching: Sequence[Place], page: int) -> list[Group]:
    """One page of the list, by kind."""
    groups: list[Group] = []
    for place in matching[(page - 1) * PAGE : page * PAGE]:
        if not groups or groups[-1].kind != place.kind:
            total = sum(one.kind == place.kind for one in matching)
            groups.append(Group(place.kind, [], total))
        groups[-1].places.append(place)
    return groups


def _map_of(
    matching: Sequence[Place], shown: Map, holder: Place | None
) -> tuple[dict[int, int], Drawing | None]:
    """The number of each place that can be drawn, and the drawing; the list says the same.

    The ground is what the numbered places lie in; municipalities are ground as long as districts
    are listed with them.
    """
    if not queries.any_outline():
        return {}, None
    around = {one.id: one for place in matching for one in shown.above.get(place.id, ())}
    if holder is not None:
        around[holder.id] = holder
    outlines = queries.outlines({*around, *(place.id for place in matching)}, shown.on)
    drawable = [place for place in matching if place.id in outlines]
    finest = [place for place in drawable if place.kind not in _HOLDING] or drawable
    numbers = {place.id: number for number, place in enumerate(finest, start=1)}
    ground = [one for one in (*around.values(), *drawable) if one.id in outlines]
    marks = [
        Mark(outlines[one.id].geometry, one.name)
        for one in {one.id: one for one in ground}.values()
        if one.id not in numbers
    ]
    marks += [
        Mark(
            outlines[place.id].geometry,
            place.name,
            url=url_for("territory.place", slug=place.slug),
            number=numbers[place.id],
        )
        for place in finest
    ]
    return numbers, drawn(marks) if finest else None


# One place.


@bp.get("/lieux/<slug>")
def place(slug: str) -> str | Response:
    place, user = queries.place_or_404(slug), actor()
    if place.merged is not None:
        return redirect(url_for(".place", slug=place.merged.slug), 301)
    day = _day_asked()
    around = queries.around(place, day)
    ids = around.ids
    at_work = actions_at(ids, _page_asked())
    campaigns = campaigns_at(ids)
    programmes = programmes_at(place)
    generations = around.generations if place.kind in HOLDERS else []
    return render_template(
        "territory/place.html",
        place=place,
        day=day,
        is_today=day == clock.today(),
        ties=around.ties,
        within=around.within,
        perimeters=around.perimeters,
        drawing=_drawing_of(place, around, day) if around.perimeters else None,
        changes=around.changes,
        generations=generations,
        campaigns=campaigns,
        programmes=programmes,
        indicators=len(indicators_of(place, user)),
        actions=at_work,
        pages=_pages(at_work),
        said=latest([action.id for action in at_work.rows]) if at_work.rows else {},
        chronology=_chronology(
            campaigns,
            programmes,
            plans_at(ids, [one.id for one in campaigns]),
            acts_at(place, user),
            [*map(_changed, around.changes), *map(_begun, generations)],
        ),
        gaps=still_open(place) if _may(rules.edit_place, place) else [],
        may_edit=_may(rules.edit_place, place),
    )


def _page_asked() -> int:
    """Which page of the actions is asked for."""
    return min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)


def _pages(portion: Portion[Any]) -> dict[str, str]:
    """The ways to the pages before and after this one, everything else asked the same."""

    def to(page: int) -> str:
        here = url_for(str(request.endpoint), **(request.view_args or {}))
        return f"{here}?{asked_besides('page', page)}"

    return {
        "previous": to(portion.page - 1) if portion.page > 1 else "",
        "next": "" if portion.is_last else to(portion.page + 1),
    }


def _drawing_of(place: Place, near: Around, day: date) -> Drawing | None:
    """A place among what it lay in on a day, and over it what lay in it."""
    around = [tie.place for tie in near.ties if tie.link.holds_on(day)]
    inside = near.within
    outlines = queries.outlines([place.id, *(one.id for one in (*around, *inside))], day)
    if place.id not in outlines:
        return None
    marks = [Mark(outlines[one.id].geometry, one.name) for one in around if one.id in outlines]
    own = outlines[place.id].geometry
    parts = [one for one in inside if one.id in outlines]
    marks.append(Mark(own, place.name, number=None if parts else 0))
    marks += [
        Mark(
            outlines[one.id].geometry,
            one.name,
            url=url_for("territory.place", slug=one.slug),
            number=number,
        )
        for number, one in enumerate(parts, start=1)
    ]
    return drawn(marks)


class Moment(NamedTuple):
    """One thing that happened here: when, in words where there is no day, and where it is told."""

    start: date | None
    when: str
    kind: LazyString | str
    title: str
    url: str
    words: str = ""


def _chronology(
    campaigns: Iterable[Any],
    programmes: Iterable[Any],
    plans: Sequence[Any],
    acts: Iterable[Any],
    others: Iterable[Moment],
) -> list[Moment]:
    """What was asked, voted, written and reported about a place, earliest first, undated last."""
    asked = {one.id: one for one in campaigns}
    voted = {act.id: act for act in acts}
    for plan in plans:
        asked |= {one.id: one for one in plan.campaigns if one.is_public}
        voted |= {plan.act.id: plan.act} if plan.act else {}
    editions = editions_of(plans) if plans else {}
    moments = [
        *map(_asked, asked.values()),
        *map(_agreed, programmes),
        *map(_acted, voted.values()),
        *(_reported(plan, one) for plan in plans for one in editions.get(plan.id, ())),
        *others,
    ]
    return sorted(moments, key=lambda one: one.start or date.max)


def _asked(campaign: Any) -> Moment:
    words = campaign.period_words or ""
    opens = clock.in_town(campaign.opens_at).date() if campaign.opens_at else None
    return Moment(
        opens or dates.parse(words).start,
        "" if opens else words,
        _("Consultation"),
        campaign.title,
        url_for("campaigns.show", slug=campaign.slug),
    )


def _agreed(programme: Any) -> Moment:
    printed = dates.parse(programme.period_words)
    return Moment(
        programme.starts_on or printed.start,
        programme.period_words,
        _("Programme"),
        programme.title,
        url_for("programmes.show", slug=programme.slug),
    )


def _acted(act: Any) -> Moment:
    day = act.adopted_on or (act.sitting.held_on if act.sitting else None)
    words = act.adopted_words or ""
    return Moment(
        day or dates.parse(words).start,
        "" if day else words,
        act.kind.label,
        act.title,
        url_for("council.act", id=act.id),
        str(act.vote or ""),
    )


def _reported(plan: Any, edition: Any) -> Moment:
    printed = dates.parse(edition.as_of_words)
    return Moment(
        edition.as_of or printed.start,
        "" if edition.as_of else edition.as_of_words,
        _("Progress report"),
        edition.title,
        url_for("followup.edition", slug=plan.slug, edition=edition.slug),
        plan.title,
    )


def _changed(change: PlaceChange) -> Moment:
    generation = change.generation
    return Moment(
        generation.starts_on,
        "" if generation.has_day else generation.period_words,
        change.kind.label,
        generation.label,
        url_for("territory.generation", slug=generation.slug),
        change.act_words,
    )


def _begun(generation: Generation) -> Moment:
    return Moment(
        generation.starts_on,
        "" if generation.has_day else generation.period_words,
        generation.kind.plural,
        generation.label,
        url_for("territory.generation", slug=generation.slug),
        ", ".join(filter(None, (generation.number_words, generation.population_words))),
    )


# Generations.


class Movement(NamedTuple):
    """What became of some places in a generation, the places where they lie beside each."""

    kind: ChangeKind
    changes: list[PlaceChange]


@bp.get("/lieux/geographies/<slug>")
def generation(slug: str) -> str:
    generation = queries.generation_or_404(slug)
    era = queries.era(generation, queries.generations())
    changes = queries.changes_in(generation)
    before = queries.map_on(_eve(generation))
    after = queries.map_on(generation.starts_on)
    return render_template(
        "territory/generation.html",
        generation=generation,
        era=era,
        eve=_eve(generation),
        changes=changes,
        balances=queries.balances(era, changes),
        movements=_movements(changes, generation.kind),
        communes=_movements(changes, PlaceKind.COMMUNE),
        before=before,
        after=after,
        tally=queries.tally(generation, after),
        gaps=still_open(generation) if _may(rules.edit_generation, generation) else [],
        may_edit=_may(rules.edit_generation, generation),
    )


def _eve(generation: Generation) -> date:
    return date.fromordinal(generation.starts_on.toordinal() - 1)


def _movements(changes: Iterable[PlaceChange], kind: PlaceKind) -> list[Movement]:
    found: dict[ChangeKind, list[PlaceChange]] = {}
    for change in changes:
        if change.place.kind == kind:
            found.setdefault(change.kind, []).append(change)
    return [Movement(one, rows) for one, rows in found.items()]


# Bodies.


@bp.get("/organisations")
def organisations() -> str:
    words = request.args.get("q", "").strip()
    found = queries.organisations(words)
    return render_template(
        "territory/organisations.html",
        organisations=found,
        words=words,
        near=queries.near(Organisation, words) if words and not found else [],
        may_create=_may(rules.create_organisation),
    )


@bp.get("/organisations/<slug>")
def organisation(slug: str) -> str | Response:
    organisation = queries.organisation_or_404(slug)
    if organisation.merged is not None:
        return redirect(url_for(".organisation", slug=organisation.merged.slug), 301)
    carried = carried_by(organisation, _page_asked())
    return render_template(
        "territory/organisation.html",
        organisation=organisation,
        under=queries.under(organisation),
        programmes=taking_part(organisation),
        carried=carried,
        pages=_pages(carried),
        said=latest([row.action.id for row in carried.rows]) if carried.rows else {},
        may_edit=_may(rules.edit_organisation, organisation),
    )


# The editor of places.


def _may(rule: Callable[..., None], *subjects: Any) -> bool:
    user = actor()
    return user is not None and refusal(rule, user, *subjects) is None


@bp.route("/lieux/nouveau", methods=["GET", "POST"])
def create_place() -> str | Response:
    rules.create_place(actor())
    form = PlaceForm(name=request.args.get("nom", ""))
    if form.sent() and (made := done(form, lambda: _place_from(form))):
        flash(gettext("The place is on the map of the site."), "success")
        return redirect(url_for(".place", slug=made.slug), 303)
    return render_template("territory/create_place.html", form=form)


@bp.route("/lieux/<slug>/modifier", methods=["GET", "POST"])
def edit_place(slug: str) -> str | Response:
    place = queries.place_or_404(slug)
    rules.edit_place(actor(), place)
    form = PlaceForm(thing=place)
    if form.sent() and done(form, lambda: _place_from(form, place)):
        flash(gettext("The place is up to date."), "success")
        return redirect(url_for(".place", slug=place.slug), 303)
    return render_template(
        "territory/edit_place.html", place=place, form=form, gaps=still_open(place)
    )


def _place_from(form: PlaceForm, place: Place | None = None) -> Place:
    typed: dict[str, Any] = {
        "name": form.name.data.strip(),
        "kind": form.kind.data,
        "aliases": lines(form.aliases.data),
        "stays": form.lying,
        **form.told(),
    }
    if place is None:
        return actions.create_place(actor(), **typed)
    actions.edit_place(actor(), place, **typed)
    return place


@bp.route("/lieux/<slug>/contour", methods=["GET", "POST"])
def draw(slug: str) -> str | Response:
    place = queries.place_or_404(slug)
    rules.draw(actor(), place)
    form = DrawForm()
    if form.sent() and done(form, lambda: _drawn_from(form, place)):
        flash(gettext("The outline is drawn."), "success")
        return redirect(url_for(".place", slug=place.slug), 303)
    return render_template(
        "territory/draw.html", place=place, form=form, perimeters=queries.perimeters_of(place)
    )


def _drawn_from(form: DrawForm, place: Place) -> bool:
    if form.geometry is not None:
        actions.draw(
            actor(),
            place,
            geometry=form.geometry,
            since=form.since.data,
            source=form.source.data,
        )
    return True


@bp.post("/lieux/<slug>/contour/<int:id>/retirer")
def erase(slug: str, id: int) -> Response:
    place = queries.place_or_404(slug)
    actions.erase(actor(), queries.perimeter_or_404(place, id))
    commit()
    flash(gettext("The outline is taken away."), "success")
    return redirect(url_for(".draw", slug=slug), 303)


@bp.route("/lieux/<slug>/reunir", methods=["GET", "POST"])
def join(slug: str) -> str | Response:
    """First one chooses the other entry and sees what will follow; then one says so."""
    place = queries.place_or_404(slug)
    rules.edit_place(actor(), place)
    form = _double_of(place, queries.places())

    def joined() -> bool:
        actions.join(actor(), place, form.things[form.other.data])
        return True

    if form.sent() and done(form, joined):
        flash(gettext("The two entries are one from now on."), "success")
        return redirect(url_for(".place", slug=slug), 303)
    return render_template("territory/join.html", thing=place, form=form, **_doubled(form))


@bp.route("/lieux/importer", methods=["GET", "POST"])
def import_places() -> str | Response:
    rules.import_places(actor())
    form = ImportForm()
    if form.sent() and form.contents is not None and not form.contents.faults:
        found = form.contents.places
        if form.is_trial.data:
            brought = actions.import_places(actor(), found, since=form.since.data)
            rollback()
            return render_template("territory/import_places.html", form=form, trial=brought)
        brought = actions.import_places(
            actor(), found, since=form.since.data, source=form.source.data
        )
        commit()
        flash(_brought(brought), "success")
        return redirect(url_for(".places"), 303)
    return render_template("territory/import_places.html", form=form, trial=None)


def _brought(brought: Any) -> str:
    created = ngettext("one new place", "%(num)d new places", brought.created)
    changed = ngettext("one place changed", "%(num)d places changed", brought.changed)
    return gettext("The file is read: %(created)s, %(changed)s.", created=created, changed=changed)


# The editor of generations.


@bp.route("/lieux/geographies/nouvelle", methods=["GET", "POST"])
def create_generation() -> str | Response:
    rules.create_generation(actor())
    form = GenerationForm()
    if form.sent() and (
        made := done(form, lambda: actions.create_generation(actor(), **form.said()))
    ):
        flash(gettext("The geography is known to the site."), "success")
        return redirect(url_for(".generation", slug=made.slug), 303)
    return render_template("territory/create_generation.html", form=form)


@bp.route("/lieux/geographies/<slug>/modifier", methods=["GET", "POST"])
def edit_generation(slug: str) -> str | Response:
    generation = queries.generation_or_404(slug)
    rules.edit_generation(actor(), generation)
    form = GenerationForm(thing=generation)

    def edited() -> bool:
        actions.edit_generation(actor(), generation, **form.said())
        return True

    if form.sent() and done(form, edited):
        flash(gettext("The geography is up to date."), "success")
        return redirect(url_for(".generation", slug=slug), 303)
    return render_template("territory/edit_generation.html", generation=generation, form=form)


@bp.route("/lieux/geographies/<slug>/evolution", methods=["GET", "POST"])
def change_place(slug: str) -> str | Response:
    generation = queries.generation_or_404(slug)
    rules.change_place(actor(), generation)
    concerned = request.args.get("lieu", type=int)
    known = next((one for one in queries.changes_in(generation) if one.place_id == concerned), None)
    form = ChangeForm(generation=generation, acts=_acts(known), thing=known)
    if form.sent() and done(form, lambda: _change_from(form, generation)):
        flash(gettext("What became of this place is noted."), "success")
        return redirect(url_for(".generation", slug=slug), 303)
    return render_template("territory/change_place.html", generation=generation, form=form)


def _acts(known: PlaceChange | None) -> list[tuple[int, str]]:
    """The latest acts of the council, and the one already named."""
    acts = {act.id: act for act in found_acts(actor(), Asked()).acts}
    if known is not None and known.act_id and known.act_id not in acts:
        acts[known.act_id] = act_or_404(known.act_id)
    return [(act.id, excerpt(f"{act.heading} – {act.title}", 90)) for act in acts.values()]


def _change_from(form: ChangeForm, generation: Generation) -> PlaceChange:
    return actions.change_place(
        actor(),
        generation,
        place=form.places[form.place.data],
        kind=form.kind.data,
        words=form.words.data,
        act_words=form.act_words.data,
        act_id=form.act_id.data or None,
        url=form.url.data,
    )


@bp.post("/lieux/geographies/<slug>/evolution/<place>/retirer")
def forget_change(slug: str, place: str) -> Response:
    generation = queries.generation_or_404(slug)
    actions.forget_change(actor(), generation, place=queries.place_or_404(place))
    commit()
    flash(gettext("What was said of this place is taken back."), "success")
    return redirect(url_for(".generation", slug=slug), 303)


# The editor of bodies.


@bp.route("/organisations/nouvelle", methods=["GET", "POST"])
def create_organisation() -> str | Response:
    rules.create_organisation(actor())
    form = OrganisationForm()
    if form.sent() and (made := done(form, lambda: _organisation_from(form))):
        flash(gettext("The organisation is known to the site."), "success")
        return redirect(url_for(".organisation", slug=made.slug), 303)
    return render_template("territory/create_organisation.html", form=form)


@bp.route("/organisations/<slug>/modifier", methods=["GET", "POST"])
def edit_organisation(slug: str) -> str | Response:
    organisation = queries.organisation_or_404(slug)
    rules.edit_organisation(actor(), organisation)
    form = OrganisationForm(thing=organisation)
    if form.sent() and done(form, lambda: _organisation_from(form, organisation)):
        flash(gettext("The organisation is up to date."), "success")
        return redirect(url_for(".organisation", slug=organisation.slug), 303)
    return render_template("territory/edit_organisation.html", organisation=organisation, form=form)


def _organisation_from(
    form: OrganisationForm, organisation: Organisation | None = None
) -> Organisation:
    typed: dict[str, Any] = {
        "name": form.name.data.strip(),
        "acronym": (form.acronym.data or "").strip(),
        "aliases": lines(form.aliases.data),
        "kind": form.kind.data,
        "parent": form.bodies.get(form.parent.data),
    }
    if organisation is None:
        return actions.create_organisation(actor(), **typed)
    actions.edit_organisation(actor(), organisation, **typed)
    return organisation


@bp.route("/organisations/<slug>/reunir", methods=["GET", "POST"])
def merge(slug: str) -> str | Response:
    """First one chooses the other entry and sees what will follow; then one says so."""
    organisation = queries.organisation_or_404(slug)
    rules.edit_organisation(actor(), organisation)
    form = _double_of(organisation, queries.organisations())

    def merged() -> bool:
        actions.merge(actor(), organisation, form.things[form.other.data])
        return True

    if form.sent() and done(form, merged):
        flash(gettext("The two entries are one from now on."), "success")
        return redirect(url_for(".organisation", slug=slug), 303)
    return render_template("territory/merge.html", thing=organisation, form=form, **_doubled(form))


def _double_of(thing: Any, among: Iterable[Any]) -> DoubleForm:
    others = [one for one in among if one is not thing]
    asked = next((one for one in others if one.slug == request.args.get("avec")), None)
    return DoubleForm(among=others, other=asked.id if asked else 0)


def _doubled(form: DoubleForm) -> dict[str, Any]:
    """The entry that was chosen, and how much names it."""
    other = form.things.get(form.other.data)
    moving = sum(one.number for one in queries.mentions(other)) if other else 0
    return {"other": other, "moving": moving}
