"""The pages of the groups and of the months before an election: the rule, then what was said."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from consult.campaigns import queries as campaigns
from consult.core.i18n import gettext
from consult.core.rules import Refused, refusal
from consult.council import queries as council
from consult.engagements import queries as engagements
from consult.followup import queries as followup
from consult.journal.actions import commit, rollback
from consult.people.models import User
from consult.people.session import actor
from consult.pluralism import actions, queries, rules
from consult.pluralism.forms import (
    AppointForm,
    EditGroupForm,
    GroupForm,
    OpenForm,
    PeriodForm,
    SignOffForm,
    WriteForm,
)
from consult.pluralism.models import ElectoralPeriod, Expression, Group, Publication, Spokesperson

bp = Blueprint("pluralism", __name__)


def page_url(thing: Any) -> str:
    """The page of a plan, an edition or an act."""
    match thing.__tablename__:
        case "plan":
            return url_for("engagements.show", slug=thing.slug)
        case "edition":
            return url_for("followup.edition", slug=thing.plan.slug, edition=thing.slug)
        case _:
            return url_for("council.act", id=thing.id)


def open_url(thing: Any) -> str:
    """Where the room of the groups beside this page is opened."""
    match thing.__tablename__:
        case "plan":
            return url_for("pluralism.open", plan=thing.slug)
        case "edition":
            return url_for("pluralism.open", plan=thing.plan.slug, edition=thing.slug)
        case _:
            return url_for("pluralism.open", act=thing.id)


def sign_off_url(publication: str, thing: Any) -> str:
    """Where the desk says who takes the responsibility for a publication."""
    return url_for("pluralism.sign_off", publication=publication, slug=thing.slug)


def may_open(user: User | None, thing: Any) -> bool:
    return user is not None and refusal(rules.open, user, thing) is None


bp.add_app_template_global(queries.beside, "groups_beside")
bp.add_app_template_global(may_open, "may_open_groups")
bp.add_app_template_global(open_url, "open_groups_url")
bp.add_app_template_global(sign_off_url, "sign_off_url")
bp.add_app_template_global(queries.waits_for_a_name, "waits_for_a_name")
bp.add_app_template_filter(queries.length, "characters")


# Groups.


@bp.get("/expression-des-groupes")
def index() -> str:
    user, groups = actor(), queries.groups()
    may_edit = user is not None and refusal(rules.create_group, user) is None
    return render_template(
        "pluralism/index.html",
        groups=groups,
        past=queries.past_groups(),
        expressions=queries.expressions(user),
        own=queries.speaks_for(user),
        writers=queries.spokespeople(groups) if may_edit else {},
        may_edit=may_edit,
        appoint=AppointForm() if may_edit else None,
    )


@bp.route("/expression-des-groupes/groupes/nouveau", methods=["GET", "POST"])
def create_group() -> str | Response:
    rules.create_group(actor())
    form = GroupForm()
    if form.sent():
        said = {"name": form.name.data, "seats": form.seats.data}
        actions.create_group(actor(), **said, key=form.key.data)
        commit()
        flash(gettext("The group is entered."), "success")
        return redirect(url_for(".index", _anchor="groups"), 303)
    return render_template("pluralism/group.html", form=form, group=None)


@bp.route("/expression-des-groupes/groupes/<int:id>", methods=["GET", "POST"])
def edit_group(id: int) -> str | Response:
    group = queries.one_or_404(Group, id)
    rules.edit_group(actor(), group)
    form = EditGroupForm(obj=group)
    if form.sent():
        said = {name: form[name].data for name in ("name", "seats", "ended_on")}
        actions.edit_group(actor(), group, **said)
        commit()
        flash(gettext("The group is up to date."), "success")
        return redirect(url_for(".index", _anchor="groups"), 303)
    return render_template(
        "pluralism/group.html",
        form=form,
        group=group,
        writers=queries.spokespeople([group]).get(group.id, []),
        appoint=AppointForm(formdata=None),
    )


@bp.post("/expression-des-groupes/groupes/<int:id>/porte-parole")
def appoint(id: int) -> str | Response | tuple[str, int]:
    group = queries.one_or_404(Group, id)
    rules.appoint(actor(), group)
    form = AppointForm()
    if form.validate():
        assert form.user is not None  # noqa: S101
        actions.appoint(actor(), group, form.user)
        commit()
        flash(gettext("This person may now write for the group, and is told."), "success")
        return redirect(url_for(".edit_group", id=id, _anchor="writers"), 303)
    return render_template(
        "pluralism/group.html",
        form=EditGroupForm(formdata=None, obj=group),
        group=group,
        writers=queries.spokespeople([group]).get(group.id, []),
        appoint=form,
    )


@bp.post("/expression-des-groupes/porte-parole/<int:id>/fin")
def dismiss(id: int) -> Response:
    spokesperson = queries.one_or_404(Spokesperson, id)
    actions.dismiss(actor(), spokesperson)
    commit()
    flash(gettext("This person no longer writes for the group."), "success")
    return redirect(url_for(".edit_group", id=spokesperson.group_id, _anchor="writers"), 303)


# What the groups say beside a page.


def _thing() -> Any:
    """The plan, edition or act the address names."""
    asked, user = request.args, actor()
    if act := asked.get("act", type=int):
        return council.act_or_404(act)
    if "plan" in asked:
        plan = engagements.by_slug_or_404(asked["plan"], user)
        return followup.edition_or_404(plan, asked["edition"]) if "edition" in asked else plan
    raise NotFound


@bp.route("/expression-des-groupes/ouvrir", methods=["GET", "POST"])
def open() -> str | Response:
    thing = _thing()
    rules.open(actor(), thing)
    form = OpenForm()
    if form.sent():
        try:
            made = actions.open(
                actor(),
                thing,
                max_characters=form.max_characters.data,
                order=form.order.data,
                closes_on=form.closes_on.data,
            )
            commit()
        except Refused as refused:
            rollback()
            form.form_errors.append(refused.reason)
        else:
            flash(gettext("The groups have their room; those who write for them are told."))
            return redirect(url_for(".show", id=made.id), 303)
    return render_template(
        "pluralism/open.html", form=form, thing=thing, url=page_url(thing), groups=queries.groups()
    )


@bp.get("/expression-des-groupes/<int:id>")
def show(id: int) -> str:
    user = actor()
    expression = queries.expression_or_404(id, user)
    return render_template(
        "pluralism/show.html",
        expression=expression,
        url=page_url(queries.page_of(expression)),
        own=queries.speaks_for(user),
        may_type=user is not None and refusal(rules.open, user) is None,
        may_read={
            space.id for space in expression.spaces if refusal(rules.read, user, space) is None
        },
        may_write={
            space.id
            for space in expression.spaces
            if user is not None and refusal(rules.write, user, space) is None
        },
        why_not_publish=refusal(rules.publish, user, expression),
    )


@bp.route("/expression-des-groupes/<int:id>/groupes/<int:space_id>", methods=["GET", "POST"])
def write(id: int, space_id: int) -> str | Response:
    user = actor()
    expression = queries.expression_or_404(id, user)
    space = queries.space_or_404(expression, space_id)
    rules.write(user, space)
    is_own = space.group_id in queries.speaks_for(user)
    may_read = refusal(rules.read, user, space) is None
    said = space.said if may_read else None
    start = {"words": said.words, "signed_by": said.signed_by} if said else {}
    form = WriteForm(space=space, is_own=is_own, data=start)
    if form.sent():
        actions.write(user, space, **form.said(), key=form.key.data)
        commit()
        flash(gettext("The words of the group are noted."), "success")
        return redirect(url_for(".show", id=id, _anchor=f"group-{space.group_id}"), 303)
    return render_template(
        "pluralism/write.html",
        form=form,
        expression=expression,
        space=space,
        is_own=is_own,
        hides=space.said is not None and not may_read,
    )


@bp.post("/expression-des-groupes/<int:id>/publier")
def publish(id: int) -> Response:
    expression: Expression = queries.expression_or_404(id, actor())
    actions.publish(actor(), expression)
    commit()
    flash(gettext("The words of all groups are public."), "success")
    return redirect(url_for(".show", id=id), 303)


# The months before an election.


@bp.get("/periode-preelectorale")
def period() -> str:
    user = actor()
    return render_template(
        "pluralism/period.html",
        running=queries.electoral_period(),
        periods=queries.periods(),
        sign_offs=queries.sign_offs(),
        may_edit=user is not None and refusal(rules.set_period, user) is None,
    )


@bp.route("/periode-preelectorale/nouvelle", methods=["GET", "POST"])
def set_period() -> str | Response:
    rules.set_period(actor())
    form = PeriodForm()
    if form.sent():
        actions.set_period(actor(), **_dates(form), key=form.key.data)
        commit()
        flash(gettext("The period is entered."), "success")
        return redirect(url_for(".period"), 303)
    return render_template("pluralism/set_period.html", form=form, subject=None)


@bp.route("/periode-preelectorale/<int:id>", methods=["GET", "POST"])
def edit_period(id: int) -> str | Response:
    subject = queries.one_or_404(ElectoralPeriod, id)
    rules.edit_period(actor(), subject)
    form = PeriodForm(obj=subject)
    if form.sent():
        actions.edit_period(actor(), subject, **_dates(form))
        commit()
        flash(gettext("The period is up to date."), "success")
        return redirect(url_for(".period"), 303)
    return render_template("pluralism/set_period.html", form=form, subject=subject)


def _dates(form: PeriodForm) -> dict[str, Any]:
    return {name: form[name].data for name in ("label", "starts_on", "ends_on")}


@bp.route("/periode-preelectorale/accord/<publication>/<slug>", methods=["GET", "POST"])
def sign_off(publication: str, slug: str) -> str | Response:
    user = actor()
    try:
        what = Publication(publication)
    except ValueError:
        raise NotFound from None
    is_plan = what != Publication.RESULTS
    thing: Any = (engagements if is_plan else campaigns).by_slug_or_404(slug, user)
    if queries.unused_sign_off(what, thing):  # a second click: it is signed already
        return redirect(_onward(what, slug), 303)
    rules.sign_off(user, what, thing)
    form = SignOffForm()
    if form.sent():
        said = {name: form[name].data for name in ("name", "quality", "reason")}
        actions.sign_off(user, what, thing, **said, key=form.key.data)
        commit()
        flash(gettext("Signed, in public. You may now publish."), "success")
        return redirect(_onward(what, slug), 303)
    return render_template(
        "pluralism/sign_off.html",
        form=form,
        what=what,
        thing=thing,
        running=queries.electoral_period(),
        praise=queries.praise(*_texts(thing)),
    )


def _onward(what: Publication, slug: str) -> str:
    """Where the publication that was signed off is carried out."""
    if what == Publication.EDITION:
        return url_for("followup.publish_edition", slug=slug)
    if what == Publication.PLAN:
        return url_for("engagements.desk", slug=slug)
    return url_for("answers.publish_results", slug=slug)


def _texts(thing: Any) -> list[str]:
    """The words that will appear: those of the plan and of all it holds, or of the campaign."""
    if thing.__tablename__ == "campaign":
        return [thing.title, thing.question]
    picture = followup.picture(thing)
    reports = [row["report"]["words"] for row in picture["actions"] if row["report"]]
    actions_words = [words for row in picture["actions"] for words in (row["title"], row["words"])]
    return [thing.title, thing.subtitle, thing.introduction, *actions_words, *reports]
