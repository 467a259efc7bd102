"""What can happen to a comment: written, shown, taken back."""

from consult.campaigns.models import Moderation
from consult.comments import queries, rules
from consult.comments.models import Comment, Side
from consult.contributions.models import Contribution
from consult.journal.actions import record
from consult.people import consents
from consult.people.consents import agreed
from consult.people.models import ConsentKind, User
from consult.people.queries import held
from consult.posts import queries as posts
from consult.posts import signs
from consult.posts.models import Channel, Status


def comment(
    actor: User | None,
    contribution: Contribution,
    *,
    body: str,
    side: Side = Side.NEUTRAL,
    parent: Comment | None = None,
    unit: str = "",
    key: str | None = None,
    agrees: bool = False,
) -> Comment:
    """Somebody says what they think; read before or after, as the campaign chose.

    Words in the name of the town are shown at once: the town answers for them. `agrees`: its author
    just agreed to have their words published.
    """
    held(actor)
    rules.comment(actor, contribution, parent=parent)
    assert actor is not None  # noqa: S101
    if unit:
        rules.speak_for_town(actor, contribution)
    else:
        if agrees:
            consents.note(actor, ConsentKind.PUBLICATION)
        agreed(actor, ConsentKind.PUBLICATION)
    comment = Comment(
        contribution=contribution,
        campaign=contribution.campaign,
        author=actor,
        thread_id=(parent.thread_id or parent.id) if parent else None,
        parent_id=parent.id if parent else None,
        side=side,
        speaks_for=unit or None,
        key=key,
        channel=Channel.WEB,
        status=Status.DRAFT,
        body=body,
    )
    is_odd = not unit and signs.looked_at(comment, actor)
    is_read_first = is_odd or (contribution.campaign.moderation == Moderation.BEFORE and not unit)
    comment.move_to(Status.PENDING if is_read_first else Status.PUBLISHED)
    if unit:
        comment.waiting_since = None
    comment.say("", body, actor)
    record(
        "comments.comment",
        actor,
        comment,
        notify=queries.readers(comment),
        contribution=contribution.id,
    )
    if comment.is_public:
        record("comments.shown", actor, comment, notify=queries.listeners(comment))
    return comment


def withdraw(actor: User | None, comment: Comment) -> None:
    """Its author takes it back: a plain sentence stands in its place, answers to it stay."""
    rules.withdraw(actor, posts.held(comment))
    comment.move_to(Status.WITHDRAWN)
    record("comments.withdraw", actor, comment, contribution=comment.contribution_id)
