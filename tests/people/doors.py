"""How these tests come in: a password of their own, a browser's session, the letters that left."""

import re
from datetime import timedelta

from consult.core import clock, queue
from consult.people import jobs, passwords
from tests.factories import make_user

PASSWORD = "pivoine tracteur lune bleue"


def resident(*roles, **fields):
    """Somebody with a password, known to all tests."""
    return make_user(*roles, password_hash=passwords.protect(PASSWORD), **fields)


def post_around(app, at=None):
    """The worker passes, a minute later: what waited leaves."""
    with clock.frozen((at or clock.now()) + timedelta(minutes=1)):
        only = [job for job in queue.JOBS if job.work in (jobs.send_letters, jobs.send_notices)]
        return queue.work_once(app, only)


def links(letter):
    """The paths of our pages named in a letter."""
    return re.findall(r"http://localhost:5000(/\S+)", letter.body)
