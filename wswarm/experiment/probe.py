"""The quiet probe of one run: started beside the agents, told what they are told, asked what it saw."""

import selectors
from collections.abc import Mapping, Sequence

import numpy as np

from wswarm.drive.clock import now_ns
from wswarm.drive.fleet.child import Child
from wswarm.drive.fleet.started import Started, start_agent
from wswarm.drive.probe import orders
from wswarm.drive.probe.stamps import has_stamps
from wswarm.errors import GeneratorError
from wswarm.experiment.filling import Filling
from wswarm.load import probing
from wswarm.load.arrivals import given_in_all
from wswarm.load.plan import Plan
from wswarm.load.role import Role
from wswarm.results.probe import Probe
from wswarm.stats import probe as said
from wswarm.stats.beside import table_of
from wswarm.stats.findings import Arrivals, Int64s, Packed, Window, pack
from wswarm.stats.histogram import Histogram
from wswarm.units import NS_PER_S

Seen = said.Seen | str
"""What the probe saw, or why it can say nothing."""

NAME = "the probe"
_READY_S = 2.0
_ANSWER_S = 2.0
_SEED = 0x9B0BE  # so that it does not speak when a load of the same seed does


def start_probe(plan: Plan) -> list[Started]:
    """Return the probe's process, started, if the plan has a probe that can say anything; it is none to fail for."""
    if not probing.is_wanted(plan) or _why_not(plan) is not None:
        return []
    try:
        return [start_agent(NAME, "wswarm.drive.probe.agent")]
    except GeneratorError:
        return []


def probe_of(plan: Plan, filling: Filling, started: Sequence[Started]) -> "QuietProbe | None":
    """Return the plan's probe, whose process may be among those started; `None` if it is to have none."""
    process = next((one for one in started if one.name == NAME), None)
    return QuietProbe(plan, filling, process) if probing.is_wanted(plan) else None


class QuietProbe:
    """A run's probe; of one that can say nothing nobody asks anything.

    Args:
        started: Its process; `None`: it has none.

    Attributes:
        why_not: Why it can say nothing, if so.
        near: The connections next to each of its own, both by their ids.
    """

    def __init__(self, plan: Plan, filling: Filling, started: Started | None) -> None:
        self._plan, self._filling = plan, filling
        self._child = Child(started) if started is not None else None
        self._answers: list[orders.Answer] = []
        self._numbers = probing.places(plan.connections)
        last_id = plan.connections + len(plan.publisher_ids)
        ids = probing.ids(self._numbers, last_id, plan.rooms)
        self.why_not = _why_not(plan)
        if started is None and self.why_not is None:
            self.why_not = "its process could not be started"
        elif filling.columns and len(filling.rows) < max(ids):
            self.why_not = f"--data has no rows for it: with {max(ids)} in all it had"
        self.near = {
            own: probing.neighbours(number, plan.connections, plan.rooms)
            for own, number in zip(ids, self._numbers, strict=True)
            if self.why_not is None
        }

    def open(self, addresses: list[tuple[str, int]], prefix: bytes, start_ns: int) -> None:
        """Have its connections opened, each between two of the load's, which begins to connect then."""
        if self.why_not is not None:
            return
        if not self._wait(orders.Ready, _READY_S):
            self.why_not = "its process did not start in time"
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
            count = probing.samples(self._plan.rate, length_ns)
            blocks = given_in_all(length_ns, count, (self._plan.seed or 0, _SEED))
            instants_ns = np.concatenate([instants_ns, *(window.hold_ns + block for block in blocks)])
        self._tell(orders.Load(window=window, instants_ns=pack(instants_ns)))
        return pack(instants_ns)

    def cut(self, window: Window) -> None:
        """Have it keep to this window."""
        self._tell(orders.Cut(window))

    def settle(self) -> None:
        """Ask what it found."""
        self._tell(orders.Settle())

    def seen(self) -> Seen:
        """Return what it found, or why there is nothing; it was asked when the agents were."""
        if self.why_not is not None:
            return self.why_not
        if not self._wait(orders.Found, _ANSWER_S):
            death = self._child.death if self._child is not None else None
            return f"{death or 'its process did not answer'}"
        found = next(one for one in self._answers if isinstance(one, orders.Found))
        waits = Histogram()
        waits.merge_packed(found.waits)
        return said.Seen(found.sockets, found.failure, table_of(found.received), waits, found.is_stamped)

    def end(self) -> None:
        """End its process."""
        if self._child is not None:
            self._tell(orders.Close())
            self._child.end()

    @property
    def _role(self) -> Role:
        return "echo" if self._plan.scenario == "echo" else "subscribe"

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


def report_of(
    seen: Seen | None,
    plan: Plan,
    near: Mapping[int, Sequence[int]],
    arrivals: Sequence[Arrivals],
    window: Window,
    median_ns: int | None,
) -> Probe | None:
    """Return what the probe says of the load; `None` if there was to be none."""
    if seen is None:
        return None
    if isinstance(seen, str):
        return said.nothing(seen)
    if window.hold_ns >= window.drain_ns:
        return said.nothing("there was no hold")
    rows: Int64s = np.concatenate([table_of(one.beside) for one in arrivals]) if arrivals else table_of(b"")
    if plan.scenario == "echo":
        pairs = said.of_replies(seen.received, rows)
    else:
        pairs = said.of_broadcasts(seen.received, rows, near, window)
    return said.judged(seen, pairs, median_ns)


def _why_not(plan: Plan) -> str | None:
    return (
        probing.why_not(plan, plan.manner) if has_stamps() else "this system does not say when messages came"
    )
