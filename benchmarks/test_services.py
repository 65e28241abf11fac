"""The reference application over real sockets: figures measured from outside, one metric per group.

The columns are seconds, also of CPU; a round is a slice of load at a fresh process of the application.
"""

from functools import partial
from operator import attrgetter

import pytest

from benchmarks.conftest import DOCUMENTED, HUB
from benchmarks.slices import Slices, report, served
from wswarm.testing.figure_clock import FigureClock

WS = "framing"


def metrics(scenario: str, **paths: str) -> pytest.MarkDecorator:
    """Parametrise by metric: a clock of its own, a group of its own, and where in a run the figure stands."""
    marked = []
    for name, path in paths.items():
        clock = FigureClock(f"{scenario} {name}")
        mark = pytest.mark.benchmark(group=f"{scenario}: {name}", timer=clock)
        marked.append(pytest.param(clock, attrgetter(path), id=name, marks=mark))
    return pytest.mark.parametrize(("clock", "figure"), marked)


@pytest.fixture(scope="module")
def connects(runs):
    """Slices of handshakes."""
    once = partial(served, "main", WS, "connect", profile="echo", connections=500, duration=0.1)
    return Slices("connect", {HUB: once}, runs)


@pytest.fixture(scope="module")
def echoes(runs, length):
    """Slices of echoes in the open model."""
    once = partial(
        served, "main", WS, "echo", profile="echo", connections=50, rate=2000, duration=length.hold
    )
    return Slices("echo", {HUB: once}, runs)


@metrics("connect", p50="connections.handshake_time.p50", p99="connections.handshake_time.p99")
def test_connect(benchmark, connects, length, clock, figure):
    report(benchmark, clock, connects, HUB, figure, length.rounds)


@metrics("echo", p50="response_time.p50", p99="response_time.p99", cpu="target.cpu_s_per_message")
def test_echo(benchmark, echoes, length, clock, figure):
    report(benchmark, clock, echoes, HUB, figure, length.rounds)


@pytest.mark.parametrize("target", [DOCUMENTED, HUB])
@metrics(
    "fan-out",
    p50="fanout.delivery_time.p50",
    p99="fanout.delivery_time.p99",
    cpu="target.cpu_s_per_message",
)
def test_fanout(benchmark, chats, length, clock, figure, target):
    report(benchmark, clock, chats(WS), target, figure, length.rounds)
