"""How a rule speaks: it returns nothing, or says why not."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask_babel.speaklater import LazyString

KEY_DOOR = "keys.unlock"  # the page where one shows a second key: what was typed waits for it


class Remedy(NamedTuple):
    """The page where somebody may do what they were refused for lack of."""

    words: LazyString
    endpoint: str
    values: dict[str, Any]


class Refused(Exception):
    """What was asked may not be done, in words meant for the person who asked."""

    def __init__(
        self,
        reason: LazyString | str,
        *,
        sign_in: bool = False,
        door: str = "",
        remedy: Remedy | None = None,
        about: str = "",
    ) -> None:
        super().__init__(str(reason) if isinstance(reason, str) else "refused")
        self.reason = reason
        # The page that may be enough to be let in: where one signs in, shows a key…
        self.door = "people.sign_in" if sign_in else door
        self.sign_in = sign_in
        self.about = about  # the field of the form that is at fault, where there is one
        self.remedy = remedy  # offered on the page that says why not


def require(condition: object, reason: LazyString | str, *, about: str = "") -> None:
    """Go on if the condition holds, else refuse with the reason."""
    if not condition:
        raise Refused(reason, about=about)


def refusal(rule: Callable[..., None], *args: Any, **kwargs: Any) -> LazyString | str | None:
    """Why this rule would refuse, or None: what a page asks before it draws a button."""
    try:
        rule(*args, **kwargs)
    except Refused as refused:
        return refused.reason
    return None
