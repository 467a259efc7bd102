"""What is heavy and seldom needed comes into memory at its first use, not at the start."""

from importlib import import_module
from typing import Any


class Later:
    """A module by its name; Python reads it, once whoever asks, when something of it is wanted."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)
