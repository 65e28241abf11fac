"""What the documentation says of the reasons that reports print: a row of a table each, some with parts left open."""

import re
from collections.abc import Iterator

from wswarm.cli import pages

_PAGE = "reasons"
_NUMBER = re.compile(r"\d[\d,.]*")
_SPAN = re.compile(r"(\d+) to (\d+)")
_LABEL = re.compile(r"^(\d{4})(?: .*)?$", re.DOTALL)  # a close code, and the reason that came with it
_LEAST_PART = 4  # letters of what is taken for a part of a reason


def about(what: str) -> list[str]:
    """Return the rows about a reason, in Markdown: of that name, else within it, else that it is a part of."""
    rows = [(key, meaning) for keys, meaning in _rows() for key in keys]
    said = _LABEL.sub(r"\1", what.strip().lower())
    for fits in (_is_named, _is_within, _is_part):
        found = [(key, meaning) for key, meaning in rows if fits(key, said)]
        if found:
            return list(dict.fromkeys(f"{_title(key)}: {meaning}" for key, meaning in found))
    return []


def names() -> list[str]:
    """Return what rows are called."""
    return [key for keys, _ in _rows() for key in keys]


def _rows() -> Iterator[tuple[list[str], str]]:
    for cells in pages.rows(pages.page(_PAGE)):
        yield re.findall(r"`([^`]+)`", cells[0]) or [cells[0]], cells[1]


def _title(key: str) -> str:
    return f"close code {key}" if key.isdecimal() else f"close codes {key}" if _SPAN.fullmatch(key) else key


def _is_named(key: str, said: str) -> bool:
    span = _SPAN.fullmatch(key)
    if span is not None:
        return said.isdecimal() and int(span[1]) <= int(said) <= int(span[2])
    return any(
        _pattern(key).fullmatch(one) or one == key.lower().removesuffix(": …") for one in _spellings(said)
    )


def _is_within(key: str, said: str) -> bool:
    stem = key.removesuffix(": …")
    return not stem.isdecimal() and any(_pattern(stem).search(one) for one in _spellings(said))


def _is_part(key: str, said: str) -> bool:
    return len(said) >= _LEAST_PART and re.search(rf"\b{re.escape(said)}\b", key.lower()) is not None


def _spellings(said: str) -> tuple[str, str]:
    """Return what was said as it is, and with `n` for each number."""
    return said, _NUMBER.sub("n", said)


def _pattern(key: str) -> re.Pattern[str]:
    words = re.escape(key.lower()).replace(r"\ …", "(?: .*)?")
    return re.compile(rf"(?<!\w){words}(?!\w)", re.DOTALL)
