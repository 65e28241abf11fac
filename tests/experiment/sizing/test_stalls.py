"""How long a server's loop stood still, read off the times of light loads."""

from collections.abc import Sequence

import msgspec
import pytest

from tests.report import runs
from wswarm.experiment.sizing.stalls import stalls_of
from wswarm.results.run import Broadcast, Run


def fanout(firsts: Sequence[float | None]) -> Run:
    """A run whose broadcasts took so long until their first delivery; the usual is 1 ms."""
    made = runs.fanout()
    assert made.fanout is not None
    rows = [Broadcast(t=1.0, owed=1, received=1, first=one, median=one, last=one) for one in firsts]
    first = msgspec.structs.replace(made.fanout.first_delivery, p50=0.001)
    return msgspec.structs.replace(
        made, fanout=msgspec.structs.replace(made.fanout, per_broadcast=rows, first_delivery=first)
    )


@pytest.mark.parametrize(
    ("firsts", "found"),
    [
        ([0.001, 0.0029, 0.001], ()),
        ([0.001, 0.011, 0.001, 0.006], (0.010, 0.005)),
        ([0.011, 0.008, 0.004, 0.001], (0.010,)),
        ([0.001, None, 0.004], (0.003,)),
        ([], None),
    ],
)
def test_messages_that_one_stall_delayed_count_once(
    firsts: list[float], found: tuple[float, ...] | None
) -> None:
    assert stalls_of(fanout(firsts), 100.0, 0.02) == (None if found is None else pytest.approx(found))


@pytest.mark.parametrize(("rate", "utilisation"), [(1000.0, 0.4), (100.0, 0.1), (0.0, 0.0)])
def test_a_load_in_which_messages_wait_for_each_other_tells_no_stall(rate: float, utilisation: float) -> None:
    assert stalls_of(fanout([0.001, 0.011]), rate, utilisation) is None


def test_of_replies_the_longest_of_each_second_is_looked_at() -> None:
    made = runs.echo()
    rows = [row for row in made.series if made.phases.hold <= row.t < made.phases.drain]
    usual = made.response_time.p50 if made.response_time is not None else None
    assert usual is not None
    series = [msgspec.structs.replace(row, max=usual) for row in rows]
    series[1] = msgspec.structs.replace(series[1], max=usual + 0.02)
    found = stalls_of(msgspec.structs.replace(made, series=series), 1000.0, 0.1)
    assert found == pytest.approx((0.02,))
