"""The queue, the form by which anybody points a text out to it, and the public register."""

from datetime import timedelta
from zlib import crc32

import sqlalchemy as sa
from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from consult.campaigns.queries import by_slug_or_404
from consult.core import throttle
from consult.core.i18n import _, gettext, language
from consult.core.rules import Refused, refusal
from consult.core.tables import write_csv
from consult.journal.actions import commit, rollback
from consult.moderation import actions, queries, remedies, rules
from consult.moderation import register as figures
from consult.moderation.charter import (
    ARTICLES,
    BY_RANK,
    NEEDS_REASONS,
    TARGETS,
    Conclusion,
    Ground,
    Urgency,
    Verdict,
)
from consult.moderation.forms import DecisionForm, DismissForm, NoticeForm
from consult.moderation.models import Appeal, Decision
from consult.moderation.pages import (
    asked_again,
    bp,
    is_late,
    one_of,
    private,
    scope_asked,
    sign_in_first,
    spelt,
    waited,
)
from consult.moderation.queries import Scope
from consult.people import limits
from consult.people.session import actor, network
from consult.posts import queries as posts
from consult.posts.models import Image, Post, Status

PARTS = (remedies,)  # the pages of statements and appeals stand in a file of their own

NOTICES, PRESSING, WINDOW = 10, 40, timedelta(hours=1)  # notices from one network
DONE = {
    Verdict.PUBLISH: _("Published: %(text)s."),
    Verdict.REFUSE: _("Refused: %(text)s."),
    Verdict.KEEP: _("Read, and left as it is: %(text)s."),
    Verdict.RESTRICT: _("Hidden: %(text)s."),
    Verdict.RESTORE: _("Shown again: %(text)s."),
    Verdict.REDACT: _("The passage is taken out: %(text)s."),
    Verdict.REINSTATE: _("The passage is back: %(text)s."),
    Verdict.SET_ASIDE: _("Set aside: %(text)s."),
    Verdict.BRING_BACK: _("Back in the lists: %(text)s."),
}


# The queue.


@bp.get("/moderation")
def queue() -> ResponseReturnValue:
    """The oldest text that waits; a calm page when none does."""
    user = actor()
    rules.read(user)
    assert user is not None  # noqa: S101
    scope = scope_asked()
    found = queries.queue(user, scope)
    post = queries.post_or_404(found.lines[0].id) if found.lines else None
    return _page(post, scope, found)


@bp.route("/moderation/<int:post_id>", methods=["GET", "POST"])
def decide(post_id: int) -> ResponseReturnValue:
    """One text of the queue, and what can be decided about it."""
    post = queries.post_or_404(post_id)
    user = actor()
    rules.read(user, post)
    assert user is not None  # noqa: S101
    scope = scope_asked()
    found = queries.queue(user, scope, post)
    if request.method == "GET":
        return _page(post, scope, found)
    form = DecisionForm()
    verdict = one_of(Verdict, request.form.get("verdict"))
    if verdict is None or not form.sent():
        return _page(post, scope, found, form)
    posts.held(post)
    pictures = posts.images([post.id]).get(post.id, [])
    if _seen(post, queries.decisions(post), pictures) != form.seen.data:
        return _overtaken(post, form, verdict, scope, found)
    try:
        _describe(post)
        actions.decide(
            user, post, verdict=verdict, why=form.why() if verdict in NEEDS_REASONS else None
        )
        commit()
    except Refused as refused:
        rollback()
        form.refuse(refused)
        return _page(post, scope, found, form), 422
    flash(_done(post, verdict), "success")
    if found.next:
        return redirect(url_for(".decide", post_id=found.next, **asked_again(scope)), 303)
    return redirect(url_for(".queue", **asked_again(scope)), 303)


@bp.post("/moderation/<int:post_id>/images")
def describe(post_id: int) -> ResponseReturnValue:
    """Words for those who do not see the pictures, saved without deciding anything."""
    post = queries.post_or_404(post_id)
    rules.read(actor(), post)
    if _describe(post):
        commit()
        flash(gettext("The descriptions are saved."), "success")
    return redirect(url_for(".decide", post_id=post.id, **asked_again(scope_asked())), 303)


def _page(
    post: Post | None,
    scope: Scope,
    found: queries.Queue,
    form: DecisionForm | None = None,
    dismissing: DismissForm | None = None,
) -> str:
    user = actor()
    assert user is not None  # noqa: S101
    decisions, notices, images = queries.hanging_on(post) if post else ([], [], [])
    appeals: list[Appeal] = []
    wrong = None
    if post is not None and refusal(rules.of_another, user, post):
        notices = []  # nobody learns who pointed their own words out
    elif post is not None and any(one.is_restriction for one in decisions):
        appeals = queries.open_appeals_about(post)
        wrong = refusal(rules.restrict_again, user, post)
    if post is not None and form is None:
        form = DecisionForm(formdata=None, seen=_seen(post, decisions, images))
    if notices and dismissing is None:
        seen = _seen(post, decisions, images)  # type: ignore[arg-type]
        dismissing = DismissForm(formdata=None, prefix="dismiss-", seen=seen, last=notices[-1].id)
    return render_template(
        "moderation/queue.html",
        post=post,
        queue=found,
        scope=scope,
        asked=asked_again(scope),
        form=form,
        dismissing=dismissing,
        refused=refusal(rules.moderate, user, post) if post else None,
        readable=post is not None and refusal(rules.read_words, user, post) is None,
        possible=[one for one in _possible(post) if not (wrong and one in NEEDS_REASONS)],
        wrong=wrong or (refusal(rules.show, post) if post else None),
        articles=ARTICLES,
        decisions=decisions,
        notices=notices,
        images=images,
        parent=queries.parent(post),
        lately=queries.lately_decided_by(user),
        campaigns=[(one.slug, one.title) for one in scope.among],
        appeals=appeals,
        label=queries.label,
        waited=waited,
        is_late=is_late,
        due=lambda post: queries.due(post.waiting_since, BY_RANK[post.rank]),
    )


def _possible(post: Post | None) -> list[Verdict]:
    """What this person may decide about the text as it stands."""
    if post is None:
        return []
    is_kept_back = refusal(rules.show, post) is not None
    return [
        one
        for one, status in rules.possible(post).items()
        if not (is_kept_back and status == Status.PUBLISHED)
        and (one in NEEDS_REASONS or not refusal(rules.decide, actor(), post, verdict=one))
    ]


def _overtaken(
    post: Post, form: DecisionForm, verdict: Verdict, scope: Scope, found: queries.Queue
) -> ResponseReturnValue:
    """Somebody was faster, or the author changed the words: nothing is decided, nothing is lost."""
    last = queries.last_decision(post)
    user = actor()
    if last and user and last.facilitator_id == user.id and last.verdict == verdict:
        rollback()  # the same click twice
        return redirect(url_for(".queue", **asked_again(scope)), 303)
    response = make_response(
        render_template(
            "moderation/overtaken.html",
            post=post,
            last=last if _decided_since(last, form) else None,
            words=form.words.data,
            next=found.next,
            asked=asked_again(scope),
            label=queries.label,
        ),
        409,
    )
    rollback()
    return response


def _seen(post: Post, decisions: list[Decision], images: list[Image]) -> str:
    """What a page was made from: the text, its pictures, their words, its signature; the last
    decision on it."""
    beside = [post.byline, *(one.alternative for one in images)]
    spelt_so = [crc32(words.encode()) for words in beside if words]
    shown = [queries.wording(post), *sorted(one.id for one in images), *spelt_so]
    return f"{'-'.join(map(str, shown))}.{decisions[-1].id if decisions else 0}"


def _decided_since(last: Decision | None, form: DecisionForm) -> bool:
    return last is not None and str(last.id) != (form.seen.data or "").rpartition(".")[2]


def _describe(post: Post) -> int:
    """Keep what was typed under each picture, where it changed."""
    changed = 0
    for image in posts.images([post.id]).get(post.id, []):
        words = request.form.get(f"alt-{image.id}", "").strip()[:500]
        if words and words != image.alternative:
            actions.describe(actor(), post, image=image, words=words)
            changed += 1
    return changed


def _done(post: Post, verdict: Verdict) -> Markup:
    """What was just decided, with the way back to it."""
    link = Markup('<a href="{}">{}</a>').format(
        url_for(".decide", post_id=post.id), queries.label(post)
    )
    return Markup(str(DONE[verdict])) % {"text": link}  # noqa: S704


# What readers point out.


@bp.route("/signaler/<int:post_id>", methods=["GET", "POST"])
def notify_content(post_id: int) -> ResponseReturnValue:
    post = queries.on_show_or_404(post_id)
    user = actor()
    form = NoticeForm()
    image = posts.image(post, request.args.get("image", 0, type=int))
    if user is not None:
        form.known()
        del form.email, form.name
    if made := queries.notice_with_key(form.key.data):
        return redirect(url_for(".notice", receipt=made.receipt), 303)
    if form.sent():
        key = f"notice:{network()}"
        most = PRESSING if form.is_pressing else NOTICES
        if throttle.too_many(key, limit=most, within=WINDOW):
            form.form_errors.append(
                _("Many notices came from your network within the hour. Please try again later.")
            )
            return _notice_page(post, form, image), 429
        if not form.is_pressing and (waits := limits.must_wait(form)):
            form.form_errors.append(waits)
            return _notice_page(post, form, image)
        throttle.note(key)
        try:
            made = actions.notify_content(
                user,
                post,
                ground=Ground(form.ground.data),
                urgency=Urgency(form.urgency.data),
                words=form.words.data,
                name=form.name.data if user is None else "",
                email=form.email.data if user is None else "",
                image=image,
                language=language(),
                key=form.key.data,
            )
            commit()
        except sa.exc.IntegrityError:  # sent twice at the same moment
            rollback()
            made = queries.notice_with_key(form.key.data)
            if made is None:
                raise
        return redirect(url_for(".notice", receipt=made.receipt), 303)
    return _notice_page(post, form, image)


@bp.get("/signalement/<receipt>")
def notice(receipt: str) -> ResponseReturnValue:
    """What became of a notice, for whoever holds its receipt."""
    notice = queries.notice_or_404(receipt)
    may_decide = not refusal(rules.moderate, actor(), notice.text)
    against = queries.appeals_against(notice.decision) if notice.decision else []
    return private(
        "moderation/notice.html",
        notice=notice,
        reversed=next((one for one in against if one.conclusion == Conclusion.REVERSED), None),
        label=queries.label,
        may_decide=may_decide,
        appeals=queries.appeals_against(notice),
        refused=refusal(rules.appeal, actor(), notice),
        sign_in=sign_in_first(notice),
        target=spelt(TARGETS[notice.urgency]),
    )


@bp.get("/moderation/signalements")
def notices() -> ResponseReturnValue:
    user = actor()
    rules.read(user)
    assert user is not None  # noqa: S101
    scope = scope_asked()
    after = request.args.get("after", "")
    return render_template(
        "moderation/notices.html",
        page=queries.open_notices(user, scope, after),
        waiting=queries.waiting(user),
        after=after,
        scope=scope,
        asked=asked_again(scope),
        campaigns=[(one.slug, one.title) for one in scope.among],
        label=queries.label,
        waited=waited,
        is_late=is_late,
    )


@bp.post("/moderation/<int:post_id>/ecarter")
def dismiss(post_id: int) -> ResponseReturnValue:
    """Answer the notices one read about a text with the same words; the text stays."""
    post = queries.post_or_404(post_id)
    user = actor()
    rules.read(user, post)
    assert user is not None  # noqa: S101
    scope = scope_asked()
    form = DismissForm(prefix="dismiss-")
    if not form.sent():
        return _page(post, scope, queries.queue(user, scope, post), dismissing=form), 422
    found = queries.notices_of(posts.held(post))
    waiting = [one for one in found if one.id <= (form.last.data or 0)]  # those on the page
    if not waiting:
        abort(409)
    for one in waiting:
        actions.dismiss(user, one, words=form.words.data)
    pictures = posts.images([post.id]).get(post.id, [])
    is_read = form.seen.data == _seen(post, queries.decisions(post), pictures)
    is_read &= waiting == found  # others came while this page was read: they wait
    if post.is_public and post.waiting_since and is_read:  # whoever answers has read it
        actions.decide(user, post, verdict=Verdict.KEEP)
    commit()
    flash(gettext("Answered. The text stays as it is."), "success")
    return redirect(url_for(".notices", **asked_again(scope)), 303)


def _notice_page(post: Post, form: NoticeForm, image: Image | None) -> str:
    return render_template(
        "moderation/notify_content.html",
        post=post,
        image=image,
        form=form,
        grounds=list(Ground),
        urgencies=list(Urgency),
    )


# What everybody may check.


@bp.get("/registre-de-moderation")
def register() -> str:
    told = figures.register()
    return render_template(
        "moderation/register.html",
        register=told,
        bars=figures.bars(told),
        wide=figures.WIDE,
        high=figures.HIGH,
        restrictions=NEEDS_REASONS,
        grounds=list(Ground),
        targets=TARGETS,
        read=figures.READ,
        spelt=lambda minutes: spelt(timedelta(minutes=minutes)),
    )


@bp.get("/registre-de-moderation.csv")
def register_csv() -> Response:
    return Response(
        "".join(write_csv(figures.rows(), figures.COLUMNS, bom=True)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="registre-de-moderation.csv"'},
    )


@bp.get("/consultations/<slug>/mises-a-part")
def aside(slug: str) -> str:
    """What left the lists of a consultation, on which ground: everybody still reads it."""
    campaign = by_slug_or_404(slug, actor())
    return render_template(
        "moderation/aside.html", campaign=campaign, asides=queries.set_aside(campaign)
    )
