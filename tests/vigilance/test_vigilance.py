"""What looks odd is shown to a human, who alone decides; false supports go in the open."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from consult.campaigns.models import Moderation, PhaseKind, State
from consult.comments import actions as comments
from consult.contributions import actions as contributions
from consult.contributions.jobs import recount
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.db import db
from consult.core.rules import Refused
from consult.journal.actions import commit, rollback
from consult.journal.models import Event, Notification
from consult.people.disposable import is_disposable
from consult.people.models import RoleName
from consult.posts.models import Flag, FlagKind, Status
from consult.posts.queries import flags_of
from consult.vigilance import actions as vigilance
from consult.vigilance import queries
from consult.vigilance.jobs import watch_supports
from consult.votes import actions as votes
from tests.factories import make_campaign, make_contribution, make_user, sign_in

LETTER = (
    "Nous, voisins du square, demandons que les tilleuls de la place soient gardés. Signé : {}."
)
REASONS = {"facts": "Vingt comptes ouverts d'un seul poste.", "rule": "Charte, article 4."}


@pytest.fixture
def campaign(ctx, noon):
    return make_campaign(moderation=Moderation.AFTER)


def said(campaign, author, body, title="Une idée"):
    made = contributions.submit(author, campaign, title=title, body=body)
    commit()
    return made


def kinds(post):
    return {flag.kind: flag.number for flag in flags_of([post]).get(post.id, [])}


# Texts.


def test_a_first_text_full_of_links_is_read_first(campaign):
    advert = "Achetez ici https://vendre.example et www.acheter.example"
    resident = make_user()
    held = said(campaign, resident, advert)
    assert (held.status, kinds(held)) == (Status.PENDING, {FlagKind.LINKS: 2})
    known = make_contribution(campaign, author=make_user()).author
    assert said(campaign, known, advert).status == Status.PUBLISHED


def test_one_link_in_a_long_text_is_nothing(campaign):
    body = "Un abri. " * 30 + "Voir https://exemple.fr"
    assert said(campaign, make_user(), body).status == Status.PUBLISHED


def test_the_third_of_nearly_the_same_is_flagged_with_the_others(campaign):
    made = [said(campaign, make_user(), LETTER.format(name)) for name in ("Lou", "Max", "Zoé")]
    assert [one.status for one in made] == [Status.PUBLISHED] * 2 + [Status.PENDING]
    assert all(FlagKind.ALIKE in kinds(one) for one in made)
    assert all(one.waiting_since for one in made)
    with clock.frozen(clock.now() + timedelta(days=2)):
        late = said(campaign, make_user(), LETTER.format("Ida"))
    assert not kinds(late)


def test_short_agreements_are_no_burst(campaign):
    contribution = make_contribution(campaign)
    for _ in range(4):
        made = comments.comment(make_user(), contribution, body="Tout à fait d'accord !")
        commit()
    assert made.status == Status.PUBLISHED


@pytest.mark.parametrize(
    "advert",
    [
        "Achetez [ici](//vendre.example) ou [là](http:acheter.example)",
        "Achetez [ici](&#104;ttps://vendre.example) ou [là](https:/acheter.example)",
        "Achetez ht\u200btps://vendre.example ou ｗｗｗ。acheter.example",
        "Achetez «https://vendre.example»→https://acheter.example",
    ],
)
def test_links_are_counted_however_they_are_written(campaign, advert):
    assert kinds(said(campaign, make_user(), advert)) == {FlagKind.LINKS: 2}


def test_a_missing_space_is_no_link(campaign):
    first = said(campaign, make_user(), "C'est fini.Ensuite, M.Dupont vient le 12.05.2021.")
    assert kinds(first) == {}


def test_comments_are_looked_at_as_well(campaign):
    contribution = make_contribution(campaign)
    advert = "Achetez https://vendre.example ou https://acheter.example"
    made = comments.comment(make_user(), contribution, body=advert)
    commit()
    assert (made.status, kinds(made)) == (Status.PENDING, {FlagKind.LINKS: 2})


def test_a_throw_away_address_has_a_first_text_read_and_no_more(app, campaign, monkeypatch):
    discreet = make_user(email="lou@yopmail.com")
    first = said(campaign, discreet, "Une fontaine au square.")
    assert (first.status, kinds(first)) == (Status.PENDING, {FlagKind.DISPOSABLE: 0})
    first.move_to(Status.PUBLISHED)
    db.session.commit()
    assert said(campaign, discreet, "Et un banc.").status == Status.PUBLISHED
    assert is_disposable("x@a.yopmail.com")
    assert not is_disposable("x@exemple.fr")
    monkeypatch.setitem(app.config, "DISPOSABLE_DOMAINS", ("exemple.fr",))
    assert is_disposable("x@exemple.fr")


def test_the_town_may_refuse_or_allow_such_addresses(app, campaign, client, monkeypatch):
    sent = {"email": "lou@yopmail.com", "pseudonym": "Lou"}
    monkeypatch.setitem(app.config, "DISPOSABLE_ADDRESSES", "refuse")
    assert "adresse jetable" in client.post("/inscription", data=sent).text
    monkeypatch.setitem(app.config, "DISPOSABLE_ADDRESSES", "allow")
    assert client.post("/inscription", data=sent).status_code == 303
    discreet = make_user(email="max@yopmail.com")
    assert said(campaign, discreet, "Une fontaine.").status == Status.PUBLISHED


# Flags, and the word that clears them.


def test_a_human_clears_a_flag_with_a_word(campaign, client):
    made = said(campaign, make_user(), "https://a.example https://b.example")
    flag = db.session.scalars(sa.select(Flag)).one()
    desk = make_user(RoleName.FACILITATOR)
    for actor, words in ((make_user(), "Lu."), (desk, " "), (make_user(RoleName.GUARANTOR), "Lu.")):
        with pytest.raises(Refused):
            vigilance.clear(actor, flag, words=words)
        rollback()
    sign_in(client, desk)
    assert "Premier texte, avec des liens" in client.get("/moderation/alertes").text
    assert "Premier texte, avec des liens" in client.get(f"/moderation/{made.id}").text
    address = f"/moderation/alertes/{flag.id}"
    assert client.post(address, data={"words": "Lu : un vrai projet."}).status_code == 303
    assert flags_of([made]) == {}
    assert (flag.words, flag.cleared_by_id) == ("Lu : un vrai projet.", desk.id)
    assert made.status == Status.PENDING  # clearing decides nothing about the text
    assert "Rien d’étrange" in client.get("/moderation/alertes").text
    event = db.session.scalars(sa.select(Event).order_by(Event.id.desc())).first()
    assert (event.name, event.data) == ("vigilance.clear", {"kind": "links"})


def test_a_flag_opens_no_sealed_words(ctx, noon, client):
    hidden = make_contribution(status=Status.REFUSED, title="Un titre tu", body="Des mots tus.")
    flag = Flag(post_id=hidden.id, kind=FlagKind.LINKS)
    db.session.add(flag)
    db.session.commit()
    pages = (
        "/moderation/alertes",
        f"/moderation/alertes/{flag.id}",
        f"/contributions/{hidden.id}/soutiens/ecarter",
    )
    sign_in(client, make_user(RoleName.FACILITATOR))
    for page in pages:
        words = client.get(page).get_data(as_text=True)
        assert "Un titre tu" not in words
        assert "Des mots tus." not in words
    sign_in(client, make_user(RoleName.GUARANTOR))
    assert "Des mots tus." in client.get(pages[1]).get_data(as_text=True)


def test_visitors_and_residents_see_no_flag(campaign, client):
    said(campaign, make_user(), "https://a.example https://b.example")
    assert client.get("/moderation/alertes").status_code == 303
    sign_in(client, make_user())
    assert client.get("/moderation/alertes").status_code == 403


# Supports.


@pytest.fixture
def burst(ctx, noon):
    """Twelve accounts opened just now support one contribution; three old ones as well."""
    with clock.frozen(noon - timedelta(days=400)):
        old = [make_user() for _ in range(3)]
    contribution = make_contribution(make_campaign())
    new = [make_user() for _ in range(12)]
    for one in [*old, *new]:
        votes.support(one, contribution)
    commit()
    return contribution, old, new


def test_a_burst_is_flagged_and_everything_still_counts(burst):
    contribution, _old, _new = burst
    desk = make_user(RoleName.FACILITATOR)
    assert (watch_supports(), watch_supports()) == (1, 1)
    assert kinds(contribution) == {FlagKind.BURST: 12}
    assert contribution.support_count == 15
    told = list(db.session.scalars(sa.select(Notification.user_id)))
    assert told == [desk.id]  # once


def test_a_neighbourhood_with_old_accounts_is_no_burst(ctx, noon):
    with clock.frozen(noon - timedelta(days=60)):
        old = [make_user() for _ in range(20)]
    contribution = make_contribution(make_campaign())
    for one in [*old, *(make_user() for _ in range(9))]:
        votes.support(one, contribution)
    commit()
    assert watch_supports() == 0


def test_while_counts_are_out_of_sight_nobody_is_told(ctx, noon):
    contribution = make_contribution(make_campaign(PhaseKind.VOTE, hides_counts=True))
    for _ in range(12):
        votes.support(make_user(), contribution)
    commit()
    desk = make_user(RoleName.FACILITATOR)
    assert watch_supports() == 0
    with pytest.raises(Refused):
        vigilance.set_aside(desk, contribution, hour=_hour(), **REASONS)
    rollback()
    with clock.frozen(contribution.campaign.phase(PhaseKind.VOTE).closes_at + timedelta(minutes=5)):
        assert watch_supports() == 1


def test_an_hour_with_a_few_new_accounts_is_not_shown(ctx, noon, client):
    """Who opened an account that day and supports this would be known by the hour they came."""
    contribution = make_contribution(make_campaign())
    address = f"/contributions/{contribution.id}/soutiens/ecarter"
    sign_in(client, make_user(RoleName.FACILITATOR))
    for number in range(queries.FEW):
        page = client.get(address).text
        assert "Aucune heure" in page, number
        votes.support(make_user(), contribution)
        commit()
    assert "Aucune heure" not in client.get(address).text


def _hour():
    return queries._hour(clock.now())


def test_false_supports_are_set_aside_with_reasons_and_shown_with_and_without(burst, client):
    contribution, old, new = burst
    desk = make_user(RoleName.FACILITATOR)
    sign_in(client, desk)
    address = f"/contributions/{contribution.id}/soutiens/ecarter"
    page = client.get(address).text
    assert "rafale" in page
    assert not any(one.pseudonym in page for one in [*old, *new])  # never by whom
    hour = _hour().isoformat()
    lacking = client.post(address, data={"hour": hour, "facts": "", "rule": "x"})
    assert (lacking.status_code, contribution.apart_count) == (200, 0)
    assert client.post(address, data={"hour": hour, **REASONS}).status_code == 303
    db.session.refresh(contribution)
    assert (contribution.support_count, contribution.apart_count) == (3, 12)
    assert not any(recount().values())
    told = set(db.session.scalars(sa.select(Notification.user_id)))
    assert told == {one.id for one in new}
    reader = client.application.test_client()
    seen = reader.get(f"/contributions/{contribution.id}").text
    assert "3 soutiens" in seen
    assert "15 avec ceux qui ont été écartés" in seen
    public = reader.get(f"/contributions/{contribution.id}/soutiens/ecartes").text
    assert all(words.replace("'", "&#39;") in public for words in REASONS.values())
    with pytest.raises(Refused):  # neither taken back to be given again
        votes.withdraw(new[0], contribution)
    rollback()
    aside = queries.statements(contribution)[0]
    why = "Douze voisins sont venus le dire au guichet."
    page = client.get(f"/contributions/{contribution.id}/soutiens/ecartes").text
    assert "une autre personne de l’équipe peut les remettre" in page
    with pytest.raises(Refused):  # nobody undoes alone what they did
        vigilance.restore(desk, aside, words=why)
    vigilance.restore(make_user(RoleName.FACILITATOR), aside, words=why)
    commit()
    assert (contribution.support_count, contribution.apart_count) == (15, 0)
    assert not any(recount().values())


def test_nothing_is_set_aside_without_reasons_or_once_results_are_out(burst):
    contribution, _old, _new = burst
    desk = make_user(RoleName.FACILITATOR)
    for actor, reasons in (
        (desk, REASONS | {"facts": " "}),
        (desk, REASONS | {"rule": ""}),
        (make_user(), REASONS),
        (make_user(RoleName.GUARANTOR), REASONS),
    ):
        with pytest.raises(Refused):
            vigilance.set_aside(actor, contribution, hour=_hour(), **reasons)
        rollback()
    with pytest.raises(Refused):
        vigilance.set_aside(desk, contribution, hour=_hour() - timedelta(hours=3), **REASONS)
    rollback()
    contribution.campaign.move_to(State.RESULTS)
    with pytest.raises(Refused):
        vigilance.set_aside(desk, contribution, hour=_hour(), **REASONS)
    rollback()


def test_a_flagged_draft_is_shown_to_nobody_before_it_is_sent(campaign, client, ctx):
    draft = contributions.save_draft(None, campaign, title="À moi", body="Seul.", seen=["haste"])
    commit()
    [flag] = db.session.scalars(sa.select(Flag))
    desk = sign_in(client, make_user(RoleName.FACILITATOR))
    assert "À moi" not in desk.get("/moderation/alertes").text
    assert desk.get(f"/moderation/alertes/{flag.id}").status_code == 404
    draft.move_to(Status.PENDING)
    commit()
    assert "À moi" in desk.get("/moderation/alertes").text
    assert "Seul." in desk.get(f"/moderation/alertes/{flag.id}").text


def test_a_draft_deleted_takes_its_flags_along(campaign, client):
    draft = contributions.save_draft(None, campaign, title="x", body="y", seen=["haste"])
    commit()
    contributions.discard(None, draft)
    commit()
    assert db.session.scalar(sa.select(sa.func.count(Flag.id))) == 0
    assert db.session.scalar(sa.select(sa.func.count(Contribution.id))) == 0
