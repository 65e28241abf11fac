"""Bytes of every kind at the running application.

FUZZ_SECONDS, FUZZ_SEED and FUZZ_SHARE say for how long, which, and what part of the time this process may work;
``make fuzz`` has its own.
"""

import json
import os
import time
from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.target_app.fuzz.conversations import Conversation, conversations
from tests.target_app.fuzz.requests import TOKEN, Request, forms, requests
from tests.target_app.fuzz.watched import State, Watched
from tests.target_app.server import Server

SECONDS = float(os.environ.get("FUZZ_SECONDS", "30"))
SEED = int(os.environ.get("FUZZ_SEED", "0"))
SHARE = float(os.environ.get("FUZZ_SHARE", "0.15"))
EXAMPLES = 50  # of a round, whose seed is the first one's and its number
GROWTH = 8_000_000  # bytes that memory may vary by
ONE_WORKER = ("--workers", "1", "--no-access-log")
GUARDS = {
    "default": {},
    "strict": {
        "TARGET_GUARD": "strict",
        "TARGET_TOKENS": json.dumps({"alice": TOKEN}),
        "TARGET_MAX_GUESSES": "1000000",  # or most of it would be refused unseen
    },
}

# It waits more than it works; alone it would come last, when nobody works beside it.
pytestmark = pytest.mark.xdist_group("reference application")


@pytest.mark.parametrize("guard", GUARDS)
def test_whatever_clients_send_others_are_answered_and_nothing_stays_behind(
    start_for_all: Callable[..., Server], guard: str
) -> None:
    server = start_for_all("target_app.main:app", *ONE_WORKER, program="target_app.workers", **GUARDS[guard])
    third = SECONDS / len(GUARDS) / 3
    with Watched(server) as watched:
        rounds = count(SEED)
        warm, half, end = (play_for(watched, third, rounds) for _ in range(3))
        print(
            f"\n{guard}: {watched.examples} examples, seeds {SEED} to {next(rounds) - 1}: {warm}, {half}, {end}"
        )
    assert end.files == warm.files
    assert end.memory - half.memory < GROWTH


def play_for(watched: Watched, seconds: float, rounds: "count[int]") -> State:
    """Play rounds for so long; what the server has then."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        play_round(watched, next(rounds))
    return watched.settled()


def play_round(watched: Watched, number: int) -> None:
    """Play the examples of a seed."""

    @seed(number)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        derandomize=False,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(requests(), conversations(), forms()))
    def play(what: Request | Conversation) -> None:
        began = time.process_time()
        watched.play(what)
        time.sleep((time.process_time() - began) * (1 / SHARE - 1))

    play()
