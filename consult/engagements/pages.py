"""What every page of a plan leans on: where the addresses stand, how an act is done or refused."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Blueprint, Response, stream_with_context

from consult.core import files
from consult.core.files import StoredFile
from consult.core.slugs import slugify
from consult.core.tables import write_csv

bp = Blueprint("engagements", __name__)


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
