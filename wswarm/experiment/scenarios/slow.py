"""Slow readers among others: blocks in which they read slowly, blocks in which they do not, and the time between."""

from collections.abc import Sequence

import msgspec
import numpy as np

from wswarm.drive.fleet import wire
from wswarm.drive.fleet.fleet import AgentProcess
from wswarm.experiment.cohorts import Cohort, shares
from wswarm.experiment.course import Course
from wswarm.experiment.growth import Growth
from wswarm.experiment.observed import Observed
from wswarm.experiment.preflight import target_meter
from wswarm.experiment.session import Session
from wswarm.load.plan import Plan
from wswarm.load.slow import (
    BEFORE,
    BEHIND,
    HEALTHY,
    RECEIVE_BUFFER,
    SLOW,
    Readers,
    blocks_of,
    cohorts_of,
    readers_of,
    slow_ids,
)
from wswarm.results.run import Run
from wswarm.stats.findings import Window, unpack
from wswarm.stats.penalty import Block, Cohorts, penalty_of, placed
from wswarm.units import NS_PER_S

CATCH_UP_S = 30.0  # who has not read by then what came while he was slow, will not
_TOLD_NS = wire.LEAD_NS + NS_PER_S // 10  # so long before a block begins the agents hear of it
_NAMES = Cohorts(SLOW, BEHIND, BEFORE, HEALTHY)


class Slow(Course):
    """Blocks in turn; after a slow one all wait until the slow readers have read what has come meanwhile."""

    is_known_meanwhile = False

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._readers: Readers = readers_of(plan)
        self._kinds = blocks_of(plan.pairs)
        self._blocks: list[Block] = []
        self._growth = Growth(target_meter(plan.target_pid))
        self._has_ended = self._gave_up = False

    @property
    def cohorts(self) -> Sequence[Cohort]:
        """As `Course.cohorts`: what they are owed may come as late as a slow block and the time after it are long."""
        found = cohorts_of(self.plan.connections, self._readers.slow)
        patience_s = self._readers.block_s + CATCH_UP_S + self.plan.drain
        made = [Cohort(name, np.array(ids, np.int64), patience_s=patience_s) for name, ids in found.items()]
        return [one._replace(receive_buffer=RECEIVE_BUFFER) if one.name == SLOW else one for one in made]

    @property
    def hold_s(self) -> float:
        """As `Course.hold_s`: the blocks, and the longest that the times between them may be."""
        between_s = CATCH_UP_S + 2 * _TOLD_NS / NS_PER_S
        return self.plan.duration + (self.plan.pairs + 1) * between_s

    def begin(self, session: Session, window: Window) -> None:
        """As `Course.begin`."""
        self._hold(session, window.hold_ns)

    def meanwhile(self, session: Session, now_ns: int) -> None:
        """As `Course.meanwhile`: begin the next block when its time has come."""
        block = self._blocks[-1]
        self._growth.look(now_ns)
        if self._has_ended or now_ns < block.until_ns - _TOLD_NS:
            return
        if block.is_slow:
            if not self._has_caught_up(session, block, now_ns):
                return
            self._blocks[-1] = block._replace(seen_ns=now_ns)
        states = slow_states(session)
        if len(self._blocks) < len(self._kinds) and not self._gave_up and any(one.open for one in states):
            self._hold(session, max(block.until_ns, now_ns + _TOLD_NS))
        else:
            self._has_ended = now_ns >= block.until_ns

    def is_over(self, session: Session) -> bool:  # noqa: ARG002 - all has been looked at meanwhile
        """As `Course.is_over`."""
        return self._has_ended

    def missing(self, window: Window) -> str | None:
        """As `Course.missing`."""
        held = sum(block.until_ns <= window.drain_ns for block in self._blocks)
        return f"{held} of {len(self._kinds)} blocks were held" if held < len(self._kinds) else None

    def add_to(self, run: Run, observed: Observed) -> Run:
        """As `Course.add_to`."""
        if run.fanout is None:
            return run
        grown = self._growth
        blocks = [
            one._replace(memory_growth=grown.between(one.began_ns, one.until_ns)) for one in self._blocks
        ]
        pressed_s = self._readers.pressed_s
        penalty = penalty_of(observed.findings, observed.window, blocks, _NAMES, pressed_s)
        penalty = placed(
            penalty, self._opened_ns(observed), slow_ids(self.plan.connections, self._readers.slow)
        )
        is_squeezed = grown.kernel is not None and grown.kernel > (grown.squeezed_from or grown.kernel)
        penalty = msgspec.structs.replace(penalty, kernel_memory=grown.kernel, is_squeezed=is_squeezed)
        return msgspec.structs.replace(run, penalty=penalty)

    def _opened_ns(self, observed: Observed) -> dict[int, int]:
        """Return when each connection opened, by its number; of agents that have died nothing is known."""
        holders = (self.plan.processes or 1) if not observed.deaths else 0
        owned = [own for place in range(holders) for own in shares(self.cohorts, place, holders)]
        found = [one.sockets for one in observed.findings if not one.is_publisher]
        opened: dict[int, int] = {}
        for ids, sockets in zip(owned, found, strict=False):
            opened_ns = unpack(sockets.opened_ns)
            if len(opened_ns) == len(ids):
                opened |= zip(ids.tolist(), opened_ns.tolist(), strict=True)
        return opened

    def _hold(self, session: Session, began_ns: int) -> None:
        """Tell the next block, which begins then."""
        is_slow = self._kinds[len(self._blocks)]
        until_ns = began_ns + round(self._readers.block_s * NS_PER_S)
        pressed_ns = round(self._readers.pressed_s * NS_PER_S) if is_slow else 0
        self._blocks.append(Block(is_slow, began_ns, began_ns + pressed_ns, until_ns, until_ns))
        if is_slow:
            for agent, group in slow_groups(session):
                agent.tell(wire.Read(group, began_ns, self._readers.read))
                agent.tell(wire.Read(group, until_ns))

    def _has_caught_up(self, session: Session, block: Block, now_ns: int) -> bool:
        """Return whether the slow readers have read all that came in a slow block, or will not."""
        if now_ns < block.until_ns:
            return False
        if now_ns >= block.until_ns + round(CATCH_UP_S * NS_PER_S):
            self._gave_up = True
        return self._gave_up or all(one.caught_up_ns == block.until_ns for one in slow_states(session))


def slow_groups(session: Session) -> list[tuple[AgentProcess, int]]:
    """Return the agents that hold slow readers, each with the number of that group."""
    return [
        (agent, number)
        for agent in session.fleet.holders
        for number, cohort in enumerate(session.groups_of(agent))
        if agent.death is None and cohort.name == SLOW and cohort.ids.size
    ]


def slow_states(session: Session) -> list[wire.GroupState]:
    """Return how the slow readers stand, as their agents have told last."""
    return [agent.snapshot.groups[number] for agent, number in slow_groups(session)]
