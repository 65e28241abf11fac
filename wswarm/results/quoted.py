"""Text that others wrote, as it may be stored and shown: on one line, no longer than a line or two."""

import unicodedata

LIMIT = 200


def quoted(said: bytes | str, limit: int = LIMIT) -> str:
    """Return the beginning of what was said: at most `limit` characters, control characters and bad UTF-8 escaped."""
    text = said if isinstance(said, str) else said[: 4 * limit].decode("utf-8", "backslashreplace")
    shown = printable(text[:limit])
    is_cut = len(text) > limit or len(shown) > limit or len(said) > 4 * limit
    return f"{shown[: limit - 1]}…" if is_cut else shown


def printable(text: str) -> str:
    """Return `text` on one line with every control, format or unassigned character spelt as an escape.

    Strings that a server had a hand in (reasons, commands) could otherwise drive the reader's terminal.
    """
    return text if text.isascii() and text.isprintable() else "".join(map(_printable, text))


def _printable(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    if category[0] in "CZ":
        return character.encode("unicode_escape", "backslashreplace").decode("ascii")
    return character


def is_whereabouts(reason: str, detail: str) -> bool:
    """Return whether what came with a failure is our own account of where it was, not what the target said."""
    return detail.startswith("at ") and not reason.startswith("http ")
