"""Names in braces, replaced by what they stand for: `{id}`, a column of the data, `${VARIABLE}`, a value taken.

`${file:PATH}` is a variable like others: it stands for what is in the file.

Replaced literally and where they are known: JSON and GraphQL have braces of their own, which stay as they are. Behind
a name may stand how its value is escaped, see `load.escaping`.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

import msgspec

from wswarm.load.escaping import value_for, without_filters
from wswarm.results.redact import IN_ADDRESS

Values = Mapping[str, str]

_NAME = re.compile(r"\$?\{([^{}]*)\}")
_NAME_IN_BYTES = re.compile(rb"\$?\{([^{}]*)\}")
_ONE_NAME = re.compile(r"[^\W\d][\w.-]*")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*|file:[^{}|]+)\}")


def variable(name: str) -> str:
    """Return what an environment variable's value is called among the values: a column may have its name."""
    return f"${name}"


def fill(text: str, values: Values) -> str:
    """Return the text with the names that are known replaced; all others stay."""
    return _NAME.sub(lambda found: _value_of(found[0], found[1], values), text) if "{" in text else text


def fill_bytes(template: bytes, values: Values) -> bytes:
    """Return the bytes with the names that are known replaced, in UTF-8; all others stay."""

    def value(found: re.Match[bytes]) -> bytes:
        whole, name = (part.decode(errors="surrogateescape") for part in (found[0], found[1]))
        return _value_of(whole, name, values).encode(errors="surrogateescape")

    return _NAME_IN_BYTES.sub(value, template) if b"{" in template else template


def fill_address(url: str, values: Values) -> str:
    """Return the address with the names that are known replaced; values can't change what is path and what query.

    Variables are the user's own words and go in as they are.
    """
    if "{" not in url:
        return url
    spelt = {name: one if name[:1] == "$" else quote(one, safe=IN_ADDRESS) for name, one in values.items()}
    return fill(url, spelt)


def variables_in(text: str) -> Iterator[str]:
    """Yield the names of the variables that stand in a text as `${NAME}` or `${file:PATH}`."""
    return (found[1] for found in _VARIABLE.finditer(text))


def with_any_variables(url: str) -> str:
    """Return the address with a digit in place of each variable."""
    return _VARIABLE.sub("1", url)


def with_any_values(text: str) -> str:
    """Return the text with a digit in place of each name that may stand for something."""
    names = (name.partition("|")[0] for name in names_in(text))
    return fill(text, {name: "0" for name in names if _ONE_NAME.fullmatch(name) and name != "marker"})


def is_json(template: str) -> bool:
    """Return whether the template is JSON, whatever its names stand for."""
    try:
        msgspec.json.decode(with_any_values(template).replace("{marker:int}", "1"))
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def names_in(text: str) -> Iterator[str]:
    """Yield the names in braces that stand in a text, known or not."""
    return (found[1] for found in _NAME.finditer(text) if found[0][0] != "$")


def _value_of(whole: str, name: str, values: Values) -> str:
    if "|" in name:
        return _filtered(whole, name, values)
    if whole[0] != "$":
        return values.get(name, whole)
    known = values.get(variable(name))
    return known if known is not None else f"${values.get(name, whole[1:])}"


def _filtered(whole: str, name: str, values: Values) -> str:
    known = value_for(variable(name) if whole[0] == "$" else name, values)
    return known if known is not None else without_filters(whole)
