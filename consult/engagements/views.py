"""The pages of plans: the story first, each promise beside what became of it, and the desk."""

from datetime import date
from typing import Any, NamedTuple

from flask import Response, abort, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from consult.core import clock, dates, restated
from consult.core.db import writing
from consult.core.errors import thinks_first
from consult.core.forms import labels
from consult.core.i18n import day, gettext
from consult.core.papers import hand_out, live
from consult.core.rules import refusal
from consult.engagements import (
    actions,
    amounts,
    documents,
    exports,
    extent,
    lineage,
    moment_pages,
    moments,
    money_pages,
    papers,
    queries,
    rules,
    sheet_pages,
    sheets,
    versions,
    wording,
)
from consult.engagements.forms import (
    ActionForm,
    AdoptForm,
    AppointForm,
    ByActForm,
    DescribeForm,
    EngagementForm,
    PictureForm,
    PlanForm,
    TieForm,
)
from consult.engagements.models import Action, Amount, Engagement, Plan
from consult.engagements.pages import bp, csv, kept
from consult.followup import queries as followup
from consult.followup import rules as followup_rules
from consult.followup.papers import today
from consult.gaps.models import Gap
from consult.gaps.queries import filled_at, settled
from consult.journal.actions import commit as seal
from consult.journal.actions import done, rollback
from consult.people.queries import follows
from consult.people.session import actor
from consult.portal.queries import letterhead

bp.add_app_template_filter(wording.tag_words, "tag_words")
bp.add_app_template_filter(wording.called, "called")
bp.add_app_template_filter(wording.kicker, "kicker")
bp.add_app_template_filter(wording.short, "short")
bp.add_app_template_filter(lambda words: day(date.fromisoformat(words)), "iso_day")
bp.add_app_template_global(lineage.own_words, "own_words")
bp.add_app_template_global(queries.row_of, "row_of")

settled("plan")(queries.settled)


@filled_at("plan")
def _filled_at(gap: Gap) -> str:
    return url_for("engagements.to_complete", slug=queries.of_gap(gap).slug)


@filled_at("sheet")
def _filled_in_a_sheet(gap: Gap) -> str:
    return url_for("engagements.write_sheet", id=gap.subject_id)


@filled_at("moment")
def _filled_in_a_moment(gap: Gap) -> str:
    return url_for("engagements.reschedule", id=gap.subject_id)


# The pages of the parts of a plan stand in files of their own and join these.
PARTS = (sheet_pages, money_pages, moment_pages)

# What everybody reads.


MOST_PAGES = 10_000  # of the list of plans


@bp.get("/plans")
def index() -> str:
    user, page = actor(), max(request.args.get("page", 1, type=int), 1)
    plans, is_more = queries.listed(user, min(page, MOST_PAGES))
    return render_template(
        "engagements/index.html",
        plans=plans,
        previous=url_for(".index", page=page - 1) if page > 1 else "",
        next=url_for(".index", page=page + 1) if is_more else "",
        may_create=user is not None and refusal(rules.create, user) is None,
        may_work=followup.may_work(user),
    )


@bp.get("/plans/<slug>")
def show(slug: str) -> str:
    user = actor()
    plan = queries.by_slug_or_404(slug, user)
    tree = queries.of_plan(plan)
    editions = followup.editions(plan)
    holds = extent.of(plan)
    return render_template(
        "engagements/show.html",
        plan=plan,
        tree=tree,
        holds=holds,
        is_long=extent.is_long(tree),
        levels=extent.levels(tree),
        sheets=sheets.of_plan(plan) if holds.announced else [],
        next_moment=moments.shown(moments.of_plan(plan)).upcoming if holds.evaluations else None,
        versions=versions.of_plan(plan) if holds.versions > 1 else [],
        view=request.args.get("vue", ""),
        standing=followup.standing(plan),
        linked=queries.linked(tree) if holds.links else {},
        pictures=[one for one in queries.pictures_of(plan) if one.file] if holds.pictures else [],
        restated=restated.of(plan) if holds.restated else [],
        labels=labels(PlanForm, DescribeForm),
        editions=editions,
        moved=followup.since(editions[0].content, tree) if editions else [],
        calendar=_calendar(tree.dated),
        is_followed=user is not None and follows(user, "plan", plan.id),
        may_edit=user is not None and refusal(rules.edit, user, plan) is None,
    )


@bp.get("/plans/<slug>.json")
def plan_json(slug: str) -> Response:
    """The plan as open data; where nobody said where an action stands, `statut` is null."""
    return jsonify(followup.picture(queries.by_slug_or_404(slug, actor())))


@bp.get("/plans/<slug>.pdf")
def plan_pdf(slug: str) -> Response:
    """The plan as it stands today, as a paper to hand out."""
    plan = queries.by_slug_or_404(slug, actor())
    return hand_out(
        "plan",
        today(plan),
        letterhead(),
        url=live("engagements.show", slug=slug),
        name=slug,
        pictures=papers.pictures(queries.pictures_of(plan)),
        is_public=plan.is_public,
    )


@bp.get("/fiches/<int:id>.pdf")
def sheet_pdf(id: int) -> Response:
    """An action sheet under its printed headings, as a paper to hand out."""
    sheet = sheets.sheet_or_404(id, actor())
    texts = sheets.texts(sheet)
    facts = papers.sheet(
        sheet,
        texts[0] if texts else None,
        purses=amounts.purses(amounts.of(sheet)),
        moments=moments.of_sheet(sheet),
        texts=texts,
    )
    return hand_out(
        "sheet",
        facts,
        letterhead(),
        url=live("engagements.sheet", id=id),
        name=f"fiche {sheet.name}",
        is_public=sheet.plan.is_public,
    )


@bp.get("/plans/<slug>/actions.csv")
def actions_csv(slug: str) -> Response:
    plan = queries.by_slug_or_404(slug, actor())
    return csv(exports.action_rows(plan), exports.ACTION_COLUMNS, f"{slug}-actions")


@bp.get("/plans/<slug>/engagements/<int:id>")
def engagement(slug: str, id: int) -> str:
    user = actor()
    plan = queries.by_slug_or_404(slug, user)
    tree = queries.of_plan(plan)
    subject = queries.engagement_or_404(plan, id)
    history = queries.history(subject)
    holds = extent.of(plan)
    return render_template(
        "engagements/engagement.html",
        plan=plan,
        tree=tree,
        branch=tree.by_engagement[id],
        subject=subject,
        sheets=sheets.branches(sheets.of_plan(plan)) if holds.announced else {},
        amounts=_amounts(tree, id) if holds.amounts else [],
        standing=followup.standing(plan),
        linked=queries.linked(tree) if holds.links else {},
        sources=lineage.sources_of(subject),
        history=history,
        promised=wording.lines(history.promise.content) if history.promise else [],
        changes=[wording.changes(one.before, one.after) for one in history.revisions],
        is_followed=user is not None and follows(user, "engagement", id),
        may_edit=user is not None and refusal(rules.revise, user, subject) is None,
        may_tie=user is not None and refusal(rules.trace, user, plan) is None,
    )


def _amounts(tree: queries.Tree, id: int) -> list[Amount]:
    """The money of a branch and of all below it."""
    return amounts.of(*(one.engagement for one in tree.by_engagement[id].walk()))


@bp.get("/actions/<int:id>")
def action(id: int) -> str:
    user = actor()
    subject = queries.action_or_404(id, user)
    history = queries.history(subject)
    carriers = queries.carriers_of(subject)
    served = queries.served_by(subject)
    now = queries.action_content(subject, [one.engagement for one in served], carriers)
    promise = history.promise.content if history.promise else None
    return render_template(
        "engagements/action.html",
        plan=subject.plan,
        subject=subject,
        amounts=amounts.of(subject),
        served=served,
        carriers=carriers,
        sources=lineage.sources_of(subject),
        reports=followup.reports(subject),
        history=history,
        promised=wording.lines(promise) if promise else [],
        now=wording.lines(now),
        today=now,
        has_changed=bool(promise and wording.changes(promise, now)),
        changes=[wording.changes(one.before, one.after) for one in history.revisions],
        is_followed=user is not None and follows(user, "action", id),
        may_edit=user is not None and refusal(rules.revise, user, subject) is None,
        may_tie=user is not None and refusal(rules.trace, user, subject.plan) is None,
        may_report=user is not None and refusal(followup_rules.report, user, subject) is None,
    )


class Span(NamedTuple):
    """One dated action on the line of years: where its period begins and how long it is."""

    action: Action
    x: int
    width: int


class Calendar(NamedTuple):
    """The years a plan speaks of, and the periods of its dated actions, in days."""

    years: list[tuple[int, int]]  # a year, and its place on the line
    days: int
    spans: list[Span]


def _calendar(dated: list[Action]) -> Calendar | None:
    """The dated actions on one line; a period stays a period, and no day is made up."""
    periods = [(one, *_period(one)) for one in dated]
    if not periods:
        return None
    first = date(min(start for _, start, _ in periods).year, 1, 1)
    last = date(max(end for _, _, end in periods).year, 12, 31)
    spans = [Span(one, (start - first).days, (end - start).days + 1) for one, start, end in periods]
    years = [(year, (date(year, 1, 1) - first).days) for year in range(first.year, last.year + 1)]
    return Calendar(years, (last - first).days + 1, spans)


def _period(action: Action) -> tuple[date, date]:
    """The whole period its words may mean."""
    said = dates.parse(action.dates_words)
    start = said.start or action.starts_on or action.due_on or clock.today()
    return start, said.end or action.due_on or start


# The desk: a plan in the making.


@bp.get("/plans/<slug>/atelier")
def desk(slug: str) -> str:
    plan = queries.by_slug_or_404(slug, actor())
    rules.edit(actor(), plan)
    return render_template(
        "engagements/desk.html",
        plan=plan,
        tree=queries.of_plan(plan),
        pictures=queries.pictures_of(plan),
        missing=len(queries.to_complete(plan)),
        cannot_adopt=refusal(rules.adopt, actor(), plan),
        cannot_publish=refusal(rules.publish, actor(), plan),
    )


@bp.route("/plans/nouveau", methods=["GET", "POST"])
def create() -> str | Redirect:
    rules.create(actor())
    form = PlanForm()
    if form.sent() and (
        plan := done(form, lambda: actions.create(actor(), **form.values(), key=form.key.data))
    ):
        return redirect(url_for(".desk", slug=plan.slug), 303)
    return render_template("engagements/create.html", form=form)


@bp.route("/plans/<slug>/modifier", methods=["GET", "POST"])
def edit(slug: str) -> str | Redirect:
    plan = queries.by_slug_or_404(slug, actor())
    rules.edit(actor(), plan)
    form = PlanForm(plan=plan)
    if form.sent() and done(form, lambda: actions.edit(actor(), plan, **form.values())):
        flash(gettext("The plan is up to date."), "success")
        return redirect(url_for(".desk", slug=slug), 303)
    return render_template("engagements/edit.html", plan=plan, form=form)


@bp.route("/plans/<slug>/engagements/nouveau", methods=["GET", "POST"])
def commit(slug: str) -> str | Redirect:
    plan = queries.by_slug_or_404(slug, actor())
    rules.commit(actor(), plan)
    form = EngagementForm(
        plan=plan,
        tree=queries.of_plan(plan),
        parent_id=request.args.get("sous", 0, type=int),
    )
    origins = _origins()
    if form.sent() and done(
        form,
        lambda: actions.commit(
            actor(),
            plan,
            **form.values(),
            origins=origins,
            reason=form.reason.data,
            key=form.key.data,
        ),
    ):
        flash(gettext("The engagement is in the plan."), "success")
        return redirect(url_for(".desk", slug=slug), 303)
    return render_template("engagements/commit.html", plan=plan, form=form, origins=origins)


@bp.route("/plans/<slug>/actions/nouvelle", methods=["GET", "POST"])
def undertake(slug: str) -> str | Redirect:
    plan = queries.by_slug_or_404(slug, actor())
    rules.undertake(actor(), plan)
    tree = queries.of_plan(plan)
    under = tree.by_engagement.get(request.args.get("engagement", 0, type=int))
    form = ActionForm(plan=plan, tree=tree, engagement=under.engagement if under else None)
    origins = _origins()
    if form.sent() and done(
        form,
        lambda: actions.undertake(
            actor(),
            plan,
            **form.values(),
            origins=origins,
            reason=form.reason.data,
            key=form.key.data,
        ),
    ):
        flash(gettext("The action is in the plan."), "success")
        return redirect(url_for(".desk", slug=slug), 303)
    return render_template("engagements/undertake.html", plan=plan, form=form, origins=origins)


def _origins() -> list[Any]:
    """The contribution this was begun from, where somebody came from its page."""
    number = request.args.get("contribution", type=int)
    if not number:
        return []
    contribution = lineage.contribution_or_404(number)
    return [contribution] if contribution.is_public else abort(404)


@bp.route("/plans/<slug>/engagements/<int:id>/reviser", methods=["GET", "POST"])
@bp.route("/actions/<int:id>/reviser", methods=["GET", "POST"])
def revise(id: int, slug: str = "") -> str | Redirect:
    subject = _subject(id, slug)
    rules.revise(actor(), subject)
    plan, tree = subject.plan, queries.of_plan(subject.plan)
    form: Any = (
        EngagementForm(plan=plan, tree=tree, thing=subject)
        if isinstance(subject, Engagement)
        else ActionForm(plan=plan, tree=tree, thing=subject)
    )

    def act() -> None:
        actions.revise(actor(), subject, reason=form.reason.data, **form.values())

    if form.sent() and done(form, act):
        flash(gettext("It is up to date."), "success")
        return redirect(_page(subject) if plan.is_public else url_for(".desk", slug=plan.slug), 303)
    return render_template(
        "engagements/revise.html", plan=plan, subject=subject, form=form, back=_page(subject)
    )


@bp.route("/actions/<int:id>/pilote", methods=["GET", "POST"])
def appoint(id: int) -> str | Redirect:
    subject = queries.action_or_404(id, actor())
    rules.appoint(actor(), subject)
    form = AppointForm(email=subject.pilot.email if subject.pilot else "")
    if form.sent() and done(form, lambda: actions.appoint(actor(), subject, form.pilot)):
        flash(gettext("The person in charge is noted."), "success")
        return redirect(_page(subject), 303)
    return render_template(
        "engagements/appoint.html", plan=subject.plan, subject=subject, form=form
    )


@bp.post("/plans/<slug>/engagements/<int:id>/deplacer")
@bp.post("/plans/<slug>/engagements/<int:id>/actions/<int:action_id>/deplacer")
def move(slug: str, id: int, action_id: int = 0) -> Redirect:
    plan = queries.by_slug_or_404(slug, actor())
    row: Any = queries.engagement_or_404(plan, id)
    anchor = f"action-{action_id}" if action_id else f"engagement-{id}"
    if action_id:
        row = queries.serves_or_404(row, action_id)
    actions.move(actor(), row, by=1 if request.form.get("by") == "1" else -1)
    seal()
    return redirect(url_for(".desk", slug=slug, _anchor=anchor), 303)


@bp.post("/plans/<slug>/engagements/<int:id>/retirer")
@bp.post("/actions/<int:id>/retirer")
def remove(id: int, slug: str = "") -> Redirect:
    subject = _subject(id, slug)
    slug = subject.plan.slug
    actions.remove(actor(), subject)
    seal()
    flash(gettext("It is no longer in the plan."), "success")
    return redirect(url_for(".desk", slug=slug), 303)


@bp.post("/plans/<slug>/supprimer")
def discard(slug: str) -> Redirect:
    actions.discard(actor(), queries.by_slug_or_404(slug, actor()))
    seal()
    flash(gettext("The draft is gone."), "success")
    return redirect(url_for(".index"), 303)


@bp.route("/plans/<slug>/engagements/<int:id>/origines", methods=["GET", "POST"])
@bp.route("/actions/<int:id>/origines", methods=["GET", "POST"])
def tie(id: int, slug: str = "") -> str | Redirect:
    subject = _subject(id, slug)
    rules.trace(actor(), subject.plan)
    words = request.values.get("q", "")
    form = TieForm(found=lineage.candidates(words) if words else [])
    if form.sent():
        contribution = lineage.contribution_or_404(form.contribution_id.data)
        if done(
            form,
            lambda: actions.tie(
                actor(), subject, contribution, degree=form.degree.data, words=form.words.data
            ),
        ):
            flash(gettext("The contribution is named as an origin."), "success")
            return redirect(request.base_url, 303)
    return render_template(
        "engagements/tie.html",
        plan=subject.plan,
        subject=subject,
        form=form,
        words=words,
        sources=lineage.sources_of(subject),
        back=_page(subject),
    )


@bp.post("/origines/<int:id>/retirer")
def untie(id: int) -> Redirect:
    origin = lineage.origin_or_404(id)
    actions.untie(actor(), origin)
    seal()
    if origin.action_id:
        return redirect(url_for(".tie", id=origin.action_id), 303)
    return redirect(url_for(".tie", slug=origin.plan.slug, id=origin.engagement_id), 303)


@bp.route("/plans/<slug>/adopter", methods=["GET", "POST"])
def adopt(slug: str) -> str | Redirect:
    plan = queries.by_slug_or_404(slug, actor())
    rules.adopt(actor(), plan)
    by_act = ByActForm(acts=queries.may_adopt())
    form = AdoptForm(title=plan.title)
    chosen = by_act if "act_id" in request.form else form
    if chosen.sent() and done(
        chosen,
        lambda: (
            actions.adopt(actor(), plan, act=by_act.acts[by_act.act_id.data])
            if chosen is by_act
            else _adopt(plan, form)
        ),
    ):
        flash(
            gettext(
                "The plan is adopted: what it promises is frozen. Publish it when you are ready."
            ),
            "success",
        )
        return redirect(url_for(".desk", slug=slug), 303)
    return render_template(
        "engagements/adopt.html",
        plan=plan,
        form=form,
        by_act=by_act,
        tree=queries.of_plan(plan),
    )


def _adopt(plan: Plan, form: AdoptForm) -> Any:
    document = kept(form.paper, "acte")
    names = ("number", "title", "assembly", "adopted_on", "place", "vote_words")
    counts = ("votes_for", "votes_against", "abstentions")
    said = {name: form[name].data for name in (*names, *counts)}
    return actions.adopt(actor(), plan, document=document, **said)


@bp.post("/plans/<slug>/publier")
def publish(slug: str) -> Redirect:
    plan = queries.by_slug_or_404(slug, actor())
    actions.publish(actor(), plan)
    seal()
    flash(gettext("The plan is public. Those whose words fed it are told."), "success")
    return redirect(url_for(".show", slug=slug), 303)


@bp.route("/plans/<slug>/illustrations/nouvelle", methods=["GET", "POST"])
@bp.route("/plans/<slug>/illustrations/<int:id>", methods=["GET", "POST"])
@thinks_first
def illustrate(slug: str, id: int = 0) -> str | Redirect:
    plan = queries.by_slug_or_404(slug, actor())
    awaited = queries.picture_or_404(plan, id) if id else None
    rules.illustrate(actor(), plan, awaited)
    form = PictureForm(awaited=awaited)
    if form.sent():  # the picture is drawn again before anybody else is kept waiting
        rollback()
        writing()
        names = ("kind", "caption", "alternative", "is_decorative", "credit")
        said = {name: form[name].data for name in names}
        if done(
            form,
            lambda: actions.illustrate(actor(), plan, picture=awaited, image=form.picture, **said),
        ):
            flash(gettext("The picture is in place."), "success")
            return redirect(url_for(".desk", slug=slug), 303)
    return render_template("engagements/illustrate.html", plan=plan, form=form, awaited=awaited)


@bp.route("/plans/<slug>/images/<int:id>/modifier", methods=["GET", "POST"])
def describe(slug: str, id: int) -> str | Redirect:
    plan = queries.by_slug_or_404(slug, actor())
    picture = queries.picture_or_404(plan, id)
    rules.describe(actor(), picture)
    form = DescribeForm(picture=picture)
    if form.sent() and done(form, lambda: actions.describe(actor(), picture, **form.values())):
        flash(gettext("The picture is up to date."), "success")
        return redirect(url_for(".desk", slug=slug), 303)
    return render_template("engagements/describe.html", plan=plan, form=form, picture=picture)


@bp.post("/plans/<slug>/images/<int:id>/retirer")
def take_down(slug: str, id: int) -> str | Redirect:
    plan = queries.by_slug_or_404(slug, actor())
    picture = queries.picture_or_404(plan, id)
    rules.take_down(actor(), picture)
    form = DescribeForm(picture=picture)
    reason = form.reason.data if form.reason else ""
    if done(form, lambda: actions.take_down(actor(), picture, reason=reason)):
        flash(gettext("The picture is taken down."), "success")
        return redirect(url_for(".desk", slug=slug), 303)
    return render_template("engagements/describe.html", plan=plan, form=form, picture=picture)


@bp.get("/plans/<slug>/a-completer")
def to_complete(slug: str) -> str:
    plan = queries.by_slug_or_404(slug, actor())
    rules.edit(actor(), plan)
    said = {}
    if plan.source:  # in the reader's language, from the document itself
        said = {(one.kind, one.ref): one.message for one in documents.read(plan.source).todo()}
    missing = queries.to_complete(plan)
    groups: dict[str, list[queries.Missing]] = {}
    for one in missing:
        words = str(said.get((one.item.kind, one.item.ref), one.item.words))
        groups.setdefault(words, []).append(one)
    return render_template(
        "engagements/to_complete.html",
        plan=plan,
        groups=groups,
        total=len(missing),
        pictures={f"I{one.order + 1}": one for one in queries.pictures_of(plan)},
    )


@bp.post("/plans/<slug>/a-completer/<int:id>")
def fill(slug: str, id: int) -> Redirect:
    plan = queries.by_slug_or_404(slug, actor())
    actions.fill(actor(), queries.item_or_404(plan, id), plan)
    seal()
    return redirect(url_for(".to_complete", slug=slug), 303)


# Small turns of the pages.


def _subject(id: int, slug: str) -> Engagement | Action:
    if slug:
        return queries.engagement_or_404(queries.by_slug_or_404(slug, actor()), id)
    return queries.action_or_404(id, actor())


def _page(subject: Engagement | Action) -> str:
    if isinstance(subject, Engagement):
        return url_for(".engagement", slug=subject.plan.slug, id=subject.id)
    return url_for(".action", id=subject.id)
