"""How connections are opened before the load: so many at once, and what is told if that takes longer."""

from collections.abc import Sequence

import pytest

from tests.stats.made import findings, sockets
from wswarm.drive.host.limits import AT_ONCE
from wswarm.experiment.ramp import at_once, longest_s, notices
from wswarm.load.plan import make_plan
from wswarm.stats.findings import Findings, Window
from wswarm.units import NS_PER_S

WINDOW = Window(0, 1_000 * NS_PER_S, 1_001 * NS_PER_S, 1_010 * NS_PER_S)


def opened(every_s: float, count: int) -> Findings:
    """Connections whose handshakes of 5 ms ended one after another."""
    return findings(sockets([round((number + 1) * every_s * NS_PER_S) for number in range(count)]))


def told(found: Sequence[Findings], connections: int, **options: float) -> list[str]:
    """What is told of a ramp."""
    return notices(make_plan("connect", "ws://h", connections=connections, **options), found, WINDOW)


def test_the_agents_share_what_may_be_under_way_at_once() -> None:
    assert (at_once(1), at_once(4), at_once(10 * AT_ONCE)) == (2_000, 500, 1)


@pytest.mark.parametrize(("connections", "seconds"), [(100, 10.2), (2_000, 24.0), (50_000, 360.0)])
def test_a_target_that_never_answers_keeps_the_ramp_going_for_a_timeout_per_queue(
    connections: int, seconds: float
) -> None:
    plan = make_plan("connect", "ws://h", connections=connections, connect_timeout=10.0)
    assert longest_s(plan) == pytest.approx(seconds)


def test_a_ramp_that_kept_its_rate_is_told_nothing_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wswarm.experiment.ramp.AT_ONCE", 2)
    assert told([opened(0.01, 1_000)], 1_000, connect_rate=100.0) == []


def test_a_ramp_that_waited_for_the_target_says_for_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wswarm.experiment.ramp.AT_ONCE", 2)
    (notice,) = told([opened(0.004, 1_000)], 1_000, connect_rate=500.0)
    assert notice.startswith("connecting took 4 s instead of 2 s: the target was slower than 500 handshakes")
    assert "no more than 2 are under way at once" in notice


def test_a_ramp_that_was_late_without_the_target_s_doing_is_told_nothing_of() -> None:
    assert told([opened(0.004, 1_000)], 1_000, connect_rate=500.0) == []
