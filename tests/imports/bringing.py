"""Handing a file in and having it brought in, as the pages and the worker do."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from consult.campaigns.models import Campaign
from consult.contributions import formats
from consult.core import files
from consult.core.db import db
from consult.core.tables import write_csv
from consult.imports import actions, jobs
from consult.imports.models import Import
from consult.journal.actions import commit
from consult.people.models import RoleName, User
from tests.factories import make_user

HEADER = ("id", "titre", "texte")
DATA = Path(__file__).parent.parent / "data"


def table(*rows: Any, header: tuple[str, ...] = HEADER) -> bytes:
    """A file as a spreadsheet saves it."""
    return "".join(write_csv(rows, header)).encode()


def hand_in(
    campaign: Campaign,
    data: bytes,
    *,
    actor: User | None = None,
    name: str = "contributions.csv",
    format: str = "",
    columns: Mapping[str, str] | None = None,
) -> Import:
    """The file is there, and nothing of it is in the campaign."""
    facilitator = actor or make_user(RoleName.FACILITATOR)
    kept = files.take(BytesIO(data), name, "text/csv")
    importing = actions.hand_in(
        facilitator,
        campaign,
        file=kept,
        format=format or formats.look(BytesIO(data), name).format,
        columns=columns,
    )
    commit()
    return importing


def confirm(campaign: Campaign, data: bytes, *, is_pending: bool = False, **how: Any) -> Import:
    """It waits for the worker."""
    importing = hand_in(campaign, data, **how)
    actions.confirm(importing.author, importing, is_pending=is_pending)
    commit()
    return importing


def bring(campaign: Campaign, data: bytes, **how: Any) -> Import:
    """The worker has brought all of it in."""
    importing = confirm(campaign, data, **how)
    db.session.rollback()
    work()
    db.session.refresh(importing)
    assert importing.finished_at
    return importing


def work() -> int:
    """Let the worker do what waits."""
    dealt = 0
    while done := jobs.bring_in():
        dealt += done
    jobs.bring_in()
    db.session.rollback()
    return dealt


def counts(importing: Import) -> tuple[int, int, int, int]:
    return importing.created, importing.updated, importing.unchanged, importing.refused
