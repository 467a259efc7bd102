"""Operators: a night goes wrong, machines and people see it at once, and nobody's words leak."""

import json
import logging
from datetime import timedelta
from io import StringIO

from consult.campaigns import actions as campaigns
from consult.core import clock, logs, queue
from consult.journal.actions import commit
from consult.operators import jobs, queries
from consult.oversight import actions as oversight
from consult.oversight.queries import reports
from consult.people.models import RoleName
from tests.factories import make_campaign, make_user, sign_in
from tests.portal.making import text_of


def test_a_bad_night(app, client, ctx, noon):
    jobs.beat()
    assert client.get("/readyz").json["ready"] is True
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Line())
    logging.getLogger("consult").addHandler(handler)

    def fail():
        raise RuntimeError("Camille Durand, 06 00 00 00 00")

    try:
        queue.work_once(app, [queue.Job("people.send_letters", 2, fail)])
        jobs.beat()
    finally:
        logging.getLogger("consult").removeHandler(handler)
        queue.FAILING.clear()
    (line,) = map(json.loads, stream.getvalue().splitlines())
    assert (line["event"], line["job"]) == ("job failed", "people.send_letters")
    assert "Camille" not in stream.getvalue()
    assert 'consult_jobs_total{job="people.send_letters",outcome="failed"}' in (
        client.get("/metrics").text
    )
    told = " ".join(str(point.title) for point in queries.points())
    assert "people.send_letters" in told
    with clock.frozen(noon + timedelta(hours=8)):
        assert client.get("/healthz").status_code == 200
        reply = client.get("/readyz")
        assert (reply.status_code, reply.json["worker"]) == (503, False)


def test_the_guarantor_s_report_outlives_the_organiser(client, ctx, noon):
    campaign, organiser = make_campaign(slug="parc"), make_user(RoleName.FACILITATOR)
    guarantor = make_user(RoleName.GUARANTOR, name="Dominique Roche")
    oversight.publish(guarantor, campaign, words="Trois refus n'avaient pas de motif.")
    commit()
    campaigns.cancel(organiser, campaign, reason="Faute de temps.")
    commit()
    sign_in(client, organiser)
    for door in ("rapport", "rapport/brouillon", "rapport/correction"):
        reply = client.post(f"/garant/parc/{door}", data={"words": "Tout va bien.", "number": "2"})
        assert reply.status_code == 403
    page = text_of(app_visitor(client).get("/consultations/parc/rapport-du-garant"))
    assert "Trois refus" in page
    assert [one.number for one in reports(campaign)] == [1]


def app_visitor(client):
    """Somebody who is not signed in."""
    return client.application.test_client()
