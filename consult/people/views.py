"""The pages where people come in, look after their account and are told what happened."""

from datetime import timedelta
from typing import Any

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from consult.core import clock, throttle
from consult.core.db import db, writing
from consult.core.errors import came_from, local, page, thinks_first
from consult.core.i18n import LANGUAGES, _, language
from consult.core.rules import refusal
from consult.journal.actions import commit, rollback, seen
from consult.people import (
    actions,
    forms,
    jobs,
    letters,
    limits,
    passwords,
    queries,
    rules,
    session,
)
from consult.people.models import Invitation, Role, RoleName, User
from consult.people.session import actor

bp = Blueprint("people", __name__)

LETTERS_WINDOW = timedelta(minutes=15)
LETTERS = 3  # to one address, from one door
NETWORK_LETTERS = 20
WAIT = _("Too many tries. Wait five minutes, or ask for a link by mail.")
TOO_MANY_LETTERS = _("Too many letters were asked for from here. Wait a quarter of an hour.")
NOTICES = 20  # a page
PAGES = {
    "campaign": lambda thing: url_for("campaigns.show", slug=thing.slug),
    "contribution_group": lambda thing: url_for("groups.show", id=thing.id),
    "poll": lambda thing: url_for("ballots.show", id=thing.id),
    "contribution": lambda thing: url_for("contributions.show", id=thing.id),
    "plan": lambda thing: url_for("engagements.show", slug=thing.slug),
    "engagement": lambda thing: url_for(
        "engagements.engagement", slug=thing.plan.slug, id=thing.id
    ),
    "edition": lambda thing: url_for("followup.edition", slug=thing.plan.slug, edition=thing.slug),
    "action": lambda thing: url_for("engagements.action", id=thing.id),
    "question": lambda thing: url_for("followup.question", id=thing.id),
    "user": lambda thing: url_for("people.account"),
    "notice": lambda thing: url_for("moderation.notice", receipt=thing.receipt),
    "decision": lambda thing: url_for("moderation.statement", receipt=thing.receipt),
    "appeal": lambda thing: url_for("moderation.appealed", receipt=thing.receipt),
}


# Coming in.


@bp.route("/inscription", methods=["GET", "POST"])
def sign_up() -> Any:
    if actor():
        return redirect(_onward())
    form = forms.SignUpForm()
    if form.sent() and not _waits(form):
        if _may_write("sign-up", form.email.data):
            actions.sign_up(
                actor(),
                email=form.email.data,
                pseudonym=form.pseudonym.data,
                language=language(),
                onward=local(request.args.get("next")) or "",
            )
        commit()
        return redirect(url_for(".sent", kind="confirm"), 303)
    return render_template("people/sign_up.html", form=form, onward=request.args.get("next"))


@bp.route("/courriel-envoye/<any(confirm, link, reset, address):kind>")
def sent(kind: str) -> Any:
    return render_template("people/sent.html", kind=kind)


@bp.route("/confirmer/<token>", methods=["GET", "POST"])
@thinks_first
def confirm(token: str) -> Any:
    letter = letters.opened(token, "people.sign_up")
    if letter is None or queries.by_email(letter.to):
        return _dead_link()
    form = forms.ConfirmForm(pseudonym=letter.data["pseudonym"])
    if form.sent():
        kept = _protected(form.password.data)
        writing()
        user = actions.confirm(actor(), letter, pseudonym=form.pseudonym.data, password_hash=kept)
        commit()
        session.open_for(user)
        flash(_("Your account is open. Welcome, %(name)s!", name=user.pseudonym), "success")
        return _welcome(user, letter.data.get("onward"))
    return _private("people/confirm.html", form=form, email=letter.to)


@bp.route("/connexion", methods=["GET", "POST"])
@thinks_first
def sign_in() -> Any:
    if actor():
        return redirect(_onward(), 303)
    form = forms.SignInForm()
    if not form.sent():
        return render_template("people/sign_in.html", form=form, onward=_asked())
    keys = _keys("in", form.email.data)
    if device := session.known_device(queries.email_key(form.email.data)):
        keys = f"in-device:{device}", keys[1]  # tries of others do not close it for the owner
    if not session.may_try(*keys):
        form.form_errors.append(WAIT)
        return _told_to_wait("people/sign_in.html", form=form, onward=_asked())
    user = _proven(form.email.data, form.password.data)
    if user is None:
        form.form_errors.append(_("This address and this password do not go together."))
        return render_template("people/sign_in.html", form=form, onward=_asked()), 403
    tries, network = keys
    throttle.forgive(tries)
    throttle.take_back(network)  # an account of one's own buys no tries at those of others
    commit()
    session.open_for(user, stay=form.stay.data)
    return _welcome(user, request.args.get("next"))


@bp.post("/connexion/lien")
def sign_in_link() -> Any:
    form = forms.EmailForm()
    if not form.sent() or _waits(form):
        again = forms.SignInForm()
        again.email.data = form.email.data
        again.email.errors = [*form.email.errors, *form.form_errors]
        return render_template("people/sign_in.html", form=again, onward=_asked())
    if _may_write("link", form.email.data):
        actions.sign_in_link(
            actor(),
            email=form.email.data,
            language=language(),
            onward=local(request.args.get("next")) or "",
        )
    commit()
    return redirect(url_for(".sent", kind="link"), 303)


@bp.route("/connexion/<token>", methods=["GET", "POST"])
def enter(token: str) -> Any:
    letter = letters.opened(token, "people.sign_in_link")
    if letter is None or letter.user is None:
        return _dead_link()
    if request.method == "POST":
        user = actions.enter(actor(), letter)
        commit()
        session.open_for(user)
        return _welcome(user, letter.data.get("onward"))
    return _private("people/enter.html", user=letter.user)


@bp.post("/deconnexion")
@thinks_first
def sign_out() -> Any:
    session.close()
    return redirect(url_for("portal.home"), 303)


@bp.route("/mot-de-passe", methods=["GET", "POST"])
def reset() -> Any:
    form = forms.EmailForm()
    if form.sent() and not _waits(form):
        if _may_write("reset", form.email.data):
            actions.reset(None, email=form.email.data, language=language())
        commit()
        return redirect(url_for(".sent", kind="reset"), 303)
    return render_template("people/reset.html", form=form)


@bp.route("/mot-de-passe/<token>", methods=["GET", "POST"])
@thinks_first
def choose_password(token: str) -> Any:
    letter = letters.opened(token, "people.reset")
    if letter is None or letter.user is None:
        return _dead_link()
    form = forms.ChoosePasswordForm(owner=letter.user)
    if form.sent():
        kept = _protected(form.password.data)
        writing()
        user = actions.choose_password(actor(), letter, password_hash=kept or "")
        commit()
        session.open_for(user)
        flash(_("Your password is changed. Your other sessions are closed."), "success")
        return _welcome(user)
    return _private("people/choose_password.html", form=form, user=letter.user)


# One's own space.


@bp.get("/mon-espace")
def me() -> Any:
    return render_template("people/me.html", held_back=refusal(rules.takes_part, _me()))


@bp.get("/mon-espace/compte")
def account() -> Any:
    user = _me()
    return render_template(
        "people/account.html",
        user=user,
        stays=refusal(rules.change_pseudonym, user),
        roles=[(role, queries.place(role)) for role in user.roles],
        words=rules.ROLES,
    )


@bp.route("/mon-espace/compte/pseudonyme", methods=["GET", "POST"])
def change_pseudonym() -> Any:
    user = _me()
    rules.change_pseudonym(user)
    form = (forms.SignatoryForm if user.roles else forms.PseudonymForm)(owner=user, obj=user)
    if form.sent():
        said = {name: form[name].data for name in ("name", "position") if name in form}
        actions.change_pseudonym(
            user,
            pseudonym=form.pseudonym.data,
            **{"name": user.name, "position": user.position, **said},
        )
        commit()
        return _kept(_("Your pseudonym is kept."))
    return render_template("people/change_pseudonym.html", form=form)


@bp.route("/mon-espace/compte/mot-de-passe", methods=["GET", "POST"])
@thinks_first
def change_password() -> Any:
    user = _me()
    rules.fresh(user)
    form = forms.ChangePasswordForm(owner=user)
    if user.password_hash is None:
        del form.current
    if form.sent() and _is_own(form):
        kept = _protected(form.password.data)
        writing()
        actions.change_password(user, password_hash=kept or "")
        commit()
        session.open_for(user)
        return _kept(_("Your password is changed. Your other sessions are closed."))
    return render_template("people/change_password.html", form=form)


@bp.route("/mon-espace/compte/adresse", methods=["GET", "POST"])
@thinks_first
def change_address() -> Any:
    user = _me()
    rules.fresh(user)
    form = forms.ChangeAddressForm()
    if user.password_hash is None:
        del form.current
    if form.sent() and _is_own(form):
        if queries.email_key(form.email.data) == user.email_key:
            return _kept(_("This is already your address."))
        _begin()
        if _may_write("address", form.email.data):
            actions.change_address(user, email=form.email.data, language=language())
        commit()
        return redirect(url_for(".sent", kind="address"), 303)
    return render_template("people/change_address.html", form=form, user=user)


@bp.route("/mon-espace/adresse/<token>", methods=["GET", "POST"])
def confirm_address(token: str) -> Any:
    letter = letters.opened(token, "people.change_address")
    if letter is None or letter.user is None:
        return _dead_link("address")
    if request.method == "POST":
        user = actions.confirm_address(actor(), letter)
        commit()
        session.open_for(user)
        return _kept(_("Your new address is in use."))
    return _private("people/confirm_address.html", user=letter.user, email=letter.to)


@bp.route("/mon-espace/compte/preferences", methods=["GET", "POST"])
def choose_preferences() -> Any:
    user = _me()
    form = forms.PreferencesForm(obj=user)
    if form.sent():
        actions.choose_preferences(
            user, language=form.language.data, wants_mail=form.wants_mail.data
        )
        commit()
        return _speaking(user, _kept(_("Your choices are kept.")))
    return render_template("people/choose_preferences.html", form=form)


@bp.route("/mon-espace/fermer", methods=["GET", "POST"])
@thinks_first
def close_account() -> Any:
    user = _me()
    rules.fresh(user)
    form = forms.CloseForm()
    if user.password_hash is None:
        del form.current
    if form.sent() and _is_own(form):
        _begin()
        actions.close_account(user, withdraws=form.words.data == "withdraw")
        commit()
        session.close()
        session.forget_device()
        return redirect(url_for(".closed"), 303)
    return render_template(
        "people/close_account.html", form=form, refused=refusal(rules.close_account, user)
    )


@bp.get("/compte-ferme")
def closed() -> Any:
    return render_template("people/closed.html")


# What one follows and is told.


@bp.post("/suivre/<kind>/<int:id>")
def follow(kind: str, id: int) -> Any:
    subject = _subject_or_404(kind, id)
    actions.follow(actor(), subject)  # type: ignore[arg-type]
    commit()
    flash(_("You follow this. You will be told when something happens."), "success")
    return redirect(came_from() or url_for(".follows"), 303)


@bp.post("/ne-plus-suivre/<kind>/<int:id>")
def unfollow(kind: str, id: int) -> Any:
    subject = _subject_or_404(kind, id)
    actions.unfollow(actor(), subject)  # type: ignore[arg-type]
    commit()
    flash(_("You do not follow this any more."), "success")
    return redirect(came_from() or url_for(".follows"), 303)


@bp.get("/mon-espace/suivis")
def follows() -> Any:
    user = _me()
    rows = [
        {"kind": row.subject_kind, "id": row.subject_id, "at": row.at, **_shown(thing)}
        for row, thing in queries.followed(user)
    ]
    return render_template("people/follows.html", rows=rows)


@bp.get("/mon-espace/notifications")
def notifications() -> Any:
    user = _me()
    before = request.args.get("avant", type=int)
    found = queries.told(user, before=before, limit=NOTICES + 1)
    told, more = found[:NOTICES], found[NOTICES:]
    groups: dict[Any, dict[str, Any]] = {}
    for one in told:
        key = (one.event.subject_kind, one.event.subject_id)
        group = groups.setdefault(
            key, {**_shown(one.subject, user), "is_new": False, "entries": []}
        )
        is_new = one.notification.read_at is None
        group["is_new"] |= is_new
        line = jobs.headline(one, user) if group["title"] else _("This is no longer public.")
        group["entries"].append({"on": one.event.at, "line": line, "is_new": is_new})
    html = render_template(
        "people/notifications.html",
        groups=list(groups.values()),
        following=told[-1].notification.id if more else None,
        is_first=before is None,
        user=user,
    )
    _mark_seen(told)
    return html


def _mark_seen(told: list[queries.Told]) -> None:
    """What was shown was seen: the page writes it once it is made."""
    fresh = [one.notification.id for one in told if one.notification.read_at is None]
    if fresh:
        _begin()
        seen(fresh)
        commit()


@bp.route("/desinscription/<token>", methods=["GET", "POST"])
def unsubscribe(token: str) -> Any:
    """Also the one click of mail programs (RFC 8058): a POST without session nor token of ours."""
    user = letters.stopping(token)
    if user is None or not user.is_active:
        return _dead_link("stop")
    if request.method == "POST":
        if user.wants_mail:
            actions.unsubscribe(user)
            commit()
        return _private("people/unsubscribe.html")
    return _private("people/unsubscribe.html", user=user)


# Roles.


@bp.get("/administration/roles")
def roles() -> Any:
    rules.roles(actor())
    user = _me()
    administrators = queries.administrators()
    held = [
        {
            "id": role.id,
            "name": role.name,
            "person": holder,
            "place": place,
            "refusal": refusal(rules.revoke, user, role, administrators),
        }
        for role, holder, place in queries.holders()
    ]
    return render_template(
        "people/roles.html",
        held=held,
        offers=queries.offers(),
        refused=refusal(rules.has_role, user, RoleName.ADMINISTRATOR),
        now=clock.now(),
        words=rules.ROLES,
    )


@bp.route("/administration/roles/inviter", methods=["GET", "POST"])
def invite() -> Any:
    rules.has_role(actor(), RoleName.ADMINISTRATOR)
    rules.fresh(actor())
    user = _me()
    form = forms.InviteForm()
    kinds = {"campaign": _("Consultation"), "plan": _("Plan")}
    form.scope.choices = [
        SelectChoice("site", _("The whole site")),
        *(SelectChoice(key, f"{kinds[kind]} – {title}") for key, kind, title in queries.scopes()),
    ]
    if form.sent():
        kind, _colon, number = form.scope.data.partition(":")
        where = {kind: queries.subject(kind, int(number))} if number else {}
        named = RoleName(form.name.data)
        known = queries.by_email(form.email.data)
        reason = refusal(rules.invite, user, known, name=named, **where)
        if reason is None:
            actions.invite(user, email=form.email.data, name=named, language=language(), **where)
            commit()
            flash(_("The invitation leaves for %(email)s.", email=form.email.data), "success")
            return redirect(url_for(".roles"), 303)
        form.name.errors = [*form.name.errors, reason]
    return render_template("people/invite.html", form=form)


@bp.post("/administration/roles/<int:id>/retirer")
def revoke(id: int) -> Any:
    role = db.session.get(Role, id) or abort(404)
    actions.revoke(actor(), role)  # type: ignore[arg-type]
    commit()
    flash(_("The role is taken back."), "success")
    return redirect(url_for(".roles"), 303)


@bp.post("/administration/invitations/<int:id>/renvoyer")
def reinvite(id: int) -> Any:
    invitation = db.session.get(Invitation, id) or abort(404)
    actions.reinvite(actor(), invitation, language=language())  # type: ignore[arg-type]
    commit()
    flash(_("The letter leaves again; there are fourteen days to accept it."), "success")
    return redirect(url_for(".roles"), 303)


@bp.post("/administration/invitations/<int:id>/retirer")
def withdraw_invitation(id: int) -> Any:
    invitation = db.session.get(Invitation, id) or abort(404)
    actions.withdraw_invitation(actor(), invitation)  # type: ignore[arg-type]
    commit()
    flash(_("The invitation is withdrawn."), "success")
    return redirect(url_for(".roles"), 303)


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@thinks_first
def accept_invitation(token: str) -> Any:
    letter = letters.opened(token, "people.invite")
    invitation = db.session.get(Invitation, letter.data["invitation"]) if letter else None
    if letter is None or invitation is None:
        return _dead_link("invite")
    known = queries.by_email(invitation.email)
    rules.accept_invitation(actor(), invitation, known)
    form = forms.ConfirmForm()
    if known is not None:
        del form.pseudonym, form.password
    if form.sent():
        said: dict[str, Any] = {}
        if known is None:
            said = {
                "pseudonym": form.pseudonym.data,
                "password_hash": _protected(form.password.data),
                "language": language(),
            }
        _begin()
        user = actions.accept_invitation(actor(), invitation, **said)
        commit()
        if known is None:  # an account that was there signs in as it always does
            session.open_for(user)
        flash(_("You have taken your role. Thank you."), "success")
        return redirect(url_for("keys.unlock", next=url_for(".account")), 303)
    return _private(
        "people/accept_invitation.html",
        form=form,
        invitation=invitation,
        place=queries.place(invitation),
        inviter=queries.inviter(invitation),
        known=known,
        words=rules.ROLES,
    )


# What several pages need.


@bp.app_context_processor
def _count() -> dict[str, Any]:
    """How many notices wait, for pages that say so: asked once, and only there."""

    def unread(user: User) -> int:
        if "unread" not in g:
            g.unread = queries.unread(user)
        return g.unread

    return {"unread": unread}


def _me() -> User:
    """The person whose space this is."""
    user = actor()
    rules.own(user)
    assert user is not None  # noqa: S101
    return user


def _begin() -> None:
    """Let go of what was read, and queue to write."""
    rollback()
    writing()


def _asked() -> str | None:
    return local(request.args.get("next"))


def _onward(address: str | None = None) -> str:
    """Where one was going, or one's own page."""
    return local(address) or _asked() or url_for(".me")


def _welcome(user: User, address: str | None = None) -> Response:
    """Where one was going; by way of the second key for those who hold a role."""
    onward = _onward(address)
    if user.roles:
        onward = url_for("keys.unlock", next=onward)
    return _speaking(user, redirect(onward, 303))


def _speaking(user: User, response: Any) -> Any:
    """Have the site speak this person's language from now on."""
    if request.cookies.get("lang", LANGUAGES[0]) != user.language:
        response.set_cookie(
            "lang",
            user.language,
            max_age=365 * 24 * 3600,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
    return response


def _kept(words: Any) -> Any:
    flash(words, "success")
    return redirect(url_for(".account"), 303)


def _private(template: str, **values: Any) -> Any:
    """A page behind a link of a letter: no cache keeps it."""
    response = make_response(render_template(template, **values))
    response.headers["Cache-Control"] = "no-store"
    return response


def _dead_link(kind: str = "") -> Any:
    """The page of a link that opens nothing; `kind`: what it was for, if that changes the way."""
    response = _private("people/dead_link.html", kind=kind)
    response.status_code = 410
    return response


def _protected(password: str | None) -> str | None:
    """The password as it will be kept; nothing of the database is held meanwhile."""
    rollback()
    return passwords.protect(password) if password else None


def _proven(email: str, password: str) -> User | None:
    """The account of this address, if this is its password; then the site is ready to write.

    An address nobody knows takes as long as one somebody does.
    """
    user = queries.by_email(email)
    kept = user.password_hash if user and user.is_active else None
    rollback()
    if not passwords.matches(kept, password):
        return None
    better = passwords.protect(password) if passwords.is_outdated(kept or "") else None
    writing()
    user = queries.by_email(email)
    if user is None or user.password_hash != kept:
        return None
    if better:
        user.password_hash = better
    actions.sign_in(None, user)
    return user


def _is_own(form: Any) -> bool:
    """Whether the current password was given, where there is one; tries are counted as well."""
    if "current" not in form:
        return True
    user = _me()
    keys = _keys("own", user.email_key)
    if not session.may_try(*keys):
        form.current.errors = [_("Too many tries. Wait five minutes.")]
        return False
    kept = user.password_hash
    rollback()
    if not passwords.matches(kept, form.current.data or ""):
        form.current.errors = [_("This is not your current password.")]
        return False
    return True


def _keys(what: str, email: str) -> tuple[str, str]:
    address = passwords.sealed(queries.email_key(email))[:32]
    return f"{what}:{address}", f"{what}-net:{session.network()}"


def _waits(form: Any) -> bool:
    """Whether the form is to wait a minute, or an hour; it says so, and keeps what was typed."""
    waits = limits.must_wait(form)
    if waits:
        form.form_errors.append(waits)
    return bool(waits)


def _may_write(door: str, email: str) -> bool:
    """Whether a letter may leave for this address; its reader is not told, the network is.

    Each door counts for itself: what others ask for at one leaves the way in by another open.
    """
    address, network = _keys(f"mail-{door}", email)[0], f"mail-net:{session.network()}"
    if throttle.too_many(network, limit=NETWORK_LETTERS, within=LETTERS_WINDOW):
        abort(page(429, TOO_MANY_LETTERS))
    throttle.note(network)
    if throttle.too_many(address, limit=LETTERS, within=LETTERS_WINDOW):
        return False
    throttle.note(address)
    return True


def _told_to_wait(template: str, **values: Any) -> Any:
    response = make_response(render_template(template, **values), 429)
    response.headers["Retry-After"] = str(int(session.WINDOW.total_seconds()))
    return response


def _subject_or_404(kind: str, number: int) -> Any:
    found = queries.subject(kind, number) if kind in rules.FOLLOWED else None
    return found if found is not None else abort(404)


def _shown(thing: Any, reader: User | None = None) -> dict[str, Any]:
    """The title and the page of a thing, or of what it belongs to; nothing if it is hidden."""
    if thing is None or refusal(rules.read, reader or actor(), thing):
        return {"title": None, "url": None, "table": None}
    chain = (thing, *reversed(queries.above(thing)))
    titles = [title for one in chain if (title := getattr(one, "title", ""))]
    for one in chain:
        if one.__tablename__ in PAGES:
            title = _("Your account") if isinstance(one, User) else titles[0]
            return {
                "title": title,
                "url": PAGES[one.__tablename__](one),
                "table": one.__tablename__,
            }
    return {"title": _("The site"), "url": url_for("portal.home"), "table": None}
