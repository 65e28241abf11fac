"""Telling a message that a server changed from one that never was ours."""

from base64 import b64encode
from uuid import UUID

import pytest

from wswarm.load.altered import is_altered

PREFIX = b"wswarm1a2b3c4d"
MARKER = PREFIX + b"0000000200000011" + b"%016x" % 1_234_567_890_123

CHANGED = {
    "upper case": MARKER.upper(),
    "another prefix": b"w-swarm1a2b3c4x" + MARKER[14:],
    "cut": MARKER[:9],
    "without its prefix": MARKER[14:],
    "turned round": MARKER[::-1],
    "as hex": MARKER.hex().encode(),
    "in UTF-16": MARKER.decode().encode("utf-16"),
    **{f"in base64 after {n} bytes": b64encode(b"x" * n + MARKER + b"y") for n in range(4)},
}


@pytest.mark.parametrize("payload", CHANGED.values(), ids=list(CHANGED))
def test_what_a_server_made_of_our_text_is_known_as_such(payload: bytes) -> None:
    assert is_altered(b'{"said": "' + payload + b'"}', PREFIX)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b'{"code":2,"msg":"Invalid request: request ID must be an unsigned integer"}',
        UUID(int=(1 << 127) + 12345).hex.encode(),
        b"\x00\xff" * 50,
        b"wswarm99999999" + MARKER[14:],
    ],
)
def test_a_message_of_the_servers_own_is_not_taken_for_ours(payload: bytes) -> None:
    assert not is_altered(payload, PREFIX)
