"""Slices of load on several targets in turns, whose figures go to pytest-benchmark one metric at a time."""

import os
import signal
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from wswarm.drive.host.target import ReferenceApp
from wswarm.experiment.measure import measure
from wswarm.load.plan import make_plan
from wswarm.results.run import Run
from wswarm.testing.figure_clock import FigureClock

Runs = defaultdict[str, list[Run]]

SUBSCRIBERS = 1000
RATE = 20.0


class Slices:
    """Runs of each target, measured when they are first asked for, all targets in the same minute.

    Args:
        title: What they are stored under.
        measures: How to measure each target once.
        runs: Where the runs are stored.
    """

    def __init__(self, title: str, measures: Mapping[str, Callable[[], Run]], runs: Runs) -> None:
        self._measures = measures
        self._runs = {target: runs[f"{title}: {target}"] for target in measures}

    def of(self, target: str, number: int) -> Run:
        """Return the run of that slice."""
        while len(self._runs[target]) <= number:
            self._take_turns()
        return self._runs[target][number]

    def _take_turns(self) -> None:
        order = list(self._measures)
        if len(self._runs[order[0]]) % 2:
            order.reverse()
        for target in order:
            run = self._measures[target]()
            messages = run.messages
            assert messages is None or messages.owed == messages.received, f"{target} lost {messages.lost}"
            self._runs[target].append(run)


def served(app: str, ws: str, scenario: str, **options: Any) -> Run:
    """Return a run at a fresh process of the application under that protocol, its CPU included."""
    with ReferenceApp(app, ws) as target:
        quick = {"connect_rate": 1000, "warmup": 0.5, "target_pid": target.pid}
        run = measure(make_plan(scenario, target.url, **{**quick, **options}))
        os.kill(target.pid, signal.SIGKILL)  # a chat would tell everyone of every leaver, for ten seconds
    return run


def fanout_of(app: str, ws: str, hold: float) -> Run:
    """Return a run of broadcasts in that application's chat."""
    return served(app, ws, "fanout", profile="chat", connections=SUBSCRIBERS, rate=RATE, duration=hold)


def report(
    benchmark: Any,
    clock: FigureClock,
    slices: Slices,
    target: str,
    figure: Callable[[Run], float | None],
    rounds: int,
) -> None:
    """Have each round of the benchmark last as long as the figure of its slice says."""
    seen: list[Run] = []

    def a_slice() -> None:
        seen.append(slices.of(target, len(seen)))
        clock.advance(figure(seen[-1]))

    benchmark.pedantic(a_slice, rounds=rounds)
    benchmark.extra_info["verdicts"] = [run.validity.verdict for run in seen]
