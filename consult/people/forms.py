"""What people type about their account, and how it must be formed."""

import re
from collections.abc import Sequence
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import current_app
from wtforms import BooleanField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields import EmailField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from consult.core.door import DoorForm
from consult.core.forms import Form
from consult.core.i18n import _
from consult.core.text import bare, fold
from consult.people import names, passwords, queries, rules
from consult.people.disposable import is_disposable
from consult.people.models import User

LINK = re.compile(r"[/@]|\.\w{2}")
LANGUAGES = [SelectChoice("fr", "Français"), SelectChoice("en", "English")]


def _tidy(text: str | None) -> str:
    return " ".join((text or "").split())


def spelt(text: str | None) -> str:
    """A name without the signs that join or part its letters unseen, as Persian keyboards have."""
    return _tidy((text or "").translate({0x200C: " ", 0x200D: None}))


class Address:
    """A validator: something that can receive a mail, in its usual spelling."""

    def __call__(self, form: Any, field: Any) -> None:
        try:
            found = validate_email(
                _tidy(field.data), check_deliverability=False, test_environment=True
            )
        except EmailNotValidError as problem:
            raise ValidationError(
                _("This is not an e-mail address. Example: name@example.fr")
            ) from problem
        field.data = found.normalized


def address(label: Any, *, more: Sequence[Any] = (), **how: Any) -> EmailField:
    return EmailField(
        label,
        [InputRequired(_("Type your e-mail address.")), Length(max=254), Address(), *more],
        **how,
    )


def pseudonym(**how: Any) -> StringField:
    return StringField(
        _("Pseudonym"),
        [
            InputRequired(_("Choose a pseudonym.")),
            Length(2, 40, _("Between 2 and 40 characters.")),
            free,
        ],
        description=_("The name shown beside what you write. Your address is never shown."),
        filters=[spelt],
        **how,
    )


def free(form: Any, field: Any) -> None:
    """A validator: a name to be shown that is nobody else's, nor drawn like it."""
    if not fold(field.data) or not field.data.isprintable():
        raise ValidationError(_("Use letters or figures."))
    if names.is_mixed(field.data):
        raise ValidationError(_("Use the letters of one alphabet only."))
    if LINK.search(bare(field.data)):  # strangers read it in letters, where it would be one
        raise ValidationError(_("No address of a site or of a mail here: put a space after a dot."))
    if names.is_an_office(field.data) or fold(field.data) == fold(queries.site_name()):
        raise ValidationError(_("This name would speak for the town or its site. Choose another."))
    owner = getattr(form, "owner", None)
    if any(queries.is_taken(one, but=owner) for one in {field.data, names.drawn(field.data)}):
        raise ValidationError(_("This pseudonym is taken. Choose another one."))


class AboutForm(Form):
    """A form about somebody (`owner`), or about nobody yet."""

    def __init__(self, *args: Any, owner: User | None = None, **kwargs: Any) -> None:
        self.owner = owner
        super().__init__(*args, **kwargs)


def _lasting(form: Any, field: Any) -> None:
    """Where the town asked for it, an address that will still be there tomorrow."""
    if current_app.config["DISPOSABLE_ADDRESSES"] == "refuse" and is_disposable(field.data):
        raise ValidationError(
            _(
                "This is a throw-away address, and the town asks for one that lasts. You may also"
                " take part on paper or at the counter."
            )
        )


class SignUpForm(AboutForm, DoorForm):
    email = address(_("E-mail address"), more=(_lasting,))
    pseudonym = pseudonym()


class EmailForm(DoorForm):
    """An address to which a letter is to leave."""

    email = address(_("E-mail address"))


class SignInForm(DoorForm):
    """Who signs in; the same fields ask for a link by mail."""

    email = address(_("E-mail address"))
    password = PasswordField(_("Password"), [InputRequired(_("Type your password."))])
    stay = BooleanField(_("Stay signed in on this device"))


class NewPassword:
    """A validator: long enough, and not what others would try first."""

    def __call__(self, form: Any, field: Any) -> None:
        if passwords.bits(field.data) < passwords.BITS:
            raise ValidationError(
                _("This is a little short: add a word, or mix in capitals, figures or signs.")
            )
        about = [queries.site_name()]
        if form.owner is not None:
            about += [form.owner.pseudonym, form.owner.email or "", form.owner.name or ""]
        for name in ("pseudonym", "email"):
            if name in form and form[name].data:
                about.append(form[name].data)
        about += [text.replace("@", " ").replace(".", " ") for text in about]
        if passwords.is_guessable(field.data, about):
            raise ValidationError(
                _(
                    "This would be guessed too soon. Three or four words that have nothing to do"
                    " with each other make a good password."
                )
            )


def new_password(*first: Any, **how: Any) -> PasswordField:
    return PasswordField(
        _("Password"),
        [
            *first,
            Length(
                passwords.SHORTEST,
                passwords.LONGEST,
                _("At least %(number)d characters.", number=passwords.SHORTEST),
            ),
            NewPassword(),
        ],
        description=_("At least 10 characters. You may paste it from a password manager."),
        **how,
    )


class ConfirmForm(AboutForm):
    """A new account: its pseudonym, and a password for those who want one."""

    pseudonym = pseudonym()
    password = new_password(Optional(strip_whitespace=False))


class ChoosePasswordForm(AboutForm):
    password = new_password(InputRequired(_("Choose a password.")))


class ChangePasswordForm(AboutForm):
    current = PasswordField(_("Current password"))
    password = new_password(InputRequired(_("Choose a password.")))


class PseudonymForm(AboutForm):
    pseudonym = pseudonym()


class SignatoryForm(AboutForm):
    """Those who act for the town also say who they are."""

    pseudonym = pseudonym()
    name = StringField(
        _("Name"),
        [Length(max=80)],
        filters=[_tidy],
        description=_("How you sign what you write for the town."),
    )
    position = StringField(
        _("Position"),
        [Length(max=120)],
        filters=[_tidy],
        description=_("For example: Deputy mayor for green spaces."),
    )


class ChangeAddressForm(Form):
    email = address(_("New e-mail address"))
    current = PasswordField(_("Current password"))


class PreferencesForm(Form):
    wants_mail = BooleanField(_("Write to me by mail when something concerns me"))
    language = SelectField(_("Language of the site and of our mails"), choices=LANGUAGES)


def agreement() -> BooleanField:
    """The box that asks, before a first publication, whether one's words may be published."""
    return BooleanField(
        _("I agree that my words be published here"),
        [InputRequired(_("Without your agreement your words cannot be published."))],
        description=_(
            "Under your pseudonym, for everybody to read. They may say something of your opinions. "
            "You may withdraw them at any time, from your page “My data”. Asked once."
        ),
    )


class CloseForm(Form):
    current = PasswordField(_("Current password"))
    words = RadioField(
        _("What becomes of your texts?"),
        [InputRequired(_("Say what becomes of your texts."))],
        choices=[
            SelectChoice("keep", _("They stay, without my name (“Closed account”).")),
            SelectChoice("withdraw", _("They go: a dated sentence says that they were withdrawn.")),
        ],
        default="keep",
    )
    sure = BooleanField(
        _("I want to close my account. I know that this cannot be undone."),
        [InputRequired(_("Tick this box to go on."))],
    )


class InviteForm(Form):
    email = address(_("E-mail address"))
    name = RadioField(
        _("Role"),
        [InputRequired(_("Choose a role."))],
        choices=[SelectChoice(role.value, words) for role, words in rules.ROLES.items()],
        validate_choice=True,
    )
    scope = SelectField(_("For"), default="site")
