"""Tables that people bring and take away: CSV, Excel and LibreOffice sheets."""

import csv
import io
import json
import re
import shutil
import sys
import zipfile
from codecs import getincrementaldecoder
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, Protocol

from flask_babel.speaklater import LazyString

from consult.core.i18n import _
from consult.core.later import Later
from consult.core.paths import PACKAGE
from consult.core.text import writable

xlsxwriter = Later("xlsxwriter")

SHEETS = PACKAGE / "core" / "sheets.py"
UNREADABLE = 3  # how it ends where a file is no workbook

SEPARATORS = ",;\t|"
EXTRA = ""  # in a row: what stands beyond the last column of the header
SAMPLE = 256 * 1024
MEMORY = 8 * 1024 * 1024
COLUMNS = 1000  # a page that asks what each of them is stays one
CELL = 1_000_000  # characters; an unclosed quote would otherwise swallow the whole file
UNPACKED = 500 * 1024 * 1024  # bytes of a sheet once out of its compressed file
XLSX_CELL, XLSX_ROWS = 32_767, 1_048_576  # what Excel can hold
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

# A spreadsheet that parts cells by another sign than ours (Excel in France) cuts elsewhere too.
INNER = re.compile(r"(?<=[\n\r\t;,|])(?= {0,9}(?:[=@＝＠]|[+\-＋－][^\n\r\t;,]*?(?:\w\(|\|)))")

UTF16 = (b"\xff\xfe", b"\xfe\xff")

Source = str | Path | BinaryIO


class TableError(ValueError):
    """A file that cannot be read as a table, in words for whoever sent it."""

    def __init__(self, message: LazyString) -> None:
        super().__init__(message)
        self.message = message


# --- Reading --------------------------------------------------------------------------------------


def read_rows(
    source: Source,
    filename: str = "",
    *,
    required: Iterable[str] = (),
    separator: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
) -> Generator[tuple[int, dict[str, str]]]:
    """Each row under the header as (its number in the file, its cells by column name).

    Every cell is text without spaces around it; `1.0` reads "1", dates read as ISO. Empty rows are
    passed over, missing cells read "". Cells beyond the header stand together under `EXTRA`.
    """
    options = {"separator": separator, "encoding": encoding, "sheet": sheet}
    with closing(read_records(source, filename, **options)) as records:
        names = named(next(records)[1])
        missing = [column for column in required if column not in names]
        if missing:
            raise TableError(
                _(
                    "These columns are missing: %(missing)s. The file has: %(found)s.",
                    missing=", ".join(missing),
                    found=", ".join(names),
                )
            )
        width = len(names)
        for number, cells in records:
            row = dict(zip(names, cells + [""] * (width - len(cells)), strict=False))
            if extra := [cell for cell in cells[width:] if cell]:
                row[EXTRA] = " ".join(extra)
            yield number, row


def columns(source: Source, filename: str = "", **options: Any) -> list[str]:
    """The names of the columns, and nothing read beyond."""
    with closing(read_records(source, filename, **options)) as records:
        return named(next(records)[1])


def named(header: Sequence[str]) -> list[str]:
    """The header with a name of its own for every column."""
    names: list[str] = []
    taken: set[str] = set()
    agains: dict[str, int] = {}
    if len(header) > COLUMNS:
        raise TableError(_("This file has more than %(most)s columns.", most=COLUMNS))
    for position, cell in enumerate(header, start=1):
        name = base = " ".join(cell.split()) or f"#{position}"
        while name in taken:
            agains[base] = again = agains.get(base, 1) + 1
            name = f"{base} ({again})"
        taken.add(name)
        names.append(name)
    while names and names[-1] == f"#{len(names)}" and not header[len(names) - 1]:
        names.pop()
    return names


def read_records(
    source: Source,
    filename: str = "",
    *,
    separator: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
) -> Generator[tuple[int, list[str]]]:
    """Each record that is not empty, header first: (its number in the file, its cells)."""
    if not filename and isinstance(source, str | Path):
        filename = str(source)
    with opened(source) as stream:
        start = stream.read(1024)
        stream.seek(0)
        if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            records = _sheet_records(stream, filename, sheet)
        elif start.startswith(b"%PDF") or (b"\x00" in start and not start.startswith(UTF16)):
            raise _unreadable(filename)
        else:
            records = _csv_records(stream, separator, encoding)
        empty = True
        with closing(records):
            for number, cells in records:
                if any(cells):
                    empty = False
                    yield number, cells
        if empty:
            raise TableError(_("The file is empty."))


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """The file from its beginning, and able to go back there."""
    if isinstance(source, str | Path):
        with Path(source).open("rb") as stream:
            yield stream
    elif source.seekable():
        source.seek(0)
        yield source
    else:
        with SpooledTemporaryFile(max_size=MEMORY) as copy:
            while chunk := source.read(SAMPLE):
                copy.write(chunk)
            copy.seek(0)
            yield copy  # type: ignore[misc]


def _unreadable(filename: str = "") -> TableError:
    name = Path(filename).name or "?"
    return TableError(_("%(name)s is not a table: send a CSV, XLSX or ODS file.", name=name))


def _csv_records(
    stream: BinaryIO, separator: str | None, encoding: str | None
) -> Generator[tuple[int, list[str]]]:
    encoding = encoding or _encoding(stream)
    csv.field_size_limit(CELL)  # of the whole process: another library may have changed it
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding, errors="replace", newline="")
    sample = text.read(SAMPLE)
    announced = sample[:5].lower().startswith("sep=") and sample[4:5] in SEPARATORS
    separator = separator or (sample[4] if announced else _separator(sample))
    text.seek(0)
    number = 0
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=separator), start=1):
            if announced and number == 1:
                continue
            yield number, [writable(cell).strip() for cell in cells]
    except csv.Error:
        raise TableError(
            _("Row %(row)s cannot be read: a quote is opened and never closed.", row=number + 1)
        ) from None
    finally:
        text.detach()  # the file belongs to whoever opened it


def _encoding(stream: BinaryIO) -> str:
    """UTF-8 if the whole file allows it, UTF-16 if it says so, else Windows-1252."""
    start = stream.read(4)
    if start.startswith(UTF16):
        return "utf-16"
    stream.seek(0)
    decoder = getincrementaldecoder("utf-8")()
    while chunk := stream.read(SAMPLE):
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError:
            break
    else:
        return "utf-8-sig"
    # One broken letter in a UTF-8 file is no reason to spoil all the others.
    stream.seek(0)
    words = stream.read(MEMORY).decode("utf-8", errors="replace")
    broken = words.count("\N{REPLACEMENT CHARACTER}")
    sound = sum(not letter.isascii() for letter in words) - broken
    return "utf-8-sig" if sound > 9 * broken else "cp1252"


def _separator(sample: str) -> str:
    """The separator that cuts the first records into the most columns, all of one length."""
    whole = len(sample) < SAMPLE

    def promise(separator: str) -> tuple[float, int]:
        try:
            lines = io.StringIO(sample, newline="")
            read = list(csv.reader(lines, delimiter=separator))
        except csv.Error:
            return 0.0, 0
        if not whole and len(read) > 1:
            read.pop()
        records = [cells for cells in read if any(cells)] or [*filter(None, read)][:1]
        width = len(records[0]) if records else 0
        if width < 2:
            return 0.0, 0
        alike = sum(len(cells) == width for cells in records) / len(records)
        # A header cut in five where most rows agree beats one cut in two by a comma in a name.
        return round(alike, 1) * min(width, 5) + 0.01 * width, width

    return max(SEPARATORS, key=promise)


def _sheet_records(
    stream: BinaryIO, filename: str, sheet: str | None
) -> Generator[tuple[int, list[str]]]:
    """What `sheets.py` reads in a process apart, which may be ended where this one must not."""
    try:
        _refuse_bombs(stream)
    except (zipfile.BadZipFile, OSError):
        raise _unreadable(filename) from None
    asked = [] if sheet is None else [sheet]
    with Popen(  # noqa: S603 - our own program, the file on its standard input
        [sys.executable, "-P", str(SHEETS), *asked], stdin=PIPE, stdout=PIPE, stderr=DEVNULL
    ) as reader:
        assert reader.stdin and reader.stdout  # noqa: S101, PT018
        try:
            with suppress(BrokenPipeError):  # it says itself why it read no further
                shutil.copyfileobj(stream, reader.stdin)
            with suppress(BrokenPipeError):
                reader.stdin.close()
            names = json.loads(reader.stdout.readline() or "[]")
            if names and sheet is not None and sheet not in names:
                raise TableError(
                    _(
                        "There is no sheet called %(sheet)s. The file has: %(found)s.",
                        sheet=sheet,
                        found=", ".join(names),
                    )
                )
            for number, line in enumerate(reader.stdout, start=1):
                if not line.endswith(b"\n"):
                    break  # it was ended in the middle
                yield number, [writable(cell).strip() for cell in json.loads(line)]
            if ended := reader.wait():
                raise _unreadable(filename) if ended == UNREADABLE else _too_large()
        finally:
            reader.kill()


def _refuse_bombs(stream: BinaryIO) -> None:
    if zipfile.is_zipfile(stream):
        stream.seek(0)
        with zipfile.ZipFile(stream) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED:
                raise _too_large()
    stream.seek(0)


def _too_large() -> TableError:
    return TableError(_("This file is too large: send it in several parts."))


# --- Writing --------------------------------------------------------------------------------------


class _Row(Protocol):
    def __call__(self, row: Iterable[Any], /) -> Any: ...


class Harmless(str):
    """Words known to be no formula, though they begin like one: « - 3,5 pts »."""


def inert(value: Any) -> Any:
    """A cell that no spreadsheet will run: what begins like a formula gets an apostrophe.

    So does what would begin one inside, were the cell cut there.
    """
    if isinstance(value, Harmless):
        return str(value)
    if isinstance(value, str):
        value = INNER.sub("'", value)
        return "'" + value if value.startswith(FORMULA) else value
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    return inert(str(value))


def write_csv(
    rows: Iterable[Sequence[Any]],
    header: Sequence[str] | None = None,
    *,
    bom: bool = False,
    separator: str = ",",
) -> Iterator[str]:
    """The rows as CSV, piece by piece, so that a long list never stands whole in memory.

    `bom` adds the mark by which Excel recognises UTF-8.
    """
    buffer = io.StringIO(newline="")
    write: _Row = csv.writer(buffer, delimiter=separator).writerow
    if bom:
        buffer.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    if header is not None:
        write([inert(cell) for cell in header])
    for row in rows:
        write([inert(cell) for cell in row])
        if buffer.tell() > 16_384:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def write_xlsx(
    rows: Iterable[Sequence[Any]], header: Sequence[str] | None = None, *, sheet: str = "Feuille 1"
) -> bytes:
    """The rows as an Excel workbook; words stay words, whatever they begin with."""
    stream = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    workbook = xlsxwriter.Workbook(stream, options)
    page = workbook.add_worksheet(sheet[:31])
    if header is not None:
        page.write_row(0, 0, header, workbook.add_format({"bold": True}))
        page.set_column(0, max(len(header) - 1, 0), 18)
        page.freeze_panes(1, 0)
    for line, row in enumerate(rows, start=0 if header is None else 1):
        if line >= XLSX_ROWS:
            raise TableError(_("An Excel file cannot hold so many rows: choose CSV."))
        for place, value in enumerate(row):
            if isinstance(value, int | float | Decimal):
                page.write_number(line, place, value)
            elif value not in (None, ""):
                words = value if isinstance(value, str) else str(inert(value))
                page.write_string(line, place, words[:XLSX_CELL])
    workbook.close()
    return stream.getvalue()
