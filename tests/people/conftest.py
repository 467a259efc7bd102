"""Letters that leave from the tests of this room."""

import pytest
from flask import has_app_context

from consult.core.db import db
from tests.people.doors import post_around


@pytest.fixture
def post(app, outbox):
    """Let the worker pass; the letters it sent."""

    def pass_by():
        before = len(outbox)
        if has_app_context():
            db.session.rollback()  # the test reads what the worker wrote
        post_around(app)
        return outbox[before:]

    return pass_by
