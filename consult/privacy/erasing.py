"""What leaves with somebody besides their rows: words, drafts, papers; what is put away."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from consult.comments.models import Comment
from consult.contributions.models import Contribution, hold_tallies
from consult.core import files, mail, papers, personal
from consult.core.db import afterwards, db, locked
from consult.core.files import StoredFile
from consult.identity.models import Proof
from consult.imports.models import Import, Remark
from consult.keys.models import Countersign
from consult.people.models import User
from consult.posts.models import Flag, Post, Slip, Status, Version, forget_words
from consult.privacy import archive, queries


@personal.before_leaving
def hold_words(user: User, _withdraws: bool) -> None:
    """Checks, texts, what they comment and the counts of campaigns, in the order of everybody."""
    checks = sa.select(Proof.id).where(Proof.user_id == user.id)
    db.session.execute(locked(checks.order_by(Proof.id)))
    mine = Post.author_id == user.id
    others = sa.select(Post.id).where(mine, Post.kind != "contribution")
    db.session.execute(locked(others.order_by(Post.kind, Post.id)))
    said = sa.select(Comment.contribution_id).where(mine)
    theirs = sa.select(Contribution.campaign_id).where(sa.or_(mine, Contribution.id.in_(said)))
    held = db.session.scalars(locked(theirs.order_by(Contribution.id)))
    for campaign_id in sorted(set(held)):
        hold_tallies(campaign_id)


@personal.on_leaving
def put_away(user: User, _withdraws: bool) -> None:
    """The least the law makes the town keep goes under seal, before the row is emptied."""
    archive.put_away(user)


@personal.on_leaving
def take_words_back(user: User, withdraws: bool) -> None:
    """Drafts go; words nobody has read yet too; the published ones if their author wishes."""
    for post in db.session.scalars(sa.select(Post).where(Post.author_id == user.id)).all():
        if post.status == Status.DRAFT:
            discard(post)
        elif (withdraws or post.status == Status.PENDING) and post.may_become(Status.WITHDRAWN):
            post.move_to(Status.WITHDRAWN)


@personal.on_leaving
def empty_shelves(user: User, _withdraws: bool) -> None:
    """Papers are set again when asked for; letters kept in a folder go."""
    afterwards(papers.clear)
    if user.email:
        mail.forget(user.email)


@personal.on_leaving
def forget_refusals(user: User, _withdraws: bool) -> None:
    """Why somebody did not sign that this account be emptied may speak of its person."""
    about = Countersign.subject_kind == user.__tablename__, Countersign.subject_id == user.id
    db.session.execute(sa.update(Countersign).where(*about).values(declined_words=None))


def drop_raw_files(imports: Sequence[int]) -> int:
    """Delete what these imports read and what was said of its rows; name and figures stay."""
    db.session.execute(sa.delete(Remark).where(Remark.import_id.in_(imports)))
    held = sa.select(Import.file_id).where(Import.id.in_(imports))
    read = list(db.session.scalars(sa.select(StoredFile).where(StoredFile.id.in_(held))))
    for stored in read:
        files.empty(stored)
    return len(read)


def purge_raw_files() -> int:
    """Empty the files that hold a text withdrawn since (`queries.stale_imports`).

    What was said of the row of this text goes too; what was said of the others stays.
    """
    found = db.session.scalars(queries.stale_imports()).all()
    withdrawn = queries.withdrawn_from_files()
    for one in found:
        refs = sa.select(withdrawn.c.ref).where(withdrawn.c.campaign_id == one.campaign_id)
        db.session.execute(
            sa.delete(Remark).where(Remark.import_id == one.id, Remark.ref.in_(refs))
        )
        files.empty(one.file)
    return len(found)


def discard(post: Any) -> None:
    """Delete a text that was never sent, with all that hangs on it."""
    forget_words([post.id])
    for model in (Version, Flag, Slip):
        db.session.execute(sa.delete(model).where(model.post_id == post.id))
    db.session.delete(post)
    db.session.flush()
