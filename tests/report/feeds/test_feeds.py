"""Who is told when: once a second, not in the drain, and last what was found."""

import pytest

from tests.report import runs
from tests.report.churned import churn
from tests.report.feeds.readings import SOURCE, counts_of, last, progress, reading
from tests.report.stormed import storm
from wswarm.errors import ResultError
from wswarm.report.feeds.feeds import Feeds
from wswarm.report.feeds.metrics import metrics_of
from wswarm.report.feeds.reading import Reading, last_reading, reading_of
from wswarm.results.counts import Counts
from wswarm.results.progress import Progress
from wswarm.results.run import Run
from wswarm.stats.summary import seconds


class Heard:
    """Keeps all that it is told."""

    def __init__(self, *, fails: bool = False) -> None:
        self.readings: list[Reading] = []
        self.closed: list[bool] = []
        self._fails = fails

    def hear(self, reading: Reading) -> None:
        if self._fails:
            raise ResultError("the disk is full")
        self.readings.append(reading)

    def close(self, *, is_done: bool) -> None:
        self.closed.append(is_done)


def feeds_of(*listeners: Heard) -> Feeds:
    feeds = Feeds(lambda _: None)
    for one in listeners:
        feeds.add(one)
    feeds.begin(SOURCE)
    return feeds


def test_a_second_is_told_once() -> None:
    heard = Heard()
    feeds = feeds_of(heard)
    for tenth in range(35):
        feeds.update(progress(tenth / 10, sent=tenth))
    assert [round(one.elapsed_s, 1) for one in heard.readings] == [1.0, 2.0, 3.0]


def test_the_drain_is_told_with_the_end() -> None:
    heard = Heard()
    feeds = feeds_of(heard)
    feeds.update(progress(1.0, sent=5))
    feeds.update(progress(2.0, "drain", sent=9))
    feeds.finish(runs.echo())
    assert [one.phase for one in heard.readings] == ["hold", "end"]


def test_the_end_says_what_the_run_file_says() -> None:
    run = runs.echo(lost=7)
    found = last(run).counts
    assert found is not None
    assert {word: getattr(found, word) for word in counts_of(run)} == counts_of(run)


def test_the_times_at_the_end_are_those_of_the_run_file() -> None:
    run, times = runs.echo(), last().times
    assert run.response_time is not None
    expected = (run.response_time.n, run.response_time.p99)
    assert (times.n, seconds(times.percentile_ns(99))) == pytest.approx(expected, rel=0.001)


def test_what_is_counted_never_goes_back() -> None:
    before = reading(sent=9, received=9)
    after = reading_of(progress(2.0, sent=9, received=7), before)
    assert after.counts == Counts(sent=9, received=9)


def test_one_that_fails_is_told_nothing_more_and_the_others_are() -> None:
    broken, heard = Heard(fails=True), Heard()
    feeds = feeds_of(broken, heard)
    feeds.update(progress(1.0))
    feeds.update(progress(2.0))
    assert len(heard.readings) == 2


def test_one_that_failed_is_told_of_at_the_end() -> None:
    feeds = feeds_of(Heard(fails=True))
    feeds.update(progress(1.0))
    with pytest.raises(ResultError, match="the disk is full"):
        feeds.close()


def test_nobody_is_closed_twice() -> None:
    heard = Heard()
    feeds = feeds_of(heard)
    feeds.close()
    feeds.close(is_done=False)
    assert heard.closed == [True]


def test_before_the_load_no_message_has_been_sent() -> None:
    heard = Heard()
    feeds = feeds_of(heard)
    feeds.update(Progress(phase="ramp", elapsed_s=1.0, connections_open=1, connections_requested=3))
    assert [one.counts for one in heard.readings] == [Counts()]


RUNS = {
    "connect": runs.connect(failed=3),
    "echo": runs.echo(lost=7),
    "fanout": runs.fanout(),
    "storm": storm(),
    "slow": runs.slow(),
    "churn": churn(failed=2),
    "script": runs.script(),
    "replay": runs.replay(),
}


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_every_scenario_s_counts_are_those_of_its_run_file(run: Run) -> None:
    before = reading_of(progress(1.0, sent=5, received=10**9), Reading(source=SOURCE))
    found = {one.name: one.value for one in metrics_of(last_reading(run, before)) if one.kind == "counter"}
    expected = {f"messages.{word}": count for word, count in (counts_of(run) if run.messages else {}).items()}
    connections = {f"connections.{word}" for word in ("opened", "failed", "dropped")}
    expected |= {name: getattr(run.connections, name.partition(".")[2]) for name in connections}
    assert {name: found[name] for name in expected} == expected
    assert (run.messages is None) == ("messages.sent" not in found)
