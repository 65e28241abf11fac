"""The first bytes of a client that speaks TLS."""

import ssl
from contextlib import suppress


def client_hello() -> bytes:
    """What it says before it has heard anything."""
    outgoing = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="localhost")
    with suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()
