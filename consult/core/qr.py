"""A square that a telephone reads as an address, for posters and paper forms."""

import segno
from markupsafe import Markup

QUIET = 4  # the white margin a reader needs, in modules


def qr_svg(url: str, title: str) -> Markup:
    """The address as an SVG picture with its title, without inline style or script."""
    rows = [bytes(row) for row in segno.make(url, error="m", micro=False).matrix]
    side = len(rows) + 2 * QUIET
    dots = "".join(
        f"M{start + QUIET} {y + QUIET}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for start, length in _runs(row)
    )
    return Markup(
        '<svg class="qr" xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {side} {side}"'
        ' shape-rendering="crispEdges"><title>{title}</title>'
        '<path class="qr-paper" fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        '<path class="qr-ink" fill="#000" d="{dots}"/></svg>'
    ).format(side=side, title=title, dots=dots)


def _runs(row: bytes) -> list[tuple[int, int]]:
    """Where the dark modules of a row begin, and how many follow each other."""
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if not dark:
            continue
        if runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((x, 1))
    return runs
