"""Who may read words that a facilitator keeps from view."""

from consult.people.models import RoleName, User
from consult.posts.models import Post


def reads_receipt(actor: User | None, post: Post) -> bool:
    """Whoever holds the number reads the words; of sealed ones, not those who work here."""
    return not post.is_sealed or actor is None or not actor.held or opens_seal(actor, post)


def opens_seal(actor: User | None, post: Post) -> bool:
    """Its author, and the guarantor of the place it was written for; nobody else on any page.

    Whoever decides on an appeal reads it as well, there alone: see moderation.
    """
    if actor is None:
        return False
    belongs = {f"{kind}_id": getattr(post, f"{kind}_id", None) for kind in ("campaign", "plan")}
    is_author = post.author_id is not None and post.author_id == actor.id
    return is_author or actor.holds(RoleName.GUARANTOR, **belongs)
