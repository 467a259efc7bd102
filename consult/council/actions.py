"""What can happen to an act of the assembly once it is known here."""

from typing import Any

from consult.council import rules
from consult.council.models import Act
from consult.journal.actions import record
from consult.people.models import User


def complete(actor: User | None, act: Act, **said: Any) -> None:
    """A clerk fills what was not said of an act; what was said stays as it is."""
    rules.complete(actor, act)
    rules.only_fill(act, said)
    filled = {name: value for name, value in said.items() if value not in (None, "")}
    for name, value in filled.items():
        setattr(act, name, value)
    record("council.complete", actor, act, filled=sorted(filled))
