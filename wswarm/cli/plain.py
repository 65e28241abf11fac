"""Pages of the documentation as a terminal shows them: no links, no emphasis, nothing wider than it is."""

import re
import textwrap
from collections.abc import Iterator, Sequence

_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_CODE = re.compile(r"^(\s*```.*?^\s*```)$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"(?<![\w*])\*{1,2}([^\s*](?:[^*]*[^\s*])?)\*{1,2}(?![\w*])")
_ITEM = re.compile(r"\s*(?:[-*>] |\d+\. )")
_RULE = re.compile(r"\|[\s:|-]+$")
_GAP = 2
_SHARE = 3  # of the width: a first column that takes no more stands beside the second


def plain(markdown: str, width: int) -> str:
    """Return Markdown as a terminal shows it: all wrapped but code."""
    parts = _CODE.split(_COMMENT.sub("", markdown))
    return "".join(part if number % 2 else _prose(part, width) for number, part in enumerate(parts))


def filled(text: str, width: int, first: str = "", then: str | None = None) -> str:
    """Return a text in lines of that width, words whole; `first` before the first, `then` before the others."""
    return textwrap.fill(
        text,
        width,
        initial_indent=first,
        subsequent_indent=" " * len(first) if then is None else then,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _prose(markdown: str, width: int) -> str:
    text = _EMPHASIS.sub(r"\1", _LINK.sub(r"\1", markdown))
    return re.sub(r"[^\n]+(?:\n[^\n]+)*", lambda found: _block(found[0], width), text)


def _block(block: str, width: int) -> str:
    lines = block.split("\n")
    if len(lines) > 1 and lines[0].lstrip().startswith("|") and _RULE.match(lines[1].lstrip()):
        return "\n".join(_table([_cells(line) for line in lines], block, width))
    return "\n".join(filled(text, width, first) for first, text in _items(lines))


def _items(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield what each item of a list begins with, and its text; a paragraph is one without a beginning."""
    found: list[tuple[str, str]] = []
    for line in lines:
        begin = _ITEM.match(line)
        if begin is not None or not found:
            first = begin[0] if begin is not None else line[: len(line) - len(line.lstrip())]
            found.append((first, line[len(first) :]))
        else:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
    yield from found


def _cells(line: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]


def _table(rows: Sequence[list[str]], as_it_is: str, width: int) -> Iterator[str]:
    """Yield the lines of a table: as it is where it fits, else two columns side by side, or rows below each other."""
    head, body = rows[0], rows[2:]
    if max(map(len, as_it_is.split("\n"))) <= width:
        yield as_it_is
        return
    first = max(len(row[0]) for row in body)
    if len(head) == 2 and first <= width // _SHARE:
        for row in (head, *body):
            if any(row):
                yield filled(row[1], width, f"{row[0]:<{first + _GAP}}")
        return
    for row in body:
        yield filled(row[0], width, "", " " * _GAP)
        for name, cell in zip(head[1:], row[1:], strict=False):
            if cell:
                yield filled(f"{name}: {cell}" if name and len(head) > 2 else cell, width, " " * 2 * _GAP)
