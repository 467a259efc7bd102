"""A plan is written, adopted, published, revised; who may, what changes, who hears."""

from datetime import date, timedelta
from threading import Thread

import pytest
import sqlalchemy as sa

from consult.core import clock
from consult.core.db import db, writing
from consult.core.rules import Refused
from consult.core.search import SearchEntry, matching
from consult.engagements import actions as engagements
from consult.engagements import lineage, queries, wording
from consult.engagements.models import (
    Action,
    Degree,
    Engagement,
    Origin,
    Plan,
    PlanState,
    Promise,
    Revision,
    Serves,
)
from consult.gaps.models import open_gap
from consult.journal.actions import commit, rollback
from consult.journal.models import Event, Notification
from consult.people.models import Follow, Role, RoleName, User
from consult.posts.models import Status
from consult.territory.models import Organisation, Place
from tests.engagements.making import (
    adopted,
    clerk,
    first_action,
    first_engagement,
    make_plan,
    published,
)
from tests.factories import make_campaign, make_contribution, make_user

ROLES = [None, (), *((role,) for role in RoleName)]


def told(name: str) -> list[int]:
    """Who was told of the acts of this name, once each time they were."""
    return list(
        db.session.scalars(
            sa.select(Notification.user_id)
            .join(Event, Event.id == Notification.event_id)
            .where(Event.name == name)
            .order_by(Notification.user_id)
        )
    )


@pytest.mark.parametrize("roles", ROLES)
def test_only_the_councils_desk_writes_plans(ctx, roles):
    actor = None if roles is None else make_user(*roles)
    if roles == (RoleName.COUNCIL,):
        assert engagements.create(actor, title="Un plan").slug == "un-plan"
    else:
        with pytest.raises(Refused):
            engagements.create(actor, title="Un plan")


def test_who_holds_the_desk_of_one_plan_writes_that_one_alone(ctx):
    plan, other = make_plan(clerk()), make_plan(clerk())
    actor = make_user()
    actor.roles.append(Role(name=RoleName.COUNCIL, plan_id=plan.id))
    commit()
    engagements.edit(actor, plan, title="Un autre nom")
    with pytest.raises(Refused):
        engagements.edit(actor, other, title="Un autre nom")


def test_two_plans_of_one_title_have_two_addresses(ctx):
    actor = clerk()
    first, second = (engagements.create(actor, title="Un plan") for _ in range(2))
    assert (first.slug, second.slug) == ("un-plan", "un-plan-2")


def test_the_same_form_sent_twice_makes_one(ctx):
    actor = clerk()
    plan = engagements.create(actor, title="Un plan", key="p")
    commit()
    assert engagements.create(actor, title="Un plan", key="p") is plan
    one = engagements.commit(actor, plan, title="Un quai sûr", key="e")
    assert engagements.commit(actor, plan, title="Un quai sûr", key="e") is one
    action = engagements.undertake(actor, plan, title="Éclairer", engagements=[one], key="a")
    assert (
        engagements.undertake(actor, plan, title="Éclairer", engagements=[one], key="a") is action
    )


def test_the_tree_is_as_deep_as_it_needs_and_counts_an_action_once(ctx):
    actor = clerk()
    plan = engagements.create(actor, title="Un plan")
    db.session.flush()
    top = engagements.commit(actor, plan, title="Enjeu")
    middle = engagements.commit(actor, plan, title="Axe", parent=top)
    low = engagements.commit(actor, plan, title="Section", parent=middle)
    other = engagements.commit(actor, plan, title="Autre enjeu")
    engagements.undertake(actor, plan, title="La halle", engagements=[low, other])
    engagements.undertake(actor, plan, title="Le port", engagements=[top])
    commit()
    tree = queries.of_plan(plan)
    assert [(one.engagement.title, one.depth) for one in tree.walk()] == [
        ("Enjeu", 0),
        ("Axe", 1),
        ("Section", 2),
        ("Autre enjeu", 0),
    ]
    assert len(tree.actions) == tree.counts.total() == 2
    assert tree.branches[0].counts.total() == 2
    assert tree.branches[1].counts.total() == 1
    assert [one.title for one in tree.by_engagement[low.id].path] == ["Enjeu", "Axe", "Section"]


def test_an_engagement_never_stands_under_itself(ctx):
    actor = clerk()
    plan = make_plan(actor)
    top = first_engagement(plan)
    below = engagements.commit(actor, plan, title="Dessous", parent=top)
    commit()
    for parent in (top, below):
        with pytest.raises(Refused):
            engagements.revise(actor, top, parent=parent)
    engagements.revise(actor, below, parent=None)
    commit()
    assert [one.depth for one in queries.of_plan(plan).walk()] == [0, 0]


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("second semestre 2027", date(2027, 7, 1), date(2027, 12, 31)),
        ("14 mars 2027", date(2027, 3, 14), date(2027, 3, 14)),
        ("2027", date(2027, 1, 1), date(2027, 12, 31)),
        ("quand le temps le permettra", None, None),
        ("", None, None),
    ],
)
def test_dates_are_read_from_the_words_and_no_day_is_made_up(ctx, words, start, end):
    action = first_action(make_plan(clerk(), dates_words=words))
    assert (action.dates_words, action.starts_on, action.due_on) == (words, start, end)


def test_bodies_and_places_are_found_under_any_name_or_made(ctx):
    known = Organisation.new("Syndicat du port", acronym="SDP")
    quay = Place.new("Quai de l’Est", aliases=["quai Est"])
    commit()
    action = first_action(
        make_plan(
            clerk(),
            organisations=[("sdp", "maître d’ouvrage"), ("Amicale", ""), ("SDP", "encore")],
            places=["QUAI EST", "Le môle", "quai est"],
        )
    )
    rows = queries.carriers_of(action)
    assert [(row.organisation, row.named, row.role) for row in rows][0] == (
        known,
        "sdp",
        "maître d’ouvrage",
    )
    assert [row.organisation.name for row in rows] == ["Syndicat du port", "Amicale"]
    assert action.places[0] is quay
    assert [place.name for place in action.places] == ["Quai de l’Est", "Le môle"]


def test_see_also_points_both_ways_and_lets_go_both_ways(ctx):
    actor = clerk()
    plan = make_plan(actor, "La halle", "Le sport")
    first, second = queries.actions_of(plan)
    engagements.revise(actor, first, see_also=[second])
    commit()
    assert (first.see_also, second.see_also) == ([second], [first])
    engagements.revise(actor, second, see_also=[])
    commit()
    assert (first.see_also, second.see_also) == ([], [])


def test_rows_go_up_and_down_until_the_plan_is_adopted(ctx):
    actor = clerk()
    plan = make_plan(actor, "Un", "Deux", "Trois")
    engagement = first_engagement(plan)
    rows = {row.action.title: row for row in queries.siblings(Serves(engagement_id=engagement.id))}
    engagements.move(actor, rows["Trois"], by=-1)
    engagements.move(actor, rows["Un"], by=-1)  # nothing above it: it stays
    commit()
    branch = queries.of_plan(plan).branches[0]
    assert [one.title for one in branch.actions] == ["Un", "Trois", "Deux"]
    second = engagements.commit(actor, plan, title="Avant")
    engagements.move(actor, second, by=-1)
    commit()
    assert [one.title for one in queries.of_plan(plan).engagements] == ["Avant", "Un quai sûr"]
    adopted(actor, plan)
    for row in (second, rows["Un"]):
        with pytest.raises(Refused):
            engagements.move(actor, row, by=1)


def test_what_is_removed_from_a_draft_leaves_nothing_behind(ctx):
    actor = clerk()
    plan = make_plan(actor, "Un", "Deux", origins=[make_contribution()])
    first, second = queries.actions_of(plan)
    engagements.revise(actor, first, see_also=[second], organisations=[("SDP", "")])
    commit()
    with pytest.raises(Refused):
        engagements.remove(actor, first_engagement(plan))
    engagements.remove(actor, first)
    engagements.remove(actor, second)
    engagements.remove(actor, first_engagement(plan))
    commit()
    for table in (Action, Engagement, Serves, Origin):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_an_empty_plan_is_not_adopted(ctx):
    actor = clerk()
    plan = engagements.create(actor, title="Un plan")
    db.session.flush()
    for build in (lambda: None, lambda: engagements.commit(actor, plan, title="Un engagement")):
        build()
        with pytest.raises(Refused) as refused:
            adopted(actor, plan)
        assert "vide" in str(refused.value.reason)


def test_adoption_freezes_what_was_promised(ctx, noon):
    actor = clerk()
    plan = make_plan(actor, dates_words="été 2027", organisations=[("SDP", "partenaire")])
    act = adopted(actor, plan, number="2026-41", votes_for=20, votes_against=0, abstentions=3).act
    assert (plan.state, act.number, str(act.vote)) == (
        PlanState.ADOPTED,
        "2026-41",
        "à l’unanimité des votants",
    )
    promises = db.session.scalars(sa.select(Promise).order_by(Promise.id)).all()
    assert [one.content["title"] for one in promises] == ["Un quai sûr", "Éclairer le môle"]
    assert promises[1].content["dates"] == "été 2027"
    assert promises[1].content["organisations"] == [{"name": "SDP", "role": "partenaire"}]
    for change in (sa.update(Promise).values(plan_id=9), sa.delete(Promise)):
        with pytest.raises(sa.exc.DBAPIError):
            db.session.execute(change)
        rollback()


def test_a_vote_that_fails_adopts_nothing(ctx):
    actor = clerk()
    plan = make_plan(actor)
    for votes in ((10, 10), (3, 20)):
        with pytest.raises(Refused):
            adopted(actor, plan, votes_for=votes[0], votes_against=votes[1], abstentions=0)
    assert plan.state == PlanState.DRAFT


def test_what_was_adopted_changes_only_with_a_reason(ctx, noon):
    actor = clerk()
    plan = adopted(actor, make_plan(actor, dates_words="été 2027"))
    action = first_action(plan)
    with pytest.raises(Refused):
        engagements.revise(actor, action, dates_words="été 2028")
    rollback()
    assert first_action(plan).dates_words == "été 2027"
    engagements.revise(actor, action, dates_words="été 2028", reason="Le port gèle.")
    commit()
    history = queries.history(action)
    assert history.promise.content["dates"] == "été 2027"
    (revision,) = history.revisions
    assert revision.reason == "Le port gèle."
    (change,) = wording.changes(revision.before, revision.after)
    assert (str(change.label), change.was, change.became) == ("Quand", "été 2027", "été 2028")


def test_what_is_no_promise_changes_without_a_reason(ctx):
    actor = clerk()
    plan = adopted(actor, make_plan(actor))
    engagements.revise(actor, first_action(plan), places=["Le môle"], tags=["BUDGET 2027"])
    commit()
    assert first_action(plan).tags == ["BUDGET 2027"]
    assert db.session.scalar(sa.select(sa.func.count(Revision.id))) == 0


def test_what_joins_an_adopted_plan_says_why(ctx):
    actor = clerk()
    plan = adopted(actor, make_plan(actor))
    engagement = first_engagement(plan)
    with pytest.raises(Refused):
        engagements.undertake(actor, plan, title="Un phare", engagements=[engagement])
    rollback()
    action = engagements.undertake(
        actor, plan, title="Un phare", engagements=[engagement], reason="Une subvention."
    )
    commit()
    history = queries.history(action)
    assert history.promise is None
    assert [one.before for one in history.revisions] == [{}]


def test_the_words_voted_on_stay(ctx):
    actor = clerk()
    plan = adopted(actor, make_plan(actor))
    with pytest.raises(Refused):
        engagements.edit(actor, plan, title="Autre chose")
    rollback()
    engagements.edit(actor, plan, stale_after_days=90, reason="Une saison.")
    commit()
    assert plan.stale_after_days == 90


def test_publication_tells_each_author_once_and_the_followers(ctx, noon):
    campaign = make_campaign()
    author, follower, both = make_user(), make_user(), make_user()
    one, two = (make_contribution(campaign, author=author) for _ in range(2))
    three = make_contribution(campaign, author=both)
    for user in (follower, both):
        db.session.add(Follow(user_id=user.id, subject_kind="campaign", subject_id=campaign.id))
    make_user()  # who is told of nothing
    actor = clerk()
    plan = make_plan(actor, "Un", "Deux", campaigns=[campaign], origins=[one, two, three])
    with pytest.raises(Refused):
        engagements.publish(actor, plan)
    rollback()
    published(actor, plan)
    assert told("engagements.publish") == sorted([author.id, follower.id, both.id])
    assert {source.title for source in lineage.own_words(author, plan)} == {"Des bancs"}
    assert len(lineage.own_words(author, plan)) == 2
    assert lineage.own_words(follower, plan) == []


def test_an_origin_taken_away_feeds_nothing(ctx):
    actor, contribution = clerk(), make_contribution()
    plan = make_plan(actor, origins=[contribution])
    (origin,) = (one.origin for one in lineage.sources_of(plan))
    engagements.untie(actor, origin)
    published(actor, plan)
    assert lineage.sources_of(plan) == []
    assert queries.origins_of([contribution.id]) == {}
    assert told("engagements.publish") == []
    engagements.tie(actor, first_action(plan), contribution)  # put back: the author is told now
    commit()
    assert told("engagements.tie") == [contribution.author_id]
    assert db.session.scalar(sa.select(sa.func.count(Origin.id))) == 1


def test_a_part_says_which(ctx):
    actor, contribution = clerk(), make_contribution()
    plan = make_plan(actor)
    with pytest.raises(Refused):
        engagements.tie(actor, first_action(plan), contribution, degree=Degree.PART)
    engagements.tie(
        actor, first_engagement(plan), contribution, degree=Degree.PART, words="L’éclairage."
    )
    commit()
    (source,) = lineage.sources_of(first_engagement(plan))
    assert (source.origin.degree, source.origin.words) == (Degree.PART, "L’éclairage.")


@pytest.mark.parametrize("status", [one for one in Status if one != Status.PUBLISHED])
def test_what_is_not_public_is_no_origin(ctx, status):
    actor = clerk()
    plan = make_plan(actor)
    contribution = make_contribution(status=status)
    with pytest.raises(Refused):
        engagements.tie(actor, first_action(plan), contribution)


def test_origins_of_a_draft_are_read_by_those_who_prepare_it(ctx):
    actor, one, two = clerk(), make_contribution(), make_contribution()
    plan = make_plan(actor, "Un", "Deux", origins=[one, two])
    assert queries.origins_of([one.id, two.id]) == {}
    found = queries.origins_of([one.id, two.id], actor)
    assert [origin.action.title for origin in found[one.id]] == ["Un", "Deux"]
    published(actor, plan)
    assert {key: len(rows) for key, rows in queries.origins_of([one.id, two.id]).items()} == {
        one.id: 2,
        two.id: 2,
    }


def test_publication_has_it_all_found(ctx):
    actor = clerk()
    Place.new("Le môle", aliases=["la jetée"])
    plan = make_plan(actor, "Éclairer", places=["Le môle"], organisations=[("SDP", "")])
    assert db.session.scalar(sa.select(sa.func.count(SearchEntry.id))) == 0
    published(actor, plan)
    for words in ("éclairage jetée", "SDP éclairer"):
        found = db.session.scalars(sa.select(SearchEntry).where(matching(words))).all()
        assert [(one.kind, one.status) for one in found] == [("action", "unknown")]
    engagements.revise(actor, first_action(plan), title="Un phare", reason="Mieux.")
    commit()
    assert db.session.scalar(sa.select(SearchEntry.title).where(matching("phare"))) == "Un phare"


def test_a_revision_of_a_public_promise_is_told_to_those_concerned(ctx):
    actor, contribution, follower = clerk(), make_contribution(), make_user()
    plan = published(actor, make_plan(actor, origins=[contribution]))
    engagement = first_engagement(plan)
    db.session.add(Follow(user_id=follower.id, subject_kind="engagement", subject_id=engagement.id))
    engagements.revise(actor, first_action(plan), title="Un phare", reason="Mieux.")
    commit()
    assert told("engagements.revise") == sorted([contribution.author_id, follower.id])


def test_who_is_put_in_charge_hears_of_it(ctx):
    actor, pilot = clerk(), make_user()
    plan = make_plan(actor)
    engagements.appoint(actor, first_action(plan), pilot)
    commit()
    assert told("engagements.appoint") == [pilot.id]
    assert first_action(plan).pilot == pilot


def test_what_is_missing_is_settled_by_hand_once(ctx):
    actor = clerk()
    plan = make_plan(actor)
    open_gap(plan, "note", "x", "À vérifier.")
    commit()
    (missing,) = queries.to_complete(plan)
    engagements.fill(actor, missing.item, plan)
    commit()
    assert queries.to_complete(plan) == []
    with pytest.raises(Refused):
        engagements.fill(actor, missing.item, plan)


def test_two_adoptions_at_once_make_one(app):
    with app.app_context():
        actor = clerk()
        plan, actor_id = make_plan(actor), actor.id
        plan_id = plan.id
    outcomes = []

    def adopt_it():
        with app.app_context():
            writing()
            try:
                adopted(db.session.get(User, actor_id), db.session.get(Plan, plan_id))
                outcomes.append("adopted")
            except Refused:
                rollback()
                outcomes.append("refused")

    threads = [Thread(target=adopt_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["adopted", "refused"]
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Promise.id))) == 2
        names = db.session.scalars(sa.select(Event.name)).all()
        assert names.count("engagements.adopt") == 1


def test_late_is_said_of_what_is_known_not_to_be_over(ctx, noon):
    plan = published(clerk(), make_plan(clerk(), dates_words="mai 2026"))
    action = first_action(plan)
    assert action.is_overdue
    assert not action.is_late  # nobody said where it stands
    action.reported("started", clock.now())
    assert action.is_late
    action.reported("done", clock.now())
    assert not action.is_overdue
    db.session.rollback()


def test_silence_is_counted_from_the_last_report(ctx, noon):
    plan = published(clerk(), make_plan(clerk()))
    with clock.frozen(noon + timedelta(days=365, hours=1)):
        assert first_action(plan).days_unreported == 365
        assert not first_action(plan).is_stale
    with clock.frozen(noon + timedelta(days=366)):
        assert first_action(plan).is_stale


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("ENGAGE EN 2023", "Engagé en 2023"),
        ("Réalisé en 2024", "Réalisé en 2024"),
        ("BUDGET 2024", "BUDGET 2024"),
        ("ENGAGE EN VILLE", "ENGAGE EN VILLE"),
    ],
)
def test_a_printed_label_reads_in_ordinary_letters(ctx, printed, words):
    assert str(wording.tag_words(printed)) == words
