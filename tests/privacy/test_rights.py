"""Reading, correcting, asking; the register, and those who answer in time."""

import html
import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
import sqlalchemy as sa

from consult.campaigns.models import PhaseKind
from consult.core import clock, personal
from consult.core.db import db
from consult.journal.actions import commit
from consult.keys import actions as keys
from consult.keys.models import Countersign
from consult.moderation import actions as moderation
from consult.moderation.charter import Verdict
from consult.people.jobs import send_letters
from consult.people.models import Role, RoleName, User
from consult.people.queries import system
from consult.posts.models import Status
from consult.privacy import actions, copying, jobs, queries
from consult.privacy.models import Breach, Petition, Profile, Wish
from consult.votes import actions as votes
from tests.factories import (
    by_two,
    make_campaign,
    make_contribution,
    make_user,
    reasons,
    sign_in,
)

HOUR = timedelta(hours=1)


# Reading it all.


def copied(user) -> tuple[dict, str]:
    """The file for machines and the page to read, without its marks."""
    with zipfile.ZipFile(io.BytesIO(copying.zipped(user))) as parcel:
        page = parcel.read("mes-donnees.html").decode()
        return json.loads(parcel.read("mes-donnees.json")), html.unescape(
            re.sub(r"<[^>]+>", "", page)
        )


def test_the_page_of_a_copy_is_read_by_a_person(app, ctx, noon):
    user = make_user(email="lou@exemple.fr")
    text = make_contribution(author=user, title="Mes tilleuls")
    votes.support(user, make_contribution(text.campaign))
    commit()
    with app.test_request_context():
        _said, page = copied(user)
    assert (
        page.index("Mon compte")
        < page.index("Ce que j’ai écrit")
        < page.index("Ce que je soutiens")
    )
    assert "Titre : Mes tilleuls" in page.replace("\xa0", " ")
    assert "15 juin 2026 à 12 h 00" in page
    assert f"Consultation : {text.campaign.title}" in page.replace("\xa0", " ")
    for code in ("2026-06-15T", "created_at", "True", "author_id", "published"):
        assert code not in page
    assert not re.search(r"[0-9a-f]{64}", page), "fingerprints are for machines"


def test_a_copy_tells_no_count_that_is_still_out_of_sight(app, ctx, noon):
    campaign = make_campaign(PhaseKind.VOTE, hides_counts=True)
    author, text = make_user(), make_contribution(campaign)
    text.author = author
    votes.support(make_user(), text)
    commit()

    def told() -> int | None:
        with app.test_request_context():
            said, _page = copied(author)
        return next(
            rows[0]["support_count"]
            for tables in said["data"].values()
            if (rows := tables.get("contribution"))
        )

    assert told() is None
    with clock.frozen(campaign.phase(PhaseKind.VOTE).closes_at + HOUR):
        assert told() == 1


def test_a_copy_holds_what_was_decided_of_my_texts_and_my_appeals(app, ctx, noon):
    user, agent = make_user(), make_user(RoleName.FACILITATOR)
    text = make_contribution(author=user)
    decision = moderation.decide(agent, text, verdict=Verdict.RESTRICT, why=reasons(text))
    appeal = moderation.appeal(user, decision, words="C'est le nom de mon chat.")
    commit()
    with app.test_request_context():
        said, page = copied(user)
    (decided,) = said["data"]["Modération"]["decision"]
    (contested,) = said["data"]["Modération"]["appeal"]
    assert (decided["words"], decided["ground"]) == (decision.reasons.words, decision.ground)
    assert contested["words"] == appeal.words
    assert appeal.words in page
    assert str(decision.ground.label) in page
    assert not {"facilitator_id", "first_id", "decided_by_id"} & {*decided, *contested}


def test_a_copy_holds_all_that_is_mine_and_nothing_of_others(client, ctx, outbox, noon):
    user, other = make_user(email="lou@exemple.fr"), make_user(email="autre@exemple.fr")
    make_contribution(author=user, title="Mes tilleuls", status=Status.DRAFT)
    theirs = make_contribution(author=other, title="Leurs bancs")
    votes.support(user, theirs)
    commit()
    sign_in(client, user)
    assert client.get("/mon-espace/mes-donnees/copie.zip").status_code == 404
    assert client.post("/mon-espace/mes-donnees/copie").status_code == 303
    assert "se prépare" in client.get("/mon-espace/mes-donnees").text
    assert client.post("/mon-espace/mes-donnees/copie").status_code == 403  # one at a time
    jobs.make_copies()
    send_letters()
    assert [letter.subject for letter in outbox] == ["Votre copie est prête"]
    reply = client.get("/mon-espace/mes-donnees/copie.zip")
    assert "attachment" in reply.headers["Content-Disposition"]
    assert reply.headers["Cache-Control"] == "private, no-store"
    with zipfile.ZipFile(io.BytesIO(reply.data)) as parcel:
        said = json.loads(parcel.read("mes-donnees.json"))
        page = parcel.read("mes-donnees.html").decode()
    text = json.dumps(said, ensure_ascii=False)
    assert "lou@exemple.fr" in text
    assert "Mes tilleuls" in text
    assert "Mes tilleuls" in page
    assert [row["contribution_id"] for row in said["data"]["Soutiens et positions"]["support"]] == [
        theirs.id
    ]
    for strange in ("autre@exemple.fr", "Leurs bancs", "password_hash", "salt", "token"):
        assert strange not in text
    sign_in(client, other)
    assert client.get("/mon-espace/mes-donnees/copie.zip").status_code == 404


def test_a_copy_holds_no_text_of_others_that_somebody_typed_in_or_shortened(app, ctx, noon):
    agent, secret = make_user(RoleName.FACILITATOR), "Quel perlimpinpin !"
    text = make_contribution(title="Des bancs", body="Des bancs.")
    text.say("Des bancs", secret, agent)
    commit()
    moderation.decide(
        make_user(RoleName.FACILITATOR), text, verdict=Verdict.RESTRICT, why=reasons(text)
    )
    commit()
    for user, is_there in ((agent, False), (text.author, True)):
        with app.test_request_context():
            said, page = copied(user)
        assert (secret in json.dumps(said, ensure_ascii=False)) is is_there
        assert (secret in page) is is_there


def test_a_copy_dies_after_a_week(client, ctx, noon):
    user = make_user()
    sign_in(client, user)
    client.post("/mon-espace/mes-donnees/copie")
    jobs.make_copies()
    with clock.frozen(noon + timedelta(days=6)):
        assert client.get("/mon-espace/mes-donnees/copie.zip").status_code == 200
    with clock.frozen(noon + timedelta(days=8)):
        assert client.get("/mon-espace/mes-donnees/copie.zip").status_code == 404


# Choosing.


def test_an_age_bracket_is_said_and_taken_back(client, ctx):
    user = make_user()
    sign_in(client, user)
    client.post("/mon-espace/mes-donnees/age", data={"bracket": "from_15"})
    assert db.session.scalar(sa.select(Profile.bracket)) == "from_15"
    client.post("/mon-espace/mes-donnees/age", data={"bracket": ""})
    db.session.rollback()
    assert db.session.scalar(sa.select(Profile.bracket)) is None


def test_a_text_is_withdrawn_even_answered_by_its_author_alone(app, client, ctx, noon):
    user = make_user()
    contribution = make_contribution(author=user, title="Des tilleuls")
    number = contribution.id
    sign_in(client, make_user())
    assert client.get(f"/mon-espace/mes-donnees/textes/{number}/retirer").status_code == 404
    assert client.post(f"/mon-espace/mes-donnees/textes/{number}/retirer").status_code == 404
    sign_in(client, user)
    assert "Des tilleuls" in client.get("/mon-espace/mes-donnees").text
    assert client.post(f"/mon-espace/mes-donnees/textes/{number}/retirer").status_code == 303
    assert "Des tilleuls" not in client.get("/mon-espace/mes-donnees").text
    reply = app.test_client().get(f"/contributions/{number}")
    assert (reply.status_code, "retirée à la demande de qui l’a écrite" in reply.text) == (
        410,
        True,
    )


@pytest.mark.parametrize("words", ["keep", "withdraw"])
def test_one_chooses_what_becomes_of_ones_texts_when_leaving(client, ctx, words):
    user = make_user()
    contribution = make_contribution(author=user)
    model, number = type(contribution), contribution.id
    sign_in(client, user)
    reply = client.post("/mon-espace/fermer", data={"words": words, "sure": "y"})
    assert reply.status_code == 303
    db.session.rollback()
    status = Status.PUBLISHED if words == "keep" else Status.WITHDRAWN
    assert db.session.get(model, number).status == status


# Asking.


def test_a_request_has_a_receipt_a_month_and_an_answer(client, ctx, outbox, noon):
    officer = make_user(RoleName.ADMINISTRATOR, email="dpo@exemple.fr")
    said = {"wish": "oppose", "words": "Ne me comptez pas.", "email": "lou@exemple.fr", "key": "k1"}
    reply = client.post("/donnees-personnelles/demande", data=said)
    twin = client.post("/donnees-personnelles/demande", data=said)
    assert reply.location == twin.location
    page = client.get(reply.location).text.replace("\xa0", " ")
    assert "15 juillet 2026" in page
    assert "Ne me comptez pas" not in page
    send_letters()
    assert sorted(letter.to[0] for letter in outbox) == ["dpo@exemple.fr", "lou@exemple.fr"]
    receipt = db.session.scalar(sa.select(Petition.receipt))
    desk = f"/donnees-personnelles/bureau/{receipt}"
    assert client.get(desk).status_code in (302, 303, 403)
    sign_in(client, officer)
    assert "Ne me comptez pas" in client.get(desk).text
    later = client.post(f"{desk}/prolonger", data={"words": "Il faut chercher dans les archives."})
    assert later.status_code == 303
    assert client.post(f"{desk}/prolonger", data={"words": "Encore."}).status_code == 403
    assert client.post(desk, data={"words": "C'est fait."}).status_code == 303
    assert client.post(desk, data={"words": "C'est refait."}).status_code == 403
    send_letters()
    assert "C'est fait." in outbox[-1].body


def test_a_request_near_its_day_and_a_breach_untold_alert(ctx, outbox, noon):
    officer = make_user(RoleName.ADMINISTRATOR, email="dpo@exemple.fr")
    due = noon + timedelta(days=30)
    db.session.add(Petition(email="a@exemple.fr", wish="erase", words="Tout.", due_at=due))
    said = {"nature": "perdu", "people": "12", "effects": "?", "author_id": officer.id}
    db.session.add(Breach(title="Clé USB perdue", noticed_at=noon, **said))
    db.session.commit()

    def letters(moment) -> int:
        outbox.clear()
        with clock.frozen(moment):
            jobs.remind()
            jobs.remind()
            send_letters()
        return len(outbox)

    assert letters(noon + 23 * HOUR) == 0
    assert letters(noon + 25 * HOUR) == 1  # the breach
    assert letters(noon + 26 * HOUR) == 0
    assert letters(noon + 50 * HOUR) == 1  # the breach again
    db.session.scalars(sa.select(Breach)).one().told_authority_at = noon + 51 * HOUR
    db.session.commit()
    assert letters(noon + timedelta(days=22)) == 0
    assert letters(due - timedelta(days=6)) == 1  # the request
    assert letters(due + timedelta(days=1)) == 0


ERASE = "/donnees-personnelles/bureau/effacer"


def test_nobody_alone_erases_on_a_letter(app, ctx, outbox):
    """Two people sign, its owner is told before anything is done, and nothing of them is kept."""
    officer = make_user(RoleName.ADMINISTRATOR, email="dpo@exemple.fr")
    person = make_user(email="parent@exemple.fr", pseudonym="Mouette 12", name="Aude Leroux")
    text = make_contribution(author=person)
    make_contribution(author=person, campaign=text.campaign, status=Status.DRAFT)
    model, number, account = type(text), text.id, person.id
    reader = sign_in(app.test_client(), make_user(RoleName.FACILITATOR))
    assert reader.post(ERASE, data={"email": "parent@exemple.fr"}).status_code == 403
    client = sign_in(app.test_client(), officer)
    assert "Une autre personne signe" in client.get(ERASE).text
    assert "Aucun compte" in client.post(ERASE, data={"email": "x@y.fr"}).text
    make_user(RoleName.GUARANTOR, email="garante@exemple.fr")
    choice = {"words": "withdraw", "sure": "y"}
    for address, why in (
        ("dpo@exemple.fr", "se ferme depuis votre espace"),
        ("garante@exemple.fr", "Retirez d’abord son rôle"),  # not before everybody sees it go
    ):
        there = client.post(ERASE, data={"email": address}).location
        assert why in client.get(there).text
        assert why in client.post(there, data=choice).text
    there = client.post(ERASE, data={"email": "Parent@exemple.fr"}).location
    assert "Une autre personne signe" in client.get(there).text
    asked = client.post(there, data=choice).location
    assert "/administration/signatures/" in asked
    assert client.post(there, data=choice).location == asked  # asked twice, asked once
    db.session.rollback()
    assert db.session.get(model, number).status == Status.PUBLISHED
    send_letters()
    told = [letter for letter in outbox if letter.to == ["parent@exemple.fr"]]
    assert len(told) == 1, "whoever did not ask for it hears of it before it is done"
    assert "retirés" in told[0].body
    assert "/donnees-personnelles/demande" in told[0].body

    assert reader.get("/administration/signatures").status_code == 200
    page = html.unescape(reader.get(asked).text).replace("\xa0", " ")
    assert "Mouette 12" in page
    assert "1 texte" in page
    assert "ils ont été retirés" in page
    assert "parent@exemple.fr" not in page.lower()
    assert "Leroux" not in page
    assert reader.post(asked).status_code == 303
    again = re.search(rf'href="({ERASE}[^"]+)"', client.get(asked).text)[1].replace("&amp;", "&")
    ready = html.unescape(client.get(again).text)
    assert "Mouette 12" in ready
    assert re.search(r'<input checked[^>]* value="withdraw"', ready)
    other = client.post(again, data={"words": "keep", "sure": "y"})  # not what was signed
    assert "/administration/signatures/" in other.location
    assert client.post(again, data=choice).location.endswith("/bureau")
    db.session.rollback()
    assert db.session.get(model, number).status == Status.WITHDRAWN
    assert reader.get(asked).status_code == client.get(again).status_code == 200
    for row in db.session.scalars(sa.select(Countersign)):
        assert (row.subject_kind, row.subject_id) == ("user", account)
        assert set(row.details) == {"texts"}


def test_whose_account_goes_is_not_read_by_who_looks_after_one_consultation(app, ctx):
    officer, person = make_user(RoleName.ADMINISTRATOR), make_user(pseudonym="Mouette 12")
    asked = keys.ask(officer, "privacy.erase", person, details={"texts": "keep"})
    commit()
    page = f"/administration/signatures/{asked.id}"
    one, whole = make_user(), make_user(RoleName.FACILITATOR)
    number = make_campaign().id
    db.session.add(Role(user_id=one.id, name=RoleName.FACILITATOR, campaign_id=number))
    db.session.commit()
    for reader, status in ((one, 403), (whole, 200)):
        client = sign_in(app.test_client(), reader)
        assert client.get("/administration/signatures").status_code == 200
        seen = client.get(page)
        assert seen.status_code == status
        assert ("Mouette 12" in seen.text) is (status == 200)


def test_what_was_said_to_decline_goes_with_the_account(ctx):
    officer, other = make_user(RoleName.ADMINISTRATOR), make_user(RoleName.FACILITATOR)
    person = make_user(pseudonym="Mouette 12")
    asked = keys.ask(officer, "privacy.erase", person, details={"texts": "keep"})
    commit()
    keys.decline(other, asked, reason="Mouette 12 m’a dit que non.")
    late = keys.ask(other, "privacy.erase", person, details={"texts": "keep"})
    commit()
    by_two(officer, lambda: actions.erase(officer, person, withdraws=False))
    commit()
    assert asked.declined_words is None
    assert person.closed_at
    keys.decline(officer, late, reason="Mouette 12 est déjà partie.")
    commit()
    assert late.declined_words is None, "nor what is said afterwards"


def test_who_asked_to_erase_something_did_not_ask_to_be_emptied_by_one_hand(app, ctx):
    officer, person = make_user(RoleName.ADMINISTRATOR), make_user(pseudonym="Mouette 12")
    said = {"words": "Mon numéro, dans ma deuxième idée.", "language": "fr"}
    asked = actions.petition(person, wish=Wish.ERASE, key="1", **said)
    commit()
    client = sign_in(app.test_client(), officer)
    page = client.get(f"/donnees-personnelles/bureau/{asked.receipt}").text
    there = re.search(rf'href="({ERASE}[^"]+)"', page)[1]
    assert "Une autre personne signe" in html.unescape(client.get(there).text)
    reply = client.post(there, data={"words": "withdraw", "sure": "y"})
    db.session.rollback()
    assert "/signatures/" in reply.location
    assert db.session.get(User, person.id).closed_at is None


def test_the_command_line_needs_no_second_person(ctx):
    person = make_user()
    actions.erase(system(), person, withdraws=False)
    commit()
    assert person.closed_at


def test_a_breach_runs_for_72_hours_and_says_why_it_was_late(client, ctx, noon):
    sign_in(client, make_user(RoleName.ADMINISTRATOR))
    said = {
        "title": "Courriels en copie visible",
        "noticed_at": "2026-06-12T09:00",
        "nature": "Adresses",
        "people": "Vingt habitants",
        "effects": "Sollicitations",
        "is_risky": "y",
    }
    assert client.post("/donnees-personnelles/violations/nouvelle", data=said).status_code == 303
    late = "Les 72 heures sont passées"
    assert late in client.get("/donnees-personnelles/bureau").text.replace("\xa0", " ")
    number = db.session.scalar(sa.select(Breach.id))
    line = f"/donnees-personnelles/violations/{number}"
    told = {"told_authority_at": "2026-06-15T11:00", "measures": "Prévenus."}
    assert "dites pourquoi" in client.post(line, data=told).text
    told |= {"late_words": "Week-end.", "is_over": "y"}
    assert client.post(line, data=told).status_code == 303
    assert client.post(line, data=told).status_code == 403  # closed
    assert late not in client.get("/donnees-personnelles/bureau").text.replace("\xa0", " ")


# The register.


def test_the_register_is_made_of_the_tables_and_misses_none(client, ctx):
    page = client.get("/donnees-personnelles/registre").text
    rows = client.get("/donnees-personnelles/registre.json").json
    listed = {(row["table"], row["column"]) for row in rows}
    assert listed == {(datum.table.name, datum.column.name) for datum in personal.data()}
    assert {("user", "email"), ("post", "body"), ("support", "user_id")} <= listed
    assert all(all(row.values()) for row in rows)
    assert "Soutiens et positions" in page
    text = client.get("/donnees-personnelles/registre.csv").text
    assert text.count("\n") == len(rows) + 1
    assert client.get("/donnees-personnelles/analyse-d-impact").status_code == 200


def test_every_wish_has_its_words():
    assert all(str(one.label) for one in Wish)


# Figures.


def test_the_figures_say_who_did_not_answer_and_show_no_small_number(client, ctx):
    def taking_part(bracket, number):
        for _ in range(number):
            user = make_user()
            votes.support(user, contribution)
            if bracket:
                db.session.add(Profile(user_id=user.id, bracket=bracket))
        commit()

    contribution = make_contribution()
    campaign = contribution.campaign
    page = f"/consultations/{campaign.slug}/comptes"
    taking_part("adult", 3)
    said = client.get(page).text
    assert "Personnes volontaires, qui ne représentent pas" in said
    assert "Trop peu d’entre eux ont dit leur âge" in said
    taking_part("adult", 17)
    taking_part("from_15", 14)
    taking_part("under_15", 12)
    taking_part(None, 20)
    declared = queries.took_part(campaign)
    assert (declared.people, declared.said) == (67, 46)  # the author is one of them
    assert list(declared.brackets.values()) == [12, 14, 20]
    db.session.execute(sa.delete(Profile).where(Profile.bracket == "under_15"))
    commit()
    assert None in queries.took_part(campaign).brackets.values() or (
        queries.took_part(campaign).brackets["under_15"] == 0
    )


def test_a_blank_entry_of_the_register_can_be_printed(client):
    page = client.get("/donnees-personnelles/registre/fiche").text
    for words in ("Base légale", "Les données de qui", "Combien de temps", "Analyse d’impact"):
        assert words in page
    assert (
        "/donnees-personnelles/registre/fiche" in client.get("/donnees-personnelles/registre").text
    )
