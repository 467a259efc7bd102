"""The pages of a vote, as a resident, an agent and a sceptic walk through them."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from consult.ballots import actions, queries
from consult.ballots.counting import FEW, Method
from consult.ballots.models import Poll
from consult.core import clock
from consult.core.db import db
from consult.identity.roll import Who
from consult.journal.actions import commit
from consult.people.models import RoleName
from tests.ballots.making import CHOICES, after_closing, make_poll, make_votable, number_of, vote
from tests.factories import make_contribution, make_user, sign_in


def words(reply):
    """What the page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.text))


@pytest.mark.parametrize("hidden", [False, True])
def test_the_choices_offered_do_not_tell_hidden_counts(ctx, noon, hidden):
    campaign = make_votable(hides_counts=hidden)
    one, two = (make_contribution(campaign, support_count=count) for count in (1, 2))
    offered = [number for number, _title in queries.contributions(campaign)]
    assert offered == ([one.id, two.id] if hidden else [two.id, one.id])


def test_a_resident_reads_chooses_checks_casts_and_keeps_a_receipt(ctx, client, noon):
    poll = make_poll(can_change=True)
    page = client.get(f"/votes/{poll.id}")
    assert page.status_code == 200
    assert "n’est pas une élection politique" in words(page)
    assert client.get(f"/votes/{poll.id}/voter").status_code == 303  # sign in first
    sign_in(client, make_user())
    page = client.get(f"/votes/{poll.id}/voter")
    assert page.status_code == 200
    nothing = client.post(f"/votes/{poll.id}/voter", data={"key": "k"})
    assert nothing.status_code == 200
    assert "Choisissez une réponse" in words(nothing)
    choice = {"key": "k", "choice": str(number_of(poll, "Des bancs"))}
    check = client.post(f"/votes/{poll.id}/voter", data=choice)
    assert "Vérifiez votre bulletin" in words(check)
    assert queries.turnout(poll).total == 0  # nothing is in the urn yet
    done = client.post(f"/votes/{poll.id}/voter", data={**choice, "sure": "1"})
    again = client.post(f"/votes/{poll.id}/voter", data={**choice, "sure": "1"})
    assert done.status_code == again.status_code == 303
    assert done.location == again.location == f"/votes/{poll.id}/recu"
    receipt = client.get(done.location)
    code = re.search(r">(\w{4}-\w{4}-\w{4})<", receipt.text)[1]
    secret = re.search(r">(\w{4}-\w{4}-\w{4}-\w{4})<", receipt.text)[1]
    assert "Des bancs" not in receipt.text  # it proves that one voted, not what
    assert client.get(f"/votes/{poll.id}/voter").status_code == 403
    other = {"key": "m", "code": secret.lower(), "choice": "blank", "sure": "1"}
    changed = client.post(f"/votes/{poll.id}/changer", data=other)
    assert changed.status_code == 303
    wrong = client.post(f"/votes/{poll.id}/changer", data={**other, "code": "AAAA"})
    assert "il compte tel que vous l’avez déposé" in words(wrong)
    client.post(f"/votes/{poll.id}/recu/effacer")
    assert client.get(f"/votes/{poll.id}/recu").status_code == 404
    # Anybody, without an account.
    visitor = client.application.test_client()
    typed = code.replace("-", " ").lower()
    assert "est sur la liste" in words(visitor.get("/votes/verifier", query_string={"code": typed}))
    assert "Aucune liste d’émargement" in words(
        visitor.get("/votes/verifier", query_string={"code": "AAAA"})
    )


@pytest.mark.parametrize(
    ("method", "fields", "typed", "said"),
    [
        (Method.APPROVAL, {"limit": 2}, lambda n: {"choices": [n[0], n[1]]}, "Des bancs"),
        (Method.POINTS, {"limit": 5}, lambda n: {f"mark_{n[1]}": "5"}, "5 points"),
        (Method.JUDGMENT, {}, lambda n: {f"mark_{n[1]}": "4"}, "Bien"),
        (
            Method.ENVELOPE,
            {"envelope_cents": 1000, "costs": (4, 5, 6)},
            lambda n: {"choices": [n[0], n[1]]},
            "5",
        ),
    ],
)
def test_every_kind_of_ballot_is_checked_then_cast(ctx, client, noon, method, fields, typed, said):
    poll = make_poll(method, **fields)
    numbers = [number_of(poll, title) for title in CHOICES]
    sign_in(client, make_user())
    data = {"key": "k", **typed(numbers)}
    assert client.get(f"/votes/{poll.id}/voter").status_code == 200
    check = client.post(f"/votes/{poll.id}/voter", data=data)
    assert "Vérifiez votre bulletin" in words(check)
    assert said in words(check)
    both = client.post(f"/votes/{poll.id}/voter", data={**data, "blank": "y"})
    assert "pas les deux" in words(both)
    assert client.post(f"/votes/{poll.id}/voter", data={**data, "sure": "1"}).status_code == 303
    assert queries.turnout(poll).total == 1


def test_too_much_is_refused_in_words_and_nothing_typed_is_lost(ctx, client, noon):
    poll = make_poll(Method.ENVELOPE, envelope_cents=1000, costs=(6, 5, 4))
    sign_in(client, make_user())
    both = [number_of(poll, "Des tilleuls"), number_of(poll, "Des bancs")]
    page = client.post(f"/votes/{poll.id}/voter", data={"key": "k", "choices": both})
    assert "coûtent ensemble plus que l’enveloppe" in words(page)
    assert page.text.count("checked") == 2


def test_no_page_tells_a_result_or_a_turnout_before_the_end(ctx, client, noon):
    poll = make_poll(stations=("Mairie",))
    for turn in range(7):
        vote(poll, "Des bancs", key=f"k{turn}")
    admin = sign_in(
        client, make_user(RoleName.ADMINISTRATOR, RoleName.FACILITATOR, RoleName.COUNCIL)
    )
    pages = [f"/votes/{poll.id}", f"/votes/{poll.id}/atelier"]
    pages += [f"/consultations/{poll.campaign.slug}{end}" for end in ("/votes", "", "/atelier")]
    seen = [words(admin.get(page)) for page in pages]
    vote(poll, "Une fontaine", key="last")
    assert [words(admin.get(page)) for page in pages] == seen
    assert admin.get(f"/votes/{poll.id}/bulletins.json").status_code == 404
    assert admin.get(f"/votes/{poll.id}/bulletins.csv").status_code == 404
    assert admin.post(f"/votes/{poll.id}/depouiller").status_code == 403
    assert admin.get(f"/votes/{poll.id}/bureaux/{poll.stations[0].id}/feuille").status_code == 403


def test_the_turnout_shows_only_where_it_was_announced(ctx, client, noon):
    poll = make_poll(shows_turnout=True)
    for turn in range(3):
        vote(poll, "Des bancs", key=f"k{turn}")
    assert "3 personnes ont émargé" in words(client.get(f"/votes/{poll.id}"))


def test_a_facilitator_prepares_announces_and_publishes(ctx, client, noon):
    campaign = make_votable()
    taken = make_contribution(campaign, title="Planter des tilleuls")
    facilitator = make_user(RoleName.FACILITATOR)
    sign_in(client, facilitator)
    made = client.post(
        f"/consultations/{campaign.slug}/votes/nouveau", data={"title": "Que planter ?", "key": "a"}
    )
    poll = db.session.scalars(sa.select(Poll)).one()
    assert made.location == f"/votes/{poll.id}/modifier"
    assert client.get(made.location).status_code == 200
    assert client.application.test_client().get(f"/votes/{poll.id}").status_code == 404
    rules = {
        "title": "Que planter ?",
        "method": "envelope",
        "envelope": "10000",
        "electorate": "800",
        "shows_turnout": "y",
    }
    for missing, said in (
        ({"method": "points"}, "Dites combien"),
        ({"envelope": " "}, "Donnez le montant"),
    ):
        assert said in words(client.post(f"/votes/{poll.id}/modifier", data=rules | missing))
    assert client.post(f"/votes/{poll.id}/modifier", data=rules).status_code == 303
    options = (
        {"contribution": str(taken.id), "cost": "6000"},
        {"title": "Des rosiers", "cost": "5000"},
        {"title": "Un potager", "cost": "3000"},
    )
    for option in options:
        assert client.post(f"/votes/{poll.id}/choix", data=option).status_code == 303
    assert client.get(f"/votes/{poll.id}/choix").status_code == 200
    assert client.post(f"/votes/{poll.id}/bureaux", data={"name": "Mairie"}).status_code == 303
    assert client.get(f"/votes/{poll.id}/atelier").status_code == 200
    asked = client.post(f"/votes/{poll.id}/annoncer").location
    assert asked.startswith("/administration/signatures/")
    sign_in(client, make_user(RoleName.ADMINISTRATOR))
    assert "Des rosiers Coût : 5 000 €" in words(client.get(asked)).replace("\u202f", " ")
    assert client.post(asked).status_code == 303
    sign_in(client, facilitator)
    assert f"/votes/{poll.id}/atelier" in client.get(asked).text
    assert client.post(f"/votes/{poll.id}/annoncer").location == f"/votes/{poll.id}/atelier"
    assert client.get(f"/votes/{poll.id}/modifier").status_code == 403
    db.session.expire_all()
    assert poll.options[0].contribution_id or any(one.contribution_id for one in poll.options)
    for turn in range(FEW):
        vote(poll, "Planter des tilleuls", "Un potager", key=f"k{turn}")
    agents = [make_user(RoleName.COUNCIL), make_user(RoleName.COUNCIL)]
    numbers = {"ballots": "12", "blank": "0", "spoilt": "0"}
    voices = {"Planter des tilleuls": "3", "Des rosiers": "9", "Un potager": "2"}
    typed = numbers | {f"mark_{one.number}_1": voices[one.title] for one in poll.options}
    station = poll.stations[0].id
    with after_closing(poll):
        for agent in agents:
            sign_in(client, agent)
            sheet = f"/votes/{poll.id}/bureaux/{station}/feuille"
            assert "Des rosiers" in words(client.get(sheet))
            assert client.post(sheet, data=typed).status_code == 303
            assert client.get(sheet).status_code == 200
        sign_in(client, make_user(RoleName.FACILITATOR))
        assert client.get(f"/votes/{poll.id}/atelier").status_code == 200
        assert client.post(f"/votes/{poll.id}/depouiller").status_code == 303
        page = client.get(f"/votes/{poll.id}")
    said = words(page)
    assert "Retenu" in said
    assert "Ne tient pas dans ce qui reste" in said  # the roses cost more than what is left
    assert f"/contributions/{taken.id}" in page.text
    file = client.get(f"/votes/{poll.id}/bulletins.json")
    result = queries.result(poll)
    assert file.text == result.content
    assert result.sha256 in page.text
    assert client.get(f"/votes/{poll.id}/bulletins.csv").text == result.table


@pytest.mark.parametrize(
    ("struck", "found", "said"),
    [
        ((12, 12), (12, 12), (True, "")),
        ((15, 10), (10, 15), (True, "Dans 2 lieux")),
        ((12, 5), (12, 11), (False, "Dans un lieu")),
    ],
)
def test_each_place_says_how_many_were_struck_off(ctx, client, noon, struck, found, said):
    """What is too many in one place and too few in another evens out in the total alone."""
    poll = make_poll(stations=("Mairie", "École"))
    agents = [make_user(RoleName.COUNCIL), make_user(RoleName.COUNCIL)]
    facilitator = make_user(RoleName.FACILITATOR)
    for station, number in zip(poll.stations, struck, strict=True):
        for turn in range(number):
            who = Who(person_key=f"{station.id}{turn:063}"[:64])
            actions.strike(agents[0], station, poll, who=who, key=f"{station.id}-{turn}")
    commit()
    with after_closing(poll):
        for station, number in zip(poll.stations, found, strict=True):
            marks = {
                str(one.number): {"1": number if i == 0 else 0}
                for i, one in enumerate(poll.options)
            }
            content = {"ballots": number, "blank": 0, "spoilt": 0, "marks": marks}
            for agent in agents:
                actions.enter(agent, station, poll, content=content)
        actions.publish(facilitator, poll)
        commit()
        page = words(client.get(f"/votes/{poll.id}"))
    shows, sentence = said
    assert ("Émargements" in page) == shows
    for station, *numbers in zip(poll.stations, struck, found, strict=True):
        row = " ".join(map(str, [station.name, *numbers]))
        assert (row in page) == shows
    assert (sentence in page) if sentence else "il n’y a pas autant" not in page


def test_an_agent_strikes_voters_off_and_hands_out_receipts(ctx, client, noon):
    poll = make_poll(stations=("Mairie",))
    sign_in(client, make_user(RoleName.COUNCIL))
    page = f"/votes/{poll.id}/bureaux/{poll.stations[0].id}/emargement"
    assert client.get(page).status_code == 200
    assert "n’en avoir aucune" in words(client.post(page, data={"key": "k"}))
    who = {"key": "k", "family": "Durand", "given": "Zoé", "year": "1951"}
    assert "cochez cette case" in words(client.post(page, data=who))  # asked for an address first
    who["no_address"] = "y"
    assert client.post(page, data=who).status_code == 303
    code = re.search(r"\w{4}-\w{4}-\w{4}", words(client.get(page)))[0]
    assert queries.with_receipt(code).id == poll.id
    twice = client.post(page, data={**who, "key": "l"})
    assert "a déjà voté" in words(twice)


def test_the_programme_that_recounts_the_schema_and_the_secret_are_for_everybody(client):
    for page in ("/votes/recompter", "/votes/recompter.py", "/votes/secret", "/votes/verifier"):
        assert client.get(page).status_code == 200
    assert client.get("/votes/bulletins.schema.json").json["title"]


@pytest.mark.parametrize("method", [Method.ONE, Method.JUDGMENT, Method.POINTS])
def test_the_ballot_is_printed_in_the_order_drawn(ctx, client, noon, method):
    poll = make_poll(method, stations=("Mairie",), limit=5)
    paper = client.get(f"/votes/{poll.id}/bulletin.pdf")
    assert paper.status_code == 200
    assert paper.data.startswith(b"%PDF")


@pytest.mark.parametrize("method", [Method.ONE, Method.JUDGMENT, Method.POINTS])
def test_the_counting_sheet_has_the_lines_that_are_typed_in(ctx, client, noon, method):
    poll = make_poll(method, stations=("Mairie",), limit=5)
    place = f"/votes/{poll.id}/bureaux/{poll.stations[0].id}"
    assert client.get(f"{place}/feuille.pdf").status_code in (303, 403)  # for those who count
    sign_in(client, make_user(RoleName.COUNCIL))
    assert f"{place}/feuille.pdf" in client.get(f"/votes/{poll.id}/atelier").text
    paper = client.get(f"{place}/feuille.pdf")
    assert paper.data.startswith(b"%PDF")
    said = re.sub(
        r"\s+", " ", "".join(page.extract_text() for page in PdfReader(BytesIO(paper.data)).pages)
    )
    with after_closing(poll):
        page = client.get(f"{place}/feuille")
    assert f"{place}/feuille.pdf" in page.text
    typed = [one.strip() for one in re.findall(r"<label[^>]*>([^<]+)", page.text)]
    labels = [unescape(one) for one in typed if one[0].isdigit() or one.startswith("Bulletins")]
    assert len(labels) == 3 + len(CHOICES) * (6 if method == Method.JUDGMENT else 1)
    places = [said.find(" ".join(label.split())) for label in labels]
    assert -1 not in places
    assert places == sorted(places)
    assert all(one in said for one in ("Mairie", poll.title, f"Numéro du vote {poll.id}"))


def test_a_judgement_and_a_cancelled_vote_have_their_pages(ctx, app, client, noon):
    poll = make_poll(Method.JUDGMENT)
    for turn in range(FEW):
        ballot = {one.number: (turn + one.number) % 6 for one in poll.options}
        actions.cast(make_user(), poll, ballot=ballot, key=f"k{turn}")
        commit()
    with after_closing(poll):
        actions.publish(make_user(RoleName.FACILITATOR), poll)
        commit()
    assert "Mention majoritaire" in words(client.get(f"/votes/{poll.id}"))
    other = make_poll()
    sign_in(client, make_user(RoleName.FACILITATOR))
    data = {"reason": "Un choix manquait."}
    assert client.get(f"/votes/{other.id}/annuler").status_code == 200
    asked = client.post(f"/votes/{other.id}/annuler", data=data).location
    assert "Un choix manquait." not in words(app.test_client().get(f"/votes/{other.id}"))
    sign_in(app.test_client(), make_user(RoleName.ADMINISTRATOR)).post(asked)
    assert client.post(f"/votes/{other.id}/annuler", data=data).location == f"/votes/{other.id}"
    assert "Un choix manquait." in words(client.get(f"/votes/{other.id}"))
    assert client.get(f"/consultations/{other.campaign.slug}/votes").status_code == 200


def test_a_vote_to_come_and_one_to_be_counted_say_so(ctx, client, noon):
    poll = make_poll(opens_at=noon + timedelta(days=1), closes_at=noon + timedelta(days=2))
    assert "Ouvre bientôt" in words(client.get(f"/votes/{poll.id}"))
    with clock.frozen(noon + timedelta(days=3)):
        assert "en cours de dépouillement" in words(client.get(f"/votes/{poll.id}"))


def test_a_long_question_is_read_whole_where_it_is_typed(ctx, client):
    """A box of several lines; the question stays one sentence on one line."""
    sign_in(client, make_user(RoleName.FACILITATOR))
    page = f"/consultations/{make_votable().slug}/votes/nouveau"
    assert re.search(r'<textarea[^>]* name="title"', client.get(page).text)
    assert "Écrivez la question" in client.post(page, data={"title": " \n "}).text
    question = "Que faire du square, " + "et encore, " * 20 + "cet été ?"
    where = client.post(page, data={"title": question.replace("et ", "et\r\n ")}).location
    assert question in client.get(where).text
