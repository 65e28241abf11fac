"""How many sessions there were at once, and how long they lasted."""

import msgspec

from tests.stats.made import WINDOW, S, findings, ints
from wswarm.results.population import Population
from wswarm.stats.findings import STILL_OPEN, UNKNOWN, Sockets, pack
from wswarm.stats.population import population


def found(*rows: tuple[int, int, int, int], refused: int = 0, failures: int = 0) -> Population:
    """What is found of sessions: when each opened, was lost, left, and how long it was to stay."""
    columns = ints([value for row in rows for value in row]).reshape(-1, 4).T
    opened_ns, closed_ns, left_ns, stays_ns = map(pack, columns)
    sockets = Sockets(
        requested=len(rows),
        opened_ns=opened_ns,
        closed_ns=closed_ns,
        left_ns=left_ns,
        stays_ns=stays_ns,
        refused=refused,
        failures={"http 503": failures} if failures else {},
    )
    return population([findings(sockets)], WINDOW, 3.0)


def test_who_is_there_for_half_of_the_hold_is_half_a_session() -> None:
    middle_ns = (WINDOW.hold_ns + WINDOW.drain_ns) // 2
    always, half = (0, STILL_OPEN, STILL_OPEN, UNKNOWN), (0, STILL_OPEN, middle_ns, UNKNOWN)
    lost = (0, middle_ns, STILL_OPEN, UNKNOWN)
    assert found(always, half, lost).mean == 2.0


def test_what_was_before_the_hold_or_after_it_counts_for_nothing() -> None:
    before = (0, STILL_OPEN, WINDOW.hold_ns - 1, UNKNOWN)
    after = (WINDOW.drain_ns + 1, STILL_OPEN, STILL_OPEN, S)
    assert found(before, after).mean == 0.0


def test_a_run_without_a_hold_has_no_mean() -> None:
    window = msgspec.structs.replace(WINDOW, drain_ns=WINDOW.hold_ns)
    assert population([], window, 3.0).mean is None


def test_lifetimes_are_those_of_who_came_in_the_hold() -> None:
    came_ns = WINDOW.hold_ns + 1
    before = (WINDOW.start_ns, STILL_OPEN, WINDOW.hold_ns + S, S)
    lived, lost = (came_ns, STILL_OPEN, came_ns + 3 * S, 3 * S), (came_ns, came_ns + S, STILL_OPEN, 9 * S)
    lifetime = found(before, lived, lost).lifetime
    assert (lifetime.n, lifetime.min, lifetime.max) == (2, 1.0, 3.0)


def test_the_end_of_a_run_cuts_no_session_short() -> None:
    lifetime = found((WINDOW.hold_ns, STILL_OPEN, STILL_OPEN, 99 * S)).lifetime
    assert (lifetime.n, lifetime.mean) == (1, 99.0)


def test_refused_are_those_of_the_target_and_those_beyond_what_there_may_be() -> None:
    told = found((0, STILL_OPEN, STILL_OPEN, UNKNOWN), refused=2, failures=3)
    assert (told.sessions, told.refused, told.expected) == (1, 5, 3.0)


def test_of_a_run_cut_short_lifetimes_are_those_that_ended() -> None:
    sockets = Sockets(
        requested=2, opened_ns=pack(ints([WINDOW.hold_ns] * 2)), closed_ns=pack(ints([STILL_OPEN] * 2))
    )
    sockets = msgspec.structs.replace(sockets, left_ns=pack(ints([WINDOW.hold_ns + S, STILL_OPEN])))
    lifetime = population([findings(sockets)], WINDOW, 3.0).lifetime
    assert (lifetime.n, lifetime.mean) == (1, 1.0)
