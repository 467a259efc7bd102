"""The pages of the follow-up: reports, editions, questions, the agenda, what the town has to do."""

from datetime import date, timedelta
from typing import Any

from babel.dates import format_date
from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel.speaklater import LazyString
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as Redirect

from consult.core import clock, mail, throttle
from consult.core.db import writing
from consult.core.errors import thinks_first
from consult.core.forms import Form
from consult.core.i18n import _, day, gettext, language
from consult.core.papers import hand_out, live
from consult.core.qr import qr_svg
from consult.core.rules import Refused, refusal, require
from consult.engagements import queries as engagements
from consult.engagements import rules as engagement_rules
from consult.engagements.models import Action, Plan, Progress
from consult.followup import actions, agenda, asking, comparing, papers, promises, queries, rules
from consult.followup.forms import (
    EditionForm,
    QuestionForm,
    RendezvousForm,
    ReplyForm,
    ReportForm,
)
from consult.followup.models import Question, Rendezvous
from consult.journal.actions import commit, rollback
from consult.moderation.queries import last_decision
from consult.people import limits
from consult.people.passwords import sealed
from consult.people.queries import email_key
from consult.people.rules import signed_in
from consult.people.session import actor, network
from consult.pluralism.models import Publication
from consult.pluralism.queries import on_paper, waits_for_a_name
from consult.portal.queries import letterhead
from consult.posts.models import Status
from consult.posts.rules import reads_receipt

bp = Blueprint("followup", __name__)

bp.add_app_template_filter(lambda iso: day(date.fromisoformat(iso)), "frozen_day")
for _shown in (
    *(asking.of_action, asking.counted, asking.mine, promises.beside),
    *(promises.retold, promises.slip),
    *(agenda.coming, agenda.announces, comparing.coverage),
):
    bp.add_app_template_global(_shown, f"{_shown.__module__.rpartition('.')[2]}_{_shown.__name__}")
bp.add_app_template_global(queries.may_work, "may_work")
for _pattern, _name in (("MMMM yyyy", "month"), ("MMMM", "month_name"), ("EEEE", "weekday")):
    bp.add_app_template_filter(
        lambda on, pattern=_pattern: format_date(on, pattern, locale=language()), _name
    )


@bp.app_template_global("why_not_ask")
def _why_not_ask(action: Action) -> LazyString | str | None:
    return refusal(rules.ask, actor(), action)


ASKING_WINDOW = timedelta(hours=1)
QUESTIONS, NETWORK_QUESTIONS = 10, 30  # from one account, from one network
LETTERS_WINDOW, LETTERS = timedelta(minutes=15), 3  # to one address nobody confirmed
TOO_MANY = _("Too many questions came from here within an hour. Please try again a little later.")


@bp.route("/actions/<int:id>/avancement", methods=["GET", "POST"])
@thinks_first
def report(id: int) -> str | Redirect:
    action = engagements.action_or_404(id, actor())
    rules.report(actor(), action)
    form = ReportForm()
    if form.sent():  # pictures are drawn again before anybody else is kept waiting
        rollback()
        writing()
        action = engagements.action_or_404(id, actor())
        try:
            actions.report(
                actor(),
                action,
                progress=Progress(form.progress.data),
                effective_on=form.effective_on.data,
                words=form.words.data,
                evidence=form.evidence(),
                key=form.key.data,
            )
            commit()
        except Refused as refused:
            rollback()
            form.form_errors.append(refused.reason)
        else:
            flash(
                gettext("Your report is public. Those who follow this action are told."), "success"
            )
            return redirect(url_for("engagements.action", id=id, _anchor="reports"), 303)
    return render_template(
        "followup/report.html",
        action=action,
        plan=action.plan,
        form=form,
        latest=queries.latest([id]).get(id),
    )


@bp.get("/plans/<slug>/editions/<edition>")
def edition(slug: str, edition: str) -> str:
    """The edition, drawn from what was frozen and from nothing else."""
    plan = engagements.by_slug_or_404(slug, actor())
    subject = queries.edition_or_404(plan, edition)
    content = subject.content
    rows = {row["id"]: row for row in content["actions"]}
    counts = content["figures"]["statuses"]
    return render_template(
        "followup/edition.html",
        plan=plan,
        edition=subject,
        content=content,
        rows=rows,
        counts={key.value: counts[key.value] for key in Progress if counts.get(key.value)},
        moved=queries.since(content, engagements.of_plan(plan)),
    )


@bp.get("/plans/<slug>/editions/<edition>.json")
def edition_json(slug: str, edition: str) -> Response:
    """What was frozen, byte for byte: its SHA-256 is the one printed on the edition."""
    plan = engagements.by_slug_or_404(slug, actor())
    content = queries.edition_or_404(plan, edition).content
    return Response(queries.canonical(content), content_type="application/json; charset=utf-8")


@bp.get("/plans/<slug>/bilans/<edition>.pdf")
def edition_pdf(slug: str, edition: str) -> Response:
    """What was frozen, as a paper to hand out."""
    plan = engagements.by_slug_or_404(slug, actor())
    subject = queries.edition_or_404(plan, edition)
    return hand_out(
        "plan",
        papers.edition(subject, on_paper(subject)),
        letterhead(),
        url=live("followup.edition", slug=slug, edition=edition),
        name=f"{slug} {edition}",
        is_public=plan.is_public,
    )


@bp.route("/plans/<slug>/editions/nouvelle", methods=["GET", "POST"])
def publish_edition(slug: str) -> str | Redirect:
    plan = engagements.by_slug_or_404(slug, actor())
    if waits_for_a_name(actor(), Publication.EDITION, plan):
        sign_off = {"publication": Publication.EDITION.value, "slug": slug}
        return redirect(url_for("pluralism.sign_off", **sign_off), 303)
    rules.publish_edition(actor(), plan)
    form = EditionForm()
    if form.sent():
        names = ("title", "as_of", "as_of_words", "introduction")
        said = {name: form[name].data for name in names}
        made = actions.publish_edition(actor(), plan, **said, key=form.key.data)
        commit()
        flash(gettext("The edition is public and will stay as it is."), "success")
        return redirect(url_for(".edition", slug=slug, edition=made.slug), 303)
    return render_template(
        "followup/publish_edition.html",
        plan=plan,
        form=form,
        counts=engagements.of_plan(plan).counts,
        editions=queries.editions(plan),
    )


@bp.get("/plans/<slug>/bilans/comparer")
def compare(slug: str) -> str:
    """Two editions side by side, or one and today: which actions moved, and how."""
    plan = engagements.by_slug_or_404(slug, actor())
    bound = queries.editions(plan)[::-1]
    known = {one.slug for one in bound}
    asked = [request.args.get(name, "") for name in ("de", "a")]
    if any(one not in known for one in asked if one and one != TODAY) or asked[0] == TODAY:
        abort(404)
    if not bound:
        return render_template("followup/compare.html", plan=plan, editions=[])
    before = asked[0] or bound[-2 if len(bound) > 1 else -1].slug
    after = asked[1] or (bound[-1].slug if len(bound) > 1 else TODAY)
    sides = [_pictured(plan, one) for one in (before, after)]
    return render_template(
        "followup/compare.html",
        plan=plan,
        editions=bound,
        before=before,
        after=after,
        sides=sides,
        found=comparing.compared(sides[0]["content"], sides[1]["content"]),
        absent=(_("Not in the plan then"), _("No longer in the plan")),
    )


TODAY = "aujourdhui"


def _pictured(plan: Plan, slug: str) -> dict[str, Any]:
    """One side of a comparison: its name, its day, what it shows and how much of it is known."""
    if slug == TODAY:
        content, title, on, words = queries.picture(plan), _("Today"), clock.today(), ""
    else:
        edition = queries.edition_or_404(plan, slug)
        content, title, words = edition.content, edition.title, edition.as_of_words
        on = edition.as_of or clock.in_town(edition.at).date()
    counts = content["figures"]["statuses"]
    return {
        "slug": slug,
        "title": title,
        "on": on,
        "words": words,
        "content": content,
        "total": content["figures"]["actions"],
        "counts": {key.value: counts[key.value] for key in Progress if counts.get(key.value)},
        "coverage": comparing.covered(content, on),
    }


@bp.get("/plans/<slug>/promesses")
def promised(slug: str) -> str:
    """Every word that is no longer the one adopted, its reason, and every date that slipped."""
    plan = engagements.by_slug_or_404(slug, actor())
    return render_template(
        "followup/promised.html", plan=plan, account=promises.account(engagements.of_plan(plan))
    )


# Questions.


@bp.route("/actions/<int:id>/question", methods=["GET", "POST"])
def ask(id: int) -> Any:
    user = actor()
    action = engagements.action_or_404(id, user)
    rules.ask(user, action)
    form = QuestionForm(user, can_contest=action.progress != Progress.UNKNOWN)
    if request.method == "POST" and (made := engagements.made_with(Question, form.key.data)):
        return redirect(url_for(".receipt", receipt=made.receipt), 303)
    if form.sent():
        seen = form.signs()
        if _too_many(user) or (seen and not limits.passed("unproven")):
            form.form_errors.append(TOO_MANY)
            return _ask_page(action, form), 429
        said = form.words()
        if said.get("email") and not _may_write(said["email"]):
            said["email"] = ""
        try:
            made = actions.ask(
                user,
                action,
                **said,
                language=language(),
                key=form.key.data,
                seen=seen,
                agrees=bool(form.agrees),
            )
            commit()
        except IntegrityError:  # sent twice at the same moment
            rollback()
            made = engagements.made_with(Question, form.key.data)
            if made is None:
                raise
        return redirect(url_for(".receipt", receipt=made.receipt), 303)
    return _ask_page(action, form)


def _ask_page(action: Action, form: QuestionForm) -> str:
    return render_template(
        "followup/ask.html",
        action=action,
        plan=action.plan,
        form=form,
        addressee=asking.addressee(action),
        within=asking.within(),
        others=[one for one in asking.of_action(action)[:5]],
    )


def _too_many(user: Any) -> bool:
    """Whether enough questions came from this account or network; else this one is counted."""
    key, limit = (
        (f"ask:{user.id}", QUESTIONS) if user else (f"ask-net:{network()}", NETWORK_QUESTIONS)
    )
    if throttle.too_many(key, limit=limit, within=ASKING_WINDOW):
        return True
    throttle.note(key)
    return False


def _may_write(email: str) -> bool:
    """Whether a letter may leave for an address that nobody confirmed."""
    key = f"mail-question:{sealed(email_key(email))[:32]}"
    if throttle.too_many(key, limit=LETTERS, within=LETTERS_WINDOW):
        return False
    throttle.note(key)
    return True


@bp.get("/questions/<int:id>")
def question(id: int) -> str:
    user = actor()
    subject = asking.question_or_404(id, user)
    return render_template(
        "followup/question.html",
        question=subject,
        action=subject.action,
        plan=subject.plan,
        replies=asking.replies_to([id]).get(id, []),
        addressee=asking.addressee(subject.action),
        due=asking.due_on(subject),
        may_reply=user is not None and refusal(rules.reply, user, subject) is None,
        is_author=user is not None and subject.author_id == user.id,
    )


@bp.get("/questions/recepisse/<receipt>")
def receipt(receipt: str) -> Response:
    """Where a question stands, for whoever holds its number."""
    subject = asking.by_receipt_or_404(receipt)
    is_decided = subject.status in (Status.REFUSED, Status.RESTRICTED)
    return _private(
        "followup/receipt.html",
        question=subject,
        action=subject.action,
        plan=subject.plan,
        replies=asking.replies_to([subject.id]).get(subject.id, []),
        addressee=asking.addressee(subject.action),
        due=asking.due_on(subject),
        decision=last_decision(subject) if is_decided else None,
        reads=reads_receipt(actor(), subject),
        may_withdraw=refusal(rules.withdraw, actor(), subject) is None,
        qr=qr_svg(
            url_for(".receipt", receipt=subject.receipt, _external=True),
            _("Address of this receipt"),
        ),
    )


@bp.route("/questions/recepisse/<receipt>/retirer", methods=["GET", "POST"])
def withdraw(receipt: str) -> Any:
    subject = asking.by_receipt_or_404(receipt)
    rules.withdraw(actor(), subject)
    if request.method == "POST":
        actions.withdraw(actor(), subject)
        commit()
        return redirect(url_for(".receipt", receipt=subject.receipt), 303)
    return _private("followup/withdraw.html", question=subject, form=Form())


@bp.route("/questions/<int:id>/repondre", methods=["GET", "POST"])
def reply(id: int) -> Any:
    user = actor()
    subject = asking.question_or_404(id, user)
    rules.reply(user, subject)
    assert user is not None  # noqa: S101
    action = subject.action
    form = ReplyForm(
        signatory=user.name or "", unit=user.position or action.unit, formdata=request.form or None
    )
    if form.sent():
        names = ("words", "signatory", "unit")
        said = {name: form[name].data for name in names}
        actions.reply(user, subject, **said, key=form.key.data)
        commit()
        flash(gettext("Your reply is public. Whoever asked is told."), "success")
        return redirect(url_for(".question", id=id), 303)
    return render_template(
        "followup/reply.html",
        question=subject,
        action=action,
        plan=subject.plan,
        form=form,
        replies=asking.replies_to([id]).get(id, []),
    )


@bp.get("/plans/<slug>/questions")
def questions(slug: str) -> str:
    """What was asked about a plan; those that wait, oldest first, on a list of their own."""
    plan = engagements.by_slug_or_404(slug, actor())
    waiting = request.args.get("vue", "") == "attente"
    return render_template(
        "followup/questions.html",
        plan=plan,
        waiting=waiting,
        counted=asking.counted(plan),
        page=asking.of_plan(
            plan, waiting=waiting, after=max(0, request.args.get("apres", 0, type=int))
        ),
    )


def _private(template: str, **shown: Any) -> Response:
    """A page for whoever holds its address: never kept on the way."""
    response = make_response(render_template(template, **shown))
    response.headers["Cache-Control"] = "private, no-store"
    return response


# The agenda.


@bp.get("/plans/<slug>/agenda")
def agenda_of(slug: str) -> str:
    user = actor()
    plan = engagements.by_slug_or_404(slug, user)
    announced = agenda.announced(plan)
    first = announced[0].action if announced else None
    return render_template(
        "followup/agenda.html",
        plan=plan,
        coming=agenda.coming(plan),
        announced=announced,
        numbers=_numbers(announced),
        today=clock.today(),
        may_schedule=first is not None and refusal(rules.unschedule, user, first) is None,
    )


def _numbers(announced: list[agenda.Announced]) -> list[int]:
    """The place of each thing among those of its own action: what its address ends with."""
    found: list[int] = []
    for number, one in enumerate(announced):
        is_next = number and announced[number - 1].action.id == one.action.id
        found.append(found[-1] + 1 if is_next else 0)
    return found


@bp.get("/plans/<slug>/agenda.ics")
def agenda_file(slug: str) -> Response:
    """The days of a plan for the calendar one carries."""
    plan = engagements.by_slug_or_404(slug, actor())
    rows = [
        agenda.Dated(one.rendezvous, one.step, mail.address("engagements.action", id=one.action.id))
        for one in agenda.announced(plan)
        if one.rendezvous
    ]
    data = agenda.calendar_file(plan.title, rows, mail.domain())
    response = Response(data, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="{plan.slug}.ics"'
    return response


@bp.route("/actions/<int:id>/agenda/<int:number>", methods=["GET", "POST"])
def schedule(id: int, number: int) -> Any:
    user = actor()
    action = engagements.action_or_404(id, user)
    rules.unschedule(user, action)
    announced = agenda.announced_or_404(action, number)
    known = announced.rendezvous
    form = RendezvousForm(data=_typed(known) if known else None)
    if announced.step.unit not in ("month", "year"):
        del form.rhythm
    if form.sent():
        actions.schedule(user, action, name=announced.name, **form.values())
        commit()
        flash(gettext("The agenda is up to date."), "success")
        return redirect(url_for(".agenda_of", slug=action.plan.slug), 303)
    return render_template(
        "followup/schedule.html",
        action=action,
        plan=action.plan,
        announced=announced,
        number=number,
        form=form,
    )


def _typed(known: Rendezvous) -> dict[str, Any]:
    """What a clerk typed before, as the form shows it."""
    names = ("first_on", "starts_at", "until", "rhythm", "place")
    skipped = (f"{date.fromisoformat(day):%d/%m/%Y}" for day in known.except_on)
    return {name: getattr(known, name) for name in names} | {"except_on": "\n".join(skipped)}


@bp.post("/actions/<int:id>/agenda/<int:number>/retirer")
def unschedule(id: int, number: int) -> Redirect:
    action = engagements.action_or_404(id, actor())
    announced = agenda.announced_or_404(action, number)
    actions.unschedule(actor(), action, name=announced.name)
    commit()
    flash(gettext("The day is taken away: only the words are shown."), "success")
    return redirect(url_for(".agenda_of", slug=action.plan.slug), 303)


# What the town has to do.


@bp.get("/suivi")
def works() -> str:
    user = actor()
    signed_in(user)
    assert user is not None  # noqa: S101
    require(queries.may_work(user), _("This list is for those who report on actions."))
    evaluations = queries.moments_of(user)
    numbers = queries.works_count(user) | {
        "questions": asking.waiting_count(user),
        "evaluations": len(evaluations),
    }
    asked = request.args.get("vue", "")
    after = request.args.get("apres", "")
    views = (*numbers, "services")
    which = asked if asked in views else next((one for one in numbers if numbers[one]), "late")
    lists: dict[str, Any] = {"page": None, "waiting": [], "services": []}
    lists["evaluations"] = [
        (one, refusal(engagement_rules.conclude, user, one.moment)) for one in evaluations
    ]
    if which == "questions":
        lists["waiting"] = asking.waiting(user, request.args.get("apres", 0, type=int))
    elif which == "services":
        lists["services"] = queries.services(user)
    elif which != "evaluations":
        lists["page"] = queries.works(user, which, after)
    return render_template("followup/works.html", which=which, numbers=numbers, **lists)
