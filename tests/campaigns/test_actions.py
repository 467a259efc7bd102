"""What happens to a campaign: its state, its record, who is told; above all, its frozen rules."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from consult.campaigns import actions, queries
from consult.campaigns.models import (
    CampaignRules,
    Moderation,
    PhaseKind,
    Stage,
    State,
    Theme,
    opening,
)
from consult.core import clock, queue, restated
from consult.core.db import db
from consult.core.rules import Refused
from consult.journal.actions import commit, rollback
from consult.journal.models import Event, Notification
from consult.territory.models import Place
from tests.campaigns.ready import PDF, TEXTS, facilitator, follow, published, ready
from tests.factories import by_two, make_campaign, make_contribution, make_user


def events():
    return list(db.session.scalars(sa.select(Event.name).order_by(Event.id)))


def last_event():
    return db.session.scalar(sa.select(Event).order_by(Event.id.desc()).limit(1))


def told():
    return list(db.session.scalars(sa.select(Notification.user_id)))


def day(at):
    return clock.in_town(at).date()


# Preparing.


def test_a_campaign_begins_out_of_sight(ctx, noon):
    actor = facilitator()
    campaign = actions.create(actor, title="Où planter ? L'été…", key="k")
    commit()
    assert (campaign.slug, campaign.stage) == ("ou-planter-l-ete", Stage.DRAFT)
    assert queries.on_show() == []
    assert queries.in_preparation(actor) == [campaign]
    assert queries.with_key("k") == campaign
    assert events() == ["campaigns.create"]


def test_addresses_never_meet(ctx, noon):
    actor = facilitator()
    slugs = [actions.create(actor, title=title).slug for title in ("Parc", "parc !", "Nouvelle")]
    assert slugs == ["parc", "parc-2", "nouvelle-2"]
    commit()


def test_the_address_is_chosen_until_it_is_announced(ctx, noon):
    actor = facilitator()
    campaign = ready(actor)
    actions.edit(actor, campaign, slug="La Place !")
    assert campaign.slug == "la-place"
    other = actions.create(actor, title="Autre")
    with pytest.raises(Refused):
        actions.edit(actor, other, slug="la-place")
    actions.publish(actor, campaign)
    with pytest.raises(Refused):
        actions.edit(actor, campaign, slug="ailleurs")
    rollback()


def test_days_are_whole_days_of_the_town(ctx, noon):
    campaign = ready(facilitator(), first=date(2026, 10, 20))
    propose = campaign.phase(PhaseKind.PROPOSE)
    assert propose.opens_at == datetime(2026, 10, 20, tzinfo=clock.TOWN)
    assert propose.closes_at == datetime(2026, 11, 9, 23, 59, 59, tzinfo=clock.TOWN)


def test_a_step_left_out_of_the_calendar_is_gone(ctx, noon):
    actor = facilitator()
    campaign = ready(actor)
    kept = {PhaseKind.VOTE: actions.Dates(date(2026, 7, 1), date(2026, 7, 9), "Mots")}
    actions.schedule(actor, campaign, kept)
    commit()
    db.session.expire_all()
    (phase,) = campaign.phases
    assert (phase.kind, phase.words) == (PhaseKind.VOTE, "Mots")
    backwards = actions.Dates(date(2026, 7, 2), date(2026, 7, 1))
    with pytest.raises(Refused):
        actions.schedule(actor, campaign, {PhaseKind.VOTE: backwards})
    rollback()


def test_themes_keep_what_is_sorted_under_them(ctx, noon):
    actor = facilitator()
    campaign = ready(actor)
    trees, benches = campaign.themes
    contribution = make_contribution(campaign, theme=trees)
    renamed = [(benches.id, "Bancs"), (trees.id, "Arbres et haies"), (None, "Eau")]
    actions.set_themes(actor, campaign, renamed)
    commit()
    db.session.expire_all()
    assert [theme.title for theme in campaign.themes] == ["Bancs", "Arbres et haies", "Eau"]
    assert contribution.theme.title == "Arbres et haies"
    with pytest.raises(Refused, match="refused"):
        actions.set_themes(actor, campaign, [(benches.id, "Bancs")])
    rollback()
    actions.set_themes(actor, campaign, [(trees.id, "Arbres")])
    commit()
    assert db.session.scalar(sa.select(sa.func.count(Theme.id))) == 1


def test_a_theme_is_not_removed_once_open(ctx, noon):
    actor = facilitator()
    campaign = published(actor)
    with pytest.raises(Refused):
        actions.set_themes(actor, campaign, [])
    rollback()


def test_themes_of_an_open_campaign_change_in_the_open(ctx, noon):
    actor, reader = facilitator(), make_user()
    campaign = published(actor)
    follow(reader, campaign)
    trees, benches = campaign.themes
    shifted = [(trees.id, "Voitures"), (benches.id, "Bancs"), (None, "Eau")]
    with pytest.raises(Refused) as met:
        actions.set_themes(actor, campaign, shifted)
    assert met.value.about == "reason"
    rollback()
    actions.set_themes(actor, campaign, shifted, reason="Les bancs ont leur plan.")
    commit()
    first, second = campaign.versions
    assert [theme["title"] for theme in first.content["themes"]] == ["Arbres", "Bancs"]
    assert (second.reason, second.content) == ("Les bancs ont leur plan.", campaign.framed())
    assert events()[-2:] == ["campaigns.change_rules", "campaigns.set_themes"]
    change = db.session.scalar(sa.select(Event).filter_by(name="campaigns.change_rules"))
    assert (change.data["digest"], change.data["fields"]) == (second.digest, ["themes"])
    assert told() == [reader.id]
    # What was sorted under a theme followed its name: it is said which one became which.
    chapter = queries.history(campaign)[0]
    assert [(str(d.label), str(d.before), str(d.after)) for d in chapter.differences] == [
        ("Thème renommé", "Arbres", "Voitures"),
        ("Thèmes", "Arbres · Bancs", "Voitures · Bancs · Eau"),
    ]
    stands = [(theme.id, theme.title) for theme in campaign.themes]
    with pytest.raises(Refused, match="refused"):
        actions.set_themes(actor, campaign, stands, reason="Encore.")
    rollback()


@pytest.mark.parametrize("title", ["Bancs", "bancs !"])
def test_a_theme_never_takes_the_name_of_another(ctx, noon, title):
    actor = facilitator()
    campaign = ready(actor)
    trees, benches = campaign.themes
    with pytest.raises(Refused) as met:
        actions.set_themes(actor, campaign, [(trees.id, title), (benches.id, "Arbres")])
    assert "porte déjà ce nom" in str(met.value.reason)
    rollback()


def test_rules_written_down_before_themes_were_part_of_them_still_show(ctx, noon):
    campaign = published(facilitator())
    earlier = {name: said for name, said in campaign.framed().items() if name != "themes"}
    assert "themes" not in [term.key for term in queries.terms(earlier)]
    (change,) = queries.differences(earlier, campaign.framed())
    assert (str(change.before), str(change.after)) == ("Non communiqué", "Arbres · Bancs")


def test_where_and_what_an_open_campaign_is_about_changes_with_a_trace(ctx, noon):
    actor = facilitator()
    campaign = published(actor)
    (market,) = campaign.places
    changes = [
        lambda **why: actions.edit(actor, campaign, presentation="Elle est neuve.", **why),
        lambda **why: actions.add_place(actor, campaign, name="Les Blagis", **why),
        lambda **why: actions.remove_place(actor, campaign, place=market, **why),
    ]
    for change in changes:
        with pytest.raises(Refused) as met:
            change()
        assert met.value.about == "reason"
        rollback()
        change(reason="Une erreur.")
        commit()
    assert {row.reason for row in restated.of(campaign)} == {"Une erreur."}
    assert [(row.before, row.after) for row in reversed(restated.of(campaign))] == [
        ({"presentation": TEXTS["presentation"]}, {"presentation": "Elle est neuve."}),
        ({"places": ["Place du Marché"]}, {"places": ["Les Blagis", "Place du Marché"]}),
        ({"places": ["Les Blagis", "Place du Marché"]}, {"places": ["Les Blagis"]}),
    ]


def test_before_it_opens_nobody_is_asked_why(ctx, noon):
    actor = facilitator()
    campaign = published(actor, first=clock.today() + timedelta(days=3))
    actions.edit(actor, campaign, presentation="Elle est neuve.")
    actions.remove_place(actor, campaign, place=campaign.places[0])
    actions.set_themes(actor, campaign, [(None, "Eau")])
    commit()
    assert (restated.of(campaign), campaign.versions) == ([], [])


def test_a_place_is_taken_under_any_spelling_or_made(ctx, noon):
    actor = facilitator()
    campaign = ready(actor)
    (market,) = campaign.places
    assert actions.add_place(actor, campaign, name="place du marche") is market
    new = actions.add_place(actor, campaign, name="Les Blagis", aliases=["Cité des Blagis"])
    assert actions.add_place(actor, campaign, name="la cité des blagis") is new
    actions.remove_place(actor, campaign, place=market)
    commit()
    assert campaign.places == [new]
    assert db.session.scalar(sa.select(sa.func.count(Place.id))) == 2


def test_a_document_taken_away_after_opening_leaves_its_reason(ctx, noon):
    actor, reader = facilitator(), make_user()
    campaign = published(actor)
    follow(reader, campaign)
    (first,) = campaign.documents
    with pytest.raises(Refused):
        actions.remove_document(actor, campaign, first, reason="Erreur.")
    rollback()
    actions.add_document(actor, campaign, data=PDF + b"2", name="b.pdf", title="Corrigée")
    commit()
    assert told() == [reader.id]
    with pytest.raises(Refused):
        actions.remove_document(actor, campaign, first, reason=" ")
    rollback()
    actions.remove_document(actor, campaign, first, reason="Erreur de carte.")
    commit()
    assert (first.removed_at, first.removed_words) == (noon, "Erreur de carte.")
    assert [paper.title for paper in campaign.file_on_show] == ["Corrigée"]


def test_who_may_read_a_file_of_a_campaign(ctx, noon):
    actor = facilitator()
    campaign = ready(actor)
    number = campaign.documents[0].file_id
    assert queries.shows_file(number, actor)
    assert not queries.shows_file(number, None)
    actions.publish(actor, campaign)
    commit()
    assert queries.shows_file(number, None)


# Publishing, opening, freezing.


def test_publishing_tells_nobody_and_is_written_down(ctx, noon):
    actor, reader = facilitator(), make_user()
    campaign = ready(actor)
    follow(reader, campaign)
    actions.publish(actor, campaign)
    commit()
    assert (campaign.state, campaign.published_at) == (State.PUBLISHED, noon)
    assert (last_event().name, told()) == ("campaigns.publish", [])


def test_rules_are_free_until_the_campaign_opens_then_frozen(ctx, noon):
    actor = facilitator()
    campaign = published(actor, first=clock.today() + timedelta(days=3))
    actions.edit(actor, campaign, rules="Dix contributions au plus.")
    commit()
    with clock.frozen(campaign.opens_at):
        actions.edit(actor, campaign, presentation="Plus claire.", contact="02", reason="Oubli.")
        with pytest.raises(Refused) as refused:
            actions.edit(actor, campaign, rules="Vingt.")
        assert "figées" in str(refused.value.reason)
    rollback()
    assert campaign.rules == "Dix contributions au plus."


def test_the_worker_writes_the_rules_down_as_they_stood_at_opening(app, ctx, noon):
    actor = facilitator()
    campaign = published(actor, first=clock.today() + timedelta(days=3))
    make_campaign(published=False)
    opening = campaign.opens_at

    def pass_by():
        db.session.rollback()
        job = [job for job in queue.JOBS if job.name == "campaigns.freeze"]
        return queue.work_once(app, job)

    assert pass_by() == 0
    with clock.frozen(opening + timedelta(hours=3)):
        assert pass_by() == 1
        assert pass_by() == 0
    (first,) = campaign.versions
    assert (first.number, first.at, first.reason) == (1, opening, "")
    assert first.content == campaign.framed()
    assert last_event().name == "campaigns.freeze"
    assert len(last_event().data["digest"]) == 64


def test_a_campaign_published_after_its_first_day_opens_when_published(ctx, noon):
    campaign = published(facilitator(), first=clock.today() - timedelta(days=5))
    assert campaign.opened_at == noon
    assert actions.freeze(None, campaign).at == noon
    commit()


def test_a_draft_is_never_frozen(ctx, noon):
    with pytest.raises(Refused):
        actions.freeze(None, ready(facilitator()))
    rollback()


def test_changing_rules_adds_a_version_with_its_reason_and_tells_followers(ctx, noon):
    actor, reader = facilitator(), make_user()
    campaign = published(actor)
    follow(reader, campaign)
    with clock.frozen(noon + timedelta(days=2)):
        version = actions.change_rules(
            actor,
            campaign,
            reason="Des collégiens l'ont demandé.",
            audience="Dès 11 ans.",
            moderation=Moderation.AFTER,
            rules=TEXTS["rules"],  # said again, not changed
        )
        commit()
    first, second = campaign.versions
    assert second is version
    assert first.content["audience"] == TEXTS["audience"]
    assert first.at == noon
    assert second.content == campaign.framed()
    assert (second.number, second.author_id) == (2, actor.id)
    assert told() == [reader.id]
    assert last_event().data["fields"] == ["audience", "moderation"]
    chapter = queries.history(campaign)[0]
    assert [(str(d.label), str(d.before), str(d.after)) for d in chapter.differences] == [
        ("Qui peut participer", TEXTS["audience"], "Dès 11 ans."),
        (
            "Modération",
            "Une personne de l’équipe d’animation lit chaque texte avant sa publication.",
            "Les textes sont publiés aussitôt\xa0; une personne de l’équipe d’animation les lit"
            " ensuite.",
        ),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"reason": " ", "audience": "Dès 11 ans."},
        {"reason": "Pourquoi pas"},
        {"reason": "Pourquoi pas", "audience": ""},
        {"reason": "Pourquoi pas", "title": "Le référendum"},
        {"reason": "Pourquoi pas", "contact": "02"},
    ],
)
def test_rules_do_not_change_without_a_reason_a_change_or_sense(ctx, noon, change):
    actor = facilitator()
    campaign = published(actor)
    with pytest.raises(Refused):
        actions.change_rules(actor, campaign, **change)
    rollback()
    assert campaign.audience == TEXTS["audience"]
    assert campaign.versions == []


def test_the_database_refuses_to_rewrite_a_version(ctx, noon):
    campaign = published(facilitator())
    actions.freeze(None, campaign)
    commit()
    with pytest.raises(sa.exc.DBAPIError):
        db.session.execute(sa.update(CampaignRules).values(reason="autre"))
    db.session.rollback()


# More time.


def test_more_time_is_a_version_with_its_reason_told_to_followers(ctx, noon):
    actor, reader = facilitator(), make_user()
    campaign = published(actor)
    follow(reader, campaign)
    propose, vote, answer, following = campaign.phases
    before = [day(phase.opens_at) for phase in campaign.phases]
    last = day(propose.closes_at) + timedelta(days=7)
    actions.extend(actor, campaign, propose, last=last, reason="La poste a tardé.")
    commit()
    assert day(propose.closes_at) == last
    assert [day(phase.opens_at) for phase in campaign.phases] == before
    assert [version.reason for version in campaign.versions] == ["", "La poste a tardé."]
    assert told() == [reader.id]


def test_the_next_steps_may_move_as_much(ctx, noon):
    actor = facilitator()
    campaign = published(actor)
    propose, *later = campaign.phases
    before = [(day(phase.opens_at), phase.closes_at and day(phase.closes_at)) for phase in later]
    week = timedelta(days=7)

    def extend():
        last = day(propose.closes_at) + week
        why = "La poste a tardé."
        actions.extend(actor, campaign, propose, last=last, reason=why, moves_next=later)
        commit()

    by_two(actor, extend)
    after = [(day(phase.opens_at), phase.closes_at and day(phase.closes_at)) for phase in later]
    assert after == [(first + week, last and last + week) for first, last in before]
    moved = queries.history(campaign)[0].differences
    assert [str(difference.label) for difference in moved] == [
        "Proposer",
        "Soutenir",
        "Réponses de la ville",
        "Suivi",
    ]


def test_a_shorter_step_is_refused_with_a_sentence(ctx, noon):
    actor = facilitator()
    campaign = published(actor)
    propose = campaign.phases[0]
    closes_at = propose.closes_at
    sooner = day(closes_at) - timedelta(days=1)
    with pytest.raises(Refused) as refused:
        actions.extend(actor, campaign, propose, last=sooner, reason="Pressés.")
    assert "jamais raccourcie" in str(refused.value.reason)
    rollback()
    assert propose.closes_at == closes_at


# After.


def test_days_without_results_are_counted(ctx, noon):
    campaign = published(facilitator())
    assert campaign.days_without_results is None
    with clock.frozen(campaign.closes_at + timedelta(days=12, hours=1)):
        assert (campaign.stage, campaign.days_without_results) == (Stage.CLOSED, 12)
        campaign.move_to(State.RESULTS)
        assert (campaign.stage, campaign.days_without_results) == (Stage.ANSWERED, None)
    db.session.rollback()


def test_a_cancelled_campaign_stays_in_sight_with_the_reason(ctx, noon):
    actor, reader = facilitator(), make_user()
    campaign = published(actor)
    follow(reader, campaign)
    with pytest.raises(Refused):
        actions.cancel(actor, campaign, reason=" ")
    rollback()
    actions.cancel(actor, campaign, reason="Le terrain est vendu.")
    commit()
    assert (campaign.stage, campaign.cancelled_at) == (Stage.CANCELLED, noon)
    assert not campaign.is_open(PhaseKind.PROPOSE)
    assert queries.on_show() == [campaign]
    assert told() == [reader.id]


def test_a_copy_takes_texts_themes_places_and_no_document(ctx, noon):
    actor = facilitator()
    campaign = published(actor)
    other = actions.copy(actor, campaign, title="La place, encore", key="copie")
    commit()
    assert (other.state, other.slug, other.phases) == (State.DRAFT, "la-place-encore", [])
    assert {name: getattr(other, name) for name in TEXTS} == TEXTS
    assert [theme.title for theme in other.themes] == ["Arbres", "Bancs"]
    assert {theme.id for theme in other.themes}.isdisjoint(t.id for t in campaign.themes)
    assert other.places == campaign.places
    assert other.documents == []


def test_a_copy_moves_the_calendar_by_whole_days_across_summer_time(ctx, noon):
    actor = facilitator()
    campaign = published(actor)
    other = actions.copy(actor, campaign, title="Encore", first=date(2026, 10, 10))
    commit()
    propose = other.phase(PhaseKind.PROPOSE)
    assert propose.opens_at == datetime(2026, 10, 10, tzinfo=clock.TOWN)
    assert propose.closes_at == datetime(2026, 10, 30, 23, 59, 59, tzinfo=clock.TOWN)
    assert other.phase(PhaseKind.FOLLOW_UP).closes_at is None


def test_the_list_puts_first_what_people_can_still_do(ctx, noon):
    actor = facilitator()
    days = {"Bientôt": 9, "Ouverte": -20, "Ouverte encore": 0, "Finie": -34, "Vieille": -30}
    for title, shift in days.items():
        first = clock.today() + timedelta(days=shift)
        with clock.frozen(min(clock.now(), opening(first))):
            published(actor, first=first, title=title)
    with clock.frozen(noon + timedelta(days=2)):
        stages = [(campaign.title, campaign.stage) for campaign in queries.on_show()]
    assert stages == [
        ("Vieille", Stage.OPEN),
        ("Ouverte", Stage.OPEN),
        ("Ouverte encore", Stage.OPEN),
        ("Bientôt", Stage.UPCOMING),
        ("Finie", Stage.CLOSED),
    ]


def test_a_campaign_told_by_a_document_without_days_is_over(ctx):
    campaign = make_campaign(published=False, period_words="à l'automne 2021")
    campaign.phases = []
    campaign.move_to(State.PUBLISHED)
    assert (campaign.stage, campaign.days_without_results) == (Stage.CLOSED, None)
    db.session.rollback()
