"""The pages where somebody chooses a second key, and shows it."""

from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from consult.core.db import writing
from consult.core.errors import local, thinks_first
from consult.core.i18n import _
from consult.core.qr import qr_svg
from consult.core.rules import Refused
from consult.journal.actions import commit, rollback
from consult.keys import actions, codes, forms, queries, rules
from consult.people import queries as people
from consult.people import session
from consult.people.models import User
from consult.people.session import actor

bp = Blueprint("keys", __name__)

WAIT = _("Too many tries. Wait five minutes.")


@bp.route("/deuxieme-cle", methods=["GET", "POST"])
@thinks_first
def unlock() -> Any:
    user = _me()
    if not (user.roles and (user.asleep or user.stale)):
        return redirect(_onward(), 303)
    if not queries.has_key(user):
        return redirect(url_for(".enrol", next=local(request.args.get("next"))), 303)
    form = forms.CodeForm()
    if form.sent() and _tried(form, user):
        try:
            actions.unlock(user, code=form.code.data)
        except Refused as refused:
            form.code.errors = [refused.reason]
        else:
            commit()
            session.open_for(user, shown=True)
            return redirect(_onward(), 303)
    return _private("keys/unlock.html", form=form, user=user, shown=_shown(user))


@bp.route("/deuxieme-cle/application", methods=["GET", "POST"])
@thinks_first
def enrol() -> Any:
    user = _me()
    rules.enrol(user)
    form = forms.EnrolForm()
    person, _colon, secret = (codes.unseal(form.sealed.data or "") or "").partition(":")
    if person != str(user.id) or not secret:
        secret = codes.new_secret()
        form.sealed.data = codes.seal(f"{user.id}:{secret}")
    if form.sent() and _tried(form, user):
        try:
            actions.enrol(user, secret=secret, code=form.code.data)
        except Refused as refused:
            form.code.errors = [refused.reason]
        else:
            commit()
            session.open_for(user, shown=True)
            flash(_("Your second key is in place."), "success")
            return redirect(_onward(), 303)
    where = codes.address(secret, user.email or "", people.site_name() or request.host)
    return _private(
        "keys/enrol.html",
        form=form,
        square=qr_svg(where, str(_("Square to read with your telephone"))),
        address=where,
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
    )


def _me() -> User:
    """Whoever signed in, awake or not."""
    user = actor()
    rules.unlock(user)
    assert user is not None  # noqa: S101
    return user


def _tried(form: Any, user: User) -> bool:
    """Whether a code may be tried now; then the site is ready to write."""
    if not session.may_try(f"key:{user.id}", f"key-net:{session.network()}"):
        form.code.errors = [WAIT]
        return False
    writing()
    return True


def _shown(user: User) -> str | None:
    """In the demonstration, and there alone, the code its own accounts would read elsewhere."""
    if not (current_app.config["SHOWS_CODES"] and user.is_demo):
        return None
    kept = queries.totp(user)
    secret = codes.unseal(kept.secret) if kept else None
    return next(codes.unused(secret, kept.last_step), None) if kept and secret else None


def _onward() -> str:
    return local(request.args.get("next")) or url_for("people.me")


def _private(template: str, **values: Any) -> Response:
    """A page no cache keeps."""
    rollback()
    response = make_response(render_template(template, **values))
    response.headers["Cache-Control"] = "no-store"
    return response
