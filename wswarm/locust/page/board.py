"""What our pages show of the latest test: while it runs made of states, when it has ended of its runs."""

from collections.abc import Iterator, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

from wswarm.drive.clock import now_ns
from wswarm.locust.master.conductor import Conductor
from wswarm.locust.order import Order
from wswarm.locust.page.channels import Channel
from wswarm.locust.page.figures import csv_rows, csv_rows_so_far, reasons_of, row_of, row_so_far, verdict_of
from wswarm.results.run import Run
from wswarm.units import NS_PER_S


class Board:
    """The figures of the latest test.

    Attributes:
        channels: One per user class of ours.
        runs: What the test ended with; empty while it runs.
        report: Where its report is, once it is written.
    """

    def __init__(self, conductor: Conductor) -> None:
        self.channels: list[Channel] = []
        self.runs: Sequence[Run] = ()
        self.report: Path | None = None
        self._conductor = conductor

    def begin(self, orders: Sequence[Order]) -> None:
        """Forget the test before."""
        self.channels = [Channel(order.name, order.role, order.plan.rooms) for order in orders]
        self.runs, self.report = (), None

    def note(self) -> None:
        """Take in how the test stands."""
        conductor = self._conductor
        t_s = self._seconds(now_ns())
        for number, (channel, order) in enumerate(zip(self.channels, conductor.orders, strict=True)):
            publishers = conductor.publisher_state(number) if order.publishers else None
            channel.note(
                t_s,
                conductor.states(number),
                connections=sum(member.open_in(number) for member in conductor.there()),
                sent=publishers.sent if publishers is not None else 0,
                hold=conductor.holds,
            )

    def rows(self) -> list[dict[str, Any]]:
        """Return a row per class that is published to."""
        if self.runs:
            return [row_of(run) for run in self.runs if run.fanout is not None]
        return [row_so_far(channel) for channel in self.channels if channel.role == "subscribe"]

    def csv(self) -> Iterator[list[str]]:
        """Yield the rows of our CSV."""
        if self.runs:
            return csv_rows(self.runs, {channel.name: channel.role for channel in self.channels})
        return csv_rows_so_far(self.channels)

    def charts(self, test: int, after_s: float) -> dict[str, Any]:
        """Return what the page with the charts does not know yet.

        Args:
            test: The test that it knows of, and up to `after_s` since that began.
        """
        conductor = self._conductor
        since_s = after_s if test == conductor.test else -1.0
        rows = {row["name"]: row for row in self.rows()}
        return {
            "test": conductor.test,
            "hold_s": self._seconds(conductor.window.hold_ns) if conductor.is_holding else None,
            "is_exact": bool(self.runs),
            "verdicts": [
                {"name": run.name, "verdict": verdict_of(run), "reasons": reasons_of(run)}
                for run in self.runs
            ],
            "classes": [
                {
                    "name": channel.name,
                    "role": channel.role,
                    "row": rows.get(channel.name),
                    "points": [astuple(point) for point in channel.points if point.t_s > since_s],
                }
                for channel in self.channels
            ],
        }

    def _seconds(self, moment_ns: int) -> float:
        return (moment_ns - self._conductor.window.origin_ns) / NS_PER_S
