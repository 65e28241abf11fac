"""Values escaped as the place wants in which they come to stand: `{topic|json}`, `{topic|url}`, `{topic|regex}`."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

import msgspec

from wswarm.errors import PlanError

_FILTERED = re.compile(r"\{([A-Za-z_][\w-]*)((?:\|[a-z]+)*)\}")
_LAST_FILTER = re.compile(r"(\{[A-Za-z_][\w-]*(?:\|[a-z]+)*)\|[a-z]+\}")
_OURS = ("id", "room", "marker")  # digits and the like, which nothing escapes


def names_filtered(template: str) -> list[str]:
    """Return the names in braces that stand in a template, without what is behind them."""
    return [found[1] for found in _FILTERED.finditer(template)]


def filled_in(template: str, settings: Mapping[str, str], *, is_escaped_later: bool = False) -> str:
    """Return the template with the settings in it; what they hold in braces is left to be filled for a connection.

    Args:
        is_escaped_later: Whether what is filled in later is escaped then, as in patterns and addresses.

    Raises:
        PlanError: a value can't stand where it is wanted.
    """

    def value(found: re.Match[str]) -> str:
        text = settings.get(found[1])
        if text is None:
            return found[0]
        filters = found[2].split("|")[1:]
        for name in filters:
            text = _escaped(text, name)
        return _LAST_FILTER.sub(r"\1}", text) if is_escaped_later and filters else text

    return _FILTERED.sub(value, template) if "{" in template else template


def json_string(text: str) -> str:
    """Return the text as a JSON string; what names in braces in it stand for will be escaped so, too.

    Raises:
        PlanError: it is not UTF-8.
    """
    return f'"{_escaped(text, "json")}"'


def value_for(name: str, values: Mapping[str, str]) -> str | None:
    """Return what `name|filter|…` stands for; `None` if the name is unknown."""
    name, *filters = name.split("|")
    value = values.get(name)
    if value is None or any(one not in _ESCAPES for one in filters):
        return None
    for one in filters:
        value = _ESCAPES[one](value)
    return value


def without_filters(whole: str) -> str:
    """Return what stays of a name in braces that is unknown: as its user wrote it, without filters of ours."""
    name, bar, filters = whole[:-1].partition("|")
    is_ours = bar and all(one in _ESCAPES for one in filters.split("|"))
    return f"{name}}}" if is_ours else whole


def _escaped(text: str, how: str) -> str:
    """Return the text as it stands in such a place; what names in braces in it stand for will be escaped so, too."""
    parts, at = list[str](), 0
    for found in _FILTERED.finditer(text):
        is_ours = found[1] in _OURS
        parts += (
            _ESCAPES[how](text[at : found.start()]),
            found[0] if is_ours else f"{found[0][:-1]}|{how}}}",
        )
        at = found.end()
    return "".join((*parts, _ESCAPES[how](text[at:])))


def _json(text: str) -> str:
    try:
        return msgspec.json.encode(text)[1:-1].decode()
    except UnicodeEncodeError:
        raise PlanError(f"{text!r} is not UTF-8, and a JSON string can't hold anything else") from None


def _url(text: str) -> str:
    return quote(text, safe="")


def _regex(text: str) -> str:
    return re.escape(text)


_ESCAPES: dict[str, Callable[[str], str]] = {"json": _json, "url": _url, "regex": _regex}
