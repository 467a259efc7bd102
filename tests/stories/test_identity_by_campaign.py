"""Identity by campaign: each way proves once, nothing readable stays."""

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from consult.campaigns import actions as campaigns
from consult.campaigns.models import AgeBracket, Identity
from consult.campaigns.queries import gaps
from consult.comments import rules as commenting
from consult.contributions import actions as contributions
from consult.core import clock
from consult.core.db import db
from consult.core.rules import Refused
from consult.identity import actions, codes, queries, views
from consult.identity.actions import Home, Person
from consult.identity.models import LetterCode, Proof
from consult.identity.roll import Who
from consult.identity.rules import proven
from consult.journal.actions import commit, rollback
from consult.journal.models import Event
from consult.keys.signatures import Unsigned
from consult.people.models import ConsentKind, RoleName
from consult.posts.models import Channel, Status
from consult.privacy import actions as privacy
from consult.votes import actions as votes
from consult.votes.models import Support
from tests.factories import make_campaign, make_contribution, make_user, sign_in
from tests.identity.making import LEA, a_letter, asking


def refused(act, *args, **kwargs):
    with pytest.raises(Refused) as no:
        act(*args, **kwargs)
    rollback()
    return str(no.value.reason)


# A declared address.


def test_a_declared_address_leaves_inside_or_outside_and_nothing_to_read(ctx, noon):
    campaign, resident = asking("declared", postcodes="92330"), make_user()
    home = Home("12 rue des Acacias", "92330", is_inside=True)
    proof = actions.declare(resident, campaign, person=LEA, home=home)
    commit()
    proven(resident, campaign)
    assert (proof.way, proof.is_inside, proof.bracket) == (Identity.DECLARED, True, None)
    kept = " ".join(str(value) for value in proof.__dict__.values()).casefold()
    assert not re.search(r"acacias|92330|élan|elan|léa|1984", kept)


def test_an_agreement_taken_back_gives_no_second_voice(ctx, noon):
    """The line leads to nobody any more; by their word alone the account takes no other one."""
    campaign, resident = asking("declared", "desk"), make_user()
    home = Home("12 rue des Acacias", "92330", is_inside=True)
    actions.declare(resident, campaign, person=LEA, home=home)
    contribution = make_contribution(campaign)
    votes.support(resident, contribution)
    commit()
    privacy.consent(resident, kind=ConsentKind.POSITION, given=False)
    privacy.consent(resident, kind=ConsentKind.POSITION, given=True)
    commit()
    assert db.session.scalar(sa.select(sa.func.count(Proof.user_id))) == 0
    other = LEA._replace(year=1985)
    assert "repris votre accord" in refused(
        actions.declare, resident, campaign, person=other, home=home
    )
    agent = make_user(RoleName.FACILITATOR)
    actions.see(agent, campaign, person=LEA, account=resident)
    commit()
    votes.support(resident, contribution)  # the same line: once
    commit()
    assert contribution.support_count == 1


def test_an_address_elsewhere_counts_apart_or_does_not_take_part(ctx, noon):
    away = Home("1 rue Neuve", "75011", is_inside=True)
    open_to_all, strict = (
        asking("declared", postcodes="92330"),
        asking("declared", postcodes="92330", is_for_insiders=True),
    )
    assert actions.declare(make_user(), open_to_all, person=LEA, home=away).is_inside is False
    commit()
    assert "périmètre" in refused(actions.declare, make_user(), strict, person=LEA, home=away)


def test_the_same_person_does_not_declare_twice_with_two_accounts(ctx, noon):
    campaign = asking("declared")
    home = Home("12 rue des Acacias", "92330", is_inside=True)
    actions.declare(make_user(), campaign, person=LEA, home=home)
    commit()
    again = Person("ELAN", "lea", 1984)
    assert "une fois" in refused(actions.declare, make_user(), campaign, person=again, home=home)


# A letter.


def test_a_code_opens_one_participation_once_and_is_kept_as_a_fingerprint(ctx, noon):
    campaign, agent = asking("letter"), make_user(RoleName.FACILITATOR)
    letter = a_letter(campaign, agent)
    row = queries.letter_numbered(campaign, letter.number)
    assert letter.code not in str(row.__dict__)
    resident = make_user()
    actions.enter_code(resident, campaign, code=letter.code)
    commit()
    proven(resident, campaign)
    assert queries.proof_of(resident, campaign).is_inside is True
    assert "déjà servi" in refused(actions.enter_code, make_user(), campaign, code=letter.code)


def test_a_lost_letter_is_replaced_and_a_served_one_is_not(ctx, noon):
    campaign, agent = asking("letter"), make_user(RoleName.FACILITATOR)
    letter = a_letter(campaign, agent)
    row = queries.letter_numbered(campaign, letter.number)
    fresh = actions.replace_letter(agent, campaign, row)
    commit()
    assert "annulé" in refused(actions.enter_code, make_user(), campaign, code=letter.code)
    actions.enter_code(make_user(), campaign, code=fresh.code)
    commit()
    served = queries.letter_numbered(campaign, fresh.number)
    assert "a servi" in refused(actions.replace_letter, agent, campaign, served)


def test_a_lost_pile_opens_nothing_any_more(ctx, noon):
    campaign, agent = asking("letter"), make_user(RoleName.FACILITATOR)
    letters = actions.make_letters(agent, campaign, size=3, key="pile")
    commit()
    actions.enter_code(make_user(), campaign, code=letters[0].code)
    commit()
    actions.revoke_series(agent, campaign, queries.series_with_key("pile"))
    commit()
    (pile,) = queries.piles(campaign)
    assert (pile.made, pile.used, pile.revoked) == (3, 1, 2)
    assert "annulé" in refused(actions.enter_code, make_user(), campaign, code=letters[1].code)


def test_a_code_of_another_campaign_opens_nothing_here(ctx, noon):
    agent = make_user(RoleName.FACILITATOR)
    letter = a_letter(asking("letter"), agent)
    other = asking("letter")
    assert "pas connu" in refused(actions.enter_code, make_user(), other, code=letter.code)


# The desk.


def test_the_desk_gives_a_code_to_somebody_without_an_account(ctx, noon):
    campaign, agent = asking("letter", "desk"), make_user(RoleName.FACILITATOR)
    seen = actions.see(agent, campaign, person=LEA)
    commit()
    resident = make_user()
    actions.enter_code(resident, campaign, code=seen.letter.code)
    commit()
    proof = queries.proof_of(resident, campaign)
    assert (proof.way, proof.agent_id) == (Identity.DESK, agent.id)
    assert "déjà" in refused(actions.see, agent, campaign, person=LEA)


def test_whoever_lost_the_code_of_the_desk_gets_another_and_the_first_is_cancelled(ctx, noon):
    campaign, agent = asking("letter", "desk"), make_user(RoleName.FACILITATOR)
    first = actions.see(agent, campaign, person=LEA)
    commit()
    actions.see(agent, campaign, person=LEA)
    commit()
    code = first.letter.code
    assert "annulé" in refused(actions.enter_code, make_user(), campaign, code=code)
    assert db.session.scalar(sa.select(sa.func.count(Proof.id))) == 1


def test_the_desk_links_an_account_at_once(ctx, noon):
    campaign, agent, resident = (
        asking("letter", "desk"),
        make_user(RoleName.FACILITATOR),
        make_user(),
    )
    seen = actions.see(agent, campaign, person=LEA, account=resident)
    commit()
    assert seen.letter is None
    proven(resident, campaign)


def test_two_people_of_one_name_are_told_apart_at_the_desk(ctx, noon):
    campaign, agent = asking("letter", "desk"), make_user(RoleName.FACILITATOR)
    actions.see(agent, campaign, person=LEA, account=make_user())
    commit()
    assert "déjà" in refused(actions.see, agent, campaign, person=LEA)
    actions.see(agent, campaign, person=LEA._replace(other="Rose"))
    commit()
    assert db.session.scalar(sa.select(sa.func.count(Proof.id))) == 2


def test_a_name_alone_does_not_take_over_what_somebody_did_on_paper(ctx, noon):
    campaign, agent = asking("letter", "desk"), make_user(RoleName.FACILITATOR)
    actions.see(agent, campaign, person=LEA)
    commit()
    letter = a_letter(campaign, agent)
    said = refused(actions.enter_code, make_user(), campaign, code=letter.code, person=LEA)
    assert "guichet" in said
    row = queries.letter_numbered(campaign, letter.number)
    assert row.used_at is None


# Age.


def test_an_age_rule_asks_for_a_bracket_and_holds(ctx, noon):
    campaign = asking("declared", youngest=AgeBracket.FROM_15)
    home = Home("12 rue des Acacias", "92330", is_inside=True)
    child = {"person": LEA, "home": home, "bracket": AgeBracket.UNDER_15}
    assert "âge" in refused(actions.declare, make_user(), campaign, person=LEA, home=home)
    assert "âge" in refused(actions.declare, make_user(), campaign, **child)
    assert db.session.scalar(sa.select(sa.func.count(Proof.id))) == 0
    proof = actions.declare(
        make_user(), campaign, person=LEA, home=home, bracket=AgeBracket.FROM_15
    )
    assert proof.bracket == AgeBracket.FROM_15


# One position a person a question, across all channels.


def test_web_then_paper_is_counted_once_and_said_calmly(ctx, noon):
    campaign, agent, resident = (
        asking("letter", "desk"),
        make_user(RoleName.FACILITATOR),
        make_user(),
    )
    actions.see(agent, campaign, person=LEA, account=resident)
    contribution = make_contribution(campaign)
    commit()
    votes.support(resident, contribution)
    commit()
    who = Who(person_key=Person("elan", "LÉA", 1984).key(campaign))
    sheet = {"who": who, "channel": Channel.PAPER, "collected_on": clock.today()}
    votes.type_in(agent, campaign, [contribution], **sheet)
    commit()
    assert contribution.support_count == 1
    other = make_contribution(campaign)
    votes.type_in(agent, campaign, [contribution, other], **sheet)
    commit()
    assert (contribution.support_count, other.support_count) == (1, 1)


@pytest.mark.parametrize("limit", [None, 1, 2])
def test_who_types_a_sheet_does_not_learn_what_the_person_supports(ctx, client, noon, limit):
    """Whoever supports it and whoever supports something else read alike, and leave as many lines
    in the journal: a name typed to see tells nothing and is not typed unseen."""
    campaign = make_campaign(support_limit=limit, hides_counts=True)
    one, other = make_contribution(campaign), make_contribution(campaign)
    people = [make_user(), make_user()]
    for person, supported in zip(people, (one, other), strict=True):
        votes.support(person, supported)
    commit()
    sign_in(client, make_user(RoleName.FACILITATOR))
    answers = []
    for person in people:
        page = client.post(
            f"/consultations/{campaign.slug}/soutiens/saisir",
            data={
                "email": person.email,
                "names": str(one.id),
                "channel": "paper",
                "collected_on": clock.today().isoformat(),
            },
            follow_redirects=True,
        )
        answers.append(re.sub(r' value="[^"]*"|' + person.email, "", page.text))
    assert answers[0] == answers[1]
    typed = sa.select(sa.func.count(Event.id)).where(Event.name == "votes.type_in")
    assert db.session.scalar(typed) == (0 if limit == 1 else 2)


@pytest.mark.parametrize(
    ("before", "after"),
    [([], ["declared"]), (["desk"], []), (["letter"], ["letter", "desk"])],
)
def test_what_people_are_known_by_stays_once_they_may_count(ctx, noon, before, after):
    """By an account, then by a name, the same person would count twice, in an urn as well."""
    campaign = asking(*before)
    why = {"reason": "Trop de fausses adresses."}
    agent = make_user(RoleName.FACILITATOR)
    assert "une seconde fois" in refused(
        campaigns.change_rules, agent, campaign, ways=after, **why
    )  # before anybody is asked to sign it
    announced = asking(*before)
    for phase in announced.phases:
        phase.opens_at += timedelta(days=60)
        phase.closes_at += timedelta(days=90)
    db.session.commit()
    if before:  # a proof or a letter may be given as soon as it is announced
        assert "une seconde fois" in refused(campaigns.edit, agent, announced, ways=after)
    else:
        with pytest.raises(Unsigned):
            campaigns.edit(agent, announced, ways=after)
        rollback()


def test_one_more_way_to_be_known_by_name_is_signed_and_done(ctx, noon):
    with pytest.raises(Unsigned):
        campaigns.change_rules(
            make_user(RoleName.FACILITATOR), asking("declared"), ways=["desk"], reason="Plus sûr."
        )
    rollback()


def test_paper_then_web_is_counted_once(ctx, noon):
    campaign, agent, resident = (
        asking("letter", "desk"),
        make_user(RoleName.FACILITATOR),
        make_user(),
    )
    seen = actions.see(agent, campaign, person=LEA)
    contribution = make_contribution(campaign)
    commit()
    who = Who(code=seen.letter.code)
    votes.type_in(
        agent,
        campaign,
        [contribution],
        who=who,
        channel=Channel.COUNTER,
        collected_on=clock.today(),
    )
    commit()
    assert contribution.support_count == 1
    assert "déjà servi" in refused(actions.enter_code, resident, campaign, code=seen.letter.code)
    actions.see(agent, campaign, person=LEA, account=resident)
    commit()
    votes.support(resident, contribution)
    commit()
    assert contribution.support_count == 1


def test_a_letter_on_paper_then_on_the_web_is_one_person(ctx, noon):
    campaign, agent = asking("letter"), make_user(RoleName.FACILITATOR)
    letter, contribution = a_letter(campaign, agent), make_contribution(campaign)
    sheet = {
        "who": Who(code=letter.code),
        "channel": Channel.PAPER,
        "collected_on": clock.today(),
    }
    votes.type_in(agent, campaign, [contribution], **sheet)
    commit()
    assert "déjà servi" in refused(actions.enter_code, make_user(), campaign, code=letter.code)
    other = make_contribution(campaign)
    votes.type_in(agent, campaign, [other], **sheet)  # a second sheet with the same letter
    commit()
    assert db.session.scalar(sa.select(sa.func.count(sa.distinct(Support.voter_key)))) == 1


def test_an_address_on_paper_counts_as_its_account_before_and_after_it_exists(ctx, noon):
    campaign, agent = make_campaign(), make_user(RoleName.FACILITATOR)
    contribution, resident = make_contribution(campaign), make_user(email="lea@exemple.fr")
    votes.support(resident, contribution)
    commit()
    sheet = {"channel": Channel.PAPER, "collected_on": clock.today()}
    known = Who(email_key="lea@exemple.fr", account=resident)
    votes.type_in(agent, campaign, [contribution], who=known, **sheet)
    commit()
    assert contribution.support_count == 1
    unknown = Who(email_key="noe@exemple.fr")
    votes.type_in(agent, campaign, [contribution], who=unknown, **sheet)
    commit()
    noe = make_user(email="noe@exemple.fr")
    votes.support(noe, contribution)
    commit()
    assert contribution.support_count == 2


def test_paper_knows_the_limit_of_supports(ctx, noon):
    campaign, agent, resident = (
        make_campaign(support_limit=1),
        make_user(RoleName.FACILITATOR),
        make_user(),
    )
    first, second = make_contribution(campaign), make_contribution(campaign)
    votes.support(resident, first)
    commit()
    who = Who(email_key=resident.email_key, account=resident)
    sheet = {"who": who, "channel": Channel.PAPER, "collected_on": clock.today()}
    assert "plus de soutien" in refused(votes.type_in, agent, campaign, [second], **sheet)
    sheet["who"] = Who(email_key="noe@exemple.fr")
    assert "trop de" in refused(votes.type_in, agent, campaign, [first, second], **sheet)


def test_a_sheet_fills_what_is_left_and_no_more(ctx, noon):
    campaign, agent, resident = (
        make_campaign(support_limit=2),
        make_user(RoleName.FACILITATOR),
        make_user(),
    )
    first, second, third = (make_contribution(campaign) for _one in range(3))
    votes.support(resident, first)
    commit()
    who = Who(email_key=resident.email_key, account=resident)
    sheet = {"who": who, "channel": Channel.PAPER, "collected_on": clock.today()}
    votes.type_in(agent, campaign, [second, third], **sheet)
    commit()
    assert [one.support_count for one in (first, second, third)] == [1, 1, 0]


# Who may not, and when.


def test_nobody_proves_before_the_impact_assessment(ctx, noon):
    campaign = make_campaign(ways=["letter"])
    assert "AIPD" in refused(proven, make_user(), campaign)
    agent = make_user(RoleName.FACILITATOR)
    assert "AIPD" in refused(actions.make_letters, agent, campaign, size=1, key="k")
    assert "AIPD" in refused(votes.support, make_user(), make_contribution(campaign))


def test_france_connect_is_never_the_only_way(ctx, noon):
    campaign = make_campaign(published=False, ways=["oidc"])
    assert "ways" in [gap.key for gap in gaps(campaign)]
    agent = make_user(RoleName.FACILITATOR)
    assert "FranceConnect" in refused(campaigns.publish, agent, campaign)
    campaigns.edit(agent, campaign, ways=["oidc", "desk"])
    commit()
    assert "ways" not in [gap.key for gap in gaps(campaign)]
    assert "dpia_on" in [gap.key for gap in gaps(campaign)]


def test_the_guarantor_and_strangers_look_after_no_proof(ctx, noon):
    campaign = asking("letter", "desk")
    for user in (None, make_user(), make_user(RoleName.GUARANTOR)):
        refused(actions.see, user, campaign, person=LEA)
        refused(actions.make_letters, user, campaign, size=1, key="k")
    assert "garant" in refused(
        actions.enter_code, make_user(RoleName.GUARANTOR), campaign, code="X"
    )


# Words wait for the proof, and come back.


def test_words_typed_before_the_proof_are_kept_and_sent_after_it(client, ctx, noon):
    campaign, agent, resident = asking("letter"), make_user(RoleName.FACILITATOR), make_user()
    letter, slug = a_letter(campaign, agent), campaign.slug
    sign_in(client, resident)
    form = {"title": "Un banc", "body": "Sous le tilleul de la place.", "key": "abc"}
    sent = client.post(f"/consultations/{slug}/contributions/nouvelle", data=form)
    waits = client.get(sent.location)
    assert "Prouver que vous pouvez participer" in waits.text
    assert "Un banc" in waits.text
    proved = client.post(
        f"/consultations/{slug}/prouver/lettre?next={sent.location}", data={"code": letter.code}
    )
    assert proved.location == sent.location
    done = client.post(sent.location)
    assert done.status_code == 303
    page = client.get(done.location)
    assert "Un banc" in page.text
    contribution = db.session.scalars(sa.select(contributions.Contribution)).one()
    assert (contribution.status, contribution.is_inside) == (Status.PENDING, True)


def test_the_refused_support_leads_to_the_proof_and_back(client, ctx, noon):
    campaign, resident = asking("letter", "desk"), make_user()
    contribution = make_contribution(campaign)
    sign_in(client, resident)
    page = client.get(f"/contributions/{contribution.id}")
    door = f"/consultations/{campaign.slug}/prouver?next=/contributions/{contribution.id}"
    assert f'href="{door}"' in page.text
    forced = client.post(f"/contributions/{contribution.id}/soutenir")
    assert forced.status_code == 403
    assert f'href="/consultations/{campaign.slug}/prouver' in forced.text


def test_wrong_codes_are_counted_and_then_refused_for_an_hour(client, ctx, noon):
    campaign, resident = asking("letter"), make_user()
    a_letter(campaign, make_user(RoleName.FACILITATOR))
    address = f"/consultations/{campaign.slug}/prouver/lettre"
    sign_in(client, resident)
    for _try in range(8):
        assert "pas connu" in client.post(address, data={"code": codes.new_code()}).text
    assert client.post(address, data={"code": codes.new_code()}).status_code == 429
    with clock.frozen(noon + timedelta(hours=2)):
        assert client.post(address, data={"code": codes.new_code()}).status_code == 200


def test_one_network_declares_no_whole_street(client, ctx, noon, monkeypatch):
    monkeypatch.setattr(views, "NETWORK_TRIES", 2)
    campaign = asking("declared")
    address = f"/consultations/{campaign.slug}/prouver/adresse"
    home = {"street": "3 place du Marché", "postcode": "92330", "inside": "yes", "year": 1984}
    for number, family in enumerate(("Un", "Deux", "Trois")):
        sign_in(client, make_user())
        said = client.post(address, data={**home, "family": family, "given": "Léa"})
        assert said.status_code == (303 if number < 2 else 429)
    # The third shares their network and has done nothing wrong: calm, and nothing typed is lost.
    assert "envoyez-le de nouveau après le 15 juin 2026 à 13 h 01" in said.text
    assert "guichet" in said.text
    assert 'value="3 place du Marché"' in said.text
    with clock.frozen(noon + timedelta(minutes=61)):
        said = client.post(address, data={**home, "family": "Trois", "given": "Léa"})
        assert said.status_code == 303


def test_nobody_asks_name_by_name_who_takes_part(client, ctx, noon):
    campaign = asking("declared")
    home = Home("12 rue des Acacias", "92330", is_inside=True)
    actions.declare(make_user(), campaign, person=LEA, home=home)
    commit()
    address = f"/consultations/{campaign.slug}/prouver/adresse"
    said = {
        **{"family": LEA.family, "given": LEA.given, "year": LEA.year},
        **{"street": "3 place du Marché", "postcode": "92330", "inside": "yes"},
    }
    sign_in(client, make_user())
    for _try in range(8):
        assert "déjà reconnue" in client.post(address, data=said).text
    reply = client.post(address, data={**said, "family": "Personne"})
    assert reply.status_code == 429
    assert "Trop d’essais" in reply.text


def test_a_letter_is_no_way_to_ask_name_by_name_either(client, ctx, noon):
    campaign = asking("letter", "declared")
    letter = a_letter(campaign, make_user(RoleName.FACILITATOR))
    home = Home("12 rue des Acacias", "92330", is_inside=True)
    actions.declare(make_user(), campaign, person=LEA, home=home)
    commit()
    address = f"/consultations/{campaign.slug}/prouver/lettre"
    said = {"code": letter.code, "family": LEA.family, "given": LEA.given, "year": LEA.year}
    sign_in(client, make_user())
    for _try in range(8):
        assert "déjà reconnue" in client.post(address, data=said).text
    assert client.post(address, data={**said, "family": "Personne"}).status_code == 429


# The pages of those who look after it.


def test_letters_are_printed_once_and_their_codes_open(client, ctx, noon):
    campaign, agent = asking("letter"), make_user(RoleName.FACILITATOR)
    sign_in(client, agent)
    address = f"/consultations/{campaign.slug}/lettres"
    form = {"size": "3", "key": "one-form"}
    printed = client.post(address, data=form)
    assert (printed.mimetype, printed.data[:5]) == ("application/pdf", b"%PDF-")
    assert printed.headers["Cache-Control"] == "no-store"
    sheets = [sheet.extract_text() for sheet in PdfReader(BytesIO(printed.data)).pages]
    found = [re.search(r"(?:[3-9A-Y]{4}-){2}[3-9A-Y]{4}", sheet).group() for sheet in sheets]
    assert len(set(found)) == 3
    actions.enter_code(make_user(), campaign, code=codes.tidy(found[2]))
    commit()
    again = client.post(address, data=form)
    assert again.status_code == 303
    assert db.session.scalar(sa.select(sa.func.count(LetterCode.id))) == 3
    shelf = Path(client.application.config["INSTANCE"]) / "papers"
    assert not list(shelf.glob("*.pdf"))


def test_comments_ask_for_the_proof_only_where_the_campaign_says_so(ctx, noon):
    lenient = make_contribution(asking("letter"))
    strict = make_contribution(asking("letter", proves_comments=True))
    resident = make_user()
    commenting.comment(resident, lenient)
    assert "prouve" in refused(commenting.comment, resident, strict)


def test_figures_with_and_without_those_from_elsewhere(client, ctx, noon):
    campaign, agent = asking("declared", "desk"), make_user(RoleName.FACILITATOR)
    contribution = make_contribution(campaign, is_inside=True)
    for name, is_inside in (("Un", True), ("Deux", False)):
        resident = make_user()
        home = Home("1 rue Neuve", "92330", is_inside=is_inside)
        actions.declare(resident, campaign, person=LEA._replace(family=name), home=home)
        commit()
        votes.support(resident, contribution)
        commit()
    votes.type_in(
        agent,
        campaign,
        [contribution],
        who=Who(person_key=LEA.key(campaign)),
        channel=Channel.COUNTER,
        collected_on=clock.today(),
        is_inside=True,
    )
    commit()
    page = client.get(f"/consultations/{campaign.slug}/comptes").text
    rows = re.findall(r'<th scope="row">(.*?)</th>((?:<td class="num">\d+</td>)+)', page)
    found = {name: [int(n) for n in re.findall(r"\d+", cells)] for name, cells in rows}
    assert list(found.values()) == [[1, 1, 0, 0], [2, 1, 1, 0], [1, 1, 0, 0], [2], [1]]
    assert db.session.scalar(sa.select(sa.func.count(LetterCode.id))) == 0
