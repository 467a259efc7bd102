"""How these tests come in: a password, then the code of an application."""

import re

from consult.core.db import db
from consult.journal.actions import commit
from consult.keys import actions, codes
from consult.people.models import Letter, RoleName
from tests.people.doors import PASSWORD, resident

ROLES = "/administration/roles"


def clerk(*roles, **fields):
    """Somebody who holds a role, with a password and an application that gives codes."""
    user = resident(*(roles or (RoleName.ADMINISTRATOR,)), **fields)
    user.secret_of_test = codes.new_secret()
    actions.enrol(user, secret=user.secret_of_test)
    commit()
    return user


def now_code(user):
    return codes.code_of(user.secret_of_test, codes.steps()[1])


def signs_in(client, user, **query):
    said = {"email": user.email, "password": PASSWORD}
    return client.post("/connexion", data=said, query_string=query)


def comes_in(client, user):
    """Signed in, with the code of now; the client."""
    signs_in(client, user)
    assert client.post("/deuxieme-cle", data={"code": now_code(user)}).status_code == 303
    return client


def letters(kind):
    return list(db.session.scalars(db.select(Letter.to).filter_by(kind=kind)))


def codes_for(client):
    page = client.post("/deuxieme-cle/codes").get_data(as_text=True)
    return re.findall(r"<code>([A-Z0-9]{5}-[A-Z0-9]{5})</code>", page)
