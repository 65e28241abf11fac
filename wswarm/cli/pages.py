"""The pages of the documentation, as they are installed, and as a terminal shows them."""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from wswarm.errors import ResultError

_PACKAGE = Path(__file__).parents[1]
_FOLDERS = (_PACKAGE / "docs", _PACKAGE.parent / "docs")  # of an installation, of a checkout
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"(?<![\w*])\*{1,2}([^\s*](?:[^*]*[^\s*])?)\*{1,2}(?![\w*])")
_AS_IT_IS = ("|", "-", " ", "#", ">", "1", "2", "3")


def page_names() -> list[str]:
    """Return the names of the pages, without those of tutorials."""
    return sorted(path.stem for path in _folder().glob("*.md"))


def tutorial_names() -> list[str]:
    """Return the names of the tutorials, which are pages, too."""
    return sorted(path.stem for path in _folder().glob("tutorials/*.md"))


def page(name: str) -> str:
    """Return a page in Markdown.

    Raises:
        ResultError: the installation lacks it.
    """
    folder = _folder() / "tutorials" if name in tutorial_names() else _folder()
    try:
        return (folder / f"{name}.md").read_text(encoding="utf-8")
    except OSError as error:
        raise ResultError(f"the page {name} can't be read: {error.strerror}; install wswarm anew") from None


def blocks(markdown: str) -> list[str]:
    """Return the paragraphs, lists, tables and headings of a page."""
    return [block for block in re.split(r"\n{2,}", markdown) if block.strip()]


def rows(markdown: str) -> Iterator[list[str]]:
    """Yield the cells of all rows of the tables of a page, heads apart."""
    lines = markdown.split("\n")
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if (
            line.startswith("|")
            and not re.match(r"\|[\s:|-]+$", line)
            and not re.match(r"\|[\s:|-]+$", following)
        ):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def plain(markdown: str, width: int) -> str:
    """Return Markdown as a terminal shows it: prose wrapped, no links, no emphasis."""
    parts = re.split(r"^(```.*?^```)$", _COMMENT.sub("", markdown), flags=re.DOTALL | re.MULTILINE)
    return "".join(part if part.startswith("```") else _prose(part, width) for part in parts)


def _prose(markdown: str, width: int) -> str:
    text = _EMPHASIS.sub(r"\1", _LINK.sub(r"\1", markdown))
    return re.sub(r"[^\n]+(?:\n[^\n]+)*", lambda found: _block(found[0], width), text)


def _block(block: str, width: int) -> str:
    if block.startswith(_AS_IT_IS):
        return block
    return "\n".join(textwrap.wrap(block, width, break_long_words=False, break_on_hyphens=False))


def _folder() -> Path:
    found = next((folder for folder in _FOLDERS if (folder / "vocabulary.md").exists()), None)
    if found is None:
        raise ResultError("the pages of the documentation are not installed: install wswarm anew")
    return found
