"""Moderation with reasons: restricted, told why, contested, decided again by another, counted."""

import csv
import io
from datetime import timedelta
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from consult.campaigns.models import Identity, Moderation, PhaseKind
from consult.comments import actions as comments
from consult.contributions import actions as contributions
from consult.core import clock
from consult.core.db import db
from consult.core.rules import Refused, refusal
from consult.journal.actions import commit
from consult.moderation import actions, queries, register, rules
from consult.moderation.charter import UNDONE_BY, Aim, Conclusion, Ground, Urgency, Verdict
from consult.moderation.jobs import purge
from consult.moderation.models import Appeal, Decision, Notice, Reasons, months_after
from consult.moderation.statements import Why
from consult.people import jobs
from consult.people.models import RoleName
from consult.posts.models import Image, Post, Status, Version
from consult.votes import actions as votes
from consult.votes.queries import standing
from tests.factories import NOTICE, make_campaign, make_contribution, make_user, reasons, sign_in

SECRET = "perlimpinpin"  # noqa: S105 - a word that nothing else says
WHY = {
    "ground": "insult",
    "passage": SECRET,
    "aim": "person",
    "words": "Dites-le sans insulter personne.",
}


@pytest.fixture
def amina(ctx, noon):
    return make_user(RoleName.FACILITATOR, pseudonym="Amina")


@pytest.fixture
def bruno(ctx, noon):
    return make_user(RoleName.FACILITATOR, pseudonym="Bruno")


@pytest.fixture
def text(ctx, noon):
    return make_contribution(title=f"Un {SECRET} à la mairie", body=f"Quel {SECRET} ! Des bancs.")


def hide(who, text, verdict=Verdict.RESTRICT, **said) -> Decision:
    made = actions.decide(who, text, verdict=verdict, why=reasons(text, **said))
    commit()
    return made


def read(client, url, status=200) -> str:
    reply = client.get(url)
    assert reply.status_code == status, url
    return reply.get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")


# From one end to the other, on the pages alone.


def test_a_text_is_hidden_with_reasons_contested_and_comes_back(
    app, client, amina, bruno, text, outbox, monkeypatch
):
    reporter, url = app.test_client(), f"/signaler/{text.id}"
    notice = reporter.post(url, data={**NOTICE, "urgency": "unlawful", "key": "n"}).location
    assert "sous 24 heures" in read(reporter, notice)
    desk = sign_in(app.test_client(), amina)
    assert "Manifestement illicite" in read(desk, "/moderation")
    sent = {"key": "d", "verdict": "restrict", "seen": "1.0", **WHY}
    assert desk.post(f"/moderation/{text.id}", data=sent).status_code == 303
    assert "Texte masqué" in read(reporter, notice)
    # The author reads everything by the number of the letter, without an account.
    monkeypatch.setitem(app.config, "NOTICE_WAIT", -1)
    jobs.send_notices()
    jobs.send_letters()
    letter = next(one for one in outbox if one.to == [text.author.email])
    (decision,) = db.session.scalars(sa.select(Decision))
    assert f"/decisions/{decision.receipt}" in letter.body
    page = read(client, f"/decisions/{decision.receipt}")
    for words in (
        "Art. 2. Injure ou attaque personnelle",
        WHY["words"],
        SECRET,
        "Après un signalement",
        "Manifestement illicite",
        "Sans date de fin",
        "Par une personne",
        "ni pour trouver le texte ni pour décider",
        "Défenseur des droits",
        "tribunal administratif",
        "Me connecter et contester cette décision",
    ):
        assert words in page, words
    # They contest it on the web, from their account; whoever decided first may not decide again.
    contest = f"/decisions/{decision.receipt}/contester"
    sign_in(client, text.author)
    made = client.post(contest, data={"key": "a", "words": "C'est le nom de mon chien."})
    assert client.post(contest, data={"key": "a", "words": "Deux clics."}).location == made.location
    assert "Votre recours est bien arrivé" in read(client, made.location)
    (appeal,) = db.session.scalars(sa.select(Appeal))
    concluded = {"key": "c", "conclusion": "reversed", "answer": "Ce mot n'insulte personne."}
    judge = f"/moderation/recours/{appeal.id}"
    assert "une autre personne tranche" in read(desk, judge)
    assert desk.post(judge, data=concluded).status_code == 403
    other = sign_in(app.test_client(), bruno)
    assert SECRET in read(other, judge)
    assert other.post(judge, data=concluded).location == "/moderation/recours"
    assert "Ce mot n&#39;insulte personne." in read(client, made.location)
    assert "Cette décision a été annulée" in read(client, f"/decisions/{decision.receipt}")
    assert SECRET in read(client, f"/contributions/{text.id}")


# The statement of reasons.


@pytest.mark.parametrize(
    ("verdict", "undone"),
    [
        (Verdict.RESTRICT, Verdict.RESTORE),
        (Verdict.REDACT, Verdict.REINSTATE),
        (Verdict.SET_ASIDE, Verdict.BRING_BACK),
    ],
)
def test_what_is_restored_keeps_its_date_place_and_supports(
    amina, bruno, client, noon, verdict, undone
):
    campaign = make_campaign()
    first = make_contribution(campaign, title=f"Un {SECRET} au parc", body="Merci.")
    votes.support(voter := make_user(), first)
    commit()
    with clock.frozen(noon + timedelta(days=1)):
        make_contribution(campaign, title="Plus tard")
        before = (first.published_at, first.support_count)
        listed = f"/consultations/{campaign.slug}/contributions?order=newest"
        places = read(client, listed)
        decision = hide(amina, first, verdict, passage=SECRET)
        assert SECRET not in read(client, listed)
    with clock.frozen(noon + timedelta(days=9)):
        appeal = actions.appeal(decision.appellant, decision, words="C'est un mot d'enfant.")
        commit()
        actions.conclude(bruno, appeal, conclusion=Conclusion.REVERSED, words="Rien à redire.")
        commit()
        assert queries.last_decision(first).verdict == undone
        assert (first.published_at, first.support_count) == before
        assert first.shown_at == before[0]
        after = read(client, listed)
        assert after.index("Plus tard") < after.index(SECRET)
        assert (places.index("Plus tard") < places.index(SECRET)) is True
        assert first.id in standing(voter, campaign, [first.id]).supported


def test_a_passage_taken_out_is_nowhere_and_the_rest_stays(amina, client, app, bruno):
    text = make_contribution(title="Des bancs", body=f"Des bancs. Appelez {SECRET}. Merci.")
    hide(amina, text, Verdict.REDACT, ground=Ground.PRIVACY, passage=f"Appelez {SECRET}.")
    page = read(client, f"/contributions/{text.id}")
    assert "Des bancs. [passage retiré par la modération] Merci." in page
    wordings = read(client, f"/contributions/{text.id}/versions")
    assert "sous scellés" in wordings
    assert SECRET not in page + wordings + read(sign_in(app.test_client(), bruno), "/moderation")
    assert SECRET in read(client, f"/decisions/{queries.last_decision(text).receipt}")


def test_earlier_wordings_that_say_nearly_the_same_are_sealed_with_the_passage(amina, client):
    """Signs, capitals, spaces, or a slip of the hand: nobody compares, all of them go."""
    text = make_contribution(title="Des bancs", body="appelez Noémie L'Hostis au 06 12")
    for body in (
        "Appelez NOEMIE L’HOSTIS, 0612 !",
        "Apellez Noémie Lhostis.",
        f"Ici, {SECRET}. Un.",
    ):
        text.say("Des bancs", body, text.author)
    hide(amina, text, Verdict.REDACT, ground=Ground.PRIVACY, passage=SECRET)
    page = f"/contributions/{text.id}/versions"
    for word in ("noémie", "noemie", "l’hostis", "lhostis", "0612", "06 12", SECRET.lower()):
        assert word not in read(client, page).lower()
    assert "Ici, [passage retiré par la modération]. Un." in read(client, page)
    # A second passage comes back alone: what the first one sealed stays sealed.
    with clock.frozen(clock.now() + timedelta(hours=1)):
        hide(amina, text, Verdict.REDACT, ground=Ground.PRIVACY, passage="Un.")
    with clock.frozen(clock.now() + timedelta(hours=2)):
        actions.decide(amina, text, verdict=Verdict.REINSTATE)
        commit()
    assert text.body == "Ici, [passage retiré par la modération]. Un."
    assert SECRET not in read(client, page)


def test_what_is_set_aside_stays_public_and_is_listed_apart(amina, client):
    campaign = make_campaign()
    text = make_contribution(campaign, title="Les cantines", body="Rien à voir.")
    hide(amina, text, Verdict.SET_ASIDE, ground=Ground.OFF_TOPIC)
    assert "Les cantines" in read(client, f"/contributions/{text.id}")
    assert "Les cantines" in read(client, f"/consultations/{campaign.slug}/mises-a-part")
    votes.support(make_user(), text)  # nothing else changes for it
    commit()
    assert text.support_count == 1


def test_a_suspension_has_its_reasons_its_end_and_its_appeal(amina, bruno, client, text):
    author = text.author
    with pytest.raises(Refused):  # for words that stay
        actions.suspend(amina, text, days=7, why=reasons(text))
    db.session.rollback()
    hide(amina, text)
    made = actions.suspend(amina, text, days=7, why=reasons(text, Ground.THREAT, "Menaces."))
    commit()
    campaign = make_campaign()
    shown = make_contribution(campaign)
    for act in (
        lambda: contributions.submit(author, campaign, title="Encore", body="Moi."),
        lambda: comments.comment(author, shown, body="Encore moi."),
        lambda: votes.support(author, shown),
    ):
        with pytest.raises(Refused, match="refused"):
            act()
        db.session.rollback()
    assert "Suspension" in read(client, f"/decisions/{made.receipt}")
    actions.notify_content(author, shown, ground=Ground.INSULT, words="Voyez.")  # still open
    commit()
    appeal = actions.appeal(made.appellant, made, words="Je n'ai menacé personne.")
    commit()
    actions.conclude(bruno, appeal, conclusion=Conclusion.REVERSED, words="En effet.")
    commit()
    comments.comment(author, shown, body="Merci.")
    commit()


def test_a_suspension_ends_by_itself(amina, noon, text):
    hide(amina, text)
    actions.suspend(amina, text, days=3, why=reasons(text))
    commit()
    with clock.frozen(noon + timedelta(days=3, minutes=1)):
        comments.comment(text.author, make_contribution(), body="Me revoilà.")
        commit()


def test_a_suspension_holds_for_an_account_and_its_page_says_no_more(app, amina, text):
    """Where nobody is asked who they are, whoever signs out writes again, and is read first."""
    hide(amina, text)
    desk = sign_in(app.test_client(), amina)
    page = desk.get(f"/moderation/{text.id}/suspendre").text
    assert "Elle porte sur un compte." in page
    assert "la même personne peut encore écrire sans se connecter" in page
    author, number = text.author, text.id
    actions.suspend(amina, text, days=7, why=reasons(text))
    commit()
    campaign = make_campaign(identity=Identity.NONE, moderation=Moderation.BEFORE)
    there = f"/consultations/{campaign.slug}/contributions/nouvelle"
    words = {"title": "Encore", "body": "Encore moi.", "checked": "1"}
    suspended = sign_in(app.test_client(), author)
    assert "suspendu" in suspended.post(there, data=words | {"key": "a"}).text
    assert app.test_client().post(there, data=words | {"key": "b"}).status_code == 303
    [again] = db.session.scalars(sa.select(Post).where(Post.id > number))
    assert (again.author_id, again.status) == (None, Status.PENDING)
    assert "Encore" in desk.get("/moderation").text


# Sealed.


def test_sealed_words_are_read_by_their_author_and_the_guarantor_alone(
    app, client, amina, bruno, text
):
    remark = comments.comment(make_user(), make_contribution(), body=f"Quel {SECRET} !")
    commit()
    slug = text.campaign.slug
    hide(amina, remark, Verdict.REFUSE)
    decision = hide(amina, text)
    pages = (
        "/",
        f"/contributions/{text.id}",
        f"/contributions/{text.id}/versions",
        f"/contributions/{remark.contribution_id}",
        f"/commentaires/{remark.id}",
        f"/consultations/{slug}",
        f"/consultations/{slug}/contributions",
        f"/consultations/{slug}/contributions.csv",
        f"/consultations/{slug}/flux.atom",
        f"/consultations/{slug}/suites",
        "/recherche?q=mairie",
        "/flux.atom",
        "/journal",
        "/registre-de-moderation",
        "/registre-de-moderation.csv",
        f"/consultations/{slug}/mises-a-part",
        "/moderation",
        f"/moderation/{text.id}",
        f"/moderation/{remark.id}",
        "/moderation/signalements",
        "/moderation/recours",
        "/mon-espace",
        "/notifications",
    )
    strangers = (
        (),
        (RoleName.COUNCIL,),
        (RoleName.ADMINISTRATOR,),
        (RoleName.FACILITATOR,),
    )
    readers = [client] + [sign_in(app.test_client(), make_user(*roles)) for roles in strangers]
    readers.append(sign_in(app.test_client(), amina))  # not even who hid it
    for reader in readers:
        for page in pages:
            words = reader.get(page, follow_redirects=True).get_data(as_text=True)
            assert SECRET not in words, page
    guarantor = sign_in(app.test_client(), make_user(RoleName.GUARANTOR))
    assert SECRET in read(guarantor, f"/moderation/{text.id}")
    assert SECRET in read(guarantor, f"/contributions/{text.id}")
    author = sign_in(app.test_client(), text.author)
    assert SECRET in read(author, f"/contributions/{text.id}")
    statement = f"/decisions/{decision.receipt}"
    assert SECRET in read(client, statement)  # whoever holds its number
    receipt = f"/recepisse/{text.receipt}"
    assert SECRET in read(client, receipt)
    for page in (statement, receipt):  # nobody who works here, whatever number they hold
        assert SECRET not in read(readers[-1], page)


def test_who_decides_on_an_appeal_reads_the_words_until_then(app, amina, bruno, text):
    decision = hide(amina, text)
    other = sign_in(app.test_client(), bruno)
    assert SECRET not in read(other, f"/moderation/{text.id}")
    appeal = actions.appeal(decision.appellant, decision, words="Relisez.")
    commit()
    assert SECRET in read(other, f"/moderation/recours/{appeal.id}")
    actions.conclude(bruno, appeal, conclusion=Conclusion.UPHELD, words="C'est une injure.")
    commit()
    for url in (f"/moderation/recours/{appeal.id}", f"/moderation/{text.id}"):
        assert SECRET not in read(other, url)


def test_sealed_words_are_erased_when_nobody_may_need_them(amina, noon, text):
    number, decision = text.id, hide(amina, text, passage=SECRET)
    file = Image.file.property.mapper.class_(
        sha256="0" * 64, name="p.webp", media_type="image/webp", size=1
    )
    db.session.add(Image(post_id=number, file=file, alternative=SECRET))
    kept = make_contribution(body=f"Un {SECRET} que personne ne cache.")
    commit()
    for months, is_kept in ((17, True), (18, False)):
        with clock.frozen(months_after(noon, months) + timedelta(days=1)):
            assert (purge() == 0) is is_kept
            words = db.session.scalars(sa.select(Version.body).filter_by(post_id=number)).all()
            told = [db.session.get(Post, number).body, *words, decision.reasons.passage]
            assert any(SECRET in one for one in told) is is_kept
            assert (db.session.scalar(sa.select(sa.func.count(Image.id))) == 1) is is_kept
    assert (decision.ground, decision.verdict) == (Ground.INSULT, Verdict.RESTRICT)
    assert SECRET in kept.body


def test_an_appeal_puts_the_erasure_off(amina, bruno, noon, text):
    decision = hide(amina, text)
    with clock.frozen(months_after(noon, 5)):
        appeal = actions.appeal(decision.appellant, decision, words="Relisez.")
        commit()
    admin = make_user(RoleName.ADMINISTRATOR)
    with clock.frozen(months_after(noon, 30)):
        assert actions.purge(admin) == 0  # nobody has decided yet
        actions.conclude(bruno, appeal, conclusion=Conclusion.UPHELD, words="C'est une injure.")
        commit()
        assert actions.purge(admin) == 0
    with clock.frozen(months_after(noon, 49)):
        assert actions.purge(admin) == 2  # the text with its reasons, and the appeal
        commit()
    assert text.body == appeal.words == ""


# Notices.


def test_a_notice_is_one_click_from_everything_and_needs_no_account(client, ctx, noon):
    talk = make_contribution(make_campaign(PhaseKind.PROPOSE, PhaseKind.DISCUSS))
    remark = comments.comment(make_user(), talk, body="Oui.")
    actions.decide(make_user(RoleName.FACILITATOR), remark, verdict=Verdict.PUBLISH)
    file = Image.file.property.mapper.class_(
        sha256="0" * 64, name="p.webp", media_type="image/webp", size=1, width=4, height=3
    )
    db.session.add(picture := Image(post_id=talk.id, file=file, alternative="Un visage"))
    commit()
    page = read(client, f"/contributions/{talk.id}")
    for url in (
        f"/signaler/{talk.id}",
        f"/signaler/{remark.id}",
        f"/signaler/{talk.id}?image={picture.id}",
    ):
        assert f'href="{url}"' in page
        assert 'name="good_faith"' in read(client, url)
    reply = client.post(url, data={**NOTICE, "key": "i", "ground": "privacy"})
    assert reply.status_code == 303
    assert db.session.scalars(sa.select(Notice)).one().image_id == picture.id


def test_abuse_of_children_is_reported_without_a_name(client, text):
    nameless = {**NOTICE, "name": "", "email": "", "key": "n"}
    assert client.post(f"/signaler/{text.id}", data=nameless).status_code == 200
    url = f"/signaler/{text.id}"
    reply = client.post(url, data={**nameless, "ground": "child_abuse", "urgency": "danger"})
    assert reply.status_code == 303
    db.session.add(Notice(text=text, ground=Ground.INSULT, words="Sans nom."))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()


def test_a_notifier_who_was_told_no_finds_another_reader(app, client, amina, bruno, text, outbox):
    notice = client.post(f"/signaler/{text.id}", data={**NOTICE, "key": "n"}).location
    desk = sign_in(app.test_client(), amina)
    last = db.session.scalar(sa.select(Notice.id))
    said = {"key": "d", "dismiss-words": "Permis.", "dismiss-last": str(last)}
    desk.post(f"/moderation/{text.id}/ecarter", data=said)
    assert "Contester cette réponse" in read(client, notice)
    receipt = notice.rpartition("/")[2]
    made = client.post(f"/decisions/{receipt}/contester", data={"key": "a", "words": "Relisez."})
    (appeal,) = db.session.scalars(sa.select(Appeal))
    concluded = {"key": "c", "conclusion": "reversed", "answer": "Vous aviez raison."}
    url = f"/moderation/recours/{appeal.id}"
    assert sign_in(app.test_client(), amina).post(url, data=concluded).status_code == 403
    other = sign_in(app.test_client(), bruno)
    assert "Choisissez ce que devient le texte." in other.post(url, data=concluded).text
    assert other.post(url, data={**concluded, **WHY, "verdict": "restrict"}).status_code == 303
    assert text.status == Status.RESTRICTED
    assert "Vous aviez raison." in read(client, made.location)
    jobs.send_letters()
    assert any("/recours/" in letter.body for letter in outbox if letter.to == [NOTICE["email"]])


# Appeals.


def test_an_appeal_is_open_for_six_months_also_by_letter(amina, bruno, noon, text):
    decision = hide(amina, text)
    with clock.frozen(months_after(noon, 6) + timedelta(days=2)):
        with pytest.raises(Refused):
            actions.appeal(decision.appellant, decision, words="Trop tard.")
        db.session.rollback()
        letter = clock.today() - timedelta(days=4)  # it arrived while it was time
        appeal = actions.enter_appeal(
            bruno,
            decision,
            words="Relisez, je vous prie.",
            received_on=letter,
            contact="12 rue Haute",
        )
        commit()
        assert (appeal.received_on, appeal.entered_by_id) == (letter, bruno.id)


def test_where_two_alone_facilitate_the_administration_types_the_letter_in(amina, bruno, text):
    administrator, decision = make_user(RoleName.ADMINISTRATOR), hide(amina, text)
    made = actions.enter_appeal(
        administrator, decision, words="Relisez.", received_on=clock.today()
    )
    commit()
    assert queries.judges(made) == [bruno]


def test_whoever_types_a_letter_in_does_not_decide_on_it(app, amina, bruno, text):
    decision, other = hide(amina, text), make_user(RoleName.FACILITATOR)
    made = actions.enter_appeal(bruno, decision, words="Relisez.", received_on=clock.today())
    commit()
    assert queries.judges(made) == [other]
    assert refusal(rules.judge, other, made) is None
    page = sign_in(app.test_client(), bruno).get("/moderation/recours").text
    assert "Vous avez saisi cette lettre" in page


def test_passages_come_back_the_last_one_first(noon, amina, text):
    """An earlier one is still out, and may still be contested, once a later one came back."""
    text.say("Le square", f"Un banc. {SECRET} Une fontaine. 06 12 34 56 78", None)
    commit()
    first = hide(amina, text, Verdict.REDACT, passage=SECRET)
    with clock.frozen(noon + timedelta(days=1)):
        second = hide(amina, text, Verdict.REDACT, passage="06 12 34 56 78")
    actions.decide(amina, text, verdict=Verdict.REINSTATE)
    commit()
    assert "06 12 34 56 78" in text.body
    assert SECRET not in text.body
    assert (queries.in_force(text), queries.undone_by(first)) == (first, None)
    assert queries.undone_by(second).verdict == Verdict.REINSTATE
    actions.decide(amina, text, verdict=Verdict.REINSTATE)
    commit()
    assert SECRET in text.body
    assert queries.in_force(text) is None
    assert queries.undone_by(first).id > queries.undone_by(second).id


def test_a_letter_is_typed_in_on_its_page(app, client, amina, bruno, text):
    decision = hide(amina, text)
    desk = sign_in(app.test_client(), bruno)
    typed = {
        "key": "l",
        "receipt": decision.receipt.lower(),
        "received_on": clock.today().isoformat(),
        "words": "Relisez.",
    }
    wrong = desk.post("/moderation/recours/saisir", data={**typed, "receipt": "AAAAAAAAAA"})
    assert wrong.status_code == 422
    assert "Aucune décision" in wrong.text
    assert "Relisez." in wrong.text
    made = desk.post("/moderation/recours/saisir", data=typed)
    assert "par lettre" in read(client, made.location)
    assert desk.post("/moderation/recours/saisir", data=typed).location == made.location
    assert db.session.scalar(sa.select(sa.func.count(Appeal.id))) == 1


def test_no_letter_contests_what_was_not_decided_yet(amina, bruno, text):
    decision = hide(amina, text)
    before = clock.today() - timedelta(days=1)
    with pytest.raises(Refused) as refused:
        actions.enter_appeal(bruno, decision, words="Relisez.", received_on=before)
    assert "décidé plus tard" in str(refused.value.reason)


def test_whoever_pointed_it_out_hears_that_the_decision_was_reversed(
    app, client, amina, bruno, text, outbox, monkeypatch
):
    reader = make_user()
    said = {"ground": Ground.INSULT, "words": "Deuxième ligne."}
    signed = {"name": NOTICE["name"], "email": NOTICE["email"]}
    unknown = actions.notify_content(None, text, **said, **signed)
    known = actions.notify_content(reader, text, **said)
    decision = hide(amina, text)
    appeal = actions.appeal(text.author, decision, words="C'est un mot d'enfant.")
    commit()
    monkeypatch.setitem(app.config, "NOTICE_WAIT", -1)
    jobs.send_letters()
    jobs.send_notices()
    outbox.clear()
    actions.conclude(bruno, appeal, conclusion=Conclusion.REVERSED, words="Rien à redire.")
    commit()
    jobs.send_letters()
    jobs.send_notices()
    told = {letter.to[0]: letter for letter in outbox}
    for address, notice in ((unknown.email, unknown), (reader.email, known)):
        assert told[address].subject == f"La réponse à votre signalement {notice.receipt} a changé"
        page = read(client, f"/signalement/{notice.receipt}")
        assert "Décision annulée après un recours" in page
        assert "Texte masqué" not in page
        assert f'href="/contributions/{text.id}"' in page
    assert f'href="/contributions/{text.id}"' in read(client, f"/recours/{appeal.receipt}")


def test_the_database_lets_nobody_judge_their_own_decision(amina, bruno, text, noon):
    decision = hide(amina, text)
    appeal = actions.appeal(decision.appellant, decision, words="Relisez.")
    commit()
    with pytest.raises(Refused):
        actions.conclude(amina, appeal, conclusion=Conclusion.UPHELD, words="Non.")
    db.session.rollback()
    said = {"conclusion": "upheld", "decided_words": "Non.", "decided_at": noon, "minutes": 1}
    for change in (
        {**said, "decided_by_id": amina.id},
        {**said, "decided_by_id": bruno.id, "first_id": bruno.id},
        {**said, "decided_by_id": bruno.id, "decided_words": " "},
    ):
        with pytest.raises(sa.exc.IntegrityError):
            db.session.execute(sa.update(Appeal).values(**change))
        db.session.rollback()


def at_once(app, *acts) -> list[int]:
    """Every client sends at the same moment: what each was answered."""
    barrier, met = Barrier(len(acts)), []

    def run(act):
        barrier.wait()
        met.append(act().status_code)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(met)


def test_of_two_who_decide_on_the_same_appeal_at_once_one_wins_calmly(app, noon):
    with app.app_context():
        text = make_contribution()
        decision = hide(make_user(RoleName.FACILITATOR), text)
        appeal = actions.appeal(decision.appellant, decision, words="Relisez.")
        commit()
        url = f"/moderation/recours/{appeal.id}"
        people = [sign_in(app.test_client(), make_user(RoleName.FACILITATOR)) for _ in range(4)]
    answers = ("upheld", "reversed", "upheld", "reversed")
    sent = [
        {"key": f"k{number}", "conclusion": said, "answer": f"Raison {number}."}
        for number, said in enumerate(answers)
    ]
    met = at_once(
        app,
        *(
            lambda client=client, data=data: client.post(url, data=data)
            for client, data in zip(people, sent, strict=True)
        ),
    )
    assert met == [303, 409, 409, 409]
    with app.app_context():
        (appeal,) = db.session.scalars(sa.select(Appeal))
        stands = db.session.get(Post, appeal.decision.post_id).status
        wanted = Status.PUBLISHED if appeal.conclusion == "reversed" else Status.RESTRICTED
        assert stands == wanted
        words = people[0].post(url, data=sent[0])
        assert words.status_code in (303, 409)


def test_one_appeal_a_decision_however_many_tabs(app, noon):
    with app.app_context():
        decision = hide(make_user(RoleName.FACILITATOR), make_contribution())
        url = f"/decisions/{decision.receipt}/contester"
        clients = [sign_in(app.test_client(), decision.appellant) for _ in range(4)]
    met = at_once(
        app,
        *(
            lambda one=one, key=key: one.post(url, data={"key": key, "words": "Relisez."})
            for key, one in zip("abcd", clients, strict=True)
        ),
    )
    assert set(met) <= {303, 422}
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Appeal.id))) == 1


# The queue.


def test_danger_is_read_first_and_lateness_is_shown(app, amina, noon):
    old = make_contribution(status=Status.PENDING, title="Vieux texte")
    texts = {}
    with clock.frozen(noon + timedelta(hours=2)):
        for urgency in (Urgency.OTHER, Urgency.UNLAWFUL, Urgency.DANGER):
            texts[urgency] = make_contribution(title=f"Texte {urgency}")
            actions.notify_content(
                make_user(), texts[urgency], ground=Ground.THREAT, words="Lisez.", urgency=urgency
            )
            commit()
        lines = queries.queue(amina, queries.Scope()).lines
        assert [line.id for line in lines] == [
            texts[Urgency.DANGER].id,
            texts[Urgency.UNLAWFUL].id,
            old.id,
            texts[Urgency.OTHER].id,
        ]
    with clock.frozen(noon + timedelta(hours=3, minutes=5)):
        late = [line for line in queries.queue(amina, queries.Scope()).lines]
        assert [line.due < clock.now() for line in late] == [True, False, False, False]
        notices = queries.open_notices(amina, queries.Scope()).notices
        assert [line.notice.urgency for line in notices] == list(Urgency)


def test_waiting_in_the_queue_costs_an_author_nothing(amina, noon):
    campaign = make_campaign(moderation=Moderation.BEFORE)
    sent = contributions.submit(make_user(), campaign, title="À temps", body="Avant la fin.")
    commit()
    with clock.frozen(noon + timedelta(days=29)):
        shown = make_contribution(campaign, title="Lu plus vite")
    closed = noon + timedelta(days=31)
    with clock.frozen(closed):
        actions.decide(amina, sent, verdict=Verdict.PUBLISH)
        commit()
    assert sent.submitted_at == noon
    assert sent.shown_at == closed > shown.shown_at  # new for its readers: not under what passed it


# The register.


def test_the_register_counts_and_names_nobody(app, client, amina, bruno, noon, text):
    for hours, urgency in ((1, Urgency.DANGER), (3, Urgency.DANGER), (5, Urgency.OTHER)):
        pointed = make_contribution(title=f"Texte de {hours} h")
        notice = actions.notify_content(
            make_user(pseudonym=f"Lectrice {hours}"),
            pointed,
            ground=Ground.INSULT,
            words="Là.",
            urgency=urgency,
        )
        commit()
        with clock.frozen(noon + timedelta(hours=hours)):
            actions.dismiss(amina, notice, words="Non.")
            commit()
    decision = hide(amina, text)
    upheld = hide(amina, make_contribution())
    for one, end in ((decision, Conclusion.REVERSED), (upheld, Conclusion.UPHELD)):
        appeal = actions.appeal(one.appellant, one, words="Relisez.")
        commit()
        actions.conclude(bruno, appeal, conclusion=end, words="Vu.")
        commit()
    told = register.register()
    month = register.month_of(noon)
    assert told.months == [month]
    assert told.restricted(month) == 2
    assert told.grounds[month, Ground.INSULT] == 2
    assert told.delays[month, "danger"] == register.Delay(2, 1, 120.0)
    assert told.delays["", "other"] == register.Delay(1, 1, 300.0)
    assert (told.all_appeals.rate, told.all_appeals.decided) == (50, 2)
    page = read(client, "/registre-de-moderation")
    file = read(client, "/registre-de-moderation.csv")
    rows = list(csv.DictReader(io.StringIO(file.lstrip("\ufeff"))))
    assert {row["valeur"] for row in rows if row["rubrique"] == "recours"} == {"2", "1"}
    for secret in (SECRET, "Amina", "Lectrice", "Relisez", text.author.pseudonym, "Non."):
        assert secret not in page + file
    assert "1 sur 2, soit 50" in page.replace("\xa0", " ")


def test_an_empty_register_gives_no_rate(client, ctx, noon):
    page = read(client, "/registre-de-moderation")
    assert "il n’y a pas de taux à donner" in page
    assert "rien à mesurer" in page


def test_the_charter_has_numbered_articles_that_decisions_lead_to(client, amina, text):
    charter = read(client, "/pages/charte")
    assert "Critiquer est libre" in charter
    decision = hide(amina, text)
    page = read(client, f"/decisions/{decision.receipt}")
    for ground in Ground:
        assert f'id="article-{ground.number}"' in charter
    assert f"/pages/charte#article-{decision.ground.number}" in page


def test_a_receipt_of_any_kind_is_found_where_one_looks(client, amina, text):
    decision = hide(amina, text)
    found = client.get(f"/recepisse?number={decision.receipt}")
    assert found.location == f"/decisions/{decision.receipt}"


def test_nothing_typed_is_lost(client, amina, text, app):
    decision = hide(amina, text)
    sign_in(client, text.author)
    long = "Trop long. " * 600
    reply = client.post(
        f"/decisions/{decision.receipt}/contester", data={"key": "a", "words": long}
    )
    assert reply.status_code == 422
    assert long.strip() in reply.text
    desk = sign_in(app.test_client(), amina)
    typed = {"key": "s", "days": "400", **WHY}
    reply = desk.post(f"/moderation/{text.id}/suspendre", data=typed)
    assert reply.status_code == 422
    for words in ("De 1 à 90 jours.", WHY["words"], "400"):
        assert words in reply.text
    assert db.session.scalar(sa.select(sa.func.count(Reasons.id))) == 1
    assert Why(aim=Aim.CONDUCT).ground is None


@pytest.mark.parametrize("verdict", [Verdict.REDACT, Verdict.SET_ASIDE])
def test_the_public_journal_names_every_restriction(amina, client, verdict):
    text = make_contribution(title="Des bancs", body=f"Des bancs. {SECRET}")
    hide(amina, text, verdict, passage=SECRET)
    actions.decide(amina, text, verdict=UNDONE_BY[verdict])
    commit()
    assert SECRET not in read(client, "/journal")


# Nobody is judge and party.


def test_whoever_pointed_a_text_out_does_not_judge_their_own_appeal(app, amina, bruno, text):
    notice = actions.notify_content(bruno, text, ground=Ground.INSULT, words="Voyez.")
    commit()
    actions.dismiss(amina, notice, words="Le texte reste.")
    appeal = actions.appeal(bruno, notice, words="Regardez mieux.")
    commit()
    other = make_user(RoleName.FACILITATOR)
    assert queries.judges(appeal) == [other]
    judge = f"/moderation/recours/{appeal.id}"
    sent = {"key": "c", "conclusion": "reversed", "answer": "Oui.", "verdict": "restrict", **WHY}
    desk = sign_in(app.test_client(), bruno)
    assert "Vous avez vous-même signalé ce texte" in read(desk, judge)
    assert desk.post(judge, data=sent).status_code == 403
    assert text.is_public
    actions.conclude(other, appeal, conclusion=Conclusion.UPHELD, words="Non.")
    commit()


def test_whoever_pointed_a_text_out_neither_judges_its_author_s_appeal_nor_reads_its_words(
    app, amina, bruno, text
):
    actions.notify_content(bruno, text, ground=Ground.INSULT, words="Voyez.")
    commit()
    body = text.body
    appeal = actions.appeal(text.author, hide(amina, text), words="Ce n'est pas une injure.")
    commit()
    other = make_user(RoleName.FACILITATOR)
    assert queries.judges(appeal) == [other]
    judge = f"/moderation/recours/{appeal.id}"
    desk = sign_in(app.test_client(), bruno)
    page = read(desk, judge)
    assert "Vous avez vous-même signalé ce texte" in page
    assert body not in page
    sent = {"key": "c", "conclusion": "upheld", "answer": "Non."}
    assert desk.post(judge, data=sent).status_code == 403
    assert appeal.conclusion is None
    assert body in read(sign_in(app.test_client(), other), judge)


@pytest.mark.parametrize("verdict", [Verdict.RESTRICT, Verdict.REDACT, Verdict.SET_ASIDE])
def test_whoever_was_wrong_on_appeal_leaves_the_text_to_somebody_else(
    app, amina, bruno, text, verdict
):
    decision = hide(amina, text, verdict, passage=SECRET)
    appeal = actions.appeal(decision.appellant, decision, words="C'est un mot d'enfant.")
    commit()
    actions.conclude(bruno, appeal, conclusion=Conclusion.REVERSED, words="Rien à redire.")
    commit()
    with pytest.raises(Refused):
        hide(amina, text, verdict, passage=SECRET)
    db.session.rollback()
    page = read(sign_in(app.test_client(), amina), f"/moderation/{text.id}")
    assert "une autre personne décide désormais" in page
    assert 'value="restrict"' not in page
    hide(bruno, text, verdict, passage=SECRET)


def test_a_facilitator_reads_nothing_of_who_points_out_their_own_words(app, amina, bruno):
    text = make_contribution(author=amina)
    notice = actions.notify_content(
        None, text, ground=Ground.INSULT, words=SECRET, name="Zoé", email="zoe@exemple.fr"
    )
    commit()
    assert queries.watchers(notice) == [bruno]
    desk = sign_in(app.test_client(), amina)
    for url in ("/moderation", "/moderation/signalements", f"/moderation/{text.id}"):
        page = read(desk, url)
        assert SECRET not in page
        assert "signale ce texte" not in page
    actions.dismiss(bruno, notice, words="Le texte reste.")
    appeal = actions.appeal(notice.appellant, notice, words=SECRET)
    commit()
    assert "Aucun recours n’attend" in read(desk, "/moderation/recours")
    assert SECRET not in read(desk, f"/moderation/recours/{appeal.id}", 403)


def test_the_signature_goes_with_the_words(amina, text):
    text.byline = SECRET
    commit()
    decision = hide(amina, text)
    with clock.frozen(clock.now() + timedelta(days=600)):
        purge()
    db.session.refresh(decision.post)
    assert (decision.post.body, decision.post.byline) == ("", None)
    taken_back = make_contribution(byline=SECRET)
    contributions.withdraw(taken_back.author, taken_back)
    commit()
    assert taken_back.byline is None


@pytest.mark.parametrize("verdict", [Verdict.RESTRICT, Verdict.REDACT])
def test_whoever_decided_does_not_use_up_the_appeal_and_an_author_hears_of_it(
    app, amina, bruno, text, verdict, outbox, monkeypatch
):
    decision, judge = hide(amina, text, verdict, passage=SECRET), make_user(RoleName.FACILITATOR)
    desk = sign_in(app.test_client(), amina)
    contest = f"/decisions/{decision.receipt}/contester"
    desk.post(contest, data={"key": "a", "words": "Je renonce."})
    with pytest.raises(Refused):
        actions.enter_appeal(amina, decision, words="Non.", received_on=clock.today())
    db.session.rollback()
    assert queries.appeals_against(decision) == []
    made = actions.enter_appeal(bruno, decision, words="Relisez.", received_on=clock.today())
    commit()
    monkeypatch.setitem(app.config, "NOTICE_WAIT", -1)
    jobs.send_notices()
    [told] = [one for one in outbox if one.to == [text.author.email]]
    assert "Un recours a été fait en votre nom" in told.body
    assert f"/recours/{made.receipt}" in told.body
    [asked] = [one for one in outbox if one.to == [judge.email]]
    assert f"/moderation/recours/{made.id}" in asked.body


# Whose appeal it is.


def test_a_number_alone_does_not_use_up_the_appeal_of_an_account(app, client, amina, bruno, text):
    decision = hide(amina, text)
    page, contest = f"/decisions/{decision.receipt}", f"/decisions/{decision.receipt}/contester"
    shown = read(client, page)
    assert "connectez-vous, pour que personne ne conteste à votre place" in shown
    door = f"/connexion?next={contest}"
    assert door in shown
    sent = {"key": "a", "words": "Je renonce."}
    assert client.get(contest).location == door
    assert client.post(contest, data=sent).location == door
    for other in (bruno, make_user(), make_user(RoleName.ADMINISTRATOR)):
        stranger = sign_in(app.test_client(), other)
        assert "elle seule peut le faire" in read(stranger, page)
        assert stranger.post(contest, data=sent).status_code == 422
        with pytest.raises(Refused):
            actions.appeal(other, decision, words="Je renonce.")
    assert queries.appeals_against(decision) == []
    made = sign_in(app.test_client(), text.author).post(contest, data=sent).location
    assert "Votre recours est bien arrivé" in read(client, made)
    assert "connectez-vous" not in read(client, page)


def test_whoever_is_suspended_contests_it_from_their_account(amina, text):
    hide(amina, text)
    decision = actions.suspend(amina, text, days=5, why=reasons(text))
    commit()
    with pytest.raises(Refused):
        actions.appeal(None, decision, words="Relisez.")
    assert actions.appeal(text.author, decision, words="Relisez.")


@pytest.mark.parametrize("why", ["paper", "closed"])
def test_where_no_account_is_open_the_number_is_enough(client, amina, text, why):
    if why == "paper":
        text.author = None
    else:
        text.author.closed_at = clock.now()
    commit()
    contest = f"/decisions/{hide(amina, text).receipt}/contester"
    reply = client.post(contest, data={"key": "a", "words": "Relisez."})
    assert reply.location.startswith("/recours/")
    assert client.post(contest, data={"key": "b", "words": "Encore."}).status_code == 422


def test_the_answer_to_a_notice_is_contested_from_the_account_that_sent_it(
    app, client, amina, bruno, text
):
    reporter = make_user()
    notice = actions.notify_content(reporter, text, ground=Ground.INSULT, words="Voyez.")
    commit()
    actions.dismiss(amina, notice, words="Le texte reste.")
    commit()
    contest = f"/decisions/{notice.receipt}/contester"
    page = read(client, f"/signalement/{notice.receipt}")
    assert f"/connexion?next={contest}" in page
    for other in (None, bruno, text.author):
        with pytest.raises(Refused):
            actions.appeal(other, notice, words="Je renonce.")
    door = sign_in(app.test_client(), reporter)
    assert "Contester cette réponse" in read(door, f"/signalement/{notice.receipt}")
    made = door.post(contest, data={"key": "a", "words": "Regardez mieux."})
    assert made.location.startswith("/recours/")


def test_a_letter_typed_in_leaves_an_account_its_own_appeal(app, client, amina, bruno, text):
    """Anybody may have written it; whoever types it in may have made it up."""
    decision = hide(amina, text)
    letter = actions.enter_appeal(bruno, decision, words="Je renonce.", received_on=clock.today())
    commit()
    with pytest.raises(Refused):  # once is enough
        actions.enter_appeal(bruno, decision, words="Encore.", received_on=clock.today())
    db.session.rollback()
    page = f"/decisions/{decision.receipt}"
    author = sign_in(app.test_client(), text.author)
    shown = read(author, page)
    assert "Un recours est arrivé par lettre" in shown
    assert "Contester cette décision" in shown
    made = author.post(f"{page}/contester", data={"key": "a", "words": "C'est mon chien."})
    shown = read(client, page)
    assert made.location in shown
    assert f"/recours/{letter.receipt}" in shown
    assert author.post(f"{page}/contester", data={"key": "b", "words": "Et."}).status_code == 422
    own = queries.appeals_against(decision)[-1]
    judge = make_user(RoleName.FACILITATOR)
    actions.conclude(judge, own, conclusion=Conclusion.REVERSED, words="Rien à redire.")
    commit()
    assert letter.conclusion == Conclusion.REVERSED  # one decision, one outcome
    assert text.is_public
    with clock.frozen(months_after(clock.now(), 12)):
        assert queries.over(months_after(clock.now(), -1)) == [decision]


def test_a_letter_that_was_right_leaves_nothing_to_contest(amina, bruno, text):
    decision = hide(amina, text)
    letter = actions.enter_appeal(bruno, decision, words="Relisez.", received_on=clock.today())
    commit()
    judge = make_user(RoleName.FACILITATOR)
    actions.conclude(judge, letter, conclusion=Conclusion.REVERSED, words="Rien à redire.")
    commit()
    with pytest.raises(Refused):
        actions.appeal(text.author, decision, words="Relisez.")


def test_a_file_is_kept_while_either_appeal_waits(amina, bruno, text):
    decision = hide(amina, text)
    letter = actions.enter_appeal(bruno, decision, words="Relisez.", received_on=clock.today())
    own = actions.appeal(text.author, decision, words="Relisez.")
    commit()
    judge = make_user(RoleName.FACILITATOR)
    with clock.frozen(months_after(clock.now(), 24)):
        actions.conclude(judge, letter, conclusion=Conclusion.UPHELD, words="Non.")
        commit()
        assert own.conclusion is None  # another person reads what the account says
        assert queries.over(months_after(clock.now(), 1)) == []
