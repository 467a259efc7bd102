"""The pages of programmes: what a resident reads, what the desk types, what data says."""

import csv
import io
import json
import re

import pytest

from consult.core.db import db
from consult.council.models import Act, ActKind
from consult.engagements import actions as engagements
from consult.gaps.queries import still_open
from consult.journal.actions import commit
from consult.programmes import actions as programmes
from consult.programmes import carrying, queries
from consult.programmes.models import (
    BodyKind,
    BodyMember,
    BodyMinutes,
    Objective,
    Participant,
    Programme,
    ProgrammePhase,
    ProgrammeState,
)
from tests.counting import statements
from tests.engagements.making import make_plan, published
from tests.factories import make_user, sign_in
from tests.programmes.making import (
    AGREEMENT,
    CALL,
    GOVERNANCE,
    REVIEW,
    clerk,
    document,
    make_programme,
)


def page(client, address) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status
    return words_of(answer.text)


def words_of(html: str) -> str:
    text = re.sub(r"<[^>]+>", " ", re.sub(r"<(svg|head)\b.*?</\1>", " ", html, flags=re.S))
    for code, letter in (("&#39;", "'"), ("&amp;", "&"), ("&#34;", '"'), ("&nbsp;", " ")):
        text = text.replace(code, letter)
    return " ".join(text.split())


def test_what_is_not_published_is_read_by_the_desk_alone(ctx, client):
    desk = clerk()
    programme = make_programme(desk, published=False)
    body = programmes.create_body(desk, name="Un jury")
    commit()
    addresses = (f"/programmes/{programme.slug}", f"/instances/{body.slug}")
    for address in addresses:
        assert client.get(address).status_code == 404
    assert programme.title not in page(client, "/programmes")
    sign_in(client, desk)
    for address in addresses:
        assert "en préparation" in page(client, address)


def test_the_closing_review_reads_without_guessing(ctx, client):
    programme = carrying.closing_review(document(REVIEW), "x1")
    commit()
    answer = client.get(f"/programmes/{programme.slug}")
    said = words_of(answer.text)
    assert said.count("Non renseigné") >= 2
    assert "100 %" not in said
    assert "SEM 1 SEM 2 à vérifier" in said
    assert "≈ 12" in said
    assert "2,4 M€ nature non précisée" in said
    assert "Jeanne" not in said
    jury = programme.bodies[0]
    assert f'href="/instances/{jury.slug}"' in answer.text
    assert "Jury citoyen" in page(client, f"/instances/{jury.slug}")


def test_overlapping_steps_are_drawn_and_said(ctx, client):
    programme = carrying.agreement(document(AGREEMENT), "x2")
    commit()
    answer = client.get(f"/programmes/{programme.slug}")
    said = words_of(answer.text)
    assert said.index("Phase 1") < said.index("Phase 2")
    assert "L’étape 2 commence 4 mois avant l’étape 1 et la chevauche." in said
    assert answer.text.count('class="bar span"') == 2
    assert 'data-from="2010-01-01" data-to="2010-06-30"' in answer.text
    assert "un comité de pilotage, présidé par la maire." in said
    assert "une équipe technique" in said
    assert "+ de 15% de résidences" in said


def test_laureates_wait_for_their_dates(ctx, client):
    programme = carrying.call(document(CALL), "x3")
    commit()
    said = page(client, f"/programmes/{programme.slug}")
    assert "Première promotion 2" in said
    assert said.count("Fin : non communiqué") == 2
    assert "un marché flottant" in said


def test_the_bodies_have_their_list_and_their_page(ctx, client):
    desk = clerk()
    carrying.governance(document(GOVERNANCE), "x4")
    body = programmes.create_body(
        desk, name="Jury du môle", kind=BodyKind.CITIZENS_JURY, colleges=["Riverains"]
    )
    programmes.publish(desk, body)
    seat = {"college": "Riverains", "mandate": "titulaire", "start_words": "mars 2025"}
    programmes.add(desk, body, BodyMember, key="a", named="Nom Secret", agrees=False, **seat)
    programmes.add(desk, body, BodyMember, key="b", named="Le préfet", agrees=True)
    programmes.add(desk, body, BodyMinutes, key="c", title="Séance 1", date_words="avril 2025")
    commit()
    listed = page(client, "/instances")
    assert listed.index("Jury du môle") < listed.index("mission littoral")
    assert "Revue annuelle" in listed
    said = page(client, f"/instances/{body.slug}")
    assert "Nom Secret" not in said
    assert "Le préfet" in said
    assert "mars 2025" in said
    assert "Séance 1 avril 2025" in said


def test_an_act_is_named_once_it_is_public(ctx, client):
    act = Act(kind=ActKind.NOTE, title="Une note au conseil", assembly="Conseil municipal")
    db.session.add(act)
    programme = carrying.call(document(CALL), "x3", act)
    commit()
    address = f"/programmes/{programme.slug}"
    assert ("Une note au conseil" in page(client, address)) is act.is_public
    assert "Une note au conseil" in page(sign_in(client, clerk()), address)


def test_what_is_published_is_found_and_told(ctx, client):
    desk = clerk()
    hidden = make_programme(desk, title="Le phare caché", published=False)
    programme = make_programme(desk, title="Le phare allumé")
    body = programmes.create_body(desk, name="Conseil du phare", kind=BodyKind.CITIZENS_COUNCIL)
    programmes.publish(desk, body)
    commit()
    found = client.get("/recherche?q=phare").text
    assert programme.title in found
    assert body.name in found
    assert hidden.title not in found
    for kind, number, slug in (("programmes", programme.id, programme.slug),):
        assert client.get(f"/{kind}/n/{number}").location == f"/{kind}/{slug}"
    assert client.get(f"/instances/n/{body.id}").location == f"/instances/{body.slug}"
    assert client.get(f"/programmes/n/{hidden.id}").status_code == 404
    said = page(client, "/journal")
    assert programme.title in said
    assert "publiée" in said


def test_no_list_asks_row_by_row(ctx, client):
    review = document(REVIEW)
    few = carrying.closing_review(review, "x1")
    review["title"] = "Bilan de tous les ports"
    review["actors"] += [{"name": f"Acteur {n}", "group": None} for n in range(12)]
    review["components"] += [{"label": f"Partie {n}", "_level": "unknown"} for n in range(12)]
    many = carrying.closing_review(review, "x2")
    called = document(CALL)
    some = carrying.call(called, "x3")
    called["programme"]["name"] = "Tous les ports d'essai"
    called["laureates"]["cities"] += [f"Port {n}" for n in range(12)]
    more = carrying.call(called, "x4")
    commit()

    def asked(programme) -> int:
        with statements() as sent:
            assert client.get(f"/programmes/{programme.slug}").status_code == 200
        return len(sent)

    client.get("/programmes")  # what is read once and kept is read now
    assert asked(many) == asked(few) <= 12
    assert asked(more) == asked(some) <= 12


# Data.


def test_a_programme_is_open_data(ctx, client):
    programme = carrying.closing_review(document(REVIEW), "x1")
    commit()
    data = client.get(f"/programmes/{programme.slug}.json").json
    assert data["components"] == [
        {"label": "Études", "level": None, "level_known": False},
        {"label": "Concertation", "level": None, "level_known": False},
    ]
    assert data["amounts"][0]["euros"] == 2_400_000
    assert data["methods"][0]["quantity"] == 12
    assert data["methods"][0]["is_approximate"] is True
    answer = client.get(f"/programmes/{programme.slug}.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    (amount,) = [row for row in rows if row["rubrique"] == "montant"]
    assert (amount["texte"], amount["valeur"], amount["nature"]) == (
        *("2,4 M€", "2400000.00"),
        "unknown",
    )
    assert [row["valeur"] for row in rows if row["rubrique"] == "composante"] == ["", ""]


def test_what_is_not_public_is_no_data_either(ctx, client):
    programme = make_programme(clerk(), published=False)
    for kind in ("json", "csv"):
        assert client.get(f"/programmes/{programme.slug}.{kind}").status_code == 404


# The desk.


def test_a_clerk_writes_a_programme_from_end_to_end(ctx, client):
    sign_in(client, clerk())
    answer = client.post("/programmes/nouveau", data={"title": "Un port pour tous", "key": "p"})
    assert answer.location.endswith("/programmes/un-port-pour-tous/atelier")
    programme = db.session.query(Programme).one()
    number = programme.id
    typed = {
        "objectifs": {"title": "Relier les quais"},
        "phases": {"label": "Étape 1", "start_words": "mai 2020", "end_words": "juin 2020"}
        | {"kind": "diagnosis", "lines": "compter\n\nécouter"},
        "acteurs": {"named": "La Région", "group": "", "role": "financeur"},
        "montants": {"label": "Quai", "words": "5,1 M€", "nature": "spent"},
        "methodes": {"words": "Ateliers", "kind": "workshop", "quantity_words": "3"},
        "composantes": {"label": "Études", "level": ""},
        "constats": {"kind": "risk", "words": "le sel"},
        "actions": {"title": "Dix bancs", "doneness": "done", "beneficiaries": "40"},
        "suites": {"kind": "issue", "words": "finir", "outcome": "open"},
        "conventions": {"title": "Convention du quai"},
        "appels": {"title": "Appel du quai", "months": "18"},
    }
    for kind, data in typed.items():
        answer = client.post(
            f"/programmes/atelier/{kind}/dans/{number}", data={**data, "key": f"k-{kind}"}
        )
        assert answer.status_code == 303, (kind, words_of(answer.text))
    whole = queries.whole(db.session.get(Programme, number))
    agreement, call = whole.agreements[0].id, whole.calls[0].id
    for address, data in {
        f"signataires/dans/{agreement}": {"named": "la ville"},
        f"criteres/dans/{agreement}": {"words": "+ de 20 % de quais"},
        f"candidats/dans/{call}": {"named": "Arzon", "choice": "laureate"},
    }.items():
        answer = client.post(f"/programmes/atelier/{address}", data={**data, "key": address[:30]})
        assert answer.status_code == 303, (address, words_of(answer.text))
    db.session.expire_all()
    criterion = queries.whole(db.session.get(Programme, number)).agreements[0].criteria[0].id
    town = queries.whole(db.session.get(Programme, number)).calls[0].candidates[0].id
    for address, data in {
        f"communes/dans/{agreement}": {"named": "Arzon", f"figure_{criterion}": "20"},
        f"experimentations/dans/{call}": {"title": "Un banc", "candidate_id": str(town)}
        | {"start_words": "mars 2024"},
    }.items():
        answer = client.post(f"/programmes/atelier/{address}", data={**data, "key": address[:30]})
        assert answer.status_code == 303, (address, words_of(answer.text))
    client.post("/programmes/un-port-pour-tous/publier")
    said = page(client.application.test_client(), "/programmes/un-port-pour-tous")
    for words in (
        *("Relier les quais", "mai 2020 à juin 2020", "écouter", "La Région financeur"),
        *("5,1 M€ réalisé", "3 Ateliers", "Non renseigné", "Risque le sel", "Dix bancs"),
        *("Arzon 20 Non rempli", "Début : mars 2024 · Fin : septembre 2025"),
    ):
        assert words in said, words


@pytest.mark.parametrize(
    ("kind", "data", "why"),
    [
        ("phases", {"label": "1", "start_words": "2020", "end_words": "2019"}, "La fin vient"),
        ("phases", {"label": "1", "start_words": "un jour"}, "ne lit pas de date"),
        ("montants", {"label": "Quai", "words": "beaucoup"}, "ne lit aucun montant"),
        ("objectifs", {"title": " "}, "Donnez un titre"),
        ("composantes", {"label": "Études", "level": "120"}, "Entre 0 et 100"),
        ("suites", {"words": "finir", "kind": "action", "outcome": "dropped"}, "Dites où"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(ctx, client, kind, data, why):
    desk = clerk()
    programme = make_programme(desk)
    sign_in(client, desk)
    answer = client.post(f"/programmes/atelier/{kind}/dans/{programme.id}", data=data)
    assert answer.status_code == 200
    assert why in words_of(answer.text)
    for typed in data.values():
        assert typed.strip() in answer.text


def test_what_is_pasted_with_tags_keeps_its_structure_alone(ctx, client):
    desk = clerk()
    programme = make_programme(desk)
    sign_in(client, desk)
    pasted = (
        "<script>alert(1)</script><p onclick='alert(2)'><u>Le quai</u></p>"
        '<ul style="color:red"><li>un banc</li><li>une lampe</li></ul>'
        "<img src=x onerror=alert(3)>"
    )
    client.post(
        f"/programmes/{programme.slug}/modifier",
        data={"title": programme.title, "kind": "other", "state": "unknown"}
        | {"introduction": pasted},
    )
    html = client.application.test_client().get(f"/programmes/{programme.slug}").text
    assert "<em>Le quai</em>" in html
    assert "<li>un banc</li>" in html
    assert not re.search(r"alert|onerror|onclick|style=", html)


def test_corrections_and_removals_pass_through_the_desk(ctx, client):
    desk = clerk()
    programme = make_programme(desk)
    for key in "ab":
        programmes.add(desk, programme, Objective, key=key, title=f"Objectif {key}")
    programmes.add(desk, programme, Participant, key="c", named="SEM 1 SEM 2", is_doubtful=True)
    commit()
    first, second = queries.whole(programme).objectives
    doubtful = queries.whole(programme).participants[0]
    sign_in(client, desk)
    base = "/programmes/atelier"
    assert "Objectif a" in client.get(f"{base}/objectifs/{first.id}").text
    why = {"reason": "Le document dit autre chose."}
    client.post(f"{base}/objectifs/{first.id}", data={"title": "Objectif corrigé", **why})
    client.post(f"{base}/objectifs/{first.id}/deplacer", data={"by": "1"})
    client.post(f"{base}/objectifs/{second.id}/retirer", data=why)
    names = {"names": "SEM 1\nSEM 2", **why}
    answer = client.post(f"{base}/acteurs/{doubtful.id}/separer", data=names)
    assert answer.location.endswith("/atelier#acteurs")
    whole = queries.whole(db.session.get(Programme, programme.id))
    assert [one.title for one in whole.objectives] == ["Objectif corrigé"]
    assert [one.named for one in whole.participants] == ["SEM 1", "SEM 2"]
    assert client.get(f"{base}/rien/1").status_code == 404


def test_levels_are_filled_on_one_page(ctx, client):
    programme = carrying.closing_review(document(REVIEW), "x1")
    commit()
    first, second = queries.whole(programme).components
    sign_in(client, clerk())
    assert f"/programmes/{programme.slug}/niveaux" in client.get("/a-completer").text
    address = f"/programmes/{programme.slug}/niveaux"
    answer = client.post(address, data={f"level_{first.id}": "140"})
    assert "Entre 0 et 100" in words_of(answer.text)
    client.post(address, data={f"level_{first.id}": "40", f"level_{second.id}": ""})
    components = queries.whole(db.session.get(Programme, programme.id)).components
    assert [one.level for one in components] == [40, None]
    assert [gap.kind for gap in still_open(programme)].count("level") == 1


def test_a_programme_is_closed_step_by_step(ctx, client):
    desk = clerk()
    programme = make_programme(desk, state=ProgrammeState.CLOSING)
    sign_in(client, desk)
    address = f"/programmes/{programme.slug}/cloture"
    answer = client.post(address)
    assert "Il manque le rapport de clôture." in words_of(answer.text)
    client.post(
        f"{address}/rapport",
        data={"closing_report": "Le quai est fini.", "successor_words": "droit commun"},
    )
    add = f"/programmes/atelier/%s/dans/{programme.id}"
    client.post(add % "suites", data={"kind": "issue", "words": "finir", "outcome": "open"})
    client.post(add % "constats", data={"kind": "risk", "words": "le sel"})
    assert client.post(address).status_code == 303
    said = page(client.application.test_client(), f"/programmes/{programme.slug}")
    assert "Clos" in said
    assert "Le quai est fini." in said
    assert "droit commun" in said
    assert client.get(f"/programmes/{programme.slug}/modifier").status_code == 403


def test_the_actions_of_its_plans_are_settled_before_it_closes(ctx, client):
    desk = clerk()
    programme = make_programme(desk, state=ProgrammeState.CLOSING)
    plan = make_plan(desk, "Éclairer le môle")
    engagements.edit(desk, plan, programme=programme)
    commit()
    published(desk, plan)
    sign_in(client, desk)
    address = f"/programmes/{programme.slug}/cloture"
    assert "Une action de ses plans n’est pas terminée" in page(client, address)
    client.post(f"{address}/actions")
    (left,) = queries.whole(db.session.get(Programme, programme.id)).unfinished
    assert left.words == "Éclairer le môle"
    assert "chacune est reprise ailleurs" in page(client, address)
    client.post(
        f"/programmes/atelier/suites/{left.id}",
        data={"kind": "action", "words": left.words, "outcome": "reattached"}
        | {"outcome_words": "Dans le plan de 2027"},
    )
    reader = client.application.test_client()
    html = reader.get(f"/programmes/{programme.slug}").text
    assert "Reprise ailleurs : Dans le plan de 2027" in words_of(html)
    assert f'href="/actions/{left.action_id}"' in html
    assert f'href="/plans/{plan.slug}"' in html
    assert f'href="/programmes/{programme.slug}"' in reader.get(f"/plans/{plan.slug}").text


def test_a_review_is_kept_with_its_author(ctx, client):
    desk = clerk()
    programme = make_programme(desk)
    sign_in(client, desk)
    answer = client.post(
        f"/programmes/{programme.slug}/bilans/nouveau",
        data={"title": "Bilan 2026", "by_words": "les services porteurs", "key": "b"},
    )
    said = page(client.application.test_client(), answer.location)
    assert "Établi par les services porteurs" in said


def test_the_desk_of_a_body(ctx, client):
    sign_in(client, clerk())
    client.post("/instances/nouvelle", data={"name": "Jury du môle", "kind": "citizens_jury"})
    assert client.get("/instances/jury-du-mole/atelier").status_code == 200
    client.post("/instances/jury-du-mole/modifier", data={"name": "Jury du port", "kind": "other"})
    client.post("/instances/jury-du-mole/publier")
    assert "Jury du port" in page(client.application.test_client(), "/instances")


def test_others_find_every_door_of_the_desk_shut(ctx, client):
    programme = make_programme(clerk())
    programmes.add(clerk(), programme, ProgrammePhase, key="a", label="1")
    commit()
    sign_in(client, make_user())
    part = queries.whole(programme).phases[0].id
    for address in (
        *("/programmes/nouveau", f"/programmes/{programme.slug}/atelier", "/instances/nouvelle"),
        *(f"/programmes/{programme.slug}/modifier", f"/programmes/{programme.slug}/cloture"),
        *(f"/programmes/atelier/phases/dans/{programme.id}", f"/programmes/atelier/phases/{part}"),
    ):
        assert client.get(address).status_code == 403, address
    assert client.post(f"/programmes/atelier/phases/{part}/retirer").status_code == 403


# The words of the real documents.


@pytest.mark.parametrize(
    ("how", "name"),
    [
        (carrying.closing_review, "001_anru_point_etape_bagneux"),
        (carrying.agreement, "002_igny_convention_territoriale"),
    ],
)
def test_every_printed_word_stands_on_the_page(ctx, client, shared_data, how, name):
    data = json.loads(shared_data(f"sources/{name}.json").read_text())
    programme = how(data, name[:3])
    commit()
    said = page(client, f"/programmes/{programme.slug}")
    persons = {one["name"] for one in data.get("team", []) if one["_kind"] == "person"}
    # The bars have lost their level; persons are not named; a colon after a label is ours.
    missing = {words for words in printed(data) if words.rstrip(" :") not in said}
    assert missing == {"██████"} & missing | persons
    assert not any(person in said for person in persons)


def printed(thing):
    """Every string under a key that is not derived."""
    if isinstance(thing, str):
        yield " ".join(thing.split())
    elif isinstance(thing, list):
        for one in thing:
            yield from printed(one)
    elif isinstance(thing, dict):
        for key, one in thing.items():
            if not key.startswith("_"):
                yield from printed(one)
