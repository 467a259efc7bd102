"""What every page of a plan leans on: where the addresses stand, how an act is done or refused."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask import Blueprint, Response, stream_with_context

from consult.core import files
from consult.core.files import StoredFile
from consult.core.rules import Refused
from consult.core.slugs import slugify
from consult.core.tables import write_csv
from consult.journal.actions import commit, rollback

bp = Blueprint("engagements", __name__)


def done(form: Any, act: Callable[[], object]) -> Any:
    """What the act made, or that it was done; false where it was refused: the form says why."""
    try:
        made = act()
        commit()
    except Refused as refused:
        rollback()
        form.form_errors.append(refused.reason)
        return False
    return True if made is None else made


def kept(paper: tuple[bytes, str] | None, default: str) -> StoredFile | None:
    """The PDF somebody handed in, kept under a plain name."""
    if paper is None:
        return None
    data, name = paper
    stem = slugify(name.rpartition(".")[0], default=default)
    return files.keep(data, f"{stem}.pdf", "application/pdf")


def csv(rows: Iterable[Sequence[Any]], header: Sequence[str], name: str) -> Response:
    """A table as a file that a spreadsheet opens."""
    return Response(
        stream_with_context(write_csv(rows, header, bom=True)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
