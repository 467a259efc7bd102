"""Who may decide what is shown, on which grounds; who may point something out."""

from typing import Any

from consult.core.i18n import _
from consult.core.rules import Refused, require
from consult.moderation.models import NEEDS_REASONS, POSSIBLE, Ground, Notice, Verdict
from consult.moderation.queries import reads
from consult.people.models import RoleName, User
from consult.people.rules import ROLE_NEEDED, has_role, signed_in
from consult.posts.models import Image, Post


def read(actor: User | None, post: Post | None = None) -> None:
    """Facilitators read what waits; the guarantor reads everything and changes nothing."""
    if post is not None:
        has_role(actor, RoleName.FACILITATOR, RoleName.GUARANTOR, **_place(post))
        return
    signed_in(actor)
    require(reads(actor), ROLE_NEEDED[RoleName.FACILITATOR])


def moderate(actor: User | None, post: Post) -> None:
    """A facilitator of the site, of this campaign or of this plan, for the words of others."""
    has_role(actor, RoleName.FACILITATOR, **_place(post))
    assert actor is not None  # noqa: S101
    require(
        post.author_id is None or post.author_id != actor.id,
        _("You cannot decide about your own words: another facilitator will."),
    )


def decide(
    actor: User | None,
    post: Post,
    *,
    verdict: Verdict,
    ground: Ground | None = None,
    words: str = "",
) -> None:
    moderate(actor, post)
    require(
        verdict in POSSIBLE.get(post.status, {}),
        _("This text no longer stands where it stood: it was dealt with in the meantime."),
    )
    if verdict in NEEDS_REASONS:
        require(ground is not None, _("Choose the article of the charter that applies."))
        require(words.strip(), _("Write to the author why: these words are sent to them."))


def describe(actor: User | None, post: Post, *, image: Image, words: str) -> None:
    has_role(actor, RoleName.FACILITATOR, **_place(post))
    require(image.post_id == post.id and words.strip(), _("Say what the picture shows."))


def notify_content(actor: User | None, post: Post) -> None:
    """Anybody, without an account, about anything on show."""
    require(post.is_public, _("This text is not on show."))


def dismiss(actor: User | None, notice: Notice, *, words: str) -> None:
    moderate(actor, notice.text)
    if notice.closed_at is not None:
        raise Refused(_("This notice has already been answered."))
    require(words.strip(), _("Say why the text stays: these words are sent to whoever wrote."))


def _place(post: Post) -> dict[str, Any]:
    """The campaign or the plan a text was written for: those who read for it may read it."""
    return {name: getattr(post, name, None) for name in ("campaign", "plan")}
