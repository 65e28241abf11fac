r"""Bytes written as text: `\0 \xNN \n \r \t \\ \uXXXX`, all else standing for itself in UTF-8."""

import re

from wswarm.errors import PlanError

KNOWN = r"\0 \xNN \n \r \t \uXXXX, or \\ for a backslash"

_SHORT = {"0": b"\0", "n": b"\n", "r": b"\r", "t": b"\t", "\\": b"\\"}
_SPELT = {value[0]: rf"\{letter}" for letter, value in _SHORT.items()}
_PAIR = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([0nrt\\]))", re.ASCII)


def unescaped(text: str, option: str) -> bytes:
    """Return the bytes that the text stands for; `option` is what it was given as.

    Raises:
        PlanError: an escape is unknown or not complete, or a surrogate stands alone; with its place, from 1.
    """
    found, at = bytearray(), 0
    while at < len(text):
        if text[at] != "\\":
            end = text.find("\\", at)
            end = len(text) if end < 0 else end
            found += text[at:end].encode("utf-8", "surrogateescape")
            at = end
        elif pair := _PAIR.match(text, at):
            units = (int(unit, 16).to_bytes(2, "big") for unit in pair.groups())
            found += b"".join(units).decode("utf-16-be").encode()
            at = pair.end()
        elif (match := _ESCAPE.match(text, at)) and (one := _meant(match)) is not None:
            found += one
            at = match.end()
        else:
            shown = text[at : at + 6]
            raise PlanError(
                f"{option} {text!r} has no such escape at character {at + 1}: {shown!r}; write {KNOWN}"
            )
    return bytes(found)


def escape_in(text: str) -> str | None:
    """Return the first escape in a text that is taken literally, unless it is JSON, whose own it then is."""
    import msgspec  # the command line's grammar is made of this module, and reads no JSON

    found = _ESCAPE.search(text)
    if found is None or found[3] == "\\":
        return None
    try:
        msgspec.json.decode(text.replace("{id}", "0").replace("{room}", "0").replace("{marker:int}", "0"))
    except (msgspec.DecodeError, ValueError, RecursionError):
        return found[0]
    return None


def escaped(data: bytes) -> str:
    """Return the text that stands for the bytes: readable where they are UTF-8."""
    text = data.decode("utf-8", "surrogateescape")
    return "".join(_spelt(character) for character in text)


def _meant(match: re.Match[str]) -> bytes | None:
    byte, unit, short = match.groups()
    if byte is not None:
        return bytes((int(byte, 16),))
    if unit is not None:
        return None if 0xD800 <= int(unit, 16) < 0xE000 else chr(int(unit, 16)).encode()
    return _SHORT[short]


def _spelt(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return rf"\x{code - 0xDC00:02x}"
    if code in _SPELT:
        return _SPELT[code]
    return rf"\x{code:02x}" if code < 0x20 or code == 0x7F else character
