"""What residents and the town say of a contribution, and to each other."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.campaigns.models import Campaign
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.db import choice
from consult.core.personal import Fate, personal
from consult.posts.models import WORDS, Post, Status


class Side(StrEnum):
    FOR = "for"
    AGAINST = "against"
    NEUTRAL = "neutral"


class Comment(Post):
    """What somebody says of a contribution, or of another comment."""

    __tablename__ = "comment"
    __mapper_args__ = {"polymorphic_identity": "comment"}

    id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), primary_key=True)
    contribution_id: Mapped[int] = mapped_column(sa.ForeignKey("contribution.id"))
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"))
    thread_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id"))  # None: it opens one
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id"))
    side: Mapped[Side] = choice(Side, default=Side.NEUTRAL)
    speaks_for: Mapped[str | None]  # the unit of the town it speaks for: wears the town's badge
    external_ref: Mapped[str | None]
    shown_at: Mapped[datetime | None]  # its place in the thread, kept when its words are not
    contribution: Mapped[Contribution] = relationship(foreign_keys=[contribution_id])
    campaign: Mapped[Campaign] = relationship()

    __table_args__ = (  # type: ignore[assignment]
        sa.UniqueConstraint("contribution_id", "external_ref"),
        sa.Index(
            "ix_comment_shown",
            "contribution_id",
            sa.text("coalesce(thread_id, id)"),
            "id",
            sqlite_where=sa.text("shown_at IS NOT NULL"),
            postgresql_where=sa.text("shown_at IS NOT NULL"),
        ),
    )

    def move_to(self, status: Status) -> None:
        """Take the next step of its life, and keep its contribution's count."""
        before = self.is_public
        super().move_to(status)
        self.shown_at = self.published_at
        if self.is_public != before:
            self.contribution.commented(+1 if self.is_public else -1)

    @classmethod
    def enter(cls, posts: Sequence[Self], status: Status) -> None:
        """Bring in new comments, many at once, and count them."""
        shown = posts if status == Status.PUBLISHED else ()
        for one in shown:
            one.published_at = one.shown_at = one.published_at or clock.now()
        super().enter(posts, status)
        for contribution, number in Counter(one.contribution for one in shown).items():
            contribution.commented(number)


personal(Comment, WORDS, "speaks_for", of="id")
personal(Comment, WORDS, "external_ref", of="id", fate=Fate.LINK)  # not brought in twice
