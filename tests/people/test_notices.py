"""What one is told: on the site at once, by mail a few at a time, never what is hidden since."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from flask_mailman.backends.locmem import EmailBackend

from consult.comments.models import Comment
from consult.core import clock
from consult.core.db import db
from consult.journal.actions import commit, record
from consult.journal.models import Notification
from consult.moderation.charter import Ground
from consult.moderation.models import Notice
from consult.people import actions, jobs, queries
from consult.people.models import Letter, RoleName
from consult.posts.models import Status
from tests.factories import free_port, make_contribution, make_user, sign_in
from tests.people.doors import post_around, resident

NEWS = "/mon-espace/notifications"


def tell(user, subject, name="people.follow", actor=None):
    """Something happened to this, and this person is to know."""
    record(name, actor, subject, notify=[user])
    commit()


@pytest.fixture
def worded(app, monkeypatch):
    """Letters for two acts made up for these tests."""
    texts = {
        "mail/test.answer.txt": "Subject: Réponse à « {{ subject.title }} »\n\nLisez-la :\n"
        "{{ url('people.notifications') }}",
        "mail/test.broken.txt": "Subject: {{ nothing.at.all }}",
    }
    loader = app.jinja_env.loader
    real = loader.get_source

    def get_source(environment, template):
        if template in texts:
            return texts[template], template, lambda: True
        return real(environment, template)

    monkeypatch.setattr(loader, "get_source", get_source)


def test_notices_gather_into_one_letter(ctx, noon, post, worded, outbox, app):
    user = make_user(pseudonym="Zoé")
    first, second = (make_contribution(title=title) for title in ("Des bancs", "Une fontaine"))
    tell(user, first, "test.answer")
    with clock.frozen(noon + timedelta(seconds=10)):
        tell(user, second, "test.answer")
        assert jobs.send_notices() == 0  # the oldest is ten seconds old: more may come
    (letter,) = post()
    assert letter.subject == "2 nouvelles pour vous"
    assert letter.body.startswith("Bonjour Zoé,\n")
    assert "1. Réponse à « Des bancs »" in letter.body
    assert "2. Réponse à « Une fontaine »" in letter.body
    assert post() == []


def test_one_notice_keeps_its_own_subject_and_says_how_to_stop(ctx, post, worded):
    user = make_user()
    tell(user, make_contribution(title="Des bancs"), "test.answer")
    (letter,) = post()
    assert letter.subject == "Réponse à « Des bancs »"
    headers = letter.extra_headers
    stop = headers["List-Unsubscribe"].strip("<>")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop in letter.body
    assert "Vous recevez ce courriel parce que" in letter.body
    assert re.fullmatch(r"<notification-\d+-[0-9a-f]+@localhost>", headers["Message-ID"])


def test_one_click_stops_the_mails(client, ctx, post, worded, app):
    user = make_user()
    tell(user, make_contribution(), "test.answer")
    (letter,) = post()
    path = (
        letter.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:5000")
    )
    assert "Arrêter ces courriels" in client.get(path).text
    assert user.wants_mail
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        reply = client.post(path, data={"List-Unsubscribe": "One-Click"})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert reply.status_code == 200
    db.session.refresh(user)
    assert not user.wants_mail
    tell(user, make_contribution(), "test.answer")
    assert post() == []
    assert queries.unread(user) == 2  # still told on the site


def test_those_who_want_no_mail_are_not_flooded_when_they_want_it_again(ctx, post, worded):
    user = make_user(wants_mail=False)
    tell(user, make_contribution(), "test.answer")
    post()
    user.wants_mail = True
    db.session.commit()
    assert post() == []


@pytest.mark.parametrize("status", [Status.RESTRICTED, Status.WITHDRAWN])
def test_what_was_hidden_since_is_not_told(ctx, post, worded, status):
    contribution, user = make_contribution(), make_user()
    tell(user, contribution, "test.answer")
    contribution.move_to(status)
    db.session.commit()
    assert post() == []
    assert db.session.scalar(sa.select(Notification.mailed_at)) is not None


def test_an_author_is_told_of_a_refusal_and_a_facilitator_of_what_waits(ctx, post, worded):
    refused = make_contribution(status=Status.REFUSED)
    waiting = make_contribution(status=Status.PENDING)
    tell(refused.author, refused, "test.answer")
    tell(make_user(RoleName.FACILITATOR), waiting, "test.answer")
    assert len(post()) == 2


def test_nothing_is_told_of_what_was_not_committed(ctx, post, worded):
    user = make_user()
    record("test.answer", None, make_contribution(), notify=[user])
    db.session.info.pop("events")
    db.session.rollback()
    assert post() == []


def test_words_that_cannot_be_made_do_not_stop_the_others(ctx, post, worded):
    user = make_user()
    for name in ("test.broken", "test.missing", "test.answer"):
        tell(user, make_contribution(title=name), name)
    (letter,) = post()
    assert letter.body.count("Du nouveau dans ce que vous suivez") == 2
    assert "Réponse à « test.answer »" in letter.body


def test_letters_speak_the_language_of_their_reader(ctx, post):
    admin = make_user(RoleName.ADMINISTRATOR)
    actions.grant(admin, make_user(language="en"), name=RoleName.COUNCIL)
    commit()
    (letter,) = post()
    assert letter.subject == "You have a new role: Council's desk"


def test_a_server_that_refuses_somebody_holds_back_nobody_else(
    ctx, post, worded, monkeypatch, noon, outbox
):
    refused, other = make_user(email="non@exemple.fr"), make_user()
    real = EmailBackend.send_messages

    def send(self, messages):
        if messages[0].to == ["non@exemple.fr"]:
            raise ConnectionRefusedError("not now")
        return real(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send)
    actions.sign_in_link(None, email=refused.email, language="fr")
    for user in (refused, other):
        tell(user, make_contribution(), "test.answer")
    assert [letter.to for letter in post()] == [[other.email]]
    db.session.refresh(refused)
    assert refused.mail_failures == 1
    assert post() == []  # not before half a minute
    monkeypatch.setattr(EmailBackend, "send_messages", real)
    with clock.frozen(noon + timedelta(minutes=5)):
        assert len(post()) == 2
    db.session.refresh(refused)
    assert (refused.mail_failures, refused.mail_retry_at) == (0, None)


def test_the_page_groups_by_subject_and_marks_what_was_seen(client, ctx, worded):
    user, bench = make_user(), make_contribution(title="Des bancs")
    for subject in (bench, make_contribution(title="Une fontaine"), bench):
        tell(user, subject, "test.answer")
    assert queries.unread(user) == 3
    page = sign_in(client, user).get(NEWS).text
    assert page.count("<h2") - page.count('<h2 id="foot') == 2
    assert page.count("Nouveau") == 2
    assert "Réponse à « Une fontaine »" in page
    assert queries.unread(user) == 0
    assert "Nouveau" not in client.get(NEWS).text


def test_the_page_says_nothing_of_what_was_hidden(client, ctx, worded):
    user, contribution = make_user(), make_contribution(title="Une insulte")
    tell(user, contribution, "test.answer")
    contribution.move_to(Status.RESTRICTED)
    db.session.commit()
    page = sign_in(client, user).get(NEWS).text
    assert "Une insulte" not in page
    assert "n’est plus public" in page


def test_a_long_list_is_read_page_by_page_with_few_questions(client, ctx, worded, app):
    user = make_user()
    for number in range(25):
        tell(user, make_contribution(title=f"Banc {number}"), "test.answer")
    sign_in(client, user)
    asked = []

    def count(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", count)
    try:
        page = client.get(NEWS).text
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", count)
    assert len(asked) <= 12, "\n".join(asked)
    assert "Banc 24" in page
    assert "Banc 4" not in page.replace("Banc 24", "")
    (following,) = re.findall(r'rel="next" href="([^"]+)"', page)
    page = client.get(following).text
    assert "Banc 4" in page
    assert "Banc 24" not in page


# A real mail server, and a worker that is killed.


class Counter:
    """A mail server that keeps what it took, and may take its time."""

    def __init__(self, seconds=0.0):
        self.seconds = seconds
        self.taken = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - as aiosmtpd calls it
        time.sleep(self.seconds)
        self.taken.append((envelope.rcpt_tos[0], envelope.content.decode()))
        return "250 OK"


@pytest.fixture
def smtp():
    """A mail server of our own, on a free port of this machine."""
    running = []

    def start(**how):
        counter = Counter(**how)
        controller = Controller(counter, hostname="127.0.0.1", port=free_port())
        controller.start()
        running.append(controller)
        return counter, controller.port

    yield start
    for controller in running:
        controller.stop()


WORKER = """
import json, signal, sys, threading
import consult
from consult.core import queue
from consult.people import jobs
app = consult.create_app(**json.loads(sys.argv[1]))
only = [job for job in queue.JOBS if job.work in (jobs.send_letters, jobs.send_notices)]
print("ready", flush=True)
while queue.work_once(app, only):
    pass
"""


def worker(app, port):
    """A worker in a process of its own, on the database of the test."""
    settings = {
        "SECRET_KEY": app.config["SECRET_KEY"],
        "INSTANCE": app.config["INSTANCE"],
        "SQLALCHEMY_DATABASE_URI": app.config["SQLALCHEMY_DATABASE_URI"],
        "MAIL_BACKEND": "smtp",
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_PORT": port,
        "NOTICE_WAIT": 0,
    }
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, json.dumps(settings)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "."},
    )


def test_a_letter_is_spoken_to_a_real_server(app, ctx, smtp):
    user = resident(email="zoe@exemple.fr")
    actions.grant(queries.system(), user, name=RoleName.COUNCIL)
    actions.reset(None, email=user.email, language="fr")
    commit()
    counter, port = smtp()
    with worker(app, port) as process:
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert [to for to, _ in counter.taken] == ["zoe@exemple.fr"] * 2
    reset, notice = (text for _, text in counter.taken)
    assert "/mot-de-passe/" in reset
    assert "Secrétariat du conseil" in notice
    assert "Subject: Choisir un autre mot de passe" in reset
    assert re.search(r"List-Unsubscribe:\s+<http://localhost:5000/desinscription/\S+>", notice)
    assert "Auto-Submitted: auto-generated" in notice


def test_a_worker_killed_between_two_mails_sends_all_of_them_once(app, ctx, smtp):
    """Killed as soon as the server has taken the third: what left is stamped, the rest waits."""
    people = [make_user() for _ in range(8)]
    for user in people:
        tell(user, make_contribution(), "people.follow")
        actions.reset(None, email=user.email, language="fr")
    commit()
    counter, port = smtp(seconds=0.1)
    kills = 0
    for goal in (3, 7, 11, None):
        with worker(app, port) as process:
            if goal is None:
                process.communicate(timeout=60)
                break
            deadline = time.monotonic() + 60
            while stamped() < goal and time.monotonic() < deadline and process.poll() is None:
                time.sleep(0.01)
            kills += process.poll() is None
            between_two_mails(counter)
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=60)
    assert kills == 3
    numbers = [re.search(r"Message-ID: (\S+)", text)[1] for _, text in counter.taken]
    assert len(set(numbers)) == 16  # none is lost
    # Only the one being spoken when the worker died may come again, under the same number.
    assert len(numbers) - len(set(numbers)) <= kills
    assert stamped() == 16


def between_two_mails(counter):
    """Wait until the server has just answered."""
    before, deadline = len(counter.taken), time.monotonic() + 5
    while len(counter.taken) == before and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(0.03)  # the worker writes down that it left


def stamped():
    db.session.rollback()
    return sum(
        db.session.scalar(sa.select(sa.func.count()).where(column.is_not(None)))
        for column in (Letter.sent_at, Notification.mailed_at)
    )


def test_two_workers_send_each_letter_once(app, ctx, smtp):
    for _ in range(6):
        tell(make_user(), make_contribution(), "people.follow")
    counter, port = smtp(seconds=0.05)
    with worker(app, port) as one, worker(app, port) as other:
        one.communicate(timeout=60)
        other.communicate(timeout=60)
    post_around(app)
    assert len({to for to, _ in counter.taken}) == len(counter.taken) == 6


def test_each_thing_leads_to_a_page_with_a_title(client, ctx, worded):
    facilitator, contribution = make_user(RoleName.FACILITATOR), make_contribution(title="Un banc")
    comment = Comment(
        contribution=contribution,
        campaign_id=contribution.campaign_id,
        author=make_user(),
        status=Status.DRAFT,
        body="Oui !",
    )
    db.session.add(comment)
    comment.move_to(Status.PUBLISHED)
    db.session.flush()
    notice = Notice(receipt="ABCDE23456", text=comment, ground=Ground.CHILD_ABUSE, words="Non.")
    db.session.add(notice)
    db.session.commit()
    for subject in (notice, comment, contribution.campaign):
        tell(facilitator, subject, "people.follow")
    page = sign_in(client, facilitator).get(NEWS)
    assert page.status_code == 200
    assert "Un banc" in page.text
    assert "Signalement ABCDE23456" in page.text
