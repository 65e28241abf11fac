"""The quiet probe of one run: started beside the agents, told what they are told, asked what it saw."""

import selectors
from collections.abc import Sequence

import numpy as np

from wswarm.drive.clock import now_ns
from wswarm.drive.fleet.child import Child
from wswarm.drive.fleet.started import Started
from wswarm.drive.probe import orders
from wswarm.drive.probe.stamps import has_stamps
from wswarm.experiment.filling import Filling
from wswarm.load import probing
from wswarm.load.piecewise import Piecewise
from wswarm.load.plan import Plan
from wswarm.load.role import Role
from wswarm.load.stages import spans_of
from wswarm.results.probe import Probe
from wswarm.stats import probe as said
from wswarm.stats import summary
from wswarm.stats.beside import table_of
from wswarm.stats.findings import Findings, Int64s, Packed, Window, pack
from wswarm.stats.histogram import Histogram
from wswarm.units import NS_PER_S

_READY_S = 30.0  # as long as agents may take; of what has died is heard at once
_ANSWER_S = 2.0
_SEED = 0x9B0BE  # so that it does not speak when a load of the same seed does


class QuietProbe:
    """A run's probe; where there is none, or one that can say nothing, nothing is done.

    Args:
        started: Its process; `None`: it has none.

    Attributes:
        why_not: Why it can say nothing, if so.
        after: The last id that is not its own.
        near: The connections next to each of its own, both by their ids.
    """

    def __init__(self, plan: Plan, filling: Filling, started: Started | None) -> None:
        self._plan, self._filling = plan, filling
        self._child = Child(started) if started is not None else None
        self._answers: list[orders.Answer] = []
        self._numbers = probing.places(plan.connections)
        self.after = plan.connections + len(plan.publisher_ids)
        ids = probing.ids(self._numbers, self.after, plan.rooms)
        self.why_not = _why_not(plan)
        if started is None and self.why_not is None:
            self.why_not = "its process could not be started"
        elif filling.columns and len(filling.rows) < max(ids):
            self.why_not = f"--data has no rows for it: with {max(ids)} in all it had"
        self.near: dict[int, tuple[int, ...]] = {}
        if self.why_not is None:
            self.near = {
                own: probing.neighbours(number, plan.connections, plan.rooms)
                for own, number in zip(ids, self._numbers, strict=True)
            }

    def make_ready(self) -> None:
        """Wait until it takes orders, which it does when the agents do: they were started together."""
        if self._child is not None and self.why_not is None and not self._wait(orders.Ready, _READY_S):
            self._give_up(self._child.death or "its process did not start in time")

    def open(self, addresses: list[tuple[str, int]], prefix: bytes, start_ns: int) -> None:
        """Have its connections opened, each between two of the load's, which begins to connect then."""
        if self.why_not is not None:
            return
        plan, ids = self._plan, list(self.near)
        starts_ns = start_ns + (np.array(self._numbers) - 0.5) * (NS_PER_S / plan.connect_rate)
        self._tell(
            orders.Begin(
                role=self._role,
                manner=plan.manner,
                addresses=addresses,
                prefix=prefix,
                values=self._filling.variables,
                ids=ids,
                starts_ns=pack(starts_ns.astype(np.int64)),
                columns=self._filling.columns,
                data=self._filling.of(ids),
            )
        )

    def load(self, window: Window) -> Packed:
        """Have it listen to a load, and speak in it if that is of replies; return when it speaks."""
        if self.why_not is not None:
            return b""
        instants_ns = np.zeros(0, np.int64)
        if self._role == "echo":
            length_ns = window.drain_ns - window.hold_ns
            rate = self._plan.rate or 0.0
            offered = Piecewise(spans_of(self._plan.stages) or [(0, rate), (length_ns, rate)])
            blocks = offered.at_random(probing.samples(offered.count), (self._plan.seed or 0, _SEED))
            instants_ns = np.concatenate([instants_ns, *(window.hold_ns + block for block in blocks)])
        self._tell(orders.Load(window=window, instants_ns=pack(instants_ns)))
        return pack(instants_ns)

    def cut(self, window: Window) -> None:
        """Have it keep to this window."""
        self._tell(orders.Cut(window))

    def report(self, findings: Sequence[Findings], window: Window) -> Probe | None:
        """Return what it says of what the agents found, which have told it; `None` if there was to be none."""
        if not probing.is_wanted(self._plan):
            return None
        seen = self._seen()
        if isinstance(seen, str) or window.hold_ns >= window.drain_ns:
            return said.nothing(seen if isinstance(seen, str) else "there was no hold")
        arrivals = summary.arrivals_of(findings)
        rows: Int64s = np.concatenate([table_of(b""), *(table_of(one.beside) for one in arrivals)])
        if self._role == "echo":
            pairs = said.of_replies(seen.received, rows)
        else:
            pairs = said.of_broadcasts(seen.received, rows, self.near, window)
        median_ns = summary.merged(one.response for one in arrivals).percentile_ns(50)
        return said.judged(seen, pairs, median_ns)

    def hang_up(self) -> None:
        """Have it close its connections."""
        self._tell(orders.Close())
        if self._child is not None:
            self._child.hang_up()

    def end(self) -> None:
        """End its process."""
        if self._child is not None:
            self._child.end()

    def _seen(self) -> said.Seen | str:
        """Return what it found, or why there is nothing."""
        self._tell(orders.Settle())
        if self._child is not None and self.why_not is None and not self._wait(orders.Found, _ANSWER_S):
            self.why_not = self._child.death or "its process did not answer"
            self._child.give_up(_ANSWER_S)
        if self.why_not is not None:
            return self.why_not
        found = next(one for one in self._answers if isinstance(one, orders.Found))
        waits = Histogram()
        waits.merge_packed(found.waits)
        return said.Seen(found.sockets, found.failure, table_of(found.received), waits, found.is_stamped)

    @property
    def _role(self) -> Role:
        return "echo" if self._plan.scenario == "echo" else "subscribe"

    def _give_up(self, why: str) -> None:
        self.why_not, self.near = why, {}

    def _tell(self, order: orders.Order) -> None:
        if self._child is not None and self.why_not is None:
            self._child.send(orders.encode(order))

    def _wait(self, kind: type[orders.Answer], limit_s: float) -> bool:
        """Return whether an answer of that kind has come in time."""
        until_ns = now_ns() + round(limit_s * NS_PER_S)
        while not any(isinstance(one, kind) for one in self._answers):
            left_s = (until_ns - now_ns()) / NS_PER_S
            if self._child is None or self._child.death is not None or left_s <= 0:
                return False
            with selectors.DefaultSelector() as selector:
                selector.register(self._child.channel, selectors.EVENT_READ)
                has_come = selector.select(left_s)
            if has_come:
                self._answers += map(orders.decode_answer, self._child.hear())
        return True


def _why_not(plan: Plan) -> str | None:
    return (
        probing.why_not(plan, plan.manner) if has_stamps() else "this system does not say when messages came"
    )
