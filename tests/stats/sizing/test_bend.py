"""When a delivery is said to cost more, or less, in a busy process."""

import pytest

from tests.report.sized import cell
from wswarm.results.sizing import Cell
from wswarm.stats.sizing.costs import Fit

LOADS = (
    (180, 27.4, 1000),
    (50, 92.72, 100),
    (50, 198.7, 1000),
    (180, 58.72, 100),
    (95, 79.83, 100),
    (95, 79.83, 1000),
)
# Cores of 6 loads, each measured twice beside busy neighbours: 8 µs per delivery, up to 10 % off.
LIGHT = (
    (0.0399, 0.0404),
    (0.0406, 0.0377),
    (0.072, 0.071),
    (0.0751, 0.0683),
    (0.0572, 0.0517),
    (0.0505, 0.0562),
)


def cells(busier: float) -> list[Cell]:
    """Cells of those loads at so many times their rates, that used so many times the cores."""
    return [
        cell(
            start=2 * place + again,
            connections=connections,
            rate=rate * busier,
            fanout=connections,
            size=size,
            cpu=(used * busier,),
            deliveries=rate * busier * connections,
        )
        for place, ((connections, rate, size), both) in enumerate(zip(LOADS, LIGHT, strict=True))
        for again, used in enumerate(both)
    ]


@pytest.mark.parametrize("busier", [0.5, 1.0, 2.0])
def test_of_loads_that_are_all_light_no_bend_is_read(busier: float) -> None:
    costs = Fit(cells(busier)).costs
    assert costs.per_delivery_busy_s == costs.per_delivery_s
    assert 3e-6 < costs.per_delivery_s < 9e-6
