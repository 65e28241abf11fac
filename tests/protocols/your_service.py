"""The commands of the page *Your service*, with what they go to, what lies beside them, and what they print."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).parents[2] / "docs" / "your_service.md"
_HEADING = re.compile(r"#+ (.+)")
_COMMENT = re.compile(r"<!-- (server|file): (\S+) -->")
_FENCE = "```"


class Block(NamedTuple):
    """Commands that the page gives for one server.

    Attributes:
        heading: What they stand under.
        server: Its name, "" for none.
        commands: As they stand there.
        printed: Lines of what they print.
        files: What the page has shown before, by name.
    """

    heading: str
    server: str
    commands: str
    printed: tuple[str, ...]
    files: dict[str, str]


def blocks(page: str) -> list[Block]:
    """Return all commands of a page."""
    found: list[Block] = []
    files: dict[str, str] = {}
    for heading, comment, kind, content in _fences(page):
        if comment[:1] == ("file",):
            files[comment[1]] = content
        elif kind == "sh":
            found.append(Block(heading, comment[1] if comment else "", content, (), dict(files)))
        elif kind == "text":
            found[-1] = found[-1]._replace(printed=tuple(content.splitlines()))
    return found


def _fences(page: str) -> Iterator[tuple[str, tuple[str, ...], str, str]]:
    """Yield what is fenced: the heading above, the comment before it, its kind, and what is in it."""
    heading, comment, lines = "", (), iter(page.splitlines())
    for line in lines:
        if line.startswith(_FENCE):
            content = []
            for inner in lines:
                if inner == _FENCE:
                    break
                content.append(f"{inner}\n")
            yield heading, comment, line.removeprefix(_FENCE), "".join(content)
            comment = ()
        elif told := _COMMENT.fullmatch(line):
            comment = told.groups()
        elif titled := _HEADING.fullmatch(line):
            heading = titled[1]
