"""What a person agreed to: each thing on its own, dated, and as easy to take back as to give."""

from consult.core import clock
from consult.core.db import db
from consult.core.i18n import _
from consult.core.rules import Refused
from consult.people.models import Consent, ConsentKind, User
from consult.people.rules import signed_in

WORDING = 1  # one more each time what is explained changes
DOOR = "privacy.consents"
ADULT_DOOR = "privacy.name_adult"
ALONE = _(
    "Under 15, this waits for the agreement of an adult who answers for you. Name them on the page "
    "“My data”."
)
ASKED = {
    ConsentKind.PUBLICATION: _("Before your first text is published, say that you agree to it."),
    ConsentKind.POSITION: _("Before your first support is kept, say that you agree to it."),
    ConsentKind.NOTICES: _("You do not receive notices by mail."),
}


def has_agreed(user: User, kind: ConsentKind) -> bool:
    """Whether this is agreed to now."""
    if kind == ConsentKind.NOTICES:
        return user.wants_mail
    if kind == ConsentKind.PUBLICATION:
        return user.publication_at is not None
    return user.position_at is not None


def may_agree(user: User) -> None:
    """Go on unless this person is under 15 and no adult agreed, else to where one is named."""
    if user.awaits_adult:
        raise Refused(ALONE, door=ADULT_DOOR)


def agreed(user: User, kind: ConsentKind) -> None:
    """Go on if it is, for an account that is open; else to the page that explains it and asks."""
    signed_in(user)
    may_agree(user)
    if not has_agreed(user, kind):
        raise Refused(ASKED[kind], door=DOOR)


def note(user: User, kind: ConsentKind, given: bool = True) -> None:
    """Add a line to the history of this person's consents, if it changes anything."""
    if has_agreed(user, kind) == given:
        return
    if given:
        may_agree(user)
    at = clock.now() if given else None
    if kind == ConsentKind.NOTICES:
        user.wants_mail = given
    elif kind == ConsentKind.PUBLICATION:
        user.publication_at = at
    else:
        user.position_at = at
    db.session.add(Consent(user_id=user.id, kind=kind, given=given, wording=WORDING))
