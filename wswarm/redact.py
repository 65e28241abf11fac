"""Credentials taken out of what is stored and shown: reports are passed on freely."""

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "…"

_CREDENTIALS = re.compile(r"//([^/?#]*)@")
_SECRET_WORDS = ("auth", "token", "key", "secret", "cookie", "password", "session")


def address(text: str) -> str:
    """Return `text` with the password of an address in it left out: `ws://user:…@host`; a lone word may be one."""

    def hidden(match: re.Match[str]) -> str:
        user, colon, _ = match[1].partition(":")
        return f"//{user}:{HIDDEN}@" if colon else f"//{HIDDEN}@"

    return _CREDENTIALS.sub(hidden, text)


def plan(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plan's settings without passwords in the URL, values of cookies, and of headers that name a secret.

    What stands in a URL's path or query or in a message is kept: nobody can tell what of it is secret.
    """
    shown = dict(settings)
    if isinstance(shown.get("url"), str):
        shown["url"] = address(shown["url"])
    for name, separator in (("headers", ":"), ("cookies", "=")):
        if isinstance(shown.get(name), list | tuple):
            shown[name] = [_entry(str(entry), separator) for entry in shown[name]]
    return shown


def _entry(text: str, separator: str) -> str:
    name = text.partition(separator)[0]
    is_secret = separator == "=" or any(word in name.lower() for word in _SECRET_WORDS)
    return f"{name}{separator}{HIDDEN}" if is_secret else text
