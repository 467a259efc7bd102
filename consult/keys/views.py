"""The pages where somebody chooses and shows a second key, ends sessions, signs for another."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as cookie
from werkzeug.wrappers import Response

from consult.ballots.queries import LABELS as LABELS_OF_VOTE
from consult.ballots.queries import said as said_of_vote
from consult.campaigns.queries import LABELS as LABELS_OF_CAMPAIGN
from consult.campaigns.queries import said as said_of_campaign
from consult.core import clock, throttle
from consult.core.db import db, writing
from consult.core.errors import local, thinks_first
from consult.core.i18n import _, day, moment
from consult.core.qr import qr_svg
from consult.core.rules import Refused, refusal
from consult.journal.actions import commit, rollback
from consult.keys import actions, codes, forms, passkeys, queries, rules, signatures
from consult.keys.models import Countersign, Passkey
from consult.people import queries as people
from consult.people import rules as people_rules
from consult.people import session
from consult.people.models import RoleName, User, Visit
from consult.people.passwords import sealed
from consult.people.session import actor
from consult.privacy.queries import TEXTS, number_of_texts

bp = Blueprint("keys", __name__)

FEW = 4  # codes on paper: whoever has fewer is told to make new ones
ASKED = timedelta(hours=1)  # for an answer of a key; `throttle.is_first` forgets in a day
WAIT = _("Too many tries. Wait five minutes.")
GUESSES = 10  # wrong codes of six figures in a day; then one an hour is looked at


# Showing one's key.


@bp.route("/deuxieme-cle", methods=["GET", "POST"])
@thinks_first
def unlock() -> Any:
    user = _me()
    if not (user.roles and (user.asleep or user.stale)):
        return redirect(_onward(), 303)
    if not queries.has_key(user):
        return _private("keys/choose.html", onward=_asked())
    form = forms.CodeForm()
    if form.sent() and _may_guess(form.code, user):
        try:
            actions.unlock(user, code=form.code.data)
        except Refused as refused:
            form.code.errors = [refused.reason]
            _warn(user)
        else:
            throttle.take_back(f"guess:{user.id}")
            _let_in(user)
            return redirect(_onward(), 303)
    return _keyhole(user, form)


@bp.post("/deuxieme-cle/cle-d-acces")
@thinks_first
def show_passkey() -> Any:
    user = _me()
    form = forms.KeyForm()
    if form.sent() and _tried(form.credential, user):
        reply = form.credential.data
        try:
            passkey = queries.passkey(passkeys.named(reply), user)
            count = passkeys.count_shown(passkey, reply, _challenge(), _place())
            assert passkey is not None  # noqa: S101
            actions.show_passkey(user, passkey, sign_count=count)
        except Refused as refused:
            form.credential.errors = [refused.reason]
        else:
            _let_in(user)
            return redirect(_onward(), 303)
    return _keyhole(user, forms.CodeForm(formdata=None), form)


def _keyhole(user: User, form: Any, key_form: Any = None) -> Response:
    """The page where somebody shows one of their keys."""
    rollback()
    known = queries.passkeys(user)
    asked = passkeys.to_show(known, _place()) if known else None
    if asked:
        _remember(asked)
    return _private(
        "keys/unlock.html",
        form=form if queries.totp(user) else None,
        key_form=key_form or forms.KeyForm(formdata=None),
        asked=asked,
        shown=_shown(user),
        onward=_asked(),
    )


@bp.route("/deuxieme-cle/secours", methods=["GET", "POST"])
@thinks_first
def recover() -> Any:
    user = _me()
    form = forms.PaperForm()
    if form.sent() and _tried(form.code, user):
        try:
            left = actions.recover(user, code=form.code.data)
        except Refused as refused:
            form.code.errors = [refused.reason]
        else:
            _let_in(user)
            flash(_("You are in. Codes on paper that are still good: %(number)d.", number=left))
            return redirect(url_for(".security"), 303)
    return _private("keys/recover.html", form=form, onward=_asked())


@bp.route("/connexion/cle-d-acces", methods=["GET", "POST"])
@thinks_first
def enter_with_passkey() -> Any:
    if actor():
        return redirect(_onward(), 303)
    form = forms.KeyForm()
    if form.sent():
        reply = form.credential.data
        name = passkeys.named(reply)
        keys = (f"passkey:{sealed(name)[:32]}", f"in-net:{session.network()}")
        if not session.may_try(*keys):
            form.credential.errors = [WAIT]
        else:
            writing()
            try:
                passkey = queries.passkey(name)
                count = passkeys.count_shown(passkey, reply, _challenge(), _place())
                assert passkey is not None  # noqa: S101
                user = actions.enter_with_passkey(None, passkey, sign_count=count)
            except Refused as refused:
                form.credential.errors = [refused.reason]
            else:
                commit()
                session.open_for(user, shown=True)
                return redirect(_onward(), 303)
    rollback()
    asked = passkeys.to_show((), _place())
    _remember(asked)
    return _private("keys/enter_with_passkey.html", form=form, asked=asked, onward=_asked())


# Choosing it.


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
    if form.sent() and _tried(form.code, user):
        try:
            actions.enrol(user, secret=secret, code=form.code.data)
        except Refused as refused:
            form.code.errors = [refused.reason]
        else:
            commit()
            return _in_place(user)
    where = codes.address(secret, user.email or "", people.site_name() or request.host)
    return _private(
        "keys/enrol.html",
        form=form,
        square=qr_svg(where, str(_("Square to read with your telephone"))),
        address=where,
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
    )


@bp.route("/deuxieme-cle/nouvelle-cle-d-acces", methods=["GET", "POST"])
@thinks_first
def add_passkey() -> Any:
    user = _me()
    rules.add_passkey(user)
    form = forms.NewKeyForm()
    if form.sent() and _tried(form.name, user):
        try:
            made = passkeys.made(form.credential.data, _challenge(), _place())
            actions.add_passkey(user, made=made, name=form.name.data)
        except Refused as refused:
            form.credential.errors = [refused.reason]
        else:
            commit()
            return _in_place(user)
    rollback()
    site = people.site_name() or request.host
    asked = passkeys.to_make(user, queries.passkeys(user), _place(), site)
    _remember(asked)
    if not form.name.data:
        form.name.data = session.words(request.user_agent.string)
    return _private("keys/add_passkey.html", form=form, asked=asked)


def _in_place(user: User) -> Any:
    """A key was chosen: it is shown by that very fact; the first one brings its codes on paper."""
    if user.roles:
        session.open_for(user, shown=True)
    flash(_("Your key is in place."), "success")
    if user.roles and not queries.codes_left(user):
        return redirect(url_for(".renew_codes", next=_asked()), 303)
    return redirect(_asked() or url_for(".security"), 303)


@bp.post("/mon-espace/securite/cles/<int:id>/retirer")
def remove_passkey(id: int) -> Any:
    passkey = db.session.get(Passkey, id)
    if passkey is None or passkey.user_id != _me().id:
        abort(404)
    actions.remove_passkey(_me(), passkey)
    commit()
    flash(_("This key opens nothing any more."), "success")
    return redirect(url_for(".security"), 303)


@bp.route("/deuxieme-cle/codes", methods=["GET", "POST"])
def renew_codes() -> Any:
    user = _me()
    rules.renew_codes(user)
    if request.method == "POST":
        made = actions.renew_codes(user)
        commit()
        return _private("keys/codes.html", codes=made, onward=_onward(), town=people.site_name())
    return _private("keys/renew_codes.html", left=queries.codes_left(user), onward=_asked())


# One's keys and sessions.


@bp.get("/mon-espace/securite")
def security() -> Any:
    user = _me()
    return render_template(
        "keys/security.html",
        user=user,
        application=queries.totp(user),
        passkeys=queries.passkeys(user),
        codes_left=queries.codes_left(user),
        few=FEW,
        visits=queries.visits(user),
        here=session.this_one(),
    )


@bp.post("/mon-espace/securite/sessions/<int:id>/fermer")
def end_session(id: int) -> Any:
    visit = db.session.get(Visit, id)
    if visit is None or visit.user_id != _me().id:
        abort(404)
    actions.end_session(_me(), visit)
    commit()
    flash(_("The session is closed."), "success")
    return redirect(url_for(".security"), 303)


@bp.post("/mon-espace/securite/sessions/fermer")
def end_others() -> Any:
    actions.end_others(_me(), but=session.this_one())
    commit()
    flash(_("Your other sessions are closed."), "success")
    return redirect(url_for(".security"), 303)


# Somebody else's, for administrators.


@bp.get("/administration/comptes/<int:id>/cles")
def person(id: int) -> Any:
    user = db.session.get(User, id) or abort(404)
    people_rules.has_role(actor(), RoleName.ADMINISTRATOR)
    return render_template(
        "keys/person.html",
        user=user,
        application=queries.totp(user),
        passkeys=queries.passkeys(user),
        codes_left=queries.codes_left(user),
        visits=queries.visits(user),
        refused=refusal(rules.reset, actor(), user),
    )


@bp.post("/administration/comptes/<int:id>/cles/remettre")
def reset(id: int) -> Any:
    user = db.session.get(User, id) or abort(404)
    actions.reset(actor(), user)  # type: ignore[arg-type]
    commit()
    flash(_("Their keys are taken away and their sessions closed. They were told by letter."))
    return redirect(url_for(".person", id=id), 303)


@bp.post("/administration/comptes/<int:id>/sessions/fermer")
def end_sessions(id: int) -> Any:
    user = db.session.get(User, id) or abort(404)
    actions.end_sessions(actor(), user)  # type: ignore[arg-type]
    commit()
    flash(_("Their sessions are closed. They were told by letter."), "success")
    return redirect(url_for(".person", id=id), 303)


# Two people.


@bp.app_errorhandler(signatures.Unsigned)
def _ask(wanted: signatures.Unsigned) -> Any:
    """An act needs a second signature: it is asked for, and nothing else is done."""
    kind, number = wanted.subject.__tablename__, wanted.subject.id
    rollback()
    writing()
    asked = actions.ask(
        actor(),  # type: ignore[arg-type]
        wanted.what,
        people.subject(kind, number),
        details=wanted.details,
    )
    commit()
    return redirect(url_for("keys.countersign", id=asked.id), 303)


# Where one does what was signed, with the words of the request.
AGAIN = {
    "campaigns.edit": "campaigns.edit",
    "campaigns.schedule": "campaigns.schedule",
    "campaigns.change_rules": "campaigns.change_rules",
    "campaigns.extend": "campaigns.extend",
    "ballots.announce": "ballots.desk",
    "ballots.cancel": "ballots.cancel",
    "answers.export_complete": "answers.export_complete",
    "privacy.erase": "privacy.erase",
}


@bp.get("/administration/signatures")
def signatures_asked() -> Any:
    rules.read_requests(actor())
    return render_template("keys/signatures.html", requests=queries.requests(), now=clock.now())


@bp.route("/administration/signatures/<int:id>", methods=["GET", "POST"])
def countersign(id: int) -> Any:
    asked = _countersign_or_404(id)
    if request.method == "POST":
        actions.countersign(actor(), asked)  # type: ignore[arg-type]
        commit()
        flash(_("Signed. Whoever asked is told, and may do it now."), "success")
        return redirect(url_for(".countersign", id=id), 303)
    return _to_sign(asked, forms.DeclineForm())


def _to_sign(asked: Countersign, form: forms.DeclineForm) -> Any:
    about = people.subject(asked.subject_kind, asked.subject_id)
    return render_template(
        "keys/countersign.html",
        asked=asked,
        form=form,
        about=about,
        texts=number_of_texts(about) if isinstance(about, User) else None,
        now=clock.now(),
        refused=refusal(rules.countersign, actor(), asked),
        declining=refusal(rules.decline, actor(), asked),
        again=_again(asked),
        labels=LABELS,
        number=sum(one.id != asked.asked_by_id for one in queries.signers(asked)),
    )


@bp.post("/administration/signatures/<int:id>/refuser")
def decline(id: int) -> Any:
    asked, user = _countersign_or_404(id), _me()
    form = forms.DeclineForm()
    if asked.declined_by_id == user.id:  # sent twice
        return redirect(url_for(".countersign", id=id), 303)
    is_mine = asked.asked_by_id == user.id
    if not is_mine and refusal(rules.decline, user, asked) is None and not form.validate():
        return _to_sign(asked, form)
    actions.decline(user, asked, reason="" if is_mine else form.reason.data or "")
    commit()
    flash(
        _("Your request is taken back: nothing is done.")
        if is_mine
        else _("It will not be done. Whoever asked is told."),
        "success",
    )
    return redirect(url_for(".countersign", id=id), 303)


@bp.get("/administration/exports")
def exports() -> Any:
    rules.exports(actor())
    found = queries.exports()
    return render_template(
        "keys/exports.html",
        exports=found,
        about=people.subjects((one.subject_kind, one.subject_id) for one in found),
    )


def _countersign_or_404(number: int) -> Countersign:
    asked = db.session.get(Countersign, number) or abort(404)
    if asked.asked_by_id != _me().id:
        rules.read_requests(actor(), asked)
    return asked


# How the pieces of what is signed are called, besides the terms of a campaign.
LABELS = {
    **LABELS_OF_VOTE,
    **LABELS_OF_CAMPAIGN,
    "ways": _("Ways to prove that one may take part"),
    "proves_comments": _("The same asked of comments"),
    "perimeter": _("Where one must live"),
    "postcodes": _("Postcodes"),
    "youngest": _("Youngest age"),
    "vote": _("Days of the votes"),
    "step": _("The step to make longer"),
    "last": _("New last day"),
    "following": _("The steps that come after"),
    "reason": _("Reason, shown to everybody"),
    "export_for": _("What the copy is for"),
    "texts": _("Their texts"),
}


@bp.app_template_global()
def said(name: str, value: Any) -> Any:
    """A piece of what is signed, in words."""
    if name in (*LABELS_OF_CAMPAIGN, "step"):
        return said_of_campaign(name, value)
    if name in ("method", "stage", "opening", "closing"):
        return said_of_vote(name, value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, "", []):
        return _("nothing")
    if name == "texts":
        return TEXTS[value]
    if name == "following":
        return _("move by as many days") if value == "move" else _("keep their dates")
    if name in ("vote", "last"):
        days = value if isinstance(value, list) else [value]
        return " – ".join(day(date.fromisoformat(one)) for one in days)
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _again(asked: Countersign) -> str | None:
    """Where whoever asked does what was signed."""
    mine = asked.asked_by_id == _me().id and asked.signed_at and not asked.used_at
    if not mine or asked.expires_at < clock.now():
        return None
    there: dict[str, Any] = {"account": asked.subject_id}
    if vote := asked.details.get("poll"):
        there = {"id": vote}
    elif asked.campaign_id is not None:
        there = {"slug": people.subject("campaign", asked.campaign_id).slug}
    return url_for(AGAIN[asked.what], signature=asked.id, **there)


# What several pages need.


def _me() -> User:
    """Whoever signed in, awake or not."""
    user = actor()
    rules.unlock(user)
    assert user is not None  # noqa: S101
    return user


def _tried(field: Any, user: User, door: str = "") -> bool:
    """Whether a key may be tried now; then the site is ready to write.

    What nobody guesses is counted apart by network: no stranger closes that door to the owner.
    """
    here = session.network()
    if not session.may_try(door or f"key:{user.id}:{here}", f"key-net:{here}"):
        field.errors = [WAIT]
        return False
    writing()
    return True


def _may_guess(field: Any, user: User) -> bool:
    """The same for a code of six figures, which whoever has the password could guess in time."""
    if not _tried(field, user, f"key:{user.id}"):
        return False
    key, hour = f"guess:{user.id}", timedelta(hours=1)
    is_guessed = throttle.too_many(key, limit=GUESSES, within=throttle.DAY)
    if is_guessed and (free := throttle.free_at(key, limit=1, within=hour)):
        field.errors = [
            _(
                "Too many wrong codes today: the next one may be typed from %(moment)s on."
                " A passkey or a code on paper opens your role at once.",
                moment=moment(free + timedelta(minutes=1)),  # no seconds are said
            )
        ]
        return False
    throttle.note(key)
    commit()  # it counts before it is looked at, however many are sent at once
    writing()
    return True


def _warn(user: User) -> None:
    """Once a day, tell the owner of an account whose codes are guessed at."""
    is_guessed = throttle.too_many(f"guess:{user.id}", limit=GUESSES, within=throttle.DAY)
    if is_guessed and throttle.is_first(f"guessed:{user.id}"):
        actions.warn(user)
        commit()


def _let_in(user: User) -> None:
    """The right key was shown: roles wake, and the wrong ones before it are forgotten."""
    for key in (f"key:{user.id}", f"key:{user.id}:{session.network()}"):
        throttle.forgive(key)
    commit()
    session.open_for(user, shown=True)
    if user.roles and not _asked():  # in a tab of its own: see templates/errors/key.html
        flash(
            _("Your key is right. Go back to the tab where you were: nothing is lost."), "success"
        )


def _place() -> passkeys.Place:
    """Where keys are good: the name and origin under which this page was asked."""
    origin = request.host_url.rstrip("/")
    return passkeys.Place(urlsplit(origin).hostname or "", origin)


def _remember(asked: passkeys.Asked) -> None:
    """Keep in this browser what it was asked, and when."""
    cookie["challenge"] = f"{int(clock.now().timestamp())}.{asked.challenge}"


def _challenge() -> str:
    """What this browser was asked last; a reply to it is read once and soon, by no old cookie."""
    at, _dot, challenge = cookie.pop("challenge", "").partition(".")
    is_old = not challenge or clock.now() - datetime.fromtimestamp(int(at), UTC) > ASKED
    if is_old or not throttle.is_first(f"challenge:{sealed(challenge)[:32]}"):
        return ""
    return challenge


def _shown(user: User) -> str | None:
    """In the demonstration, and there alone, the code its own accounts would read elsewhere."""
    if not (current_app.config["SHOWS_CODES"] and user.is_demo):
        return None
    kept = queries.totp(user)
    secret = codes.unseal(kept.secret) if kept else None
    return next(codes.unused(secret, kept.last_step), None) if kept and secret else None


def _asked() -> str | None:
    return local(request.args.get("next"))


def _onward() -> str:
    return _asked() or url_for("people.me")


def _private(template: str, **values: Any) -> Response:
    """A page no cache keeps."""
    response = make_response(render_template(template, **values))
    response.headers["Cache-Control"] = "no-store"
    return response
