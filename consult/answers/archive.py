"""The whole of a campaign, for the archives: every text of every status, and what was decided."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from consult.answers.queries import latest
from consult.campaigns.models import Campaign
from consult.comments.models import Comment
from consult.contributions.models import Contribution
from consult.core.db import db
from consult.core.tables import write_csv
from consult.moderation.models import Decision
from consult.posts.models import Post, Status

SEALED = "(texte scellé)"  # its author and the guarantor alone read it
POST = ("numero", "etat", "canal", "auteur", "titre", "texte", "envoyee_le")


class Archive(NamedTuple):
    """The file, and how many lines it holds."""

    body: bytes
    rows: int


def archive(campaign: Campaign) -> Archive:
    """A ZIP of CSV files; drafts stay with their authors, sealed texts sealed, stances aside."""
    whole, lines = io.BytesIO(), 0
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as file:
        for name, header, rows in _tables(campaign):
            found = list(rows)
            lines += len(found)
            file.writestr(name, "".join(write_csv(found, header, bom=True)))
    return Archive(whole.getvalue(), lines)


Table = tuple[str, tuple[str, ...], Iterator[list[Any]]]


def _tables(campaign: Campaign) -> Iterator[Table]:
    outcome = ("publiee_le", "theme", "lieu", "soutiens", "suite", "reponse", "reponse_du")
    yield "contributions.csv", (*POST, *outcome), _contributions(campaign)
    yield "commentaires.csv", (*POST, "contribution"), _comments(campaign)
    yield "decisions.csv", ("texte", "decision", "motif", "le"), _decisions(campaign)


def _post(post: Post) -> list[Any]:
    """What is told of any text; never its receipt: it alone reads and acts as the author does."""
    return [
        post.id,
        post.status.value,
        post.channel.value,
        post.name or "",
        SEALED if post.is_sealed else post.title,
        SEALED if post.is_sealed else post.body,
        post.submitted_at.isoformat() if post.submitted_at else "",
    ]


def _all(model: type[Any], campaign: Campaign) -> list[Any]:
    asked = (
        sa.select(model)
        .where(model.campaign_id == campaign.id, model.status != Status.DRAFT)
        .options(selectinload(model.author).raiseload("*"))
        .order_by(model.id)
    )
    return list(db.session.scalars(asked))


def _contributions(campaign: Campaign) -> Iterator[list[Any]]:
    found = _all(Contribution, campaign)
    answers = latest([one.id for one in found])
    for one in found:
        given = answers.get(one.id)
        yield [
            *_post(one),
            one.published_at.isoformat() if one.published_at else "",
            one.theme.title if one.theme else "",
            one.place.name if one.place else "",
            "" if campaign.counts_hidden else one.support_count,
            one.outcome.value if one.outcome else "",
            given.words if given else "",
            given.at.isoformat() if given else "",
        ]


def _comments(campaign: Campaign) -> Iterator[list[Any]]:
    return ([*_post(one), one.contribution_id] for one in _all(Comment, campaign))


def _decisions(campaign: Campaign) -> Iterator[list[Any]]:
    texts = sa.union(
        *(
            sa.select(model.id).where(model.campaign_id == campaign.id)
            for model in (Contribution, Comment)
        )
    )
    asked = sa.select(Decision).where(Decision.post_id.in_(texts)).order_by(Decision.id)
    for one in db.session.scalars(asked):
        ground = one.ground.value if one.ground else ""
        yield [one.post_id, one.verdict.value, ground, one.at.isoformat()]
