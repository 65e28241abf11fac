"""Tables in Markdown."""

from collections.abc import Iterable, Sequence

_SIGNS = {"\\": "\\\\", "|": "\\|", "<": "&lt;", "*": "\\*", "[": "\\["}


def cell(text: str) -> str:
    """Return plain text as it shows the same in Markdown, also in a table."""
    return " ".join(_escaped(text).split())


def prose(markdown: str) -> str:
    """Return a text that has no markup but code in backticks, fit for a table."""
    parts = " ".join(markdown.split()).split("`")
    return "`".join(
        part.replace("|", "\\|") if number % 2 else _escaped(part) for number, part in enumerate(parts)
    )


def code(text: str) -> str:
    """Return a name as code, fit for a table."""
    return f"`{text}`".replace("|", "\\|")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _escaped(text: str) -> str:
    return "".join(_SIGNS.get(sign, sign) for sign in text)
