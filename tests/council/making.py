"""Assemblies, sittings and acts to start a test from."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from consult.core import clock, files
from consult.council import actions as council
from consult.council.models import Act, ActKind, Assembly, Part, Sitting
from consult.journal.actions import commit
from consult.people.models import RoleName, User
from tests.factories import make_user

MEMBERS = [f"Membre {letter}" for letter in "ABCDEFGHIJK"]
SIRET = "21860194600013"  # the example of the schema of deliberations
_numbers = count(1)


def clerk() -> User:
    return make_user(RoleName.COUNCIL, name="Camille Martin", position="Secrétariat général")


def make_assembly(actor: User, **said: Any) -> Assembly:
    """Eleven members, everything open data wants to know."""
    fields = {
        "name": f"Conseil municipal {next(_numbers)}",
        "collectivity": "Ville de Port-Clair",
        "siret": SIRET,
        "in_office": 11,
        "court": "Tribunal administratif de Rennes",
        "court_address": "3, contour de la Motte, 35000 Rennes",
    }
    assembly = council.set_up(actor, **{**fields, **said})
    commit()
    return assembly


def make_sitting(actor: User, assembly: Assembly, held_on: date | None = None) -> Sitting:
    sitting = council.convene(
        actor, assembly=assembly, held_on=held_on or clock.today() - timedelta(days=3)
    )
    commit()
    return sitting


def make_act(actor: User, assembly: Assembly, **said: Any) -> Act:
    """The draft of a deliberation with its text."""
    fields = {
        "kind": ActKind.DELIBERATION,
        "title": "Plan d'ombrage des cours d'école",
        "visas": ["Vu le code de l'éducation ;"],
        "articles": [{"number": "Article 1er", "words": "Article 1er : Le plan est adopté."}],
        "people": [(Part.RAPPORTEUR, "Alix Roy", "", "la commission des écoles")],
        "matter_code": "8.1",
        "matter": "Enseignement",
    }
    act = council.draft(actor, assembly=assembly, **{**fields, **said})
    commit()
    return act


def attended(actor: User, sitting: Sitting, number: int = 8, **said: Any) -> Sitting:
    """So many of the eleven in the room, the others away, nobody represented."""
    fields = {
        "president": MEMBERS[0],
        "secretary": MEMBERS[1],
        "in_office": sitting.members,
        "present": MEMBERS[:number],
        "absent": MEMBERS[number:],
        "proxies": [],
    }
    council.attend(actor, sitting, **{**fields, **said})
    commit()
    return sitting


def inscribed(actor: User, *, number: str = "2026-41", **said: Any) -> Act:
    """On the agenda of a sitting held three days ago, eight of eleven members present."""
    assembly = make_assembly(actor)
    act = make_act(actor, assembly, number=number, document=pdf(), **said)
    council.inscribe(actor, attended(actor, make_sitting(actor, assembly)), act=act)
    commit()
    return act


def voted(actor: User, **counts: Any) -> Act:
    act = inscribed(actor)
    council.vote(actor, act, **{"votes_for": 8, "votes_against": 0, "abstentions": 0, **counts})
    commit()
    return act


def transmitted(actor: User) -> Act:
    act = voted(actor)
    day = act.adopted_on
    council.sign(actor, act, on=day, signatories=[("Nadia Bel", "Maire")])
    council.transmit(actor, act, on=day)
    commit()
    return act


def in_force(actor: User) -> Act:
    act = transmitted(actor)
    council.acknowledge(actor, act, on=act.transmitted_on, prefecture_id="PREF056")
    council.publish(actor, act, checked_by="Camille Martin")
    commit()
    return act


def pdf() -> Any:
    return files.keep(b"%PDF-1.7 ...", "acte.pdf", "application/pdf")
