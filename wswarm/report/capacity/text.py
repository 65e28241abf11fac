"""The summary of a search in a terminal: at most 100 columns, plain text."""

import textwrap
from collections.abc import Sequence

from wswarm.report import format as show
from wswarm.report.capacity import words
from wswarm.results.capacity import Search

_WIDTH, _LABEL = 100, 12
_WIDTHS = (9, 10, 9, 11, 11, 11)


def summary(search: Search) -> str:
    """Return everything a reader wants to know of a search, ending with a newline."""
    lines = [
        show.shortened(f"wswarm {words.title(search)} · {show.printable(search.target)}", _WIDTH),
        words.how(search),
        "",
        words.headline(search),
        *_entry("criterion", words.criterion(search)),
    ]
    for label, value in words.facts(search):
        lines += _entry(label, value)
    remedy = words.remedy(search)
    if remedy is not None:
        lines += _entry("do", remedy)
    for notice in search.notices:
        lines += textwrap.wrap(f"! {notice}", _WIDTH, subsequent_indent="  ")
    lines += ["", _cells(words.COLUMNS)]
    lines += [_cells(words.row(trial)) for trial in search.trials]
    return "\n".join(lines) + "\n"


def _entry(label: str, value: str) -> list[str]:
    wide = 2 + _LABEL
    return textwrap.wrap(f"  {label:<{_LABEL}}{value}", _WIDTH, subsequent_indent=" " * wide)


def _cells(cells: Sequence[str]) -> str:
    *figures, last = cells
    line = "  " + "".join(
        f"{cell:<{width}}" if place in (0, 2) else f"{cell:>{width - 2}}  "
        for place, (cell, width) in enumerate(zip(figures, _WIDTHS, strict=True))
    )
    return line + show.shortened(last, _WIDTH - len(line))
