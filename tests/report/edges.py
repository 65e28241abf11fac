"""Runs at the edges of what can happen, by name."""

from collections.abc import Callable
from functools import cache

import msgspec

from tests.report import churned, runs, stormed
from tests.report.parts import distribution
from wswarm.results.run import Distribution, Run, Sessions, Step

LONG_REASON = (
    "sent 97.2 % of the 10,000 messages offered in the hold (< 99 %): the generator did not keep its"
    " schedule; lower --rate, use --pacing batched, or more --processes on a machine with more cores"
)
HOSTILE_URL = "wss://long.example.org:8443/" + "segment-日本/" * 30 + "?a=$x^{2}$&b=<script>alert(1)</script>"


def _unknown() -> Run:
    """Return a run in which all that may be unknown is."""
    run = runs.echo(connections=2, rate=5, duration=1)
    return msgspec.structs.replace(
        run,
        plan={"url": runs.URL},
        rates=None,
        send_lag=None,
        service_time=None,
        response_time=Distribution(n=3, min=0.1, mean=0.2, max=0.3),
        series=[],
        target=None,
        environment=msgspec.structs.replace(run.environment, packages={}),
    )


def _before_a_block() -> Run:
    run = runs.slow()
    assert run.penalty is not None
    unknown = dict.fromkeys(("ratio", "low", "high", "memory_growth", "kernel_memory"))
    penalty = msgspec.structs.replace(run.penalty, **unknown, blocks=[], time_to_disconnect=None, pairs=0)
    return msgspec.structs.replace(run, penalty=penalty)


def _hostile() -> Run:
    run = runs.echo(lost=300)
    reasons = runs.verdict("invalid", LONG_REASON, f"{LONG_REASON} again", "a\x1b[31m $x_1$ <b>", "x" * 300)
    failures = {"http 500 <img src=x onerror=alert(1)>": 3, "y" * 200: 1}
    seen = msgspec.structs.replace(run.connections, failed=4, failures=failures)
    plan = {**run.plan, "url": HOSTILE_URL, "text": "</style><script>{marker}</script>"}
    return msgspec.structs.replace(run, plan=plan, validity=reasons, connections=seen)


_MADE: dict[str, Callable[[], Run]] = {
    "one second": lambda: runs.echo(connections=3, rate=5, duration=1),
    "one message": lambda: runs.fanout(subscribers=1, rate=1, duration=1),
    "nothing arrived": lambda: runs.nothing_arrived(runs.echo()),
    "all refused": lambda: runs.connect(connections=100, failed=100),
    "one value only": lambda: runs.echo(
        duration=2, response_time=distribution([0.001] * 5000), service_time=distribution([0.001])
    ),
    "wide range": lambda: runs.echo(duration=2, response_time=distribution([1e-6, 1e-3, 3000.0])),
    "unknown": _unknown,
    "hostile": _hostile,
    "long": lambda: runs.fanout(subscribers=20, rate=20, duration=75, lost=200),
    "all broadcasts lost": lambda: runs.fanout(subscribers=5, rate=3, duration=4, lost=60),
    "script": runs.script,
    "replay": runs.replay,
    "a storm": stormed.storm,
    "a storm that some never came back from": lambda: stormed.storm(never=500),
    "a storm before its drop": stormed.nobody_dropped,
    "slow readers": runs.slow,
    "slow readers of whom nothing is known": _before_a_block,
    "stages": runs.staged,
    "stages of connections": churned.staged_connections,
    "churn": churned.churn,
    "churn without a hold": lambda: churned.churn(mean=None),
    "stages without replies": lambda: runs.nothing_arrived(runs.staged()),
    "script that failed": lambda: runs.script(
        steps={"x" * 300 + "<b>": Step(count=1, failed=1, time=distribution([]))},
        sessions=Sessions(
            started=5, finished=0, failed=5, failures={"<i>\x1b[31m" + "y" * 300: 5}, refused=3
        ),
    ),
    "half refused": lambda: runs.connect(connections=10_000, failed=5_000),
}
NAMES = tuple(_MADE)


@cache
def run(name: str) -> Run:
    """Return the run of that name, made when first asked for: all of them take long."""
    return _MADE[name]()
