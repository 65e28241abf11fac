"""What was found by fuzzing, each as the bytes that did it; none of it may be an error in the server's log again."""

import json
from collections.abc import Callable, Iterator

import pytest

from tests.target_app.fuzz.conversations import ALLOWED, Conversation
from tests.target_app.fuzz.requests import TOKEN, Request
from tests.target_app.fuzz.watched import Watched
from tests.target_app.raw_client import TEXT, frame
from tests.target_app.server import Server

pytestmark = pytest.mark.xdist_group("reference application")

FINDINGS: dict[str, Request | Conversation] = {
    "text that is no UTF-8": Conversation("/ws", ALLOWED, (frame(TEXT, b"\x80"),), False, False),
    "the same in fragments": Conversation(
        "/ws", ALLOWED, (frame(TEXT, b"a", fin=False) + frame(0, b"\x80"),), True, True
    ),
    "a form that never comes": Request(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n"),
}


@pytest.fixture(scope="module")
def watched(start_for_all: Callable[..., Server]) -> Iterator[Watched]:
    """The hardened app with all guards."""
    tokens = {"TARGET_TOKENS": json.dumps({"alice": TOKEN}), "TARGET_MAX_GUESSES": "1000000"}
    guard = {"TARGET_GUARD": "strict", **tokens}
    program = "target_app.workers"
    with Watched(start_for_all("target_app.main:app", "--workers", "1", program=program, **guard)) as found:
        yield found


@pytest.mark.parametrize("finding", FINDINGS)
def test_what_was_found_once_is_no_error_any_more(watched: Watched, finding: str) -> None:
    watched.play(FINDINGS[finding])
