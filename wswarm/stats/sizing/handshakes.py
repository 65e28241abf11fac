"""What a handshake costs: measured while connections open, when a server does little else."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from wswarm.results.sizing import Costs, Model


class Ramp(NamedTuple):
    """The opening of connections.

    Attributes:
        cpu_s: Of all workers while it lasted.
    """

    workers: int
    handshakes: int
    length_s: float
    cpu_s: float


def with_handshakes(model: Model, ramps: Sequence[Ramp]) -> Model:
    """Return the model with what a handshake costs, which its cells, whose connections are open, do not tell."""
    found_s = handshake_s(ramps, model.cpu.per_worker)
    return msgspec.structs.replace(
        model,
        cpu=_with(model.cpu, found_s),
        starts=tuple(_with(one, found_s) for one in model.starts),
    )


def handshake_s(ramps: Sequence[Ramp], per_worker: float) -> float | None:
    """Return the CPU s of a handshake; `None`: it is not to be told from what workers take without any.

    Args:
        per_worker: Cores that a worker takes without them.
    """
    spent_s = sum(ramp.cpu_s - per_worker * ramp.workers * ramp.length_s for ramp in ramps)
    return spent_s / sum(ramp.handshakes for ramp in ramps) if spent_s > 0 else None


def _with(costs: Costs, found_s: float | None) -> Costs:
    return msgspec.structs.replace(costs, per_handshake_s=found_s)
