"""The pages of due process: statements of reasons, suspensions, appeals and what came of them."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import NotFound

from consult.core import clock
from consult.core.i18n import gettext
from consult.core.rules import Refused, refusal
from consult.journal.actions import commit, rollback
from consult.moderation import actions, queries, rules
from consult.moderation.charter import ARTICLES, EFFECTS, Conclusion, Verdict
from consult.moderation.forms import AppealForm, ConcludeForm, LetterForm, SuspendForm
from consult.moderation.models import Appeal, Decision, Notice
from consult.moderation.pages import bp, one_of, private, sign_in_first, waited
from consult.people.session import actor
from consult.posts import queries as posts

# Statements of reasons.


@bp.get("/decisions/<receipt>")
def statement(receipt: str) -> ResponseReturnValue:
    """What was restricted, why, and what one can do: for whoever holds the number."""
    decision = queries.decision_or_404(receipt)
    return private(
        "moderation/statement.html",
        decision=decision,
        post=decision.post,
        images=posts.images([decision.post_id]).get(decision.post_id, []),
        effect=EFFECTS[decision.verdict],
        notices=queries.notices_behind(decision),
        appeals=queries.appeals_against(decision),
        refused=refusal(rules.appeal, actor(), decision),
        sign_in=sign_in_first(decision),
        undone=queries.undone_by(decision),
        sealed=refusal(rules.read_statement, actor(), decision),
    )


@bp.route("/moderation/<int:post_id>/suspendre", methods=["GET", "POST"])
def suspend(post_id: int) -> ResponseReturnValue:
    """The author of a restricted text, for some days."""
    post = queries.post_or_404(post_id)
    user = actor()
    rules.moderate(user, post)
    form = SuspendForm()
    running = queries.suspension_of(post.author) if post.author else None
    if form.sent() and not running:
        try:
            made = actions.suspend(user, post, days=form.days.data or 0, why=form.why())
            receipt = made.receipt
            commit()
        except Refused as refused:
            rollback()
            form.refuse(refused)
        else:
            flash(gettext("Suspended. The letter with the reasons is on its way."), "success")
            return redirect(url_for(".statement", receipt=receipt), 303)
    return private(
        "moderation/suspend.html",
        422 if form.errors else 200,
        post=post,
        form=form,
        running=running,
        may_lift=running is not None and refusal(rules.lift, user, running) is None,
        articles=ARTICLES,
        label=queries.label,
    )


@bp.post("/moderation/decisions/<int:id>/lever")
def lift(id: int) -> ResponseReturnValue:
    decision = queries.decision(id)
    if decision is None:
        raise NotFound
    actions.lift(actor(), decision)
    commit()
    flash(gettext("The suspension is over: the person takes part again."), "success")
    return redirect(url_for(".decide", post_id=decision.post_id), 303)


# Contesting.


@bp.route("/decisions/<receipt>/contester", methods=["GET", "POST"])
def appeal(receipt: str) -> ResponseReturnValue:
    """A decision, or the answer to a notice, is contested by whom it concerns."""
    contested = queries.contested_or_404(receipt)
    if door := sign_in_first(contested):
        return redirect(door, 303)
    form = AppealForm()
    if made := queries.appeal_with_key(form.key.data):
        return redirect(url_for(".appealed", receipt=made.receipt), 303)
    refused = refusal(rules.appeal, actor(), contested)
    if form.sent() and not refused:
        try:
            made = actions.appeal(actor(), contested, words=form.words.data, key=form.key.data)
            there = url_for(".appealed", receipt=made.receipt)
            commit()
        except IntegrityError:  # sent twice at the same moment
            rollback()
            before = queries.appeals_against(queries.contested_or_404(receipt))
            if not before:
                raise
            there = url_for(".appealed", receipt=before[-1].receipt)
        return redirect(there, 303)
    return private(
        "moderation/appeal.html",
        422 if request.method == "POST" else 200,
        contested=contested,
        is_decision=isinstance(contested, Decision),
        form=form,
        refused=refused,
        appeals=queries.appeals_against(contested),
    )


@bp.get("/recours/<receipt>")
def appealed(receipt: str) -> ResponseReturnValue:
    """Where an appeal stands, for whoever holds its number."""
    appeal = queries.appeal_or_404(receipt)
    may_judge = not refusal(rules.judge, actor(), appeal)
    return private("moderation/appealed.html", appeal=appeal, may_judge=may_judge)


# Looking again.


@bp.get("/moderation/recours")
def appeals() -> ResponseReturnValue:
    """The appeals that wait, the oldest first."""
    user = actor()
    rules.read(user)
    assert user is not None  # noqa: S101
    found = queries.open_appeals(user)
    reported = queries.reported_by(user, found)
    return private(
        "moderation/appeals.html",
        appeals=[(one, refusal(rules.judge, user, one, reported)) for one in found],
        waiting=queries.waiting(user),
        waited=waited,
        may_enter=refusal(rules.facilitates, user) is None,
    )


@bp.route("/moderation/recours/<int:id>", methods=["GET", "POST"])
def conclude(id: int) -> ResponseReturnValue:
    """One appeal, the first decision, the sealed words: and another person decides."""
    user = actor()
    appeal = queries.appeal_by_id_or_404(id)
    rules.read(user, appeal.text)
    rules.of_another(user, appeal.text)
    form = ConcludeForm()
    refused = refusal(rules.judge, user, appeal)
    if request.method == "POST" and refused:
        return _overtaken(appeal, form)
    if form.sent():
        try:
            actions.conclude(
                user,
                appeal,
                conclusion=Conclusion(form.conclusion.data),
                words=form.answer.data,
                why=form.why(),
                verdict=one_of(Verdict, form.verdict.data),
            )
            commit()
        except Refused as late:
            rollback()
            appeal = queries.appeal_by_id_or_404(id)
            if appeal.conclusion is not None:
                return _overtaken(appeal, form)
            form.refuse(late)
        else:
            flash(gettext("Decided. Whoever appealed is told, with your reasons."), "success")
            return redirect(url_for(".appeals"), 303)
    return private(
        "moderation/conclude.html",
        422 if form.errors else 200,
        appeal=appeal,
        post=appeal.text,
        readable=refusal(rules.read_words, user, appeal.text) is None,
        images=posts.images([appeal.text.id]).get(appeal.text.id, []),
        form=form,
        refused=refused,
        articles=ARTICLES,
        label=queries.label,
    )


def _overtaken(appeal: Appeal, form: ConcludeForm) -> ResponseReturnValue:
    """Somebody decided in the meantime, or may not: nothing is recorded, nothing is lost."""
    user = actor()
    is_mine = user is not None and appeal.decided_by_id == user.id
    if is_mine and appeal.conclusion == form.conclusion.data:  # the same click twice
        return redirect(url_for(".appeals"), 303)
    rules.read(user, appeal.text)
    return private(
        "moderation/decided_meanwhile.html",
        409 if appeal.conclusion else 403,
        appeal=appeal,
        words=form.answer.data,
        refused=refusal(rules.judge, user, appeal),
    )


@bp.route("/moderation/recours/saisir", methods=["GET", "POST"])
def enter_appeal() -> ResponseReturnValue:
    """An appeal that came by letter, typed in by an agent."""
    user = actor()
    rules.facilitates(user)
    form = LetterForm(data={"received_on": clock.today(), "receipt": request.args.get("receipt")})
    if made := queries.appeal_with_key(form.key.data):
        return redirect(url_for(".appealed", receipt=made.receipt), 303)
    if form.sent():
        try:
            made = actions.enter_appeal(
                user,
                _named(form.receipt.data),
                words=form.words.data,
                received_on=form.received_on.data,
                contact=form.contact.data,
                key=form.key.data,
            )
            there = url_for(".appealed", receipt=made.receipt)
            commit()
        except NotFound:
            form.receipt.errors = [
                gettext("No decision and no notice has this number: read it again.")
            ]
        except (Refused, IntegrityError) as late:
            rollback()
            reason = late.reason if isinstance(late, Refused) else None
            form.receipt.errors = [reason or gettext("An appeal was already made: read its page.")]
        else:
            return redirect(there, 303)
    reads = refusal(rules.read, user) is None
    return private(
        "moderation/enter_appeal.html", 422 if form.errors else 200, form=form, reads=reads
    )


def _named(receipt: str) -> Decision | Notice:
    """What a letter contests: a decision, a notice, or the text it names by its own receipt."""
    post = posts.by_receipt(receipt)
    last = queries.in_force(post) if post else None
    return last or queries.contested_or_404(receipt)
