"""Tables in plain text: columns as narrow as they can be, and below each other what is too wide for one line."""

from collections.abc import Iterator, Sequence

from wswarm.report.format import shortened

INDENT = "  "
WIDTH, WIDE = 100, 110  # of prose and most tables; of those of comparisons


_LEAST_TEXT = 34  # columns that words at the end of a row need at least, or all that they take


def laid_out(
    rows: Sequence[Sequence[str]], width: int, *, first: int = 0, is_text_last: bool = False
) -> list[str]:
    """Return the lines of a table: the first column to the left, figures to the right.

    What goes beyond the width follows below, beside the first column again.

    Args:
        first: Least width of the first column.
        is_text_last: Whether the last column holds words, which stand to the left and are cut where the line ends.
    """
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    widths[0] = max(widths[0], first)
    if is_text_last:
        widths[-1] = min(widths[-1], _LEAST_TEXT)
    lines: list[str] = []
    for columns in _parts(widths, width):
        lines += [""] if lines else []
        if is_text_last and columns[-1] == len(widths) - 1:
            lines += [_line(row[:-1], widths, columns[:-1], row[-1], width) for row in rows]
        else:
            lines += [_line(row, widths, columns, "", width) for row in rows]
    return lines


def _parts(widths: Sequence[int], width: int) -> Iterator[list[int]]:
    """Yield which columns stand beside each other; the first is beside all."""
    part: list[int] = []
    for column in range(1, len(widths)):
        used = len(INDENT) + widths[0] + sum(2 + widths[one] for one in (*part, column))
        if part and used > width:
            yield part
            part = []
        part.append(column)
    yield part


def _line(row: Sequence[str], widths: Sequence[int], columns: Sequence[int], text: str, width: int) -> str:
    figures = "".join(f"  {row[one]:>{widths[one]}}" for one in columns)
    line = f"{INDENT}{row[0]:<{widths[0]}}{figures}"
    return f"{line}  {shortened(text, width - len(line) - 2)}".rstrip() if text else line.rstrip()
