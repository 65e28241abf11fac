"""How a secret may come back: escaped, with a number in it, or cut; and what finds it then."""

import re
from urllib.parse import quote, quote_plus

from wswarm.results.begun import LEAST

IN_ADDRESS = "/:@"  # what a value keeps of itself in an address
WHOLE_WORD = 4  # what is shorter is hidden only where it stands alone
PLACEHOLDER = re.compile(r"\$?\{[^{}]*\}")


def forms_of(secret: str) -> list[str]:
    """Return what is looked for in its place: one with names in braces is not escaped."""
    return escaped(secret) if PLACEHOLDER.search(secret) is None else [secret]


def escaped(secret: str) -> list[str]:
    """Return the secret as it may come back: as it is, or escaped for an address, for HTML or for JSON."""
    from html import escape  # HTML's thousands of names: an agent without a secret starts sooner
    from json import dumps

    found = (
        secret,
        *(quote(secret, safe, errors="surrogateescape") for safe in ("", "/", IN_ADDRESS)),
        quote_plus(secret, errors="surrogateescape"),
        escape(secret),
        dumps(secret)[1:-1],
        dumps(secret, ensure_ascii=False)[1:-1],
    )
    return list(dict.fromkeys(found))


def begun(secret: str) -> str:
    """Return what finds so much of a secret with names in braces that it is one, and what goes on behind it."""
    seen, end = 0, 0
    for part in re.finditer(rf"{PLACEHOLDER.pattern}|.", secret, re.DOTALL):
        seen, end = seen + (len(part[0]) == 1), part.end()
        if seen == LEAST:
            return _places(secret[:end]) + r"[^\s\"'&;,]*"
    return ""


def filled(secret: str) -> str:
    """Return what finds a secret, whatever its names in braces stand for."""
    return _alone(secret, _places(secret))


def _places(secret: str) -> str:
    literals, places = PLACEHOLDER.split(secret), PLACEHOLDER.findall(secret)
    text = re.escape(literals[0])
    for place, literal in zip(places, literals[1:], strict=True):
        text += (r"\d+" if place == "{id}" else r"[^\s\"'&;,]+") + re.escape(literal)
    return text


def literally(value: str) -> str:
    """Return what finds a value whose braces are its own."""
    return _alone(value, re.escape(value))


def _alone(secret: str, text: str) -> str:
    return rf"(?<!\w){text}(?!\w)" if len(secret) < WHOLE_WORD else text
