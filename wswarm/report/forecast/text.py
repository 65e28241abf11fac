"""The summary of a forecast in a terminal: at most 100 columns, or as many as there are from 60 on; plain text."""

import textwrap
from collections.abc import Sequence

from wswarm.report import format as show
from wswarm.report.columns import WIDTH
from wswarm.report.forecast import words
from wswarm.results.forecast import Outlook

_LABEL, _CELL = 28, 12


def summary(outlook: Outlook, width: int = WIDTH) -> str:
    """Return everything a reader wants to know of a forecast, ending with a newline."""
    lines = [
        show.shortened(f"wswarm forecast · {show.printable(outlook.target)}", width),
        words.wanted(outlook),
        "",
        words.headline(outlook),
        f"{words.standing(outlook)} ({words.off(outlook.held_out)})",
        *words.objective(outlook),
        f"gives in first: {outlook.forecast.gives_in_first}",
        "",
        *_table(words.FIGURE_COLUMNS, words.figures(outlook)),
        "",
        *_table(words.LIMIT_COLUMNS, [words.limit(one) for one in outlook.limits]),
    ]
    for remark in words.remarks(outlook):
        lines += textwrap.wrap(f"! {remark}", width, subsequent_indent="  ")
    return "\n".join(lines) + "\n"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [_cells(columns), *map(_cells, rows)]


def _cells(cells: Sequence[str]) -> str:
    first, *others = cells
    return f"  {first:<{_LABEL}}{''.join(f'{cell:>{_CELL}}' for cell in others)}".rstrip()
