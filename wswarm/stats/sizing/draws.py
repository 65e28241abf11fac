"""How a server might turn out: draws of its costs, of how connections fall to its workers, of what no fit tells."""

from functools import cached_property

import msgspec
import numpy as np

from wswarm.errors import ResultError
from wswarm.results.sizing import Cell, Model
from wswarm.stats.sizing import memory
from wswarm.stats.sizing.bounds import busy_reading
from wswarm.stats.sizing.broker import service_s
from wswarm.stats.sizing.costs import Fit, cores
from wswarm.stats.sizing.delay import FIGURES
from wswarm.stats.sizing.fit import FEWEST_LOADS, loads_of, used
from wswarm.stats.sizing.load import Load, load_of
from wswarm.stats.sizing.nonnegative import Floats
from wswarm.stats.sizing.server import JOBS, Server, times, utilisations

DRAWS = 200
_LEAST = 0.02  # of the even share: what a worker has at least


class Draws:
    """So many ways in which the server of a model might turn out.

    Args:
        model: What was measured. count: How many. seed: Of chance.

    Raises:
        ResultError: the model has too few valid cells.
    """

    def __init__(self, model: Model, count: int, seed: int) -> None:
        self._model, self._seed, self.count = model, seed, count
        self._cells = used(model.cells)
        if loads_of(self._cells) < FEWEST_LOADS:
            raise ResultError("the model has too few valid cells: measure it again with wswarm size")
        fit, rng = Fit(self._cells), np.random.default_rng(seed)
        alike = {"per_handshake_s": model.cpu.per_handshake_s}  # which cells do not tell
        self._costs = [msgspec.structs.replace(fit.draw(rng), **alike) for _ in range(count)]

    def cpu(self, load: Load) -> Floats:
        """Return cores over all workers, of each draw."""
        return np.array([cores(known, load) for known in self._costs])

    def busiest(self, load: Load) -> Floats:
        """Return of each draw how much of a core its busiest worker uses."""
        splits = self._splits(load)
        pairs = zip(self._costs, splits, strict=True)
        return np.array([max(utilisations(known, load, shares)) for known, shares in pairs])

    def memory(self, load: Load) -> Floats:
        """Return bytes over all workers, of each draw."""
        each = self._model.memory
        ratios = [_bytes(cell) / max(memory.total(each, load_of(cell)), 1.0) for cell in self._cells]
        return memory.total(each, load) * np.random.default_rng(self._seed).choice(ratios, self.count)

    def broker(self, load: Load) -> float | None:
        """Return cores of the broker; `None`: there is none, or it is not known."""
        known = self._model.broker
        return load.rate * service_s(known, load) if known is not None and load.workers > 1 else None

    def reading(self, load: Load) -> float:
        """Return how much of a core each process uses that reads for clients; 0 where they read for themselves."""
        return busy_reading(self._model, load.deliveries, load.readers)

    def times(self, load: Load, count: int | None = None, jobs: int = JOBS) -> dict[str, Floats | None]:
        """Return the times of the first `count` draws, by figure; `None`: no cell has that figure."""
        rng, model = np.random.default_rng(self._seed), self._model
        splits = self._splits(load)[: count or self.count]
        found = []
        for known, shares in zip(self._costs, splits, strict=False):
            server = Server(known, model.broker, model.delay, model.mechanism)
            found.append(times(server, load, shares, rng, jobs))
        rows = np.array(found).T
        return {
            name: self._deviating(name, row, rng) if getattr(model.delay, name) is not None else None
            for name, row in zip(FIGURES, rows, strict=True)
        }

    def _deviating(self, name: str, values: Floats, rng: np.random.Generator) -> Floats:
        """Return times that are off by as much as those of the cells are from their fit."""
        ratios = self._model.delay.ratios.get(name, ())
        return values * rng.choice(ratios, len(values)) if ratios else values

    def _splits(self, load: Load) -> list[tuple[float, ...]]:
        """Return of each draw how the connections fall to the workers."""
        if load.workers == 1:
            return [(1.0,)] * self.count
        spread = max(self._unevenness, np.sqrt((load.workers - 1) / load.connections))
        rng = np.random.default_rng(self._seed)
        drawn = 1 + spread * rng.standard_normal((self.count, load.workers))
        drawn = np.maximum(drawn, _LEAST)
        return [tuple(row) for row in (drawn / drawn.sum(axis=1, keepdims=True)).tolist()]

    @cached_property
    def _unevenness(self) -> float:
        """The spread of what the workers of one server used, as a share of their mean: median over cells."""
        found = []
        for cell in self._cells:
            busy = sorted(cell.cpu)[-cell.workers :]
            if len(busy) > 1 and np.mean(busy) > 0:
                found.append(float(np.std(busy) / np.mean(busy)))
        return float(np.median(found)) if found else 0.0


def _bytes(cell: Cell) -> int:
    return cell.memory + (cell.kernel_memory or 0)
