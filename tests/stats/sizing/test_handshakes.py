"""What a handshake costs."""

import pytest

from wswarm.stats.sizing.handshakes import Ramp, handshake_s


@pytest.mark.parametrize(
    ("ramps", "per_worker", "found"),
    [
        ([Ramp(1, 100, 1.0, 0.05)], 0.0, 0.5e-3),
        ([Ramp(2, 100, 1.0, 0.05)], 0.01, 0.3e-3),
        ([Ramp(1, 100, 1.0, 0.05), Ramp(1, 300, 1.0, 0.11)], 0.0, 0.4e-3),
        ([Ramp(1, 100, 1.0, 0.01)], 0.5, None),
        ([], 0.0, None),
    ],
)
def test_it_is_what_opening_connections_takes_beside_what_workers_take_anyway(
    ramps: list[Ramp], per_worker: float, found: float | None
) -> None:
    assert handshake_s(ramps, per_worker) == pytest.approx(found)
