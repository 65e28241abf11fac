"""Rows of figures: of the Fan-out tab, while a test runs and when it has ended, and of our CSV."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

from wswarm.drive.fleet.wire import Role
from wswarm.locust.page.channels import Channel
from wswarm.locust.page.table import KINDS
from wswarm.results.run import Distribution, Run
from wswarm.stats.summary import PERCENTS, distribution

COLUMNS = {
    "name": "Class",
    "figures": "Figures",
    "verdict": "Verdict",
    "subscribers": "Subscribers",
    "owed": "Owed",
    "delivered": "Delivered",
    "lost": "Lost",
    "duplicated": "Duplicated",
    "reordered": "Reordered",
    "first": "First (ms)",
    "median": "Median (ms)",
    "p99": "p99 (ms)",
    "last": "Last (ms)",
}
_CSV_HEAD = (
    *("class", "kind", "count", "min_ms", "mean_ms"),
    *(f"{name}_ms" for name in PERCENTS),
    "max_ms",
)


def row_so_far(channel: Channel) -> dict[str, Any]:
    """Return a class's row of the tab while the test runs; times in ms at three significant digits."""
    times = distribution(channel.times)
    return {
        "name": channel.name,
        "figures": "so far",
        "verdict": None,
        "subscribers": channel.connections,
        "owed": channel.owed,
        "delivered": channel.received,
        "lost": channel.lost,
        "duplicated": channel.duplicated,
        "reordered": channel.reordered,
        "first": _ms(distribution(channel.broadcasts.first).p50),
        "median": _ms(times.p50),
        "p99": _ms(times.p99),
        "last": _ms(distribution(channel.broadcasts.completion).p50),
    }


def row_of(run: Run) -> dict[str, Any]:
    """Return a class's row of the tab when the test has ended."""
    messages, fanout = run.messages, run.fanout
    assert messages is not None
    assert fanout is not None
    return {
        "name": run.name,
        "figures": "exact",
        "verdict": verdict_of(run),
        "subscribers": fanout.subscribers,
        "owed": messages.owed,
        "delivered": messages.received,
        "lost": messages.lost.disconnected + messages.lost.silent,
        "duplicated": messages.duplicated,
        "reordered": messages.reordered,
        "first": _ms(fanout.first_delivery.p50),
        "median": _ms(fanout.delivery_time.p50),
        "p99": _ms(fanout.delivery_time.p99),
        "last": _ms(fanout.completion_time.p50),
    }


def verdict_of(run: Run) -> str:
    """Return what a run says of itself: how the target failed, an objective missed, or its verdict."""
    if run.failure is not None:
        return "target failed"
    missed = sum(not result.met for result in run.slo)
    return run.validity.verdict + (f", {missed} objectives missed" if missed else "")


def reasons_of(run: Run) -> list[str]:
    """Return why, line by line."""
    missed = [f"missed: {result.expression}" for result in run.slo if not result.met]
    return [*([run.failure] if run.failure is not None else []), *run.notices, *missed, *run.validity.reasons]


def csv_text(rows: Iterable[list[str]]) -> str:
    """Return our CSV, with its head."""
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows([_CSV_HEAD, *rows])
    return text.getvalue()


def csv_rows(runs: Iterable[Run], roles: dict[str, Role]) -> Iterator[list[str]]:
    """Yield a row per class and kind of time of a test that has ended."""
    for run in runs:
        yield from _csv_rows(run.name or run.scenario, _times_of(run, roles.get(run.name or "")))


def csv_rows_so_far(channels: Iterable[Channel]) -> Iterator[list[str]]:
    """Yield the rows while the test runs."""
    for channel in channels:
        times = {"connect": channel.handshakes}
        if channel.role in KINDS:
            times[KINDS[channel.role]] = channel.times
        if channel.role == "subscribe":
            times |= {"first": channel.broadcasts.first, "completion": channel.broadcasts.completion}
        yield from _csv_rows(channel.name, {kind: distribution(values) for kind, values in times.items()})


def _times_of(run: Run, role: Role | None) -> dict[str, Distribution | None]:
    times: dict[str, Distribution | None] = {"connect": run.connections.handshake_time}
    if run.fanout is not None:
        return times | {
            "deliver": run.fanout.delivery_time,
            "first": run.fanout.first_delivery,
            "median": run.fanout.median_delivery,
            "completion": run.fanout.completion_time,
            "spread": run.fanout.spread,
        }
    kind = "reply" if role == "script" else "echo"
    return times | {kind: run.response_time, "service": run.service_time}


def _csv_rows(name: str, times: dict[str, Distribution | None]) -> Iterator[list[str]]:
    for kind, found in times.items():
        if found is not None:
            percentiles = [getattr(found, percent) for percent in PERCENTS]
            values = [found.min, found.mean, *percentiles, found.max]
            yield [name, kind, str(found.n), *map(_exact_ms, values)]


def _ms(value_s: float | None) -> float | None:
    return None if value_s is None else float(f"{value_s * 1_000:.3g}")


def _exact_ms(value_s: float | None) -> str:
    """Return ms to the microsecond; nothing if it is not known."""
    return "" if value_s is None else f"{value_s * 1_000:.3f}"
