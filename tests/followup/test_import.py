"""A printed plan is carried in once, word for word, and nothing it does not say is added."""

import json
from datetime import date

import pytest
import sqlalchemy as sa

from consult.campaigns.models import Campaign
from consult.core.db import db
from consult.core.rules import Refused
from consult.engagements import documents
from consult.engagements import queries as plans
from consult.engagements.models import Action, Picture, Progress
from consult.followup import actions as followup
from consult.followup import queries
from consult.followup.models import Edition, StatusReport
from consult.gaps.models import Gap
from consult.journal.actions import commit, rollback
from consult.journal.models import Event
from consult.people.models import RoleName
from consult.territory.models import Organisation
from tests.engagements.making import OWN, carried_in, clerk
from tests.factories import make_campaign, make_user


def rows() -> dict[str, int]:
    """How many rows stand in each table."""
    return {
        table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table))
        for table in db.metadata.sorted_tables
        if table.name not in ("user", "role")
    }


def changed(**changes):
    return {**json.loads(OWN.read_text()), **changes}


def test_only_the_councils_desk_carries_in(ctx):
    for role in (None, RoleName.FACILITATOR, RoleName.ADMINISTRATOR):
        with pytest.raises(Refused):
            followup.import_plan(make_user(*([role] if role else [])), documents.read(OWN))


def test_everything_it_says_is_here(ctx, noon):
    plan = carried_in()
    assert queries.figures(plan) == {
        "plan": "un-port-pour-tous",
        "engagements": 3,
        "actions": 4,
        "statuses": {"done": 1, "started": 1, "unknown": 2},
        "organisations": 2,
        "to_complete": len(documents.read(OWN).todo()),
    }
    assert plan.is_public
    act = plan.act
    assert (act.assembly, act.adopted_on, act.place) == (
        "le conseil municipal",
        date(2023, 2, 3),
        "à la capitainerie",
    )
    assert (act.votes_for, act.votes_against, act.abstentions) == (21, 4, 2)
    assert (act.number, act.vote_words) == (None, "à la majorité")
    (campaign,) = plan.campaigns
    assert (campaign.title, campaign.period_words) == (
        "Quel port voulons-nous ?",
        "à l’automne 2022",
    )
    assert campaign.phases == []
    tree = plans.of_plan(plan)
    assert [(one.engagement.number, one.depth) for one in tree.walk()] == [
        ("AXE 1", 0),
        ("1.1", 1),
        ("AXE 2", 0),
    ]
    market = next(one for one in tree.actions.values() if one.title.startswith("Marché"))
    assert [one.number for one in tree.served[market.id]] == ["1.1", "AXE 2"]
    assert [picture.caption for picture in plans.pictures_of(plan)] == [
        "Le quai Est",
        "Le môle tel qu’il sera",
    ]


def test_a_second_time_changes_nothing(ctx, noon):
    carried_in()
    before = rows()
    carried_in()
    assert rows() == before
    names = db.session.scalars(sa.select(Event.name)).all()
    assert names == ["followup.import_plan"]


def test_another_version_is_refused(ctx):
    carried_in()
    with pytest.raises(Refused):
        carried_in(changed(subtitle="Deux ans après"))
    rollback()


def test_every_word_comes_back(ctx):
    plan = carried_in()
    db.session.expire_all()
    out = documents.read(json.loads(json.dumps(queries.exported(plan))))
    assert set(out.printed_strings()) == set(documents.read(OWN).printed_strings())
    kept = plan.source_file.read().decode()
    assert all(words in kept for words in out.printed_strings())


def test_the_document_is_the_evidence_and_gives_no_day(ctx, noon):
    plan = carried_in()
    reports = db.session.scalars(sa.select(StatusReport)).all()
    assert {one.progress for one in reports} == {Progress.DONE, Progress.STARTED}
    for one in reports:
        assert (one.effective_on, one.effective_words) == (None, "Un an après")
        assert [proof.file for proof in one.evidence] == [plan.source_file]
    assert {one.mark for one in reports} == {"▲", "△"}


def test_the_review_it_is_stands_as_an_edition(ctx, noon):
    plan = carried_in()
    (edition,) = db.session.scalars(sa.select(Edition)).all()
    assert (edition.title, edition.slug, edition.as_of) == ("Un an après", "un-an-apres", None)
    assert edition.sha256 == queries.fingerprint(edition.content)
    assert queries.since(edition.content, plans.of_plan(plan)) == []


def test_a_body_has_one_page_under_all_its_names(ctx):
    carried_in()
    names = db.session.scalars(sa.select(Organisation.name).order_by(Organisation.id)).all()
    assert names == ["Syndicat du port", "Amicale des pêcheurs"]
    body = db.session.scalar(sa.select(Organisation).filter_by(name="Syndicat du port"))
    assert body.acronym == "SDP"
    carried = plans.carried_by(body).rows
    assert [(one.action.external_ref, one.role, one.named) for one in carried] == [
        ("P1", "maître d’ouvrage", "Syndicat du port (SDP)"),
        ("P2", "", "SDP"),
    ]


def test_a_body_and_a_campaign_already_here_are_kept(ctx):
    known = Organisation.new("Syndicat mixte du port", acronym="SDP")
    campaign = make_campaign(slug="quel-port-voulons-nous", title="Quel port ?")
    plan = carried_in()
    assert plan.campaigns == [campaign]
    assert db.session.scalar(sa.select(sa.func.count(Campaign.id))) == 1
    assert "Syndicat du port" in known.names
    assert plans.carried_by(known).number == 2


def test_what_is_missing_goes_as_it_is_filled(ctx, noon):
    plan = carried_in()
    kinds = [one.item.kind for one in plans.to_complete(plan)]
    assert kinds.count("status") == 2
    assert "act_number" in kinds
    waiting = next(one for one in plans.to_complete(plan) if one.item.kind == "status")
    followup.report(
        clerk(), waiting.action, progress=Progress.PLANNED, effective_on=date(2026, 6, 1)
    )
    plan.act.number = "2023-12"
    commit()
    left = [one.item.kind for one in plans.to_complete(plan)]
    assert left.count("status") == 1
    assert "act_number" not in left
    assert db.session.scalar(sa.select(sa.func.count(Gap.id))) == len(kinds)


def test_a_year_on_a_label_is_when_it_began(ctx):
    engagement = {
        "title": "Un axe",
        "actions": [{"text": "La halle.", "tags": ["ENGAGE EN 2023"], "dates": ["2023"]}],
    }
    carried_in(changed(title="Autre", engagements=[engagement]))
    action = db.session.scalar(sa.select(Action).filter_by(title="La halle."))
    assert (action.starts_on, action.due_on) == (date(2023, 1, 1), None)


def test_a_document_that_says_little_is_carried_in_with_its_silences(ctx):
    plan = carried_in(
        {"title": "Un plan nu", "engagements": [{"title": "Un axe", "actions": [{"text": "Un."}]}]}
    )
    assert plan.is_public
    assert (plan.act.assembly, plan.act.adopted_on, plan.act.vote) == ("", None, None)
    assert plan.campaigns == []
    assert db.session.scalar(sa.select(sa.func.count(Edition.id))) == 0
    assert db.session.scalar(sa.select(sa.func.count(Picture.id))) == 0
