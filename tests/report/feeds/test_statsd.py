"""What StatsD is told."""

import pytest

from tests.end_to_end.collectors.statsd import Packets, receiving
from tests.report import runs
from tests.report.feeds.readings import NOTHING, counts_of, last, progress
from wswarm.errors import PlanError
from wswarm.report.feeds.reading import reading_of
from wswarm.report.feeds.statsd import TIMINGS, StatsD

RUN = runs.echo(lost=3)


@pytest.fixture(scope="module")
def told() -> list[str]:
    with receiving() as packets:
        server = StatsD("127.0.0.1", packets.port)
        before = NOTHING
        for second in (1, 2, 3):
            times = (1.0, 2.0, 3.0) * 50 * second
            before = reading_of(progress(float(second), times_ms=times, sent=100 * second), before)
            server.hear(before)
        server.hear(last(RUN))
        server.close(is_done=True)
    return packets.lines


def of(lines: list[str], name: str) -> list[str]:
    return [line.partition(":")[2] for line in lines if line.startswith(f"{name}:")]


def test_counters_are_sent_by_how_much_they_grew(told: list[str]) -> None:
    assert of(told, "wswarm.messages.sent")[:3] == ["100|c"] * 3


def test_counters_add_up_to_the_run_file(told: list[str]) -> None:
    packets = Packets(0)
    packets.all = ["\n".join(told).encode()]
    assert {word: packets.counter(f"wswarm.messages.{word}") for word in counts_of(RUN)} | {
        "duplicated": 0
    } == counts_of(RUN)


def test_of_many_times_a_few_stand_for_all(told: list[str]) -> None:
    timings = of(told, "wswarm.response_time")
    first = timings[:TIMINGS]
    assert {one.split("|")[2] for one in first} == {f"@{TIMINGS / 150:.6g}"}
    assert len(timings) == 4 * TIMINGS


def test_percentiles_are_gauges_in_ms(told: list[str]) -> None:
    (*_, found) = of(told, "wswarm.response_time.p99")
    assert RUN.response_time is not None
    assert found.endswith("|g")
    assert float(found.removesuffix("|g")) == pytest.approx((RUN.response_time.p99 or 0) * 1e3, rel=0.001)


def test_a_host_that_is_none_is_told_before_the_load() -> None:
    with pytest.raises(PlanError, match=r"--statsd nowhere\.invalid: no such host"):
        StatsD("nowhere.invalid", 8125)
