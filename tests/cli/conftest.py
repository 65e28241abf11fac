"""Servers that the command line is tried on."""

from collections.abc import Iterator

import pytest

from tests.end_to_end.servers import Server, serve


@pytest.fixture(scope="module")
def echo() -> Iterator[Server]:
    """Sends every message back."""
    with serve("echo") as server:
        yield server


@pytest.fixture(scope="module")
def relay() -> Iterator[Server]:
    """Sends every message to all others."""
    with serve("relay") as server:
        yield server


@pytest.fixture(scope="module")
def tls() -> Iterator[Server]:
    """An echo over TLS, of an authority nobody knows."""
    with serve("tls_echo") as server:
        yield server
