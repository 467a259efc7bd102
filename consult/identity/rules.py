"""Who proved enough to take part in a campaign, and who may look after proofs."""

from consult.campaigns.models import AgeBracket, Campaign, Identity, State
from consult.campaigns.rules import facilitate, not_guarantor, preview
from consult.core.i18n import _, day
from consult.core.rules import Refused, Remedy, require
from consult.identity import queries
from consult.identity.models import LetterCode, Proof, Series
from consult.people.models import User
from consult.people.rules import signed_in

AGES = (AgeBracket.UNDER_15, AgeBracket.FROM_15, AgeBracket.ADULT)
MOST = 200  # letters made at once: a pile one can still fold, and a press busy for seconds


def proven(actor: User | None, campaign: Campaign) -> None:
    """Somebody who showed what this campaign asks for; else said where one may show it."""
    if campaign.identity == Identity.NONE and not campaign.accepted:
        return
    signed_in(actor)
    assert actor is not None  # noqa: S101
    if not campaign.accepted:
        return
    lawful(campaign)
    proof = queries.proof_of(actor, campaign)
    if proof is None:
        raise Refused(
            _("Here one proves first that one may take part, and only once."),
            remedy=Remedy(
                _("Prove that you may take part"), "identity.prove", {"slug": campaign.slug}
            ),
        )

    holds(proof)


def holds(proof: Proof | None) -> None:
    """A proof that nobody set aside."""
    if proof is not None and proof.aside_at is not None:
        raise Refused(
            _(
                "Your identity check was set aside on %(day)s: %(why)s If this is wrong, come to"
                " the desk with a paper, or write to the contact of this consultation.",
                day=day(proof.aside_at),
                why=proof.aside_words,
            )
        )


def lawful(campaign: Campaign) -> None:
    """Nobody proves who they are before the impact assessment is validated (GDPR, article 35)."""
    require(
        not campaign.accepted or campaign.dpia_on,
        _("The impact assessment (AIPD) of this consultation is not validated yet."),
    )


# Proving, for oneself.


def prove(actor: User | None, campaign: Campaign, way: Identity | None = None) -> None:
    """Somebody signed in, while a campaign that asks for it takes anything, who has not yet."""
    signed_in(actor)
    assert actor is not None  # noqa: S101
    asked(campaign)
    require(way is None or way in campaign.accepted, _("This consultation does not accept this."))
    not_guarantor(actor, campaign)
    proof = queries.proof_of(actor, campaign)
    holds(proof)
    require(
        proof is None,
        _("You have already proved that you may take part: nothing more is asked of you."),
    )


def declare(actor: User | None, campaign: Campaign) -> None:
    prove(actor, campaign, Identity.DECLARED)


def enter_code(actor: User | None, campaign: Campaign) -> None:
    prove(actor, campaign, Identity.LETTER)


def vouch(actor: User | None, campaign: Campaign) -> None:
    prove(actor, campaign, Identity.OIDC)


def belong(
    campaign: Campaign, *, is_inside: bool | None = None, bracket: AgeBracket | None = None
) -> None:
    """Somebody old enough and from within the perimeter, where the campaign asks for that."""
    require(
        not campaign.is_for_insiders or is_inside is not False,
        _("This consultation is for those who live within its perimeter."),
    )
    if campaign.youngest is not None:
        require(bracket is not None, _("Please say how old you are: the rules set an age."))
        assert bracket is not None  # noqa: S101
        require(
            AGES.index(bracket) >= AGES.index(campaign.youngest),
            _("The rules of this consultation set an age. Other ways to be heard stay open."),
        )


def take(account: User, campaign: Campaign) -> None:
    """An account that an agent links to somebody at the desk: open, and without a proof."""
    require(
        account.is_active and account.confirmed_at, _("Please confirm your e-mail address first.")
    )
    require(
        queries.proof_of(account, campaign) is None,
        _("This account has already proved that it may take part."),
    )


# The desk and the letters.


def see(actor: User | None, campaign: Campaign) -> None:
    """An agent at the desk, for a campaign that accepts it."""
    facilitate(actor, campaign)
    asked(campaign)
    require(Identity.DESK in campaign.accepted, _("This consultation does not accept this."))


def make_letters(actor: User | None, campaign: Campaign, size: int = 1) -> None:
    """A facilitator, a pile at a time."""
    facilitate(actor, campaign)
    asked(campaign)
    require(Identity.LETTER in campaign.accepted, _("This consultation does not accept this."))
    require(0 < size <= MOST, _("Between 1 and %(most)d letters at once.", most=MOST))


def revoke_series(actor: User | None, campaign: Campaign, series: Series) -> None:
    """A facilitator, for a pile that got lost or never came out of the printer."""
    facilitate(actor, campaign)
    require(series.revoked_at is None, _("These letters were already cancelled."))


def replace_letter(actor: User | None, campaign: Campaign, letter: LetterCode) -> None:
    """A facilitator, for somebody whose letter was lost before it served."""
    make_letters(actor, campaign)
    require(
        letter.used_at is None,
        _("The code of this letter has served: it cannot be replaced."),
    )
    require(letter.revoked_at is None, _("This letter was already cancelled."))


def letters(actor: User | None, campaign: Campaign) -> None:
    """Those who prepare the campaign, and those who watch over it, see how many served."""
    preview(actor, campaign)


def asked(campaign: Campaign) -> None:
    """Whether this campaign asks for a proof today."""
    require(campaign.accepted, _("Nothing is to be proved in this consultation."))
    lawful(campaign)
    require(campaign.state == State.PUBLISHED, _("Nobody can take part in this consultation now."))
    require(not campaign.has_closed, _("Nobody can take part in this consultation now."))


def asks_where(campaign: Campaign) -> bool:
    """Whether where somebody lives matters in this campaign."""
    return bool(
        campaign.perimeter
        or campaign.postcodes
        or campaign.is_for_insiders
        or Identity.DECLARED in campaign.accepted
    )
