"""From cells to a model: what was measured, what follows, and whether it may be believed."""

from collections.abc import Sequence
from typing import NamedTuple

from wswarm.errors import GeneratorError
from wswarm.results.sizing import Cell, Machine, Measured, Mechanism, Model
from wswarm.stats.sizing.broker import broker_of
from wswarm.stats.sizing.costs import Fit
from wswarm.stats.sizing.delay import Seen, delay_of
from wswarm.stats.sizing.heldout import doubts, errors_of, missing
from wswarm.stats.sizing.lindley import Floats
from wswarm.stats.sizing.memory import memory_of
from wswarm.stats.sizing.server import Server

FEWEST_LOADS = 3  # different ones: of two, everything fits


class About(NamedTuple):
    """What was measured, where and when, and what limits it that the cells do not tell.

    Attributes:
        held_out: How many loads were to be held out.
    """

    started_at: str
    target: str
    machine: Machine
    mechanism: Mechanism
    reasons: tuple[str, ...] = ()
    held_out: int = 0


def model_of(
    about: About, cells: Sequence[Cell], seed: int = 0, came: Sequence[Floats | None] | None = None
) -> Model:
    """Return the model that cells make, those that are held out apart: they tell how far it is off.

    Args:
        cells: In the order in which they were measured; those that are not valid are kept and tell nothing.
        came: When the publishes of each cell came, as `Seen` has it: then no model has to guess them.

    Raises:
        GeneratorError: too few cells are valid.
    """
    fitted, unseen = used(cells), [cell for cell in cells if cell.valid and cell.held_out]
    if loads_of(fitted) < FEWEST_LOADS:
        raise GeneratorError(f"{loads_of(fitted)} loads were measured, at least {FEWEST_LOADS} are needed")
    costs, broker = Fit(fitted), broker_of(fitted)
    known, held_out = _seen(cells, came)
    delay = delay_of(known, costs.costs, broker, about.mechanism, seed)
    server = Server(costs.costs, broker, delay, about.mechanism)
    errors = errors_of(server, held_out, seed)
    why = [*doubts(errors), *missing(unseen, about.held_out)]
    return Model(
        started_at=about.started_at,
        target=about.target,
        machine=about.machine,
        mechanism=about.mechanism,
        cpu=costs.costs,
        starts=costs.starts,
        memory=memory_of(fitted),
        broker=broker,
        delay=delay,
        measured=_measured([*fitted, *unseen]),
        cells=tuple(cells),
        held_out=errors,
        validated=not why,
        reasons=(*why, *about.reasons),
    )


def _seen(cells: Sequence[Cell], came: Sequence[Floats | None] | None) -> tuple[list[Seen], list[Seen]]:
    """Return the valid cells, those that are held out apart."""
    whens = [None] * len(cells) if came is None else came
    seen = [Seen(cell, when) for cell, when in zip(cells, whens, strict=True) if cell.valid]
    return [one for one in seen if not one.cell.held_out], [one for one in seen if one.cell.held_out]


def used(cells: Sequence[Cell]) -> list[Cell]:
    """Return the cells that a model is made from."""
    return [cell for cell in cells if cell.valid and not cell.held_out]


def loads_of(cells: Sequence[Cell]) -> int:
    """Return how many different loads cells had."""
    return len({(cell.workers, cell.connections, cell.rate, cell.fanout, cell.size) for cell in cells})


def _measured(cells: Sequence[Cell]) -> Measured:
    connections = [cell.connections for cell in cells]
    rates = [cell.rate for cell in cells]
    fanouts, sizes = [cell.fanout for cell in cells], [cell.size for cell in cells]
    return Measured(
        connections=(min(connections), max(connections)),
        rate=(min(rates), max(rates)),
        fanout=(min(fanouts), max(fanouts)),
        size=(min(sizes), max(sizes)),
        workers=tuple(sorted({cell.workers for cell in cells})),
    )
