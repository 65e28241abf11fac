"""Whether a message that holds no marker of ours holds what a server made of one."""

import re
from base64 import b64encode

_MARK = re.compile(rb"0000[0-9a-f]{4}0000[0-9a-f]{4}[0-9a-f]{16}")  # of a publisher and a number below 65,536
_NAME_SIZE = 6
_OF_A_RUN = re.compile(rb"wswarm[0-9a-f]{40}")


def is_altered(payload: bytes, prefix: bytes) -> bool:
    """Return whether the payload holds the run's text in another case or encoding, turned round, damaged or cut.

    A whole marker of another run is none of it.
    """
    payload = _OF_A_RUN.sub(lambda found: found[0] if found[0].startswith(prefix) else b"", payload)
    lowered = payload.lower().replace(b"\0", b"")  # UTF-16 of ASCII is ASCII with zeros between
    parts = (prefix[:_NAME_SIZE], prefix[_NAME_SIZE:], prefix[::-1], prefix.hex().encode())
    if any(part in lowered for part in parts) or _MARK.search(lowered):
        return True
    return any(encoded in payload for encoded in _in_base64(prefix))


def holds_marker(text: str) -> bool:
    """Return whether a text that holds none of this run's markers holds another's."""
    return _OF_A_RUN.search(text.encode()) is not None


def _in_base64(prefix: bytes) -> list[bytes]:
    """Return what base64 makes of the prefix wherever in a text it begins."""
    found = []
    for before in range(3):
        encoded = b64encode(bytes(before) + prefix)
        found.append(encoded[4 if before else 0 : len(encoded) - 4])
    return found
