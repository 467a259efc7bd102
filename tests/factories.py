"""Plain functions that make committed people and things, for tests to start from."""

import secrets
import socket
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import sqlalchemy as sa
from flask import has_app_context

from consult.campaigns.models import Campaign, Phase, PhaseKind, State
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.db import db
from consult.core.text import fold
from consult.journal.actions import commit, rollback
from consult.keys import actions as keys
from consult.keys.signatures import Unsigned
from consult.moderation.charter import ARTICLES, Ground
from consult.moderation.statements import Why
from consult.people.models import Role, RoleName, User, Visit
from consult.people.passwords import sealed
from consult.posts.models import Post, Status

_numbers = count(1)

STEPS = {
    Status.DRAFT: (),
    Status.PENDING: (Status.PENDING,),
    Status.PUBLISHED: (Status.PENDING, Status.PUBLISHED),
    Status.REFUSED: (Status.PENDING, Status.REFUSED),
    Status.RESTRICTED: (Status.PENDING, Status.PUBLISHED, Status.RESTRICTED),
    Status.WITHDRAWN: (Status.PENDING, Status.WITHDRAWN),
}


def make_user(*roles: RoleName, confirmed: bool = True, **fields: Any) -> User:
    """A resident, or somebody who holds these roles for the whole site."""
    number = next(_numbers)
    email = fields.pop("email", f"personne{number}@exemple.fr")
    pseudonym = fields.pop("pseudonym", f"Personne {number}")
    for consent in ("publication_at", "position_at"):
        fields.setdefault(consent, clock.now())
    user = User(
        email=email,
        email_key=email.casefold(),
        pseudonym=pseudonym,
        pseudonym_key=fold(pseudonym),
        confirmed_at=clock.now() if confirmed else None,
        roles=[Role(name=role) for role in roles],
        **fields,
    )
    db.session.add(user)
    db.session.commit()
    return user


def make_campaign(*open_to: PhaseKind, published: bool = True, **fields: Any) -> Campaign:
    """A campaign whose phases named here are open now, for a month before and a month after."""
    number = next(_numbers)
    campaign = Campaign(
        **{
            "slug": f"campagne-{number}",
            "title": f"Campagne {number}",
            "question": "Que faire du square ?",
            "decider": "Le conseil municipal",
            **fields,
        }
    )
    campaign.phases = [
        Phase(
            kind=kind,
            opens_at=clock.now() - timedelta(days=30),
            closes_at=clock.now() + timedelta(days=30),
        )
        for kind in open_to or (PhaseKind.PROPOSE, PhaseKind.DISCUSS, PhaseKind.VOTE)
    ]
    db.session.add(campaign)
    db.session.flush()
    if published:
        campaign.move_to(State.PUBLISHED)
    db.session.commit()
    return campaign


def make_contribution(
    campaign: Campaign | None = None, status: Status = Status.PUBLISHED, **fields: Any
) -> Contribution:
    """A contribution brought to this status through each step of its life."""
    contribution = Contribution(
        campaign=campaign or make_campaign(),
        author=fields.pop("author", None) or make_user(),
    )
    title, body = fields.pop("title", "Des bancs"), fields.pop("body", "À l'ombre du marché.")
    for name, value in fields.items():
        setattr(contribution, name, value)
    db.session.add(contribution)
    db.session.flush()
    contribution.say(title, body, contribution.author)
    for step in STEPS[status]:
        contribution.move_to(step)
    db.session.commit()
    return contribution


def reasons(
    post: Post, ground: Ground = Ground.INSULT, words: str = "Dites-le autrement.", **said: Any
) -> Why:
    """A full statement of reasons that quotes this text; whatever is given instead stands."""
    aim = ARTICLES[ground].aims[0]
    law = "Code pénal, article R621-2" if ground == Ground.UNLAWFUL else ""
    passage = post.title or post.body
    return Why(
        **{"ground": ground, "passage": passage, "aim": aim, "law": law, "words": words} | said
    )


# What a visitor types to point a text out.
NOTICE = {
    "urgency": "other",
    "ground": "insult",
    "words": "Deuxième ligne.",
    "name": "Une voisine",
    "email": "voisine@exemple.fr",
    "good_faith": "y",
}


def by_two(actor: User, act: Callable[[], Any]) -> Any:
    """Do what two people must sign: asked by the first, signed by another, then done."""
    try:
        return act()
    except Unsigned as wanted:
        what, subject, details = wanted.what, wanted.subject, wanted.details
        rollback()
    asked = keys.ask(actor, what, subject, details=details)
    commit()
    keys.countersign(make_user(RoleName.ADMINISTRATOR), asked)
    commit()
    return act()


def sign_in(client: Any, user: User) -> Any:
    """The same client, from now on signed in as this person, their second key shown."""
    token = open_visit(client.application, user)
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = user.get_id(), True
        session["visit"] = token
    return client


def come_in(page: Any, server: Any, user: User) -> Any:
    """The same for the tab of a real browser: its next page is this person's."""
    cookie = sign_in(server.app.test_client(), user).get_cookie("consult")
    page.context.add_cookies([{"name": "consult", "value": cookie.value, "url": server.url}])
    return page


def open_visit(app: Any, user: User) -> str:
    """What the cookie of a new session holds; it never grows old, whatever a test's clock does."""
    token, always = secrets.token_hex(8), datetime(2900, 1, 1, tzinfo=UTC)
    opened = {"opened_at": clock.now(), "seen_at": always, "shown_at": always}
    about = {"user_id": user.id, "number": user.session_number, "stay": True}
    if has_app_context() and not (db.session.new or db.session.dirty or db.session.deleted):
        db.session.rollback()  # SQLite lets no reader write once another connection has
    with nullcontext() if has_app_context() else app.app_context():
        row = {"token": sealed(token), "device": "", **about, **opened}
        connection = db.engine.connect()  # beside what the test itself holds
        connection.execute(sa.insert(Visit).values(**row))
        connection.commit()
        connection.close()
    return token


def free_port() -> int:
    """A port nobody listens on, on this machine alone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
