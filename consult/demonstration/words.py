"""The words of the story, read from their files and set as a printer would."""

import json
import re
import tomllib
from importlib.resources import files
from typing import Any


def read(name: str) -> dict[str, Any]:
    """A file of the story, TOML or JSON."""
    text = files("consult.demonstration").joinpath(name).read_text("utf-8")
    found = json.loads(text) if name.endswith(".json") else tomllib.loads(text)
    return printed(found)


def printed(value: Any) -> Any:
    """Curly apostrophes, spaces that keep French signs with their words, one line a paragraph."""
    if isinstance(value, dict):
        return {key: printed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [printed(item) for item in value]
    if not isinstance(value, str):
        return value
    words = re.sub(r"(?<!\n)\n(?![\n-])", " ", value.strip()).replace("'", "’")
    words = re.sub(r" (?=[»:])|(?<=«) ", "\xa0", words)
    return re.sub(r" (?=[;!?%])", "\u202f", words)
