"""A small town with one of everything: something behind every address of the site.

`make_everything()` tells it through the actions of the rooms wherever there is one, and
`Everything.fill(rule)` puts it into the addresses. An address whose parameter nobody knows here
raises `Unknown`: say what stands there, below.
"""

import re
from datetime import date, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from werkzeug.routing import Rule

from consult.answers import actions as answers
from consult.campaigns import actions as campaigns
from consult.comments import actions as comments
from consult.contributions.models import Contribution, Outcome
from consult.core import clock, files
from consult.core.db import db
from consult.council import actions as council
from consult.council.models import AgendaItem
from consult.engagements import actions as engagements
from consult.engagements.models import (
    Amount,
    Engagement,
    Moment,
    Picture,
    Plan,
    Sheet,
)
from consult.followup import actions as followup
from consult.gaps.models import Gap
from consult.groups import actions as groups
from consult.identity.models import Series
from consult.indicators.models import Measure
from consult.journal.actions import commit
from consult.keys import actions as keys
from consult.keys.codes import new_secret
from consult.keys.models import Passkey
from consult.moderation import actions as moderation
from consult.moderation.charter import Ground, Verdict
from consult.operators import health
from consult.people import actions as people
from consult.people import letters
from consult.people.models import RoleName, User, Visit
from consult.pluralism import actions as pluralism
from consult.posts.models import Flag, FlagKind, Image, Status
from consult.privacy import actions as privacy
from consult.privacy.models import Breach, Guardian, Wish
from consult.programmes import actions as programmes
from consult.programmes.models import Body, Participant
from consult.sources.models import SourceDocument
from consult.territory.models import Generation, Organisation, Perimeter, Place
from consult.vigilance import actions as vigilance
from consult.votes import actions as votes
from tests.ballots.making import make_poll, make_votable
from tests.council.making import in_force as act_in_force
from tests.council.making import make_act, make_assembly, make_sitting
from tests.engagements.making import first_action, make_plan
from tests.factories import make_campaign, make_contribution, make_user, reasons
from tests.imports.bringing import hand_in, table
from tests.indicators.making import entry, make_indicator, measured
from tests.portal.making import make_town
from tests.programmes.making import make_programme
from tests.sources.carrying import OWN, carried_in

# The letters whose links open something, and the page each opens.
LINKS = {
    "confirmer": "people.sign_up",
    "connexion": "people.sign_in_link",
    "mot-de-passe": "people.reset",
    "mon-espace/adresse": "people.change_address",
    "invitation": "people.invite",
    "contributions/confirmer": "contributions.confirm",
}


class Unknown(LookupError):
    """No one has said what stands at this place of an address."""


class Everything(NamedTuple):
    """What is there: who holds which role, and what stands behind each parameter."""

    people: dict[str, User]
    values: dict[str, Any]  # the address up to a parameter → what stands there
    hidden: dict[str, Any]  # the same, for what is not public yet

    def fill(self, rule: Rule, *, hidden: bool = False) -> str | None:
        """The address of this rule here; None if nothing hidden can stand at its first place."""
        values = {}
        for name in rule.arguments:
            place = place_of(rule, name)
            if hidden and place in self.hidden:
                values[name] = self.hidden[place]
            elif place in self.values:
                values[name] = self.values[place]
            else:
                raise Unknown(f"{rule.rule}: say what stands at {place!r} in tests/everything.py")
        if hidden and not any(place_of(rule, name) in self.hidden for name in rule.arguments):
            return None
        built = rule.build(values, append_unknown=False)
        assert built, (rule.rule, values)
        return built[1]


def place_of(rule: Rule, name: str) -> str:
    """The address of a rule up to one of its parameters, the others as stars."""
    before = re.match(rf"(.*?)<(?:[^<>]*:)?{name}>", rule.rule)
    assert before, (rule.rule, name)
    return re.sub(r"<[^<>]*>", "*", before[1]).strip("/") + "/*"


def first(model: type[Any], *where: Any) -> Any:
    """The first row of this kind: there is one."""
    return db.session.scalars(sa.select(model).where(*where).order_by(model.id)).first()


def make_everything() -> Everything:
    """A few seconds' work; call it once a module, inside an application context."""
    owner = make_user(pseudonym="Camille du Môle", name="Camille Port")
    who = {
        "resident": make_user(pseudonym="Sacha du Bourg"),
        "owner": owner,
        "facilitator": make_user(RoleName.FACILITATOR),
        "council": make_user(RoleName.COUNCIL, name="Alix Roy", position="Secrétaire"),
        "guarantor": make_user(RoleName.GUARANTOR),
        "administrator": make_user(RoleName.ADMINISTRATOR),
    }
    values: dict[str, Any] = {}
    hidden: dict[str, Any] = {}
    make_town()
    health.give_sign()
    for tell in (
        _documents,
        _voices,
        _ballots,
        _assembly,
        _promises,
        _groups,
        _figures,
        _data,
        _keys,
        _doors,
    ):
        tell(who, values, hidden)
        commit()
    return Everything(who, values, hidden)


Table = dict[str, Any]


def _documents(who: dict[str, User], values: Table, hidden: Table) -> None:
    """Documents carried in, and the places, bodies and programmes they made."""
    clerk = who["council"]
    for path in OWN.values():
        carried_in(clerk, path)
    waiting = first(SourceDocument)
    programme = make_programme(clerk, title="Le port demain")
    programmes.take_stock(clerk, programme, title="Mi-parcours", by_words="La ville")
    body = next(one for one in db.session.scalars(sa.select(Body)) if one.is_public)
    actor = first(Participant)
    values |= {
        "documents/*": waiting.ref,
        "documents/formats/*": "plan",
        "glossaire/*": 1,
        "programmes/*": programme.slug,
        "programmes/n/*": programme.id,
        "programmes/*/bilans/*": 1,
        "programmes/atelier/*": "acteurs",
        "programmes/atelier/*/*": actor.id,
        "programmes/atelier/*/dans/*": programme.id,
        "programmes/atelier/acteurs/*": actor.id,
        "instances/*": body.slug,
        "instances/n/*": body.id,
    }
    draft = make_programme(clerk, title="En préparation", published=False)
    hidden |= {"programmes/*": draft.slug, "programmes/n/*": draft.id}
    generation = first(Generation)
    place = first(Place)
    values |= {
        "lieux/*": place.slug,
        "lieux/geographies/*": generation.slug,
        "organisations/*": first(Organisation).slug,
        "indicateurs/lieux/*": place.slug,
    }
    drawn = Perimeter(
        place=place,
        geometry={"type": "Polygon", "coordinates": [[[2, 48], [2.1, 48], [2.1, 48.1], [2, 48]]]},
    )
    db.session.add(drawn)
    db.session.flush()
    values["lieux/*/contour/*"] = drawn.id
    values["lieux/geographies/*/evolution/*"] = place.slug


def _voices(who: dict[str, User], values: Table, hidden: Table) -> None:
    """A consultation that is open, what residents say in it, and who looks after it."""
    desk, owner = who["facilitator"], who["owner"]
    campaign = make_campaign(title="Le square", slug="le-square")
    draft = make_campaign(title="Demain", slug="demain", published=False)
    campaigns.add_document(desk, campaign, data=b"%PDF-1.4 x", name="etude.pdf", title="Étude")
    campaigns.add_place(desk, campaign, name="Square du Puits")
    commit()
    said = make_contribution(campaign, author=owner, title="Des bancs au square")
    waiting = make_contribution(campaign, Status.PENDING, author=owner, title="En attente")
    begun = make_contribution(campaign, Status.DRAFT, author=owner, title="Pas encore")
    remark = comments.comment(owner, said, body="Et une fontaine.")
    kept = files.keep(b"RIFF....WEBP", "bancs.webp", "image/webp", width=4, height=3)
    db.session.flush()
    db.session.add(Image(post_id=begun.id, file=kept))
    commit()
    hushed = make_contribution(campaign, Status.PENDING, author=owner, title="À lire")
    notice = moderation.notify_content(
        owner, said, ground=Ground.OFF_TOPIC, words="Hors du square."
    )
    sealed = make_contribution(campaign, Status.PENDING, author=owner, title="Sous scellés")
    refusal = moderation.decide(desk, sealed, verdict=Verdict.REFUSE, why=reasons(sealed))
    appeal = moderation.appeal(refusal.appellant, refusal, words="Relisez.")
    commit()
    wording = answers.save_wording(
        who["council"], title="Merci", outcome=Outcome.RETAINED, words="Merci."
    )
    commit()
    alike = make_contribution(campaign, title="Un banc au square")
    group = groups.gather(desk, campaign, [said, alike], title="S'asseoir", reason="Deux fois.")
    votes.support(make_user(), alike)
    commit()
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    aside = vigilance.set_aside(desk, alike, hour=hour, facts="Un robot.", rule="Article 4")
    flag = Flag(post=alike, kind=FlagKind.LINKS, number=2)
    db.session.add(flag)
    commit()
    importing = hand_in(campaign, table(("1", "Des bancs", "À l'ombre.")), actor=desk)
    pile = Series(campaign_id=campaign.id, key="pile", size=1, agent_id=desk.id)
    db.session.add(pile)
    db.session.flush()
    values |= {
        "consultations/*": campaign.slug,
        "garant/*": campaign.slug,
        "journal/preuves/lignes/*": 1,
        "consultations/*/lettres/*": pile.id,
        "consultations/*/prouver/service/*": "franceconnect",
        "identite/*": "franceconnect",
        "consultations/*/modifier/dossier/*": campaign.documents[0].id,
        "consultations/*/modifier/lieux/*": campaign.places[0].slug,
        "consultations/*/export./*": "csv",
        "consultations/*/import/*": importing.id,
        "contributions/*": said.id,
        "commentaires/*": remark.id,
        "recepisse/*": begun.receipt,
        "recepisse/*/images/*": first(Image).id,
        "reponses/formules/*": wording.id,
        "regroupements/*": group.id,
        "soutiens-ecartes/*": aside.id,
        "moderation/alertes/*": flag.id,
        "moderation/*": said.id,
        "moderation/decisions/*": refusal.id,
        "moderation/recours/*": appeal.id,
        "decisions/*": refusal.receipt,
        "recours/*": appeal.receipt,
        "signaler/*": said.id,
        "signalement/*": notice.receipt,
        "suivre/*": "campaign",
        "suivre/*/*": campaign.id,
        "ne-plus-suivre/*": "campaign",
        "ne-plus-suivre/*/*": campaign.id,
        "fichiers/*": campaign.documents[0].file_id,
        "fichiers/*/*": "etude.pdf",
        "begun": begun.receipt,
    }
    hidden |= {
        "consultations/*": draft.slug,
        "garant/*": draft.slug,
        "contributions/*": waiting.id,
        "moderation/*": hushed.id,
        "signaler/*": hushed.id,
        "fichiers/*": kept.id,
        "fichiers/*/*": kept.name,
    }


def _ballots(who: dict[str, User], values: Table, hidden: Table) -> None:
    """A secret vote that is open, on the site and at the town hall; another in preparation."""
    told = {"facilitator": who["facilitator"], "stations": ("Mairie",)}
    poll = make_poll(campaign=make_votable(title="Le budget"), can_change=True, **told)
    draft = make_poll(campaign=poll.campaign, announced=False, **told)
    values |= {
        "votes/*": poll.id,
        "votes/*/choix/*": poll.options[0].id,
        "votes/*/bureaux/*": poll.stations[0].id,
        "votes/*/bulletins./*": "json",
    }
    hidden |= {
        "votes/*": draft.id,
        "votes/*/choix/*": draft.options[0].id,
        "votes/*/bureaux/*": draft.stations[0].id,
    }


def _assembly(who: dict[str, User], values: Table, hidden: Table) -> None:
    """A sitting to come with a draft on its agenda; an act in force."""
    clerk = who["council"]
    act = act_in_force(clerk)
    assembly = make_assembly(clerk)
    draft = make_act(clerk, assembly, number="2026-99")
    sitting = make_sitting(clerk, assembly, held_on=clock.today() + timedelta(days=9))
    item = council.inscribe(clerk, sitting, act=draft)
    change = council.amend(clerk, item, author="Alix Roy", words="Ajouter un banc.")
    tie = council.link(clerk, draft, act)
    annex = council.attach(clerk, draft, title="Carte")
    commit()
    values |= {
        "actes/*": act.id,
        "actes/*/annexes/*": annex.id,
        "actes/*/liens/*": tie.id,
        "seances/*": first(AgendaItem, AgendaItem.act_id == act.id).sitting_id,
        "seances/points/*": item.id,
        "seances/amendements/*": change.id,
        "assemblees/*": assembly.id,
    }
    hidden |= {"actes/*": draft.id, "seances/*": sitting.id}


def _promises(who: dict[str, User], values: Table, hidden: Table) -> None:
    """A plan with its sheets, sums, moments, pictures, questions; another nobody sees yet."""
    clerk = who["council"]
    sheet = first(Sheet)
    plan = db.session.get(Plan, sheet.plan_id)
    engagement = first(Engagement, Engagement.plan_id == plan.id)
    action = engagements.undertake(
        clerk, plan, title="Poser des bancs", engagements=[engagement], reason="Demandé."
    )
    commit()
    contribution = first(Contribution, Contribution.title == "Des bancs au square")
    origin = engagements.tie(clerk, action, contribution)
    engagements.appoint(clerk, action, who["owner"])
    question = followup.ask(who["owner"], action, body="Où en sont les bancs ?")
    edition = followup.publish_edition(clerk, plan, title="Bilan", as_of=clock.today())
    action.events = ["Fête du banc"]
    db.session.add(Picture(plan_id=plan.id, caption="Le môle"))
    commit()
    values |= {
        "plans/*": plan.slug,
        "plans/*/engagements/*": engagement.id,
        "plans/*/engagements/*/actions/*": action.id,
        "actions/*": action.id,
        "actions/*/agenda/*": 0,
        "plans/*/images/*": first(Picture, Picture.plan_id == plan.id).id,
        "plans/*/illustrations/*": first(Picture, Picture.plan_id == plan.id).id,
        "plans/*/a-completer/*": first(Gap).id,
        "a-completer/*": first(Gap).id,
        "plans/*/versions/*": 1,
        "plans/*/editions/*": edition.slug,
        "plans/*/bilans/*": edition.slug,
        "fiches/*": sheet.id,
        "fiches/*/versions/*": 1,
        "montants/*": first(Amount).id,
        "evaluations/*": first(Moment).id,
        "origines/*": origin.id,
        "questions/*": question.id,
        "questions/recepisse/*": question.receipt,
    }
    draft = make_plan(clerk, "Rêver d'un port")
    branch = first(Engagement, Engagement.plan_id == draft.id)
    hidden |= {
        "plans/*": draft.slug,
        "plans/*/engagements/*": branch.id,
        "actions/*": first_action(draft).id,
    }


def _groups(who: dict[str, User], values: Table, hidden: Table) -> None:
    """The groups of the assembly, their room, a spokesperson; no election is near."""
    admin = who["administrator"]
    group = pluralism.create_group(admin, name="Port commun", seats=7)
    spokesperson = pluralism.appoint(admin, group, who["owner"])
    commit()
    plan = first(Plan, Plan.slug == values["plans/*"])
    room = pluralism.open(
        who["council"], plan, max_characters=300, closes_on=clock.today() + timedelta(days=9)
    )
    period = pluralism.set_period(
        admin, label="Élections", starts_on=date(2030, 3, 1), ends_on=date(2030, 3, 30)
    )
    commit()
    values |= {
        "expression-des-groupes/*": room.id,
        "expression-des-groupes/*/groupes/*": room.spaces[0].id,
        "expression-des-groupes/groupes/*": group.id,
        "expression-des-groupes/porte-parole/*": spokesperson.id,
        "periode-preelectorale/*": period.id,
        "periode-preelectorale/accord/*": "plan",
        "periode-preelectorale/accord/*/*": plan.slug,
    }


def _figures(who: dict[str, User], values: Table, hidden: Table) -> None:
    """An indicator with a figure, another being described."""
    shown = make_indicator()
    measured(shown, entry(shown, "Port-Clair", "12"))
    draft = make_indicator(public=False, label="Part de la marche")
    values |= {
        "indicateurs/*": shown.slug,
        "indicateurs/n/*": shown.id,
        "indicateurs/chiffres/*": first(Measure, Measure.indicator_id == shown.id).id,
    }
    hidden |= {"indicateurs/*": draft.slug, "indicateurs/n/*": draft.id}


def _data(who: dict[str, User], values: Table, hidden: Table) -> None:
    """A request about one's data, and a line of the register of breaches."""
    named = Guardian(user_id=who["guarantor"].id, email="adulte@exemple.fr")
    db.session.add(named)
    asked = privacy.petition(
        who["owner"], wish=Wish.OTHER, words="Qui lit ?", key="asked", language="fr"
    )
    breach = Breach(
        title="Clé perdue",
        noticed_at=clock.now(),
        nature="Adresses",
        people="Douze",
        effects="Aucun",
        author_id=who["administrator"].id,
    )
    db.session.add(breach)
    db.session.flush()
    values |= {
        "accord-d-un-adulte/*": letters.lasting("privacy.adult", named.sign),
        "mon-espace/accords/*": "position",
        "mon-espace/mes-donnees/textes/*": values["contributions/*"],
        "donnees-personnelles/registre./*": "csv",
        "donnees-personnelles/demande/*": asked.receipt,
        "donnees-personnelles/bureau/*": asked.receipt,
        "donnees-personnelles/violations/*": breach.id,
    }


def _keys(who: dict[str, User], values: Table, hidden: Table) -> None:
    """The second keys and sessions of people; what waits for a second signature."""
    for name in ("facilitator", "council", "guarantor", "administrator"):
        keys.enrol(who[name], secret=new_secret())
    passkey = Passkey(user_id=who["owner"].id, credential="eHh4eA", public_key="eHh4eA", name="Clé")
    visit = Visit(user_id=who["owner"].id, token="x", number=1)
    db.session.add_all([passkey, visit])
    db.session.flush()
    asked = keys.ask(
        who["administrator"],
        "campaigns.extend",
        first(Contribution).campaign,
        details={"reason": "La poste."},
    )
    values |= {
        "mon-espace/securite/cles/*": passkey.id,
        "mon-espace/securite/sessions/*": visit.id,
        "administration/comptes/*": who["facilitator"].id,
        "administration/signatures/*": asked.id,
    }


def _doors(who: dict[str, User], values: Table, hidden: Table) -> None:
    """Links out of letters, roles, invitations; the pages of the site itself."""
    invitation = people.invite(
        who["administrator"], email="neuve@exemple.fr", name=RoleName.FACILITATOR
    )
    told = {
        "people.sign_up": {"pseudonym": "Lou"},
        "people.invite": {"invitation": invitation.id},
        "contributions.confirm": {
            "receipt": values.pop("begun"),
            "before": clock.today().isoformat(),
        },
    }
    for address, kind in LINKS.items():
        account = who["owner"] if kind in OF_AN_ACCOUNT else None
        to = "neuve@exemple.fr" if kind == "people.invite" else "lettre@exemple.fr"
        letter = letters.write(kind, to, language="fr", user=account, **told.get(kind, {}))
        db.session.flush()
        values[f"{address}/*"] = letters.token(letter)
    commit()
    values |= {
        "desinscription/*": letters.stop_token(who["owner"]),
        "courriel-envoye/*": "confirm",
        "administration/roles/*": who["facilitator"].roles[0].id,
        "administration/invitations/*": invitation.id,
        "open-data/*": "actions",
        "pages/*": "notice",
    }


OF_AN_ACCOUNT = ("people.sign_in_link", "people.reset", "people.change_address")
