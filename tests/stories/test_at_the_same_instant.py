"""Acts that meet at the same instant: each is done, or refused in words; none is stuck."""

from itertools import islice

import pytest
import sqlalchemy as sa

from consult.comments import actions as comments
from consult.contributions import actions as contributions
from consult.contributions.jobs import recount
from consult.core import clock
from consult.core.db import db
from consult.identity import actions as identity
from consult.identity.queries import proof_of
from consult.identity.roll import Who
from consult.journal import queries as journal
from consult.journal.actions import commit
from consult.moderation import actions as moderation
from consult.moderation.charter import Verdict
from consult.people import actions as people
from consult.people.models import RoleName
from consult.posts.models import Channel, Post, Status
from consult.vigilance import actions as vigilance
from consult.votes import actions as votes
from tests.crosswise import crosswise
from tests.factories import make_campaign, make_contribution, make_user, reasons
from tests.identity.making import LEA, asking


class Scene:
    """What was set up, by its numbers: each act reads it anew, on a connection of its own."""

    def __init__(self, **things):
        self.things = {name: (type(one), one.id) for name, one in things.items()}

    def __getitem__(self, name):
        return db.session.get(*self.things[name])


def a_text(status=Status.PUBLISHED):
    campaign = make_campaign(moderation="after")
    author, other, agent = make_user(), make_user(), make_user(RoleName.FACILITATOR)
    text = make_contribution(campaign, status=status, author=author)
    more = make_contribution(campaign, author=author)
    return Scene(campaign=campaign, author=author, other=other, agent=agent, text=text, more=more)


def two_who_talk():
    """The same, and a comment of each under the words of the other."""
    scene = a_text()
    theirs = make_contribution(scene["campaign"], author=scene["other"])
    said = comments.comment(scene["author"], theirs, body="D’accord.")
    comments.comment(scene["other"], scene["more"], body="D’accord aussi.")
    commit()
    scene.things["said"] = (type(said), said.id)
    return scene


def a_text_that_waits():
    return a_text(Status.PENDING)


def leaves(scene):
    people.close_account(scene["author"], withdraws=True)


def hides(scene):
    text = scene["text"]
    moderation.decide(scene["agent"], text, verdict=Verdict.RESTRICT, why=reasons(text))


def hides_the_comment(scene):
    said = scene["said"]
    moderation.decide(scene["agent"], said, verdict=Verdict.RESTRICT, why=reasons(said))


def publishes(scene):
    moderation.decide(scene["agent"], scene["text"], verdict=Verdict.PUBLISH)


def edits(scene):
    contributions.edit(scene["author"], scene["text"], title="Autrement", body="Tout autre.")


def comments_on_it(scene):
    comments.comment(scene["other"], scene["text"], body="Oui.")


def supports_it(scene):
    votes.support(scene["other"], scene["text"])


def the_other_leaves(scene):
    people.close_account(scene["other"], withdraws=True)


def goes_by_another_name(scene):
    people.change_pseudonym(scene["author"], pseudonym=f"Autre {scene['author'].id}")


def hides_another(scene):
    more = scene["more"]
    moderation.decide(scene["agent"], more, verdict=Verdict.RESTRICT, why=reasons(more))


def suspends(scene):
    more = scene["more"]
    moderation.decide(scene["agent"], more, verdict=Verdict.RESTRICT, why=reasons(more))
    moderation.suspend(scene["agent"], more, days=3, why=reasons(more))


def refutable():
    """Somebody the desk took for another supports a text, and their support is set aside."""
    campaign, resident = asking("desk"), make_user()
    agent, second = (make_user(RoleName.FACILITATOR) for _agent in range(2))
    identity.see(agent, campaign, person=LEA, account=resident)
    first, more = (make_contribution(campaign) for _text in range(2))
    for text in (first, more):
        votes.support(resident, text)
    aside = vigilance.set_aside(
        agent, first, hour=clock.now(), facts="Un seul poste.", rule="Charte, article 4."
    )
    commit()
    return Scene(
        campaign=campaign,
        agent=agent,
        second=second,
        proof=proof_of(resident, campaign),
        aside=aside,
        first=first,
        more=more,
        resident=resident,
    )


def refutes(scene):
    proof = scene["proof"]
    vigilance.refute(scene["agent"], proof.campaign, proof, reason="Ce n’était pas elle.")


def restores(scene):
    vigilance.restore(scene["second"], scene["aside"], words="C’était une famille.")


def types_in(name, *texts):
    """A sheet typed in for somebody of this name, with these texts in this order."""

    def act(scene):
        campaign = scene["campaign"]
        votes.type_in(
            scene["agent"],
            campaign,
            [scene[text] for text in texts],
            who=Who(person_key=LEA._replace(family=name).key(campaign)),
            channel=Channel.PAPER,
            collected_on=clock.today(),
        )

    act.__name__ = f"types_{name}"
    return act


PAIRS = [
    (a_text, leaves, hides),
    (a_text, hides, leaves),
    (two_who_talk, hides_the_comment, leaves),
    (a_text_that_waits, leaves, publishes),
    (a_text_that_waits, publishes, leaves),
    (a_text, edits, leaves),
    (a_text, suspends, leaves),
    (a_text, comments_on_it, leaves),
    (a_text, supports_it, leaves),
    (two_who_talk, leaves, the_other_leaves),
    (a_text, hides, goes_by_another_name),
    (a_text_that_waits, publishes, hides_another),
    (refutable, refutes, restores),
    (refutable, restores, refutes),
    (refutable, types_in("A", "first", "more"), types_in("B", "more", "first")),
]


@pytest.mark.parametrize(
    ("stage", "first", "second"),
    PAIRS,
    ids=[f"{first.__name__}-{second.__name__}" for _stage, first, second in PAIRS],
)
def test_two_acts_at_once_are_done_or_refused_in_words(app, noon, engine, stage, first, second):
    """Wherever the first stands when the second begins. SQLite has one writer at a time."""
    rounds = islice(crosswise(app, stage, first, second), 1 if engine == "sqlite" else 20)
    met = list(rounds)
    assert met
    assert {one.first for one in met} | {one.second for one in met} <= {"done", "refused"}
    with app.app_context():
        assert not any(recount().values())
        assert not list(journal.faults())


# Nothing is left of whoever leaves with their words.


def submits(scene):
    contributions.submit(scene["author"], scene["campaign"], title="Un banc", body="Ici.")


def drafts(scene):
    contributions.save_draft(scene["author"], scene["campaign"], title="Un banc", body="Ici.")


def comments_elsewhere(scene):
    comments.comment(scene["author"], scene["text"], body="J’insiste.")


@pytest.mark.parametrize("given", [submits, drafts, comments_elsewhere])
@pytest.mark.parametrize("is_first", [True, False])
def test_no_words_stay_of_whoever_leaves_with_them_at_that_instant(app, noon, given, is_first):
    acts = (leaves, given) if is_first else (given, leaves)
    for met in islice(crosswise(app, a_text, *acts), 12):
        assert {met.first, met.second} <= {"done", "refused"}, met
        with app.app_context():
            gone = sa.select(Post).join(Post.author).where(sa.text("closed_at IS NOT NULL"))
            left = db.session.scalars(gone.where(Post.status != Status.WITHDRAWN)).all()
            assert not left, met


# The words decided on are those that stand.


def rude():
    text = make_contribution(make_campaign(moderation="after"), body="À l’ombre. Imbécile.")
    return Scene(text=text, author=text.author, agent=make_user(RoleName.FACILITATOR))


def writes(body):
    def act(scene):
        contributions.edit(scene["author"], scene["text"], title="Des bancs", body=body)

    return act


def takes_it_out(scene):
    text = scene["text"]
    why = reasons(text, passage="Imbécile.")
    assert text.body  # read before it is held
    moderation.decide(scene["agent"], text, verdict=Verdict.REDACT, why=why)


def test_a_passage_is_taken_out_of_the_words_that_stand(app, noon):
    """What the author writes while the facilitator decides stays."""
    more = writes("À l’ombre, près du marché. Imbécile.")
    for met in islice(crosswise(app, rude, more, takes_it_out), 6):
        assert (met.first, met.second) == ("done", "done")
        assert last_body(app).startswith("À l’ombre, près du marché. [")


def test_a_passage_that_its_author_took_out_first_is_not_put_back(app, noon):
    for met in islice(crosswise(app, rude, writes("À l’ombre."), takes_it_out), 6):
        assert (met.first, met.second) == ("done", "refused")
        assert last_body(app) == "À l’ombre."


def last_body(app):
    with app.app_context():
        return db.session.scalar(sa.select(Post.body).order_by(Post.id.desc()).limit(1))
