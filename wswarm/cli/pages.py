"""The pages of the documentation, as they are installed."""

import re
from collections.abc import Iterator
from pathlib import Path

from wswarm.errors import ResultError

_PACKAGE = Path(__file__).parents[1]
_FOLDERS = (_PACKAGE / "docs", _PACKAGE.parent / "docs")  # of an installation, of a checkout


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


def _folder() -> Path:
    found = next((folder for folder in _FOLDERS if (folder / "vocabulary.md").exists()), None)
    if found is None:
        raise ResultError("the pages of the documentation are not installed: install wswarm anew")
    return found
