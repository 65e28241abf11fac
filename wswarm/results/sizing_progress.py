"""How the sizing of a target stands."""

from dataclasses import dataclass

from wswarm.results.sizing import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class SizingProgress:
    """One moment of it.

    Attributes:
        doing: What goes on, in a word or two.
        cells: Those that were measured. `wanted`: how many there are to be, repetitions included.
        left_out: Why others are not among them.
    """

    elapsed_s: float
    budget_s: float
    doing: str
    cells: tuple[Cell, ...]
    wanted: int
    left_out: tuple[str, ...]
