"""What a decision changes, who hears of it, and in which order texts wait."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from consult.campaigns.models import Moderation, PhaseKind
from consult.comments import actions as comments
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.db import db, writing
from consult.core.rules import Refused
from consult.core.search import SearchEntry
from consult.journal.actions import commit
from consult.journal.models import Event, Notification
from consult.moderation import actions, queries
from consult.moderation.charter import NEEDS_REASONS, Ground, Urgency, Verdict
from consult.moderation.models import Decision, Notice
from consult.moderation.queries import Scope
from consult.people import jobs
from consult.people.models import Role, RoleName, User
from consult.posts.models import Image, Status
from tests.counting import statements
from tests.factories import make_campaign, make_contribution, make_user, reasons

SIGNED = {"name": "Une voisine", "email": "voisine@exemple.fr"}
WORDS = "« Clown » est une injure : dites-le autrement."


@pytest.fixture
def facilitator(ctx, noon):
    return make_user(RoleName.FACILITATOR)


def decide(facilitator, post, verdict) -> Decision:
    why = reasons(post, words=WORDS) if verdict in NEEDS_REASONS else None
    decision = actions.decide(facilitator, post, verdict=verdict, why=why)
    commit()
    return decision


def told(name: str) -> set[User]:
    asked = (
        sa.select(User)
        .join(Notification, Notification.user_id == User.id)
        .join(Event, Event.id == Notification.event_id)
        .where(Event.name == name)
    )
    return set(db.session.scalars(asked))


def is_found(contribution: Contribution) -> bool:
    asked = sa.select(SearchEntry.id).where(
        SearchEntry.kind == "contribution", SearchEntry.subject_id == contribution.id
    )
    return db.session.scalar(asked) is not None


def test_a_life_through_every_verdict(facilitator):
    text = make_contribution(status=Status.PENDING)
    seen = []
    for verdict in (
        Verdict.REFUSE,
        Verdict.PUBLISH,  # a refusal taken back
        Verdict.RESTRICT,
        Verdict.RESTORE,
    ):
        decide(facilitator, text, verdict)
        seen.append((text.status.value, is_found(text), text.waiting_since))
    assert seen == [
        ("refused", False, None),
        ("published", True, None),
        ("restricted", False, None),
        ("published", True, None),
    ]
    assert [one.verdict for one in queries.decisions(text)] == [
        Verdict.REFUSE,
        Verdict.PUBLISH,
        Verdict.RESTRICT,
        Verdict.RESTORE,
    ]


def test_restored_words_keep_their_place_and_date(facilitator, noon):
    text = make_contribution()
    shown_at = text.published_at
    with clock.frozen(noon + timedelta(days=3)):
        decide(facilitator, text, Verdict.RESTRICT)
        decide(facilitator, text, Verdict.RESTORE)
    assert (text.published_at, text.shown_at) == (shown_at, shown_at)


def test_the_author_is_told_of_what_changes_and_the_journal_keeps_no_words(facilitator):
    text = make_contribution(status=Status.PENDING)
    decision = decide(facilitator, text, Verdict.REFUSE)
    assert told("moderation.decide") == {text.author}
    event = db.session.scalars(sa.select(Event)).one()
    assert (event.actor_id, event.campaign_id) == (facilitator.id, text.campaign_id)
    assert event.data == {"decision": decision.id, "verdict": "refuse", "ground": "insult"}


def test_a_text_read_after_publication_stays_and_its_author_hears_nothing(facilitator):
    campaign = make_campaign(PhaseKind.DISCUSS, moderation=Moderation.AFTER)
    comment = comments.comment(make_user(), make_contribution(campaign), body="Oui.")
    commit()
    assert [line.id for line in queries.queue(facilitator, Scope()).lines] == [comment.id]
    decide(facilitator, comment, Verdict.KEEP)
    assert queries.queue(facilitator, Scope()).lines == []
    assert comment.is_public
    assert told("moderation.decide") == set()


def test_an_imported_text_waits_for_nobody(facilitator):
    """What was published elsewhere was read elsewhere."""
    text = Contribution(campaign=make_campaign(), channel="import", external_ref="1")
    db.session.add(text)
    db.session.flush()
    text.say("Ailleurs", "Déjà lu.", None)
    text.move_to(Status.PUBLISHED)
    db.session.commit()
    assert text.waiting_since is None


def test_the_letter_says_the_article_the_words_and_the_remedies(
    app, facilitator, outbox, monkeypatch
):
    text = make_contribution(status=Status.PENDING, title="Le square")
    decide(facilitator, text, Verdict.REFUSE)
    monkeypatch.setitem(app.config, "NOTICE_WAIT", -1)
    jobs.send_notices()
    (letter,) = outbox
    assert letter.subject == "Votre contribution est refusée : Le square"
    for words in (
        "Injure ou attaque personnelle",
        WORDS,
        "Défenseur des droits",
        "tribunal administratif",
    ):
        assert words in letter.body


def test_a_picture_is_described(facilitator):
    text = make_contribution(status=Status.PENDING)
    file = _file()
    picture = Image(post_id=text.id, file=file)
    db.session.add(picture)
    db.session.commit()
    actions.describe(facilitator, text, image=picture, words=" Un tilleul. ")
    commit()
    assert picture.alternative == "Un tilleul."
    with pytest.raises(Refused):
        actions.describe(make_user(), text, image=picture, words="Un banc.")


def test_what_an_author_wrote_of_a_picture_is_kept_and_they_hear_of_other_words(
    app, facilitator, outbox, monkeypatch
):
    text = make_contribution(title="Le square")
    written = Image(post_id=text.id, file=_file(), alternative="Mon tilleul")
    bare = Image(post_id=text.id, file=_file())
    db.session.add_all([written, bare])
    db.session.commit()
    monkeypatch.setitem(app.config, "NOTICE_WAIT", -1)
    for words in ("Un banc.", "Un banc vert."):  # where nothing was said
        actions.describe(facilitator, text, image=bare, words=words)
    commit()
    jobs.send_notices()
    assert outbox == []
    for words in ("Un arbre.", "Un tilleul."):
        actions.describe(facilitator, text, image=written, words=words)
        assert (written.alternative, written.as_written) == (words, "Mon tilleul")
    commit()
    jobs.send_notices()
    assert "Votre image est décrite autrement : Le square" in outbox[0].body.replace("\u00a0", " ")
    assert f"/contributions/{text.id}" in outbox[0].body
    actions.describe(facilitator, text, image=written, words="Mon tilleul")
    assert (written.alternative, written.as_written) == ("Mon tilleul", None)


def _file():
    from_bytes = {"sha256": "0" * 64, "name": "p.webp", "media_type": "image/webp", "size": 1}
    file = Image.file.property.mapper.class_(**from_bytes)
    db.session.add(file)
    db.session.flush()
    return file


# The queue.


@pytest.fixture
def waiting(facilitator, noon):
    """Thirty texts in two campaigns, the oldest first; every third is a comment."""
    campaigns = [make_campaign(PhaseKind.DISCUSS) for _ in range(2)]
    shown = [make_contribution(campaign) for campaign in campaigns]
    author, texts = make_user(), []
    for number in range(30):
        with clock.frozen(noon - timedelta(hours=90 - number)):
            side = number % 2
            if number % 3 == 2:
                text = comments.comment(author, shown[side], body=f"Remarque {number}.")
                commit()
            else:
                text = make_contribution(campaigns[side], Status.PENDING, author=author)
        texts.append(text)
    return texts


def test_the_oldest_comes_first_and_the_list_goes_on_around_each(facilitator, waiting):
    ids = [text.id for text in waiting]
    first = queries.queue(facilitator, Scope())
    assert (first.total, first.oldest) == (30, waiting[0].waiting_since)
    assert [line.id for line in first.lines] == ids[: queries.AFTER + 1]
    assert (first.previous, first.next) == (None, ids[1])
    middle = queries.queue(facilitator, Scope(), waiting[20])
    assert [line.id for line in middle.lines] == ids[20 - queries.BEFORE :]
    assert (middle.previous, middle.next) == (ids[19], ids[21])
    last = queries.queue(facilitator, Scope(), waiting[-1])
    assert (last.previous, last.next) == (ids[-2], None)


def test_it_is_filtered_by_campaign_and_by_kind(facilitator, waiting):
    campaign = waiting[0].campaign
    here = [text.id for text in waiting if text.campaign_id == campaign.id]
    assert [line.id for line in queries.queue(facilitator, Scope(campaign)).lines] == here
    both = Scope(campaign, "comment")
    found = queries.queue(facilitator, both)
    assert {line.kind for line in found.lines} == {"comment"}
    assert found.total == 5


def test_a_facilitator_of_one_campaign_sees_its_texts_alone(waiting):
    campaign = waiting[1].campaign
    person = make_user()
    db.session.add(Role(user_id=person.id, name=RoleName.FACILITATOR, campaign_id=campaign.id))
    db.session.commit()
    db.session.expire(person)
    assert queries.queue(person, Scope()).total == 15
    assert queries.campaigns(person) == [campaign]
    assert queries.waiting_count(campaign) == 15


def test_one_s_own_words_wait_for_somebody_else(facilitator):
    make_contribution(status=Status.PENDING, author=facilitator)
    assert queries.queue(facilitator, Scope()).total == 0
    assert queries.queue(make_user(RoleName.FACILITATOR), Scope()).total == 1


def test_the_list_takes_as_many_queries_for_thirty_as_for_one(facilitator, waiting):
    text = waiting[15]
    text.waiting_since, facilitator.roles  # noqa: B018
    with statements() as sent:
        queries.queue(facilitator, Scope(), text)
    assert len(sent) == 3


# What readers point out.


def test_a_notice_has_a_receipt_and_names_nobody(facilitator):
    reporter, text = make_user(), make_contribution()
    notice = actions.notify_content(reporter, text, ground=Ground.THREAT, words="Troisième ligne.")
    commit()
    assert len(notice.receipt) == 10
    assert queries.notice_or_404(notice.receipt.lower()[:5] + " " + notice.receipt[5:]) == notice
    event = db.session.scalars(sa.select(Event)).one()
    assert (event.name, event.actor_id, event.data) == (
        "moderation.notify_content",
        None,
        {"urgency": "other"},
    )
    assert event.campaign_id == text.campaign_id
    assert told("moderation.notify_content") == {facilitator}


def test_facilitators_are_told_once_a_text(facilitator):
    text = make_contribution()
    for _ in range(3):
        actions.notify_content(None, text, ground=Ground.THREAT, words="Troisième ligne.", **SIGNED)
        commit()
    assert db.session.scalar(sa.select(sa.func.count(Notification.id))) == 1


def test_facilitators_are_told_again_when_somebody_is_in_danger(
    app, facilitator, outbox, monkeypatch
):
    text = make_contribution(title="Une rue")
    for urgency in (Urgency.OTHER, Urgency.DANGER, Urgency.UNLAWFUL, Urgency.DANGER):
        actions.notify_content(
            None, text, ground=Ground.THREAT, words="Troisième ligne.", urgency=urgency, **SIGNED
        )
        commit()
    assert db.session.scalar(sa.select(sa.func.count(Notification.id))) == 2
    monkeypatch.setitem(app.config, "NOTICE_WAIT", -1)
    jobs.send_notices()
    jobs.send_notices()
    said = "\n".join(f"{letter.subject}\n{letter.body}" for letter in outbox)
    assert "Danger, à lire dans l’heure" in said


def test_hiding_a_text_answers_every_notice_about_it(app, facilitator, outbox, monkeypatch):
    reporter, text = make_user(), make_contribution()
    for who, signed in ((reporter, {}), (None, SIGNED)):
        actions.notify_content(who, text, ground=Ground.INSULT, words="Clown.", **signed)
    commit()
    decision = decide(facilitator, text, Verdict.RESTRICT)
    notices = list(db.session.scalars(sa.select(Notice)))
    assert all(one.decision_id == decision.id and one.closed_at for one in notices)
    assert told("moderation.settle") == {reporter}
    monkeypatch.setitem(app.config, "NOTICE_WAIT", -1)
    jobs.send_letters()
    jobs.send_notices()
    letters = {letter.to[0]: letter for letter in outbox}
    assert {"voisine@exemple.fr", reporter.email, text.author.email} <= set(letters)
    for address in ("voisine@exemple.fr", reporter.email):
        assert "a reçu une réponse" in letters[address].subject
        assert "/signalement/" in letters[address].body
        assert text.title not in letters[address].body


def test_leaving_a_text_answers_whoever_pointed_it_out(facilitator):
    reporter, text = make_user(), make_contribution()
    notice = actions.notify_content(reporter, text, ground=Ground.INSULT, words="Il critique.")
    commit()
    actions.dismiss(facilitator, notice, words="La critique est permise.")
    commit()
    assert text.is_public
    assert (notice.dismissed_words, notice.closed_at is not None) == (
        "La critique est permise.",
        True,
    )
    assert told("moderation.settle") == {reporter}
    assert queries.open_notices(facilitator, Scope()).notices == []


def test_open_notices_come_page_by_page(facilitator):
    text = make_contribution()
    for _ in range(25):
        actions.notify_content(None, text, ground=Ground.INSULT, words="Clown.", **SIGNED)
    commit()
    first = queries.open_notices(facilitator, Scope())
    second = queries.open_notices(facilitator, Scope(), first.next)
    assert (len(first.notices), len(second.notices), second.next) == (20, 5, "")
    assert queries.queue(facilitator, Scope()).waiting.notices == 25


# Two facilitators at once.


def test_of_two_decisions_at_once_one_stands(app, noon):
    with app.app_context():
        text = make_contribution(status=Status.PENDING).id
        people = [make_user(RoleName.FACILITATOR).id for _ in range(8)]
    barrier, met = Barrier(len(people)), []

    def run(number):
        verdict = Verdict.PUBLISH if number % 2 else Verdict.REFUSE
        with app.app_context():
            barrier.wait()
            try:
                writing()
                actions.decide(
                    db.session.get(User, people[number]),
                    db.session.get(Contribution, text),
                    verdict=verdict,
                    why=reasons(db.session.get(Contribution, text))
                    if verdict == Verdict.REFUSE
                    else None,
                )
                commit()
                met.append(verdict)
            except Refused:
                db.session.rollback()
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=(number,)) for number in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        decisions = queries.decisions(db.session.get(Contribution, text))
        assert [one.verdict for one in decisions] == met
        # A refusal may be followed by a publication, which is a new decision; nothing else may.
        assert met in ([Verdict.PUBLISH], [Verdict.REFUSE, Verdict.PUBLISH], [Verdict.REFUSE])
        assert db.session.get(Contribution, text).status == (
            Status.PUBLISHED if met[-1] == Verdict.PUBLISH else Status.REFUSED
        )
