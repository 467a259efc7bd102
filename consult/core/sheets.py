"""Opens one workbook, in a process of its own that ends with it.

Run by its path, never imported: a sheet of a thousand bytes may say that its last cell stands in
row 1,048,576 of column XFD, and whoever lays it out then asks for 500 GB and is ended. What it
reads comes in on the standard input; it says, as lines of JSON, the names of all sheets, then each
row of the one asked for (or of the first that holds something), its cells as text. It ends with
`UNREADABLE` for what is no workbook, with `TOO_LARGE` for a row that whoever asked could not hold.
"""

import json
import os
import resource
import sys
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

MEMORY = 2**30  # bytes
SECONDS = 60
ROW = 4 * 2**20  # characters of one row: one long text may stand in each of 16,384 cells
UNREADABLE, TOO_LARGE = 3, 4


def main(asked: str | None = None) -> int:
    os.nice(10)  # those who read pages come first
    for kind, most in (("AS", MEMORY), ("CPU", SECONDS), ("CORE", 0)):
        resource.setrlimit(getattr(resource, f"RLIMIT_{kind}"), (most, most))
    try:
        workbook = CalamineWorkbook.from_object(BytesIO(sys.stdin.buffer.read()))
        _say(workbook.sheet_names)
        found = _found(workbook, asked)
    except (CalamineError, OSError):
        return UNREADABLE
    for cells in found.iter_rows() if found else ():
        _say([_cell(value) for value in cells])
    return 0


def _found(workbook: CalamineWorkbook, asked: str | None) -> CalamineSheet | None:
    names = workbook.sheet_names if asked is None else [asked]
    sheets = (workbook.get_sheet_by_name(name) for name in names if name in workbook.sheet_names)
    return next((sheet for sheet in sheets if sheet.height), None)


def _say(words: list[str]) -> None:
    line = json.dumps(words)
    if len(line) > ROW:
        sys.exit(TOO_LARGE)
    sys.stdout.write(line + "\n")


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        is_day = value.time() == time()
        return value.date().isoformat() if is_day else value.isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, date | time) else str(value)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
