"""The summary of a search in a terminal: at most 100 columns, or as many as there are from 60 on; plain text."""

import textwrap

from wswarm.report import format as show
from wswarm.report.capacity import words
from wswarm.report.columns import WIDTH, laid_out
from wswarm.results.capacity import Search

_LABEL = 12


def summary(search: Search, width: int = WIDTH) -> str:
    """Return everything a reader wants to know of a search, ending with a newline."""
    lines = [
        show.shortened(f"wswarm {words.title(search)} · {show.printable(search.target)}", width),
        words.how(search),
        "",
        words.headline(search),
        *_entry("criterion", words.criterion(search), width),
    ]
    for label, value in words.facts(search):
        lines += _entry(label, value, width)
    remedy = words.remedy(search)
    if remedy is not None:
        lines += _entry("do", remedy, width)
    for notice in search.notices:
        lines += textwrap.wrap(f"! {notice}", width, subsequent_indent="  ")
    rows = [words.COLUMNS, *map(words.row, search.trials)]
    lines += ["", *laid_out(rows, width, is_text_last=True)]
    return "\n".join(lines) + "\n"


def _entry(label: str, value: str, width: int) -> list[str]:
    wide = 2 + _LABEL
    return textwrap.wrap(f"  {label:<{_LABEL}}{value}", width, subsequent_indent=" " * wide)
