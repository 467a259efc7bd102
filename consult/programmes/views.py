"""The pages of programmes and of bodies: what everybody reads, and the desk where it is written."""

from typing import Any, NamedTuple

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel.speaklater import LazyString
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Redirect

from consult.core import files, restated
from consult.core.forms import labels
from consult.core.i18n import _, gettext
from consult.core.money import written
from consult.core.rules import refusal
from consult.core.slugs import slugify
from consult.core.tables import write_csv
from consult.engagements import queries as engagements
from consult.gaps.models import Gap
from consult.gaps.queries import filled_at, still_open
from consult.journal.actions import commit, done
from consult.people.session import actor
from consult.programmes import actions, corrections, exports, forms, queries, rules
from consult.programmes.models import (
    Agreement,
    AgreementSignatory,
    Assessment,
    Body,
    BodyMember,
    BodyMinutes,
    Call,
    Candidate,
    Component,
    Criterion,
    Deed,
    Experiment,
    Finding,
    FindingKind,
    Method,
    Objective,
    Participant,
    Programme,
    ProgrammePhase,
    Remaining,
    Sum,
    owner_of,
    root_of,
)

bp = Blueprint("programmes", __name__)

bp.add_app_template_filter(queries.period_words, "period_words")

bp.add_app_template_filter(written, "euros")


# What everybody reads.


@bp.get("/programmes")
def index() -> str:
    user = actor()
    return render_template(
        "programmes/index.html",
        programmes=queries.listed(user),
        may_create=user is not None and refusal(rules.create, user) is None,
    )


@bp.get("/programmes/<slug>")
def show(slug: str) -> str:
    user = actor()
    programme = queries.by_slug_or_404(slug, user)
    whole = queries.whole(programme)
    by_amount = request.args.get("tri") == "montant"
    return render_template(
        "programmes/show.html",
        programme=programme,
        whole=whole,
        line=queries.line(whole.phases),
        amounts=whole.by_amount() if by_amount else whole.amounts,
        is_by_amount=by_amount,
        totals=[(nature.label, cents) for nature, cents in whole.totals.items()],
        stock=queries.taken_stock(whole) if whole.deeds else None,
        findings=[
            (kind.label, [one for one in whole.findings if one.kind == kind])
            for kind in FindingKind
        ],
        eligibility={one.id: queries.eligibility(one) for one in whole.agreements},
        plans=engagements.of_programme(programme.id, user),
        bodies=[one for one in programme.bodies if one.is_public or queries.is_staff(user)],
        restated=restated.of(programme),
        labels=LABELS,
        may_edit=user is not None and refusal(rules.create, user) is None,
    )


@bp.get("/programmes/n/<int:id>")
def permalink(id: int) -> Redirect:
    """The page of a programme by its number, for lists that know no slug."""
    return redirect(url_for(".show", slug=queries.numbered_or_404(id, actor()).slug))


@bp.get("/programmes/<slug>.json")
def programme_json(slug: str) -> Response:
    """The programme as open data; what nobody said is null."""
    return jsonify(exports.picture(queries.whole(queries.by_slug_or_404(slug, actor()))))


@bp.get("/programmes/<slug>.csv")
def programme_csv(slug: str) -> Response:
    """The programme line by line, for a spreadsheet."""
    whole = queries.whole(queries.by_slug_or_404(slug, actor()))
    return Response(
        "".join(write_csv(exports.rows(whole), exports.HEADER, bom=True)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{slug}.csv"'},
    )


@bp.get("/programmes/<slug>/bilans/<int:number>")
def stocktake(slug: str, number: int) -> str:
    programme = queries.by_slug_or_404(slug, actor())
    subject = queries.stocktake_or_404(programme, number)
    return render_template(
        "programmes/stocktake.html", programme=programme, subject=subject, stock=subject.content
    )


@bp.get("/instances")
def bodies() -> str:
    user = actor()
    return render_template(
        "programmes/bodies.html",
        bodies=queries.bodies(user),
        may_create=user is not None and refusal(rules.create_body, user) is None,
    )


@bp.get("/instances/<slug>")
def body(slug: str) -> str:
    user = actor()
    subject = queries.body_or_404(slug, user)
    return render_template(
        "programmes/body.html",
        body=subject,
        programmes=[one for one in subject.programmes if one.is_public or queries.is_staff(user)],
        seats=_seats(subject),
        restated=restated.of(subject),
        labels=LABELS,
        may_edit=user is not None and refusal(rules.edit_body, user, subject) is None,
    )


@bp.get("/instances/n/<int:id>")
def body_permalink(id: int) -> Redirect:
    """The page of a body by its number, for lists that know no slug."""
    found = queries.found_or_404(Body, id)
    return redirect(url_for(".body", slug=queries.body_or_404(found.slug, actor()).slug))


def _seats(body: Body) -> list[tuple[str, list[BodyMember]]]:
    """The seats by college, in the order of the colleges; those of none come last."""
    order = list(dict.fromkeys([*body.colleges, *(one.college for one in body.members), ""]))
    seats = {college: [one for one in body.members if one.college == college] for college in order}
    return [(college, some) for college, some in seats.items() if some]


# The desk: a programme, and its parts one by one.


class Page(NamedTuple):
    """How one sort of part is entered: its model, its form, what it belongs to, what it is."""

    model: type[Any]
    form: type[forms.Said]
    owner: type[Any]
    title: LazyString
    lead: LazyString | str = ""


PAGES: dict[str, Page] = {
    "phases": Page(
        ProgrammePhase,
        forms.PhaseForm,
        Programme,
        _("A step of the programme"),
        _("Steps keep the order you give them, whatever their dates are."),
    ),
    "objectifs": Page(Objective, forms.ObjectiveForm, Programme, _("An objective")),
    "acteurs": Page(
        Participant,
        forms.ParticipantForm,
        Programme,
        _("Somebody who takes part"),
        _("Names and groups stay as the document prints them."),
    ),
    "montants": Page(Sum, forms.SumForm, Programme, _("An amount of money")),
    "methodes": Page(
        Method,
        forms.MethodForm,
        Programme,
        _("How the work was done"),
        _("Interviews, workshops, meetings: shown apart from what came in online."),
    ),
    "composantes": Page(Component, forms.ComponentForm, Programme, _("A component")),
    "constats": Page(Finding, forms.FindingForm, Programme, _("A finding")),
    "actions": Page(
        Deed,
        forms.DeedForm,
        Programme,
        _("Something undertaken"),
        _("The review of the programme counts these by objective."),
    ),
    "suites": Page(
        Remaining, forms.RemainingForm, Programme, _("What remains when the programme ends")
    ),
    "conventions": Page(Agreement, forms.AgreementForm, Programme, _("An agreement")),
    "signataires": Page(AgreementSignatory, forms.SignatoryForm, Agreement, _("A signatory")),
    "criteres": Page(Criterion, forms.CriterionForm, Agreement, _("A criterion to enter it")),
    "communes": Page(
        Assessment,
        forms.AssessmentForm,
        Agreement,
        _("A municipality and its figures"),
        _("Where a figure is missing, the site says that nobody knows."),
    ),
    "appels": Page(Call, forms.CallForm, Programme, _("A call for candidates")),
    "candidats": Page(Candidate, forms.CandidateForm, Call, _("A candidate")),
    "experimentations": Page(Experiment, forms.ExperimentForm, Call, _("An experiment")),
    "membres": Page(BodyMember, forms.MemberForm, Body, _("A seat")),
    "comptes-rendus": Page(BodyMinutes, forms.MinutesForm, Body, _("Minutes of a meeting")),
}
SLUGS = {page.model: slug for slug, page in PAGES.items()}


def _filled_by(field: str) -> str:
    """What a field fills: « place_ids » fills the places."""
    return "file" if field == "document" else field.replace("_ids", "s").removesuffix("_id")


# What each field is called, by what it fills: see corrections.py.
FORMS: list[tuple[type[Any], type[forms.Said]]] = [
    *((page.model, page.form) for page in PAGES.values()),
    *((Programme, form) for form in (forms.ProgrammeForm, forms.ClosingForm)),
    (Body, forms.BodyForm),
]
LABELS = {
    f"{model.__tablename__}.{_filled_by(name)}": label
    for model, form in FORMS
    for name, label in labels(form).items()
} | {"agreement_assessment.figures": _("Figures")}

bp.add_app_template_global(lambda part: SLUGS[type(part)], "part_kind")


def _page(kind: str) -> Page:
    if kind not in PAGES:
        raise NotFound
    return PAGES[kind]


@bp.get("/programmes/<slug>/atelier")
def desk(slug: str) -> str:
    programme = queries.by_slug_or_404(slug, actor())
    rules.create(actor())
    return render_template(
        "programmes/desk.html",
        programme=programme,
        whole=queries.whole(programme),
        pages=PAGES,
        missing=still_open(programme),
        cannot_edit=refusal(rules.edit, actor(), programme),
    )


@bp.route("/programmes/nouveau", methods=["GET", "POST"])
def create() -> str | Redirect:
    rules.create(actor())
    form = forms.ProgrammeForm()
    if form.sent() and (
        made := done(form, lambda: actions.create(actor(), key=form.key.data, **form.said()))
    ):
        return redirect(url_for(".desk", slug=made.slug), 303)
    return render_template("programmes/create.html", form=form)


@bp.route("/programmes/<slug>/modifier", methods=["GET", "POST"])
def edit(slug: str) -> str | Redirect:
    programme = queries.by_slug_or_404(slug, actor())
    rules.edit(actor(), programme)
    form = forms.asking(forms.ProgrammeForm, programme)(programme=programme)
    if form.sent() and done(form, lambda: actions.edit(actor(), programme, **form.said())):
        flash(gettext("The programme is up to date."), "success")
        return redirect(url_for(".desk", slug=slug), 303)
    return render_template("programmes/edit.html", programme=programme, form=form)


@bp.route("/programmes/atelier/<kind>/dans/<int:owner_id>", methods=["GET", "POST"])
def add(kind: str, owner_id: int) -> str | Redirect:
    page = _page(kind)
    owner = queries.found_or_404(page.owner, owner_id)
    rules.add(actor(), owner)
    form = _form(page, owner)
    if form.sent() and done(
        form,
        lambda: actions.add(actor(), owner, page.model, key=form.key.data, **_said(form)),
    ):
        flash(gettext("It is on the page."), "success")
        return redirect(_back(root_of(owner), kind), 303)
    root = root_of(owner)
    back = _back(root, kind)
    return render_template("programmes/add.html", page=page, form=form, root=root, back=back)


@bp.route("/programmes/atelier/<kind>/<int:id>", methods=["GET", "POST"])
def change(kind: str, id: int) -> str | Redirect:
    page, part = _part(kind, id)
    rules.change(actor(), part)
    form = _form(page, owner_of(part), part)
    root = root_of(part)
    if form.sent() and done(form, lambda: actions.change(actor(), part, **_said(form))):
        flash(gettext("It is up to date."), "success")
        return redirect(_back(root, kind), 303)
    return render_template(
        "programmes/change.html",
        page=page,
        part=part,
        kind=kind,
        form=form,
        root=root,
        back=_back(root, kind),
        cannot_remove=refusal(rules.remove, actor(), part),
    )


@bp.post("/programmes/atelier/<kind>/<int:id>/deplacer")
def move(kind: str, id: int) -> Redirect:
    _found, part = _part(kind, id)
    actions.move(actor(), part, by=1 if request.form.get("by") == "1" else -1)
    commit()
    return redirect(_back(root_of(part), kind), 303)


@bp.route("/programmes/atelier/<kind>/<int:id>/retirer", methods=["GET", "POST"])
def remove(kind: str, id: int) -> str | Redirect:
    page, part = _part(kind, id)
    rules.remove(actor(), part)
    root = root_of(part)
    form = forms.asking(forms.Said, root)()
    if form.sent() and done(form, lambda: actions.remove(actor(), part, **form.said())):
        flash(gettext("It is no longer on the page."), "success")
        return redirect(_back(root, kind), 303)
    return render_template(
        "programmes/remove.html",
        called=corrections.called(part),
        form=form,
        root=root,
        change=url_for(".change", kind=kind, id=id),
        back=_back(root, kind),
    )


@bp.route("/programmes/<slug>/niveaux", methods=["GET", "POST"])
def set_levels(slug: str) -> str | Redirect:
    programme = queries.by_slug_or_404(slug, actor())
    rules.set_levels(actor(), programme)
    components = queries.whole(programme).components
    form = forms.levels_form(programme, components)
    if form.sent():
        said = form.said()
        levels = {one.id: said.pop(f"level_{one.id}") for one in components}
        if done(form, lambda: actions.set_levels(actor(), programme, levels, **said)):
            flash(gettext("The levels are up to date."), "success")
            return redirect(_back(programme, "composantes"), 303)
    return render_template("programmes/set_levels.html", programme=programme, form=form)


@bp.route("/programmes/atelier/acteurs/<int:id>/separer", methods=["GET", "POST"])
def split(id: int) -> str | Redirect:
    _found, part = _part("acteurs", id)
    rules.split(actor(), part)
    form = forms.asking(forms.SplitForm, root_of(part))(names=[part.named])
    if form.sent() and done(form, lambda: actions.split(actor(), part, **form.said())):
        flash(gettext("Each name stands on its own."), "success")
        return redirect(_back(part.programme, "acteurs"), 303)
    return render_template("programmes/split.html", part=part, programme=part.programme, form=form)


def _part(kind: str, number: int) -> tuple[Page, Any]:
    page = _page(kind)
    return page, queries.found_or_404(page.model, number)


def _form(page: Page, owner: Any, part: Any = None) -> Any:
    if page.model is Assessment:
        return forms.assessment_form(owner, part)
    if part is not None:
        return forms.asking(page.form, root_of(part))(owner=owner, obj=part)
    asked = {"kind": request.args["kind"]} if "kind" in request.args else {}
    return page.form(owner=owner, **asked)


def _said(form: Any) -> dict[str, Any]:
    """What was typed, with the paper that came with it, kept."""
    said = form.said()
    if paper := getattr(form, "paper", None):
        data, name = paper
        stem = slugify(name.rpartition(".")[0], default="compte-rendu")
        said["file"] = files.keep(data, f"{stem}.pdf", "application/pdf")
    return said


def _back(root: Programme | Body, kind: str) -> str:
    if isinstance(root, Body):
        return url_for(".body_desk", slug=root.slug, _anchor=kind)
    return url_for(".desk", slug=root.slug, _anchor=kind)


# Turning points.


@bp.post("/programmes/<slug>/publier")
@bp.post("/instances/<body>/publier")
def publish(slug: str = "", body: str = "") -> Redirect:
    user = actor()
    subject: Any = queries.body_or_404(body, user) if body else queries.by_slug_or_404(slug, user)
    actions.publish(user, subject)
    commit()
    flash(gettext("The page is public."), "success")
    return redirect(url_for(".body" if body else ".show", slug=body or slug), 303)


@bp.post("/programmes/<slug>/supprimer")
@bp.post("/instances/<body>/supprimer")
def discard(slug: str = "", body: str = "") -> Redirect:
    user = actor()
    subject: Any = queries.body_or_404(body, user) if body else queries.by_slug_or_404(slug, user)
    actions.discard(user, subject)
    commit()
    flash(gettext("The draft is gone."), "success")
    return redirect(url_for(".bodies" if body else ".index"), 303)


@bp.route("/programmes/<slug>/bilans/nouveau", methods=["GET", "POST"])
def take_stock(slug: str) -> str | Redirect:
    programme = queries.by_slug_or_404(slug, actor())
    rules.take_stock(actor(), programme)
    form = forms.StocktakeForm()
    if form.sent():
        said = {name: form[name].data for name in ("title", "by_words", "words")}
        made = done(form, lambda: actions.take_stock(actor(), programme, key=form.key.data, **said))
        if made:
            flash(gettext("The review is on the page of the programme."), "success")
            return redirect(url_for(".stocktake", slug=slug, number=made.id), 303)
    return render_template(
        "programmes/take_stock.html",
        programme=programme,
        form=form,
        stock=queries.taken_stock(queries.whole(programme)),
    )


@bp.post("/programmes/<slug>/cloture/actions")
def gather(slug: str) -> Redirect:
    programme = queries.by_slug_or_404(slug, actor())
    actions.gather(actor(), programme, _unfinished(programme))
    commit()
    return redirect(url_for(".close", slug=slug, _anchor="actions"), 303)


@bp.route("/programmes/<slug>/cloture", methods=["GET", "POST"])
def close(slug: str) -> str | Redirect:
    programme = queries.by_slug_or_404(slug, actor())
    rules.close(actor(), programme)
    unfinished = _unfinished(programme)
    form = forms.Form()
    if form.sent() and done(form, lambda: actions.close(actor(), programme, unfinished=unfinished)):
        flash(gettext("The programme is closed: its pages stay as they are."), "success")
        return redirect(url_for(".show", slug=slug), 303)
    programme = queries.by_slug_or_404(slug, actor())
    whole = queries.whole(programme)
    known = {one.action_id for one in whole.unfinished}
    return render_template(
        "programmes/close.html",
        programme=programme,
        whole=whole,
        form=form,
        needs={name: refusal(need, whole, unfinished) for name, need in rules.BEFORE_CLOSING},
        to_gather=[words for number, words in unfinished if number not in known],
    )


@bp.route("/programmes/<slug>/cloture/rapport", methods=["GET", "POST"])
def conclude(slug: str) -> str | Redirect:
    programme = queries.by_slug_or_404(slug, actor())
    rules.conclude(actor(), programme)
    form = forms.asking(forms.ClosingForm, programme)(programme=programme)
    if form.sent() and done(form, lambda: actions.conclude(actor(), programme, **form.said())):
        flash(gettext("It is up to date."), "success")
        return redirect(url_for(".close", slug=slug), 303)
    return render_template("programmes/conclude.html", programme=programme, form=form)


def _unfinished(programme: Programme) -> list[tuple[int, str]]:
    """The actions of its plans that nobody said are over."""
    return [(one.id, one.title) for one in engagements.unfinished_of(programme.id)]


# Bodies.


@bp.get("/instances/<slug>/atelier")
def body_desk(slug: str) -> str:
    subject = queries.body_or_404(slug, actor())
    rules.edit_body(actor(), subject)
    return render_template("programmes/body_desk.html", body=subject, pages=PAGES)


@bp.route("/instances/nouvelle", methods=["GET", "POST"])
def create_body() -> str | Redirect:
    rules.create_body(actor())
    form = forms.BodyForm(programme_ids=request.args.getlist("programme", type=int))
    if form.sent() and (
        made := done(form, lambda: actions.create_body(actor(), key=form.key.data, **form.said()))
    ):
        return redirect(url_for(".body_desk", slug=made.slug), 303)
    return render_template("programmes/create_body.html", form=form)


@bp.route("/instances/<slug>/modifier", methods=["GET", "POST"])
def edit_body(slug: str) -> str | Redirect:
    subject = queries.body_or_404(slug, actor())
    rules.edit_body(actor(), subject)
    form = forms.asking(forms.BodyForm, subject)(body=subject)
    if form.sent() and done(form, lambda: actions.edit_body(actor(), subject, **form.said())):
        flash(gettext("The body is up to date."), "success")
        return redirect(url_for(".body_desk", slug=slug), 303)
    return render_template("programmes/edit_body.html", body=subject, form=form)


# Where what a document left empty is filled.


@filled_at("programme")
def _filled_at(gap: Gap) -> str:
    programme = queries.found_or_404(Programme, gap.subject_id)
    if gap.kind == "level":
        return url_for("programmes.set_levels", slug=programme.slug)
    return url_for("programmes.desk", slug=programme.slug, _anchor="acteurs")
