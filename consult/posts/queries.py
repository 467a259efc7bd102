"""What to read of the words people wrote: their versions, their pictures, who may see those."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from consult.core.db import db
from consult.people import queries as people
from consult.people.models import User
from consult.posts.models import Flag, Image, Post, Slip, Status, Version


def by_receipt(receipt: str) -> Post | None:
    """The post that was given this receipt number, however the number was copied."""
    sign = "".join(receipt.upper().split()).replace("-", "")
    return db.session.scalar(sa.select(Post).where(Post.receipt == sign))


def versions(post: Post) -> list[Version]:
    """Every wording it had, oldest first."""
    return list(
        db.session.scalars(
            sa.select(Version).where(Version.post_id == post.id).order_by(Version.number)
        )
    )


def images(post_ids: Iterable[int]) -> dict[int, list[Image]]:
    """The pictures of these posts, in their order, in one query."""
    found: dict[int, list[Image]] = {}
    rows = db.session.scalars(
        sa.select(Image)
        .where(Image.post_id.in_(list(post_ids)))
        .options(joinedload(Image.thumbnail))
        .order_by(Image.post_id, Image.order, Image.id)
    )
    for image in rows:
        found.setdefault(image.post_id, []).append(image)
    return found


def flags_of(posts: Iterable[Post]) -> dict[int, list[Flag]]:
    """What a machine found odd about these texts and nobody cleared yet, in one query."""
    found: dict[int, list[Flag]] = {}
    rows = db.session.scalars(
        sa.select(Flag)
        .where(Flag.post_id.in_([post.id for post in posts]), Flag.cleared_at.is_(None))
        .order_by(Flag.post_id, Flag.id)
    )
    for flag in rows:
        found.setdefault(flag.post_id, []).append(flag)
    return found


def image(post: Post, image_id: int) -> Image | None:
    """One picture of this post."""
    return db.session.scalar(sa.select(Image).where(Image.id == image_id, Image.post_id == post.id))


def is_on_show(file_id: int) -> bool:
    """Whether this file is a picture of something published: then anybody may look at it."""
    shown = (
        sa.select(Post.id)
        .join(Image, Image.post_id == Post.id)
        .where(
            sa.or_(Image.file_id == file_id, Image.thumbnail_id == file_id),
            Post.status == Status.PUBLISHED,
        )
    )
    return db.session.scalar(sa.select(shown.exists())) or False


def slip(post: Post) -> Slip | None:
    """The sheet it came on, if it came on one."""
    return db.session.scalar(
        sa.select(Slip).where(Slip.post_id == post.id).options(joinedload(Slip.agent))
    )


def held(post: Post, actor: User | None = None) -> Post:
    """The same text, words and all, as it stands now; its row held, and before it its author.

    Whoever decides next waits, and sees this. `actor`: held as well, where they write in it.
    """
    people.held(actor, post.author)
    columns = [column.key for column in sa.inspect(type(post)).column_attrs]
    db.session.refresh(post, columns, with_for_update=True)
    return post
