"""What each piece of work costs in CPU: utilisation regressed on the rates at which it is done.

The CPU of a server is the sum of its pieces of work, so that their costs follow from loads that differ in more than
one of them, by non-negative least squares. Errors count relative to what was measured. A delivery may cost more or
less in a busy process: what it costs goes linearly from one value to another with the utilisation, if that tells
cells better that were left out.

Source: regression of utilisation on throughputs, as in queueing models of transactions; that demands depend on the
load is found of many servers, so the cells must not all be light ones.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from wswarm.results.sizing import Cell, Costs
from wswarm.stats.sizing.load import Load, load_of
from wswarm.stats.sizing.nonnegative import Floats, solve
from wswarm.stats.sizing.queue import Whole

NAMES = Costs.__struct_fields__
_IDLE, _BUSY = NAMES.index("per_delivery_s"), NAMES.index("per_delivery_busy_s")
# In the order in which they are asked for: what moves with one that is in already becomes part of it.
_ORDER = (
    *("per_delivery_s", "per_idle_connection", "per_publish_s", "per_worker", "per_worker_publish_s"),
    *("per_byte_s", "per_handshake_s"),
)
_APART = 0.02  # of a column's length that the others can't tell
_SPAN = 0.15  # of a core: of loads that are all as light, or all as heavy, no bend can be told
_BETTER = 1.0  # of the error without it
_BUSY_ENOUGH = 0.3  # of a core, in some cell: of idle servers alone nothing follows for busy ones
_MOST_BENT = 2.0  # times as dear, or as cheap, in a busy process: what is more is noise
_LEAST_CORES = 0.005  # below, what is read of /proc is mostly rounding


class Form(NamedTuple):
    """Which costs can be told from the cells: places in `NAMES`, and whether a delivery's depends on the load."""

    places: tuple[int, ...]
    is_bent: bool


def cores(costs: Costs, load: Load) -> float:
    """Return how many cores all workers of a server use together, more than there are of them if it is too much."""
    idle, values = float(work(load, 0.0) @ as_array(costs)), as_array(costs)
    bend = load.deliveries * float(values[_BUSY] - values[_IDLE])
    found = idle / (1 - bend / load.workers) if bend < load.workers else np.inf
    return found if found <= load.workers else idle + bend


def delivery_s(costs: Costs, load: Load, utilisation: float) -> float:
    """Return what a delivery of the load costs while a worker is so busy, s."""
    busy = min(utilisation, 1.0)
    return costs.per_delivery_s * (1 - busy) + costs.per_delivery_busy_s * busy + costs.per_byte_s * load.size


def work(load: Load, utilisation: float) -> Floats:
    """Return how much of each piece of work there is per s, as `NAMES` has them, in workers that are so busy."""
    deliveries = load.deliveries
    return np.array(
        [
            load.rate,
            load.rate * (load.workers - 1) * (load.fanout > 1),
            deliveries * (1 - utilisation),
            deliveries * utilisation,
            deliveries * load.size,
            load.connections,
            load.handshakes,
            load.workers,
        ]
    )


def as_array(costs: Costs) -> Floats:
    """Return costs in the order of `NAMES`; of what was not measured there is none in a load."""
    return np.array([getattr(costs, name) or 0.0 for name in NAMES])


class Fit:
    """Costs that fit cells, and how each start of the server differed.

    Args:
        cells: Valid ones, none held out.

    Attributes:
        costs: Of the average start.
        starts: Costs of each start.
    """

    def __init__(self, cells: Sequence[Cell]) -> None:
        self._loads = [load_of(cell) for cell in cells]
        self._measured = np.array([max(sum(cell.cpu), _LEAST_CORES) for cell in cells])
        per_worker = self._measured / [load.workers for load in self._loads]
        self._work = np.array([work(*both) for both in zip(self._loads, per_worker, strict=True)])
        self._numbers = np.array([cell.start for cell in cells])
        self._form = _form(self._work, self._measured, _numbered(self._loads), per_worker)
        self.costs = self._solved(self._measured)
        fitted = np.array([max(cores(self.costs, load), _LEAST_CORES) for load in self._loads])
        self._fitted, self._logs = fitted, np.log(self._measured / fitted)
        of_starts = [self._logs[self._numbers == number].mean() for number in np.unique(self._numbers)]
        self._effects = np.array(of_starts)
        self.starts = tuple(scaled(self.costs, float(np.exp(effect))) for effect in of_starts)

    def draw(self, rng: np.random.Generator) -> Costs:
        """Return costs as another start, and a fit to other starts, might have them: one draw of a bootstrap.

        The loads stay; what the cells deviate from the fit is drawn anew, start by start and within them.
        """
        places = np.searchsorted(np.unique(self._numbers), self._numbers)
        within = self._logs - self._effects[places]
        fresh = rng.choice(self._effects, len(self._effects))[places] + rng.choice(within, len(within))
        refitted = self._solved(self._fitted * np.exp(self._widening * fresh))
        return scaled(refitted, float(np.exp(rng.choice(self._effects))))

    @property
    def _widening(self) -> float:
        """By how much deviations from a fit are smaller than those from the truth."""
        free = max(1, len(self._measured) - len(self._form.places))
        return float(np.sqrt(len(self._measured) / free))

    def _solved(self, measured: Floats) -> Costs:
        return _costs(self._work, measured, self._form)


def scaled(costs: Costs, factor: float) -> Costs:
    """Return costs that are all so many times as high."""
    known = {name: value for name in NAMES if (value := getattr(costs, name)) is not None}
    return msgspec.structs.replace(costs, **{name: value * factor for name, value in known.items()})


def _form(rows: Floats, measured: Floats, loads: Whole, busy: Floats) -> Form:
    """Return which costs are told apart, and whether a delivery's goes with how busy a worker is."""
    straight = Form(_told_apart(rows), is_bent=False)
    bent = Form((*straight.places, _BUSY), is_bent=True)
    busy = measured / rows[:, NAMES.index("per_worker")]
    is_told = busy.max() >= _BUSY_ENOUGH and _is_apart(rows, straight.places, _BUSY)
    if len(rows) < len(bent.places) + 2 or not is_told:
        return straight
    if busy.max() - busy.min() < _SPAN:
        return straight
    is_better = _left_out(rows, measured, loads, bent) < _BETTER * _left_out(rows, measured, loads, straight)
    return bent if is_better else straight


def _numbered(loads: Sequence[Load]) -> Whole:
    """Return a number per load, the same for those that were measured again."""
    known: dict[object, int] = {}
    keys = ((one.workers, one.connections, one.rate, one.size) for one in loads)
    return np.array([known.setdefault(key, len(known)) for key in keys])


def _told_apart(rows: Floats) -> tuple[int, ...]:
    whole = rows.copy()
    whole[:, _IDLE] += rows[:, _BUSY]
    places: tuple[int, ...] = ()
    for place in map(NAMES.index, _ORDER):
        if len(places) < len(rows) - 1 and _is_apart(whole, places, place):
            places += (place,)
    return places


def _is_apart(rows: Floats, places: Sequence[int], place: int) -> bool:
    """Return whether a column is more than what the others in those places make up."""
    column, others = rows[:, place], rows[:, list(places)]
    length = float(np.linalg.norm(column))
    if length == 0:
        return False
    told = others @ np.linalg.lstsq(others, column, rcond=None)[0] if others.size else 0.0
    return float(np.linalg.norm(column - told)) > _APART * length


def _costs(rows: Floats, measured: Floats, form: Form) -> Costs:
    columns = rows.copy()
    if not form.is_bent:
        columns[:, _IDLE] += rows[:, _BUSY]
    found = np.zeros(len(NAMES))
    weighted = columns[:, list(form.places)] / measured[:, np.newaxis]
    found[list(form.places)] = solve(weighted, np.ones(len(measured)))
    low, high = sorted((found[_IDLE], found[_BUSY]))
    if form.is_bent and high > _MOST_BENT * low:
        return _costs(rows, measured, Form(form.places[:-1], is_bent=False))
    if not form.is_bent:
        found[_BUSY] = found[_IDLE]
    return Costs(**dict(zip(NAMES, found.tolist(), strict=True)))


def _left_out(rows: Floats, measured: Floats, loads: Whole, form: Form) -> float:
    """Return the mean square of the relative errors of loads that were left out one by one."""
    errors: list[float] = []
    for load in np.unique(loads):
        out = loads == load
        costs = _costs(rows[~out], measured[~out], form)
        errors += (rows[out] @ as_array(costs) / measured[out] - 1).tolist()
    return float(np.mean(np.square(errors)))
