"""Who may clear a flag, set supports aside, put them back. Same names as actions.py."""

from typing import Any

from consult.campaigns.models import Campaign, State
from consult.campaigns.rules import facilitate
from consult.contributions.models import Contribution
from consult.core.i18n import _
from consult.core.rules import require
from consult.identity.models import Proof
from consult.people.models import RoleName, User
from consult.people.rules import ROLE_NEEDED, has_role, signed_in
from consult.posts.models import Flag, Post
from consult.vigilance.models import SetAside


def read(actor: User | None, post: Post | None = None) -> None:
    """Facilitators, and the guarantor who reads everything and changes nothing."""
    if post is not None:
        has_role(actor, RoleName.FACILITATOR, RoleName.GUARANTOR, **_place(post))
        return
    signed_in(actor)
    assert actor is not None  # noqa: S101
    held = {role.name for role in actor.held}
    require(held & {RoleName.FACILITATOR, RoleName.GUARANTOR}, ROLE_NEEDED[RoleName.FACILITATOR])


def flag(actor: User | None, post: Post) -> None:
    """The site itself: people point a text out by a notice."""
    require(actor is not None and actor.is_system, ROLE_NEEDED[RoleName.ADMINISTRATOR])


def clear(actor: User | None, flag: Flag, *, words: str | None = None) -> None:
    """A facilitator, for the words of others, with a word."""
    has_role(actor, RoleName.FACILITATOR, **_place(flag.post))
    assert actor is not None  # noqa: S101
    require(
        flag.post.author_id is None or flag.post.author_id != actor.id,
        _("You cannot decide about your own words: another facilitator will."),
    )
    require(flag.cleared_at is None, _("This flag was already cleared."))
    if words is not None:
        require(words.strip(), _("Say in a word why it is nothing."))


def set_aside(
    actor: User | None,
    contribution: Contribution,
    *,
    number: int | None = None,
    facts: str = "",
    rule: str = "",
) -> None:
    """A facilitator, with the facts and the rule, while the results are not out."""
    has_role(actor, RoleName.FACILITATOR, campaign=contribution.campaign)
    assert actor is not None  # noqa: S101
    require(
        contribution.author_id is None or contribution.author_id != actor.id,
        _("You cannot decide about your own words: another facilitator will."),
    )
    require(
        not contribution.campaign.counts_hidden,
        _("Supports are counted out of sight: they can be looked into once the vote has closed."),
    )
    require(
        contribution.campaign.state != State.RESULTS,
        _("The results of this consultation are published: it stays as it was."),
    )
    if number is not None:
        require(number, _("No support of new accounts counts in this hour."))
        require(facts.strip(), _("Say which facts show that these supports are false."))
        require(rule.strip(), _("Name the article or the law that they break."))


def refute(
    actor: User | None, campaign: Campaign, proof: Proof | None = None, *, reason: str | None = None
) -> None:
    """A facilitator, for somebody else's identity check, with the reason, before the results."""
    _of_checks(actor, campaign, proof)
    require(
        campaign.state != State.RESULTS,
        _("The results of this consultation are published: it stays as it was."),
    )
    if proof is not None:
        require(proof.aside_at is None, _("This identity check was already set aside."))
    if reason is not None:
        require(reason.strip(), _("Please say why: the person reads it."))


def reinstate(
    actor: User | None,
    campaign: Campaign,
    proof: Proof | None = None,
    *,
    by: set[int] | None = None,
) -> None:
    """Another facilitator than those (`by`) who set it aside, or its supports."""
    _of_checks(actor, campaign, proof)
    assert actor is not None  # noqa: S101
    if proof is not None:
        decided = {proof.aside_by_id, *(by or ())} - {None}
        require(decided, _("This identity check is not set aside."))
        require(
            actor.id not in decided,
            _("You set this check aside: another facilitator may put it back."),
        )


def restore(actor: User | None, aside: SetAside, *, words: str | None = None) -> None:
    """Another facilitator than the one who set them aside says why they count after all."""
    has_role(actor, RoleName.FACILITATOR, campaign=aside.contribution.campaign)
    assert actor is not None  # noqa: S101
    require(
        aside.decided_by_id != actor.id,
        _("You set these supports aside: another facilitator may put them back."),
    )
    require(aside.restored_at is None, _("These supports were already put back."))
    if words is not None:
        require(words.strip(), _("Say why: the reason is public."))


def _of_checks(actor: User | None, campaign: Campaign, proof: Proof | None) -> None:
    facilitate(actor, campaign)
    assert actor is not None  # noqa: S101
    require(campaign.accepted, _("Nothing is to be proved in this consultation."))
    require(
        proof is None or proof.user_id != actor.id,
        _("This is your own: another facilitator decides."),
    )


def _place(post: Post) -> dict[str, Any]:
    return {name: getattr(post, name, None) for name in ("campaign", "plan")}
