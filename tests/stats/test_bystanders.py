"""How those fared in a storm that were not dropped."""

import numpy as np
import pytest

from wswarm.results.recovery import Bystanders
from wswarm.stats.bins import Bins
from wswarm.stats.bystanders import Storm, bystanders
from wswarm.stats.findings import Arrivals, Window
from wswarm.units import NS_PER_S

MS = 1_000_000
WINDOW = Window(0, NS_PER_S, 2 * NS_PER_S, 12 * NS_PER_S)
STORM = Storm(5 * NS_PER_S, 8 * NS_PER_S)  # seconds 5, 6, 7


def arrivals(ms_by_second: dict[int, float], each: int = 400) -> Arrivals:
    """Deliveries of which all of a second took so long."""
    bins = Bins()
    for second, ms in ms_by_second.items():
        bins.record(np.full(each, second, np.int64), np.full(each, round(ms * MS), np.int64))
    nothing = dict.fromkeys(("owed", "received", "lost_disconnected", "lost_silent"), 0)
    nothing |= dict.fromkeys(("duplicated", "reordered", "extra", "unmarked"), 0)
    packed = dict.fromkeys(("response", "service", "received_per_second", "lost_per_second"), b"")
    return Arrivals(by_second=bins.pack(), **nothing, **packed)  # type: ignore[arg-type]


def of(ms_by_second: dict[int, float], each: int = 400) -> Bystanders:
    return bystanders([arrivals(ms_by_second, each)], WINDOW, STORM, 5)


QUIET = dict.fromkeys(range(2, 12), 2.0)


def test_p99_is_of_the_seconds_before_in_and_after_the_storm() -> None:
    seen = of({1: 900.0, **QUIET, 5: 50.0, 6: 50.0, 9: 7.0, 13: 900.0})
    assert seen.before == pytest.approx(0.002, rel=0.011)
    assert seen.during == pytest.approx(0.05, rel=0.011)
    assert seen.after == pytest.approx(0.007, rel=0.011)


def test_who_never_fared_worse_was_back_at_once() -> None:
    assert of(QUIET).back_after_s == 0


def test_back_is_the_first_second_as_before_after_the_last_worse_one_of_the_storm() -> None:
    assert of({**QUIET, 5: 50.0}).back_after_s == 1
    assert of({**QUIET, 6: 50.0}).back_after_s == 2
    assert of({**QUIET, 7: 50.0, 8: 50.0, 9: 2.3}).back_after_s == 4


def test_who_does_not_fare_as_before_to_the_end_is_not_back() -> None:
    assert of({**QUIET, **dict.fromkeys(range(5, 12), 50.0)}).back_after_s is None


def test_too_few_deliveries_give_no_figure() -> None:
    seen = of(QUIET, each=10)
    assert (seen.before, seen.during, seen.after, seen.back_after_s) == (None, None, None, None)


def test_few_deliveries_a_second_tell_no_second_though_all_of_them_together_have_a_figure() -> None:
    late = Storm(8 * NS_PER_S, 9 * NS_PER_S)
    seen = bystanders([arrivals({**QUIET, 8: 50.0}, each=99)], WINDOW, late, 5)
    assert seen.before == pytest.approx(0.002, rel=0.011)
    assert (seen.back_after_s, seen.is_sparse) == (None, True)
    assert not of(QUIET).is_sparse


def test_a_storm_too_short_for_a_figure_of_its_own_still_has_seconds() -> None:
    brief = Storm(5 * NS_PER_S, 6 * NS_PER_S)
    seen = bystanders([arrivals({**QUIET, 5: 50.0}, each=200)], WINDOW, brief, 5)
    assert (seen.during, seen.back_after_s) == (None, 1)


def test_a_second_of_the_storm_in_which_nothing_came_is_none_as_before() -> None:
    deaf = {second: ms for second, ms in QUIET.items() if second != 6}
    assert of(deaf).back_after_s == 2


def test_who_receives_nothing_any_more_is_not_back() -> None:
    seen = of(dict.fromkeys(range(2, 5), 2.0))
    assert seen.before is not None
    assert (seen.during, seen.back_after_s) == (None, None)


def test_who_is_not_there_does_not_receive_too_little() -> None:
    seen = bystanders([], WINDOW, STORM, 0)
    assert (seen.clients, seen.is_sparse) == (0, False)
    assert (of(QUIET, each=10).clients, of(QUIET, each=10).is_sparse) == (5, True)
