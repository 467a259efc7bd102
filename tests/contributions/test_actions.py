"""What writing, sending, confirming, changing and taking back leave behind, and who is told."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from consult.campaigns.models import Identity, Moderation, Theme
from consult.contributions import actions as contributions
from consult.contributions import queries
from consult.contributions.actions import Picture
from consult.contributions.models import Contribution, Outcome, Tally
from consult.core import clock
from consult.core.db import db
from consult.core.files import StoredFile
from consult.core.images import Image as Drawn
from consult.core.rules import Refused
from consult.core.search import SearchEntry
from consult.journal.actions import commit
from consult.journal.models import Event, Notification
from consult.people.models import Letter, Role, RoleName
from consult.posts import queries as posts
from consult.posts.models import Channel, Slip, Status
from consult.territory.models import Place
from tests.factories import make_campaign, make_contribution, make_user

DRAWN = Drawn(b"not really", 40, 30)


def events():
    return list(db.session.scalars(sa.select(Event.name).order_by(Event.id)))


def told():
    rows = db.session.execute(
        sa.select(Event.name, Notification.user_id)
        .join(Notification, Notification.event_id == Event.id)
        .order_by(Notification.id)
    )
    return [tuple(row) for row in rows]


def indexed():
    return list(db.session.scalars(sa.select(SearchEntry.subject_id)))


@pytest.mark.parametrize(
    ("moderation", "status"),
    [(Moderation.BEFORE, Status.PENDING), (Moderation.AFTER, Status.PUBLISHED)],
)
def test_what_is_handed_in_waits_or_shows(ctx, noon, moderation, status):
    campaign, author = make_campaign(moderation=moderation), make_user()
    facilitator = make_user(RoleName.FACILITATOR)
    make_user(RoleName.COUNCIL)
    made = contributions.submit(author, campaign, title="Des bancs", body="À l'ombre.")
    commit()
    assert (made.status, made.author, made.submitted_at) == (status, author, noon)
    assert [version.body for version in posts.versions(made)] == ["À l'ombre."]
    assert events() == ["contributions.submit"]
    assert told() == [("contributions.submit", facilitator.id)]
    assert indexed() == ([made.id] if status == Status.PUBLISHED else [])
    assert queries.figures(campaign).by_status == {status: 1}
    assert made.waiting_since == noon


def test_facilitators_are_told_once_a_half_day_while_texts_wait(ctx, noon):
    campaign, author = make_campaign(), make_user()
    facilitator = make_user(RoleName.FACILITATOR)
    for hours in (0, 1, 2, 13.5):
        with clock.frozen(noon + timedelta(hours=hours)):
            contributions.submit(author, campaign, title="Des bancs", body="À l'ombre.")
            commit()
    assert told() == [("contributions.submit", facilitator.id)] * 2


def test_a_facilitator_of_another_campaign_is_not_told(ctx, noon):
    elsewhere, here, other = make_user(), make_campaign(), make_campaign()
    role = Role(user_id=elsewhere.id, name=RoleName.FACILITATOR, campaign_id=other.id)
    db.session.add(role)
    db.session.commit()
    contributions.submit(make_user(), here, title="Des bancs", body="À l'ombre.")
    commit()
    assert told() == []


def test_a_draft_is_in_no_figure_until_it_is_sent(ctx, noon):
    campaign, author = make_campaign(), make_user()
    draft = contributions.save_draft(author, campaign, title="Des bancs", body="À l'ombre.")
    commit()
    assert (draft.status, queries.figures(campaign).received) == (Status.DRAFT, 0)
    contributions.send(author, draft)
    commit()
    assert (draft.status, queries.figures(campaign).received) == (Status.PENDING, 1)
    assert events() == ["contributions.save_draft", "contributions.send"]


def test_a_visitor_s_words_wait_for_the_address_to_answer(ctx, noon):
    campaign = make_campaign(identity=Identity.EMAIL)
    draft = contributions.save_draft(None, campaign, title="Des bancs", body="À l'ombre.")
    contributions.ask_confirmation(None, draft, email="lea@exemple.fr", pseudonym="Léa")
    commit()
    letter = db.session.scalars(sa.select(Letter)).one()
    assert (letter.kind, letter.to) == ("contributions.confirm", "lea@exemple.fr")
    assert (draft.status, draft.author) == (Status.DRAFT, None)
    lea = make_user(pseudonym="Léa")
    contributions.confirm(lea, draft)
    commit()
    assert (draft.status, draft.author, draft.name) == (Status.PENDING, lea, "Léa")
    assert (draft.awaited_email, draft.awaited_pseudonym) == (None, None)
    assert events()[-2:] == ["contributions.confirm", "contributions.submit"]
    with pytest.raises(Refused):
        contributions.confirm(lea, draft)


def test_words_sent_in_time_keep_their_first_moment(ctx, noon):
    campaign = make_campaign(identity=Identity.EMAIL)
    draft = contributions.save_draft(None, campaign, title="Des bancs", body="À l'ombre.")
    contributions.ask_confirmation(None, draft, email="lae@exemple.fr", pseudonym="")
    with clock.frozen(noon + timedelta(hours=2)):
        contributions.ask_confirmation(None, draft, email="lea@exemple.fr", pseudonym="")
    assert (draft.awaited_email, draft.awaited_since) == ("lea@exemple.fr", noon)


def test_changing_words_keeps_the_earlier_ones(ctx, noon):
    campaign = make_campaign(moderation=Moderation.AFTER)
    campaign.themes = [Theme(title="Nature"), Theme(title="Ville")]
    db.session.commit()
    nature, town = campaign.themes
    place = Place.new("Place du marché", aliases=["Le marché"])
    facilitator = make_user(RoleName.FACILITATOR)
    made = make_contribution(campaign, theme=nature)
    made.waiting_since = None  # a facilitator has read it
    db.session.commit()
    contributions.edit(
        made.author, made, title="Des chaises", body="Pliantes.", theme=town, place=place
    )
    commit()
    assert [v.title for v in posts.versions(made)] == ["Des bancs", "Des chaises"]
    assert queries.figures(campaign).by_theme == {town.id: 1}
    entry = db.session.scalars(sa.select(SearchEntry)).one()
    assert (entry.title, entry.place_id) == ("Des chaises", place.id)
    assert made.waiting_since == noon  # to be read again
    assert told() == [("contributions.edit", facilitator.id)]


def test_filing_elsewhere_is_not_a_new_wording(ctx, noon):
    made = make_contribution(status=Status.PENDING)
    contributions.edit(made.author, made, title=made.title, body=made.body, byline="Léa M.")
    commit()
    assert len(posts.versions(made)) == 1
    assert made.name == "Léa M."


def test_a_support_given_meanwhile_stops_the_change(ctx, noon):
    made = make_contribution(make_campaign(moderation=Moderation.AFTER))
    author = made.author
    assert not made.support_count
    db.session.execute(sa.update(Contribution.__table__).values(support_count=1))
    with pytest.raises(Refused):
        contributions.edit(author, made, title="Autre", body="Chose")


def test_what_is_withdrawn_leaves_lists_search_and_figures(ctx, noon):
    made = make_contribution()
    contributions.withdraw(made.author, made)
    commit()
    assert (made.status, made.shown_at, indexed()) == (Status.WITHDRAWN, None, [])
    assert queries.listed(made.campaign).rows == []
    assert queries.figures(made.campaign).by_status == {Status.WITHDRAWN: 1}
    assert events() == ["contributions.withdraw"]


def test_a_discarded_draft_leaves_no_word(ctx, noon):
    campaign = make_campaign()
    draft = contributions.save_draft(
        None, campaign, title="Des bancs", body="Ici.", pictures=[Picture(DRAWN, DRAWN, "Un banc")]
    )
    commit()
    [kept] = {one.file.path for one in posts.images([draft.id])[draft.id]}
    contributions.discard(None, draft)
    commit()
    assert not kept.exists()
    for table in ("post", "contribution", "version", "image", "stored_file"):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(sa.table(table))) == 0
    event = db.session.scalars(sa.select(Event).order_by(Event.id.desc())).first()
    assert (event.name, event.subject_kind) == ("contributions.discard", "campaign")


def test_pictures_keep_their_order_and_words(ctx, noon):
    made = contributions.submit(
        make_user(),
        make_campaign(),
        title="Des bancs",
        body="Ici.",
        pictures=[Picture(DRAWN, DRAWN, "Un banc", "Léa"), Picture(DRAWN, DRAWN, "Deux bancs")],
    )
    commit()
    first, second = posts.images([made.id])[made.id]
    assert (first.alternative, first.credit, second.alternative) == ("Un banc", "Léa", "Deux bancs")
    assert first.file.read() == b"not really"
    assert not posts.is_on_show(first.file_id)
    gone = (first.file_id, first.thumbnail_id)
    contributions.edit(
        made.author,
        made,
        title="Des bancs",
        body="Ici.",
        removed=[first],
        alternatives={second: "Deux bancs en bois"},
        pictures=[Picture(DRAWN, DRAWN, "Trois bancs")],
    )
    made.move_to(Status.PUBLISHED)
    commit()
    kept = posts.images([made.id])[made.id]
    assert [image.alternative for image in kept] == ["Deux bancs en bois", "Trois bancs"]
    assert not any(db.session.get(StoredFile, number) for number in gone)
    assert posts.is_on_show(kept[0].file_id)
    assert posts.is_on_show(kept[0].thumbnail_id)


@pytest.mark.parametrize(
    ("moderation", "status"),
    [(Moderation.BEFORE, Status.PENDING), (Moderation.AFTER, Status.PUBLISHED)],
)
def test_a_sheet_of_paper_lives_the_same_life(ctx, noon, moderation, status):
    campaign, agent = make_campaign(moderation=moderation), make_user(RoleName.FACILITATOR)
    made = contributions.type_in(
        agent,
        campaign,
        title="Des bancs",
        body="À l'ombre.",
        channel=Channel.PAPER,
        collected_on=noon.date() - timedelta(days=2),
        collected_at="Mairie",
        number="12",
        contact="06 00 00 00 00",
        byline="Mme Petit",
    )
    commit()
    assert (made.status, made.author, made.name) == (status, None, "Mme Petit")
    assert (made.channel, made.receipt != "") == (Channel.PAPER, True)
    slip = db.session.scalars(sa.select(Slip)).one()
    assert (slip.agent, slip.number, slip.collected_at) == (agent, "12", "Mairie")
    event = db.session.scalars(sa.select(Event)).one()
    assert (event.name, event.actor_id) == ("contributions.type_in", agent.id)
    assert "06 00" not in str(event.data)
    assert queries.slips_numbered(campaign, " 12 ") == [made]
    assert queries.slips_numbered(make_campaign(), "12") == []


def test_published_words_are_found_by_any_name_of_their_place(ctx, noon):
    place = Place.new("La Haie Griselle", aliases=["Haie Grisselle"])
    db.session.commit()
    made = make_contribution(place=place, title="Un éclairage", body="Plus doux.")
    entry = db.session.scalars(sa.select(SearchEntry)).one()
    assert {"grisel", "griselle", "grissel", "grisselle"} & set(entry.stems.split())
    made.move_to(Status.RESTRICTED)
    db.session.commit()
    assert indexed() == []
    made.move_to(Status.PUBLISHED)
    db.session.commit()
    assert indexed() == [made.id]


def test_tallies_follow_each_step(ctx, noon):
    made = make_contribution(status=Status.PENDING)
    made.move_to(Status.PUBLISHED)
    made.answered(Outcome.RETAINED)
    made.answered(Outcome.PARTLY)
    db.session.commit()
    rows = db.session.execute(
        sa.select(Tally.status, Tally.outcome, Tally.number).where(Tally.number > 0)
    ).all()
    assert [tuple(row) for row in rows] == [(Status.PUBLISHED, "partly_retained", 1)]
    known = queries.figures(made.campaign)
    assert (known.received, known.published, known.answered, known.retained) == (1, 1, 1, 1)
