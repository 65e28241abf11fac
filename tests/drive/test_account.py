"""What an agent keeps account of while connections come and go."""

from collections.abc import Sequence

import pytest

from tests.drive.fakes import MS, FakeClock, S, swarm_of
from wswarm.drive.account import Deliveries
from wswarm.drive.row import Row
from wswarm.stats.findings import STILL_OPEN, Int64s, Window

WINDOW = Window(0, 0, 0, STILL_OPEN)


def test_a_subscriber_that_comes_or_goes_costs_no_look_at_those_that_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    swarm, _ = swarm_of(FakeClock(monkeypatch), 3)
    for row in swarm.rows:
        row.ready_ns = 0
    looked: list[list[int]] = []
    times_ns = swarm.times_ns

    def look(rows: Sequence[int]) -> Int64s:
        looked.append(list(rows))
        return times_ns(rows)

    monkeypatch.setattr(swarm, "times_ns", look)
    account = Deliveries(swarm, WINDOW, [9], S)
    for number in range(3, 40):
        swarm.rows.append(Row())
        swarm.changed.add(number)
        account.is_owed()
    swarm.rows[1].left_ns = 5 * MS
    swarm.changed.add(1)
    account.is_owed()
    account.is_owed()
    assert looked == [[0, 1, 2], *([number] for number in range(3, 40)), [1]]
    assert (account.tally.audience.size, account.tally.audience.open) == (40, 2)
