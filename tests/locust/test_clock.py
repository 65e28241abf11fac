"""Laws of clocks that differ: what is said of an offset holds, and moments are shifted there and back unchanged."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wswarm.locust.clock import Offset, better, bound, clock_name, offset_of
from wswarm.locust.master import shift
from wswarm.stats.findings import STILL_OPEN, Effort, Findings, Sends, Sockets, Window, pack, unpack

offsets = st.integers(-(10**15), 10**15)
delays = st.integers(0, 10**10)
errors = st.integers(0, 10**9)
moments = st.integers(1, 10**15) | st.just(STILL_OPEN)
columns = st.lists(moments, max_size=5)
EFFORT = Effort(
    cpu_s=0.0, cpu_share=0.0, rss_before=0, rss_open=0, rss_peak=0, loop_lag=b"", longest_stop_ns=0
)


@given(offsets, st.integers(0, 10**15), delays, delays)
def test_the_true_offset_is_within_the_error_however_uneven_the_way_there_and_back_is(
    ahead_ns: int, sent_ns: int, there_ns: int, back_ns: int
) -> None:
    found = offset_of(sent_ns, sent_ns + there_ns + ahead_ns, sent_ns + there_ns + back_ns)
    assert abs(found.ahead_ns - ahead_ns) <= found.error_ns
    assert found.error_ns <= (there_ns + back_ns + 1) // 2


@given(st.lists(st.builds(Offset, offsets, errors), min_size=1))
def test_the_surest_of_all_answers_is_kept(answers: list[Offset]) -> None:
    best = None
    for answer in answers:
        best = better(best, answer)
    assert best in answers
    assert best is not None
    assert best.error_ns == min(answer.error_ns for answer in answers)


@given(offsets, st.integers(-(10**9), 10**9), st.floats(0, 1), st.data())
def test_no_time_of_a_steadily_drifting_clock_is_wrong_by_more_than_the_bound(
    ahead_ns: int, drift_ns: int, share: float, data: st.DataObject
) -> None:
    begin_error, end_error = data.draw(errors), data.draw(errors)
    begin = Offset(ahead_ns + data.draw(st.integers(-begin_error, begin_error)), begin_error)
    end = Offset(ahead_ns + drift_ns + data.draw(st.integers(-end_error, end_error)), end_error)
    meanwhile_ns = ahead_ns + drift_ns * share
    assert abs(begin.ahead_ns - meanwhile_ns) <= bound(begin, end) + 1


def test_processes_of_one_machine_share_a_clock() -> None:
    assert clock_name() == clock_name() != ""


@given(st.builds(Window, moments, moments, moments, moments, moments), offsets)
def test_a_window_is_shifted_there_and_back_and_what_is_open_stays_open(window: Window, by_ns: int) -> None:
    there = shift.window(window, by_ns)
    assert (there.drain_ns == STILL_OPEN) == (window.drain_ns == STILL_OPEN)
    assert shift.window(there, -by_ns) == window


@given(st.lists(st.tuples(*[st.integers(0, 10**15)] * 3), max_size=8), st.integers(0, 10**14))
def test_a_log_is_shifted_moment_by_moment_and_numbers_are_not(
    sent: list[tuple[int, int, int]], by_ns: int
) -> None:
    log = pack(np.array(sent, np.int64).reshape(-1, 3).T.ravel())
    there = shift.logs({"Chat": log}, by_ns)
    moved = [(number, due_ns + by_ns, sent_ns + by_ns) for number, due_ns, sent_ns in sent]
    assert [tuple(row) for row in unpack(there["Chat"]).reshape(3, -1).T.tolist()] == moved
    assert shift.logs(there, -by_ns) == {"Chat": log}


@given(columns, columns, columns, st.integers(0, 10**14))
def test_findings_are_shifted_moment_by_moment_and_lengths_are_not(
    opened: list[int], closed: list[int], sent: list[int], by_ns: int
) -> None:
    lengths = pack(np.array([5, 7], np.int64))
    sent = [one for one in sent if one != STILL_OPEN]
    found = Findings(
        sockets=Sockets(
            requested=9,
            started_ns=pack(np.array(opened, np.int64)),
            tcp_ns=lengths,
            tls_ns=lengths,
            upgrade_ns=lengths,
            opened_ns=pack(np.array(opened, np.int64)),
            closed_ns=pack(np.array(closed, np.int64)),
            failed_ns=b"",
            failures={"refused": 1},
            closes={},
        ),
        effort=EFFORT,
        sends=Sends(offered=1, sent=1, lag=b"", per_second=lengths, log=pack(np.array(sent * 3, np.int64))),
    )
    there = shift.findings(found, by_ns)
    wanted = [one if one == STILL_OPEN else one + by_ns for one in opened]
    assert unpack(there.sockets.opened_ns).tolist() == wanted
    assert there.sockets.tcp_ns == lengths
    assert there.sends is not None
    assert unpack(there.sends.log).tolist() == [*sent, *[one + by_ns for one in sent] * 2]
    assert shift.findings(there, -by_ns) == found
