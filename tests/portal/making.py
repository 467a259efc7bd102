"""A small town's whole story, from what people wrote to what was done, for tests to read."""

import html
import re
from datetime import timedelta
from typing import Any, NamedTuple

from consult.answers import actions as answers
from consult.campaigns.models import Campaign, Theme
from consult.contributions.models import Contribution, Outcome
from consult.core import clock, files
from consult.core.db import db
from consult.engagements import actions as engagements
from consult.engagements.models import Action, Engagement, Plan, Progress
from consult.followup import actions as followup
from consult.followup.models import Evidence, EvidenceKind
from consult.journal.actions import commit
from consult.people.models import RoleName, User
from consult.posts.models import Status
from tests.engagements.making import published
from tests.factories import make_campaign, make_contribution, make_user

LETTER = {
    "words": "Voici pourquoi : le budget est voté.",
    "signatory": "Claire Martin, maire",
    "unit": "Rues",
}


class Town(NamedTuple):
    council: User
    author: User
    campaign: Campaign
    retained: Contribution
    refused: Contribution
    unanswered: Contribution
    plan: Plan
    engagement: Engagement
    action: Action


def answered(council: User, outcome: Outcome, *contributions: Contribution, **more: Any) -> None:
    answers.answer(council, *contributions, outcome=outcome, **{**LETTER, **more})
    commit()


def make_town(**campaign: Any) -> Town:
    """Five contributions received, four published, two answered, one behind an action, done."""
    start = clock.now()
    with clock.frozen(start - timedelta(days=100)):
        council = make_user(RoleName.COUNCIL, name="Claire Martin", position="Maire")
        author = make_user(pseudonym="Camille du Port")
        asked = make_campaign(title="Nos quais", slug="nos-quais", **campaign)
        asked.themes = [Theme(title="Ombre"), Theme(title="Marche", order=1)]
        db.session.commit()
        shade, walk = asked.themes
        retained = make_contribution(asked, author=author, theme=shade, title="Des bancs au quai")
        refused = make_contribution(asked, theme=walk, title="Un téléphérique")
        unanswered = make_contribution(asked, author=author, title="Un ponton")
        make_contribution(asked, theme=walk, title="Un passage piéton")
        make_contribution(asked, status=Status.REFUSED, title="Des mots durs")
    with clock.frozen(start - timedelta(days=90)):
        answered(council, Outcome.RETAINED, retained)
        answered(council, Outcome.NOT_RETAINED, refused)
    with clock.frozen(start - timedelta(days=60)):
        plan = engagements.create(council, title="Plan des quais", campaigns=[asked])
        commit()
        engagement = engagements.commit(council, plan, title="Des quais à l'ombre")
        action = engagements.undertake(
            council, plan, title="Poser dix bancs", engagements=[engagement], origins=[retained]
        )
        commit()
        published(council, plan)
    with clock.frozen(start - timedelta(days=10)):
        followup.report(
            council,
            action,
            progress=Progress.DONE,
            effective_on=clock.today(),
            words="Les dix bancs sont là.",
            evidence=[photograph()],
        )
        commit()
    return Town(council, author, asked, retained, refused, unanswered, plan, engagement, action)


def photograph() -> Evidence:
    kept = files.keep(b"RIFF....WEBP", "bancs.webp", "image/webp", width=4, height=3)
    return Evidence(
        kind=EvidenceKind.PHOTO,
        title="Les bancs posés",
        file=kept,
        alternative="Dix bancs sous les tilleuls",
        credit="Ville",
    )


def text_of(reply: Any) -> str:
    """The words of a page, as they are read."""
    assert reply.status_code == 200, reply.status
    words = re.sub(r"<(script|style|svg).*?</\1>", " ", reply.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", words)).split())


def links_in(reply: Any) -> set[str]:
    """Where the main part of a page leads, on this site."""
    main = reply.text.partition("<main")[2].partition("</main>")[0] or reply.text
    found = {html.unescape(href) for href in re.findall(r'href="([^"]+)"', main)}
    return {href.partition("#")[0] for href in found if href.startswith("/")}
