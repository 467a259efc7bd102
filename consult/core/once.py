"""A form sent twice is done once: the second sending lands where the first one did.

Every form carries a number of its own (`core/forms.py`). It is claimed in the very transaction of
what the form does, so that both stand or neither; a second sending, from a double click, another
tab or a network that died, waits for the first and is sent on to the same page. That it was done is
written in this transaction too, where it landed only afterwards: where nobody lived to note it, a
page says that it arrived. Whoever signs in, out or up is left alone (what such a form does is in
the browser that sent it), so is whoever votes (nothing notes where a ballot form landed; its roll
takes a person once), and so is what knows again by its own key what it made.

Whoever claimed a form and is not done in time is overtaken by the next sending; what they still do
then is undone with the claim they no longer hold.
"""

import hashlib
import logging
import time
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import (
    Flask,
    Response,
    g,
    has_request_context,
    redirect,
    render_template,
    request,
    session,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.exc import StaleDataError

from consult.core import clock, errors
from consult.core.db import changed, db, insert_once, writing
from consult.core.personal import impersonal

log = logging.getLogger(__name__)
SOMEWHERE = ""  # done; where it landed is being noted, or will never be
PATIENCE = 2  # seconds a second sending waits for the first to say where it landed


class SentForm(db.Model):  # type: ignore[name-defined]
    """One form that was sent and done; forgotten after a day."""

    __tablename__ = "sent_form"

    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    location: Mapped[str | None]  # none yet: what was written so far is not what the form does
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


impersonal(SentForm)


def init_app(app: Flask, *, but: tuple[str, ...]) -> None:
    """Watch over every form, but for those of these rooms and endpoints."""

    @app.before_request
    def claim() -> Any:
        is_ours = not {request.blueprint, request.endpoint} & {None, *but}
        key = _key() if request.method == "POST" and is_ours else ""
        view = app.view_functions.get(request.endpoint or "")
        if not key or getattr(view, "thinks_first", False):  # it writes later, under its own key
            return None
        digest, at = _digest(key), clock.now()
        while not insert_once(SentForm, digest=digest, at=at):  # waits for one just being written
            if answer := _again(digest):
                return answer
            if _overtook(digest, at):
                break
        g.sent_form = (digest, at)
        return None

    @app.after_request
    def note(response: Response) -> Response:
        """Where it landed; what ends on no other page may be sent again."""
        if g.pop("sent_form_stands", False):
            try:
                _note(response)
            except sa.exc.DBAPIError:  # the database went away: what was done before stands
                log.warning("not noted where a form landed", exc_info=True)
                db.session().invalidate()
        return response


def done() -> None:
    """What the form does is done: say so in the same transaction."""
    if not has_request_context() or "sent_form" not in g:
        return
    said = {"location": SOMEWHERE}
    if changed(sa.update(SentForm).where(_is_mine()).values(said)):
        return
    digest, at = g.sent_form  # the claim went with what was rolled back, or to another sending
    if not insert_once(SentForm, digest=digest, at=at, **said):
        raise StaleDataError("another sending of this form came first")


def _note(response: Response) -> None:
    db.session.rollback()
    writing()
    if response.status_code in (302, 303):
        landed = sa.update(SentForm).where(_is_mine()).values(location=response.location)
        db.session.execute(landed)
    else:
        db.session.execute(sa.delete(SentForm).where(_is_mine()))
    db.session.commit()


def _is_mine() -> sa.ColumnElement[bool]:
    """The claim of this sending, as long as no other overtook it."""
    digest, at = g.sent_form
    return sa.and_(SentForm.digest == digest, SentForm.at == at)


@sa.event.listens_for(db.session, "after_commit")
def _stands(_session: Any) -> None:
    if has_request_context() and "sent_form" in g:
        g.sent_form_stands = True


def forget(before: datetime) -> None:
    """Drop what nobody sends again any more."""
    db.session.execute(sa.delete(SentForm).where(SentForm.at < before))


def _key() -> str:
    """The number of the form that was sent, whatever stands before its name."""
    keys = [word for name, word in request.form.items() if name == "key" or name.endswith("-key")]
    return keys[0] if keys and len(keys[0]) <= 40 else ""


def _digest(key: str) -> str:
    """This form, at this address, of this person; nothing that tells who."""
    said = f"{request.path}|{session.get('_user_id', '')}|{key}"
    return hashlib.sha256(said.encode()).hexdigest()


def _again(digest: str) -> Any:
    """Where it landed, or that it arrived; nothing while it is not done, for as long as we wait."""
    until = time.monotonic() + PATIENCE
    while True:
        db.session.rollback()  # whoever came first may want to write
        where = sa.select(SentForm.location).where(SentForm.digest == digest)
        row = db.session.execute(where).one_or_none()
        if row is None:
            return None
        if row.location:
            return redirect(row.location, 303)
        if time.monotonic() > until:
            break
        time.sleep(0.02)
    if row.location == SOMEWHERE:
        return render_template("errors/arrived.html", back=errors.came_from())
    return None


def _overtook(digest: str, at: datetime) -> bool:
    """Take the claim of whoever died, or is not done: if they live, `done` undoes what they do."""
    db.session.rollback()
    writing()
    undone = sa.and_(SentForm.digest == digest, SentForm.location.is_(None))
    return changed(sa.update(SentForm).where(undone).values(at=at)) == 1
