"""One generation: fresh servers of both versions, both with a swarm connected, loaded in turn."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from random import Random
from typing import NamedTuple

from wswarm.drive.host.cores import Pinning
from wswarm.drive.host.ports import free_ports
from wswarm.drive.host.server import Server
from wswarm.experiment.ab.arm import ArmSession, Observation
from wswarm.experiment.ab.calibration import closed_load, open_load
from wswarm.experiment.ab.design import Timing
from wswarm.experiment.ab.record import record
from wswarm.experiment.ab.setting import ARMS, Experiment
from wswarm.load.plan import Plan
from wswarm.stats.compare.comparison import Generation, Record
from wswarm.stats.compare.slices import Arm, Load, Order, random_blocks

_MOST_SEED = 2**32 - 1  # of PYTHONHASHSEED


class Rates(NamedTuple):
    """Messages per s: in open slices, and in those with too much to deliver in time, if there are any."""

    usual: float
    overload: float | None = None


class Block(NamedTuple):
    """Four slices: in what order, with what load, and of what seed."""

    number: int
    order: Order
    load: Load
    seed: int


def draw_generation(chance: Random, t: float) -> Generation:
    """Return which arm is started first, and with which hash seeds."""
    return Generation(
        t=t, first=chance.choice(ARMS), hash_seeds={arm: chance.randint(0, _MOST_SEED) for arm in ARMS}
    )


def draw_blocks(chance: Random, timing: Timing, full: Load) -> list[Block]:
    """Return the blocks of a generation; both arms get the same messages at the same times in each.

    Args:
        full: The load that shows capacity. It comes last: what it leaves behind falsifies no other.
    """
    loads: list[tuple[Load, int]] = [("open", timing.blocks), (full, timing.closed_blocks)]
    orders = [(load, order) for load, count in loads for order in random_blocks(chance, count)]
    return [Block(number, order, load, chance.getrandbits(32)) for number, (load, order) in enumerate(orders)]


@contextmanager
def started(
    experiment: Experiment, generation: Generation, pinning: Pinning
) -> Iterator[dict[Arm, ArmSession]]:
    """Yield swarms that are connected to fresh servers of both versions; all end with the block.

    Raises:
        TargetError: a server does not start, or takes no connections.
    """
    order = ARMS if generation.first == ARMS[0] else ARMS[::-1]
    with ExitStack() as stack:
        sessions = {}
        for arm, port in zip(order, free_ports(2), strict=True):
            command = experiment.commands[arm]
            variables = {**command.variables, "PYTHONHASHSEED": str(generation.hash_seeds[arm])}
            server = Server(command._replace(variables=variables), port)
            stack.enter_context(server)
            sessions[arm] = ArmSession(server, experiment.plan(port), pinning)
            stack.callback(sessions[arm].close)
        for arm in order:
            sessions[arm].begin()
        for arm in order:
            sessions[arm].connect()
        yield sessions


class Slicer:
    """Loads the two swarms of a generation in turn.

    Args:
        number: Of the generation, from 0.
        plan: What to say.
        origin_ns: When the experiment began.
    """

    def __init__(
        self,
        sessions: dict[Arm, ArmSession],
        number: int,
        plan: Plan,
        timing: Timing,
        origin_ns: int,
    ) -> None:
        self._sessions, self._number, self._plan = sessions, number, plan
        self._timing, self._origin_ns = timing, origin_ns

    def warm_up(self, rates: Rates) -> None:
        """Load each with a slice that is not recorded."""
        for arm in ARMS:
            self._run(arm, Block(-1, random_blocks(Random(0), 1)[0], "open", 0), rates)

    def block(self, block: Block, rates: Rates, is_enough: Callable[[], bool]) -> Iterator[Record]:
        """Yield the slices of a block as they are made, until it is enough."""
        for position, arm in enumerate(block.order):
            if is_enough():
                return
            seen = self._run(arm, block, rates)
            yield record(arm, block.load, (self._number, block.number, position), seen, self._origin_ns)

    def _run(self, arm: Arm, block: Block, rates: Rates) -> Observation:
        length_s = self._timing.slice_s
        if block.load == "closed":
            load = closed_load(self._plan, length_s, block.seed)
        else:
            rate = rates.overload if block.load == "overload" else None
            load = open_load(self._plan, length_s, rate or rates.usual, block.seed)
        return self._sessions[arm].run(load, self._timing.pause_s)
