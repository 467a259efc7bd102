"""Programmes to start a test from, and a small document of our own for each sort."""

import copy
from typing import Any

from consult.journal.actions import commit
from consult.people.models import RoleName, User
from consult.programmes import actions as programmes
from consult.programmes.models import Programme, ProgrammeState
from tests.factories import make_user

REVIEW: dict[str, Any] = {
    "labels": [
        *("Type :", "Maître d'ouvrage :", "Années :", "Site :", "Equipe :", "Acteurs :"),
        "Composantes :",
    ],
    "title": "Bilan du port",
    "mission_type": "Bilan",
    "maitre_d_ouvrage": "Agence du Littoral",
    "years": "2015",
    "site": {
        "commune": "Port-Neuf",
        "population": "3 200 habitants",
        "quartier": "quartier du Môle",
        "_quartiers": ["Môle"],
    },
    "team": [
        {"name": "Atelier des Quais", "_kind": "organisation"},
        {"name": "Jeanne Privée", "_kind": "person"},
    ],
    "actors_text": "Etat (Préfecture maritime), Jury des riverains, SEM 1 SEM 2, Coopérative.",
    "actors": [
        {"name": "Etat", "group": None},
        {"name": "Préfecture maritime", "group": "Etat"},
        {"name": "Jury des riverains", "group": None, "_note": "un jury"},
        {"name": "SEM 1 SEM 2", "group": None, "_proposed_split": ["SEM 1", "SEM 2"]},
        {"name": "Coopérative des pêcheurs", "group": None},
    ],
    "amount": {"label": "Montant", "text": "2,4 M€"},
    "components": [
        {"label": "Études", "_level": "unknown"},
        {"label": "Concertation", "_level": "unknown"},
    ],
    "sections": [
        {"title": "Enjeux", "paragraphs": ["Le port change."], "enjeux": ["finir le quai"]},
        {
            "title": "Contenu",
            "items": [
                {"text": "Entretiens (~12)", "_kind": "entretiens", "quantity": "~12"},
                {"text": "3 ateliers", "_kind": "atelier_thematique", "quantity": "3"},
                {"text": "Un atelier final", "_kind": "atelier_strategique", "_quantity": 1},
            ],
        },
    ],
    "illustration_source": "Carte du port",
}

AGREEMENT: dict[str, Any] = {
    "action": "Convention territoriale d'ARZON",
    "document_type": "BILAN",
    "action_label": "ACTION",
    "objectives_label": "OBJECTIFS",
    "calendar_label": "CALENDRIER",
    "presentation": [
        "Une convention pour la presqu'île.",
        "Elle concerne les communes (+ de 15% de résidences et + de 900 habitants).",
        "La loi du 3 mars 2010 en donne le cadre.",
    ],
    "echelles_intervention": ["la commune ;", "le quartier."],
    "presentation_fin": "Le conseil appuie.",
    "signatories": [{"name": "la ville"}, {"name": "le Département"}],
    "legal_framework": [{"text": "La loi du 3 mars 2010"}],
    "eligibility_criteria": [{"text": "+ de 15% de résidences"}, {"text": "+ de 900 habitants"}],
    "objectives": ["Loger", "Relier"],
    "detail_label": "DÉTAIL",
    "detail": {
        "intro": "Les actions se tiennent :",
        "governance": [
            {
                "text": "un comité de pilotage, présidé par la maire.",
                "body": "un comité de pilotage",
                "chair": "la maire",
            },
            {"text": "une équipe technique", "body": "une équipe technique", "chair": None},
        ],
    },
    "phases": [
        {"label": "Phase 1 Diagnostic de mai 2010 à juin 2010", "_kind": "diagnostic", "items": []},
        {"label": "Phase 2 Bilan janvier 2010 à juin 2010", "_kind": "bilan", "items": ["Compter"]},
    ],
}

CALL: dict[str, Any] = {
    "paragraphs": ["Un programme.", "Un appel.", "Un soutien."],
    "programme": {
        "name": "Ports d'essai",
        "lead": "La Région Ouest",
        "call": "appel à candidatures « Ports d'essai »",
        "experiment_duration": "une durée de 18 mois",
        "_duration_months": 18,
        "experimenters": "des ateliers",
    },
    "partners": [{"name": "La Région Ouest", "role": "a lancé"}],
    "laureates": {"label": "première promotion", "cities": ["Port-Neuf", "Arzon"]},
    "territory": {"text": "le quartier du Môle", "quartier": "Môle", "_commune": "Port-Neuf"},
    "local_dynamics": [{"text": "un marché flottant"}],
    "annexes": [{"text": "la convention d'engagement"}],
    "proposed_decision": "Il est proposé d'approuver la convention.",
}

GOVERNANCE: dict[str, Any] = {
    "feuille_de_route": {
        "title": "FEUILLE DE ROUTE DU LITTORAL 2024-2030",
        "subtitle": "Agir ensemble",
        "footer": ["Département de la Côte"],
    },
    "gouvernance": [
        {"name": "mission littoral", "role": "évalue", "_kind": "gouvernance_interne"}
        | {"periodicity": "Revue annuelle"},
        {"name": "comité d'habitants", "role": "consulté", "_kind": "instance_citoyenne"},
    ],
}


def document(source: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(source)


def clerk() -> User:
    return make_user(RoleName.COUNCIL)


def make_programme(actor: User, *, published: bool = True, **said: Any) -> Programme:
    programme = programmes.create(actor, title=said.pop("title", "Un port pour tous"), **said)
    if published:
        programmes.publish(actor, programme)
    commit()
    return programme


def closing(actor: User) -> Programme:
    return make_programme(actor, state=ProgrammeState.CLOSING)
