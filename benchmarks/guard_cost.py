"""What `--guard strict` costs the server, in pairs with the same application without it.

    python -m benchmarks.guard_cost [echo|fanout|connect ...] [--pairs N] [--hold S]

Both servers run all the time and are loaded in turns, in changing order; the ratio is the median over pairs of server
CPU per echo, per delivery, and per connection. Caps and rate are set so high that nobody is refused: what is measured
is that they are kept.
"""

import argparse
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import psutil

from benchmarks.generator_cost import Cost, show, taken_in_turns
from wswarm.drive.host.target import ReferenceApp
from wswarm.experiment.measure import measure
from wswarm.load.plan import make_plan

_TOKEN = "token-of-the-load"
_STRICT = {
    "TARGET_GUARD": "strict",
    "TARGET_TOKENS": json.dumps({"load": _TOKEN}),
    "TARGET_MAX_PER_ADDRESS": "100000",
    "TARGET_MAX_PER_USER": "100000",
    "TARGET_MESSAGE_RATE": "100000",
}
_LOADS = {
    "echo": {"profile": "echo", "connections": 50, "rate": 4000},
    "fanout": {"profile": "chat", "connections": 500, "rate": 40},
    "connect": {"connections": 1000, "connect_rate": 500},
}


@contextmanager
def guarded(settings: dict[str, str]) -> Iterator[ReferenceApp]:
    """The application with these settings."""
    with mock.patch.dict(os.environ, settings):
        target = ReferenceApp()
    with target:
        yield target


def cost(target: ReferenceApp, kind: str, hold_s: float) -> Cost:
    """Return the server's CPU seconds per message that it sent; of `connect`, per connection, opened and closed."""
    path = "/ws" if kind == "connect" else ""
    headers = [f"Authorization: Bearer {_TOKEN}"]
    before = _cpu_s(target.pid)
    plan = make_plan(
        kind, target.url + path, duration=hold_s, headers=headers, target_pid=target.pid, **_LOADS[kind]
    )
    run = measure(plan)
    assert run.connections.opened == run.connections.requested
    if kind == "connect":
        return Cost((_cpu_s(target.pid) - before) / run.connections.opened)
    assert run.messages is not None
    assert run.messages.owed == run.messages.received > 0, run.notices
    assert run.target is not None
    assert run.target.cpu_s_per_message is not None
    return Cost(run.target.cpu_s_per_message)


def _cpu_s(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {', '.join(_LOADS)} (default: all)")
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--hold", type=float, default=3.0)
    chosen = parser.parse_args()
    with guarded(_STRICT) as strict, guarded({}) as default:
        for kind in chosen.kinds or _LOADS:
            print(f"{kind}: server CPU per {'connection' if kind == 'connect' else 'message'}")
            hold_s = min(chosen.hold, 0.5) if kind == "connect" else chosen.hold
            sides = {
                "--guard strict": lambda kind=kind, hold_s=hold_s: cost(strict, kind, hold_s),
                "--guard default": lambda kind=kind, hold_s=hold_s: cost(default, kind, hold_s),
            }
            show(taken_in_turns(sides, chosen.pairs))


if __name__ == "__main__":
    main()
