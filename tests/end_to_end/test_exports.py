"""What others were told of a run while it went on, against what its run file says."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.cli.command import Command, Outcome, in_process
from tests.end_to_end.collectors import prometheus
from tests.end_to_end.collectors.otlp import Collector, collecting
from tests.end_to_end.collectors.prometheus import Prometheus
from tests.end_to_end.collectors.statsd import Packets, receiving
from tests.end_to_end.servers import serve

pytestmark = pytest.mark.xdist_group("exports")
DASHBOARD = Path(__file__).parents[2] / "docs" / "grafana" / "wswarm.json"
WORDS = ("sent", "owed", "received", "lost", "duplicated", "reordered", "extra")
LOAD = ("-c", "20", "-r", "200", "-d", "2s", "--warmup", "400ms", "--no-plots", "--slo", "p99<1h")


class Exported(NamedTuple):
    """A fan-out of which everybody was told.

    Attributes:
        counts: What its run file says of its messages.
        prometheus: `None` where there is none. `end_s`: when it first scraped the verdict.
    """

    end: Outcome
    run: dict[str, Any]
    counts: dict[str, int]
    events: list[dict[str, Any]]
    samples: list[dict[str, Any]]
    statsd: Packets
    otlp: Collector
    prometheus: Prometheus | None
    end_s: float


def lines(path: Path) -> list[dict[str, Any]]:
    """What a file of JSON lines holds."""
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exported]:
    folder = tmp_path_factory.mktemp("exports")
    with ExitStack() as stack:
        relay = stack.enter_context(serve("relay"))
        statsd, otlp = stack.enter_context(receiving()), stack.enter_context(collecting())
        scraper = None
        if prometheus.IS_THERE:
            scraper = stack.enter_context(prometheus.scraping(folder / "prometheus"))
        where = (
            "--statsd",
            f"127.0.0.1:{statsd.port}",
            "--otlp",
            otlp.url,
            "--events",
            "run.jsonl",
            "--samples",
            "s.jsonl",
        )
        command = Command(
            "fanout", relay.url, *LOAD, *where, "--prometheus", "127.0.0.1:0", "-o", "report", cwd=folder
        )
        assert command.process.stderr is not None
        said = re.search(r"http://\S+/metrics", command.process.stderr.readline())
        assert said is not None
        if scraper is not None:
            scraper.scrape(said[0])
        end = command.outcome()
        run = json.loads((folder / "report" / "run.json").read_text())
        messages = run["messages"] | {"lost": sum(run["messages"]["lost"].values())}
        yield Exported(
            end,
            run,
            {word: messages[word] for word in WORDS},
            lines(folder / "run.jsonl"),
            lines(folder / "s.jsonl"),
            statsd,
            otlp,
            scraper,
            scraper.first_of("wswarm_verdict") if scraper is not None else 0.0,
        )


def test_the_run_ends_as_any_does(told: Exported) -> None:
    assert told.end.code in (0, 98), told.end
    assert told.counts["sent"] == 400


def test_events_add_up_to_the_run_file(told: Exported) -> None:
    assert {word: sum(one[word] for one in told.events) for word in WORDS} == told.counts


def test_events_add_up_to_the_connections_of_the_run_file(told: Exported) -> None:
    words = ("opened", "failed", "dropped")
    assert [sum(one[word] for one in told.events) for word in words] == [
        told.run["connections"][word] for word in words
    ]


def test_events_tell_of_the_hold_while_it_goes_on(told: Exported) -> None:
    assert [one["phase"] for one in told.events][-1] == "end"
    assert any(one["phase"] == "hold" and one["received"] for one in told.events[:-1])


def test_statsd_counters_add_up_to_the_run_file(told: Exported) -> None:
    assert {word: told.statsd.counter(f"wswarm.messages.{word}") for word in WORDS} == told.counts


def test_packets_to_statsd_fit_a_frame(told: Exported) -> None:
    assert max(map(len, told.statsd.all)) <= 1_432


def test_otlp_has_the_counts_of_the_run_file(told: Exported) -> None:
    assert {word: told.otlp.value(f"wswarm.messages.{word}", "fanout") for word in WORDS} == told.counts


def test_otlp_has_as_many_times_as_the_run_file(told: Exported) -> None:
    found = told.otlp.latest["wswarm.delivery_time", "fanout"]
    assert (found.count, sum(found.bucket_counts)) == (told.run["fanout"]["delivery_time"]["n"],) * 2


def test_otlp_is_told_while_the_run_goes_on_at_the_path_of_metrics(told: Exported) -> None:
    assert told.otlp.requests > 1
    assert told.otlp.paths == {"/v1/metrics"}


def test_every_delivery_of_the_hold_has_its_times(told: Exported) -> None:
    assert sum(one["received"] is not None for one in told.samples) == told.counts["received"]
    assert len(told.samples) == told.counts["owed"]
    assert all(one["intended"] <= one["sent"] <= one["received"] for one in told.samples if one["received"])


def test_the_times_are_those_of_the_run_file(told: Exported) -> None:
    times = [one["received"] - one["intended"] for one in told.samples if one["received"] is not None]
    found = told.run["fanout"]["delivery_time"]
    assert sum(times) / len(times) == pytest.approx(found["mean"], rel=1e-4)
    assert max(times) == pytest.approx(found["max"], abs=1e-8)


def test_a_delivery_has_the_receiver_and_the_broadcast(told: Exported) -> None:
    pairs = {(one["connection"], one["number"]) for one in told.samples}
    assert len(pairs) == len(told.samples)
    assert {connection for connection, _ in pairs} == set(range(1, 21))


def test_lost_replies_were_never_received_and_what_has_no_room_is_told(tmp_path: Path) -> None:
    with serve("faulty_echo", lose={"every": 10}) as server:
        options = ("-c", "4", "-r", "200", "-d", "1s", "--warmup", "0s", "--drain", "1s", "--no-plots")
        samples = ("--samples", "s.jsonl", "--samples-limit", "150")
        end = in_process("echo", server.url, *options, *samples, "-o", "all", cwd=tmp_path)
        more = in_process(
            "echo", server.url, *options, "--samples", "all.jsonl", "-o", "all", "--quiet", cwd=tmp_path
        )
    found, messages = (
        lines(tmp_path / "all.jsonl"),
        json.loads((tmp_path / "all" / "run.json").read_text())["messages"],
    )
    assert len(lines(tmp_path / "s.jsonl")) == 150
    assert "has 150 of 200 messages of echo: raise --samples-limit" in end.err
    assert "samples" not in more.err
    assert sum(one["received"] is None for one in found) == messages["lost"]["silent"] > 0
    assert len(found) == messages["owed"]


@pytest.mark.skipif(not prometheus.IS_THERE, reason="no prometheus: apt-get install prometheus")
class TestPrometheus:
    """What a real one has scraped."""

    def test_it_has_the_counts_of_the_run_file(self, told: Exported) -> None:
        assert told.prometheus is not None
        found = {
            word: [one.value for one in told.prometheus.ask(f"wswarm_messages_{word}_total", told.end_s)]
            for word in WORDS
        }
        assert found == {word: [count] for word, count in told.counts.items()}

    def test_it_has_the_percentiles_of_the_run_file(self, told: Exported) -> None:
        assert told.prometheus is not None
        found = told.prometheus.ask("wswarm_delivery_time_quantile_seconds", told.end_s)
        assert {one.labels["quantile"]: one.value for one in found}["0.99"] == pytest.approx(
            told.run["fanout"]["delivery_time"]["p99"]
        )

    def test_it_scraped_while_the_run_went_on(self, told: Exported) -> None:
        assert told.prometheus is not None
        (found,) = told.prometheus.ask("count_over_time(wswarm_connections_open[5m])", told.end_s)
        assert found.value > 2

    def test_every_query_of_the_dashboard_has_data(self, told: Exported) -> None:
        assert told.prometheus is not None
        queries = [
            target["expr"].replace("$scenario", ".*").replace("$__rate_interval", "30s")
            for panel in json.loads(DASHBOARD.read_text())["panels"]
            for target in panel["targets"]
        ]
        assert queries
        assert [one for one in queries if not told.prometheus.ask(one, told.end_s)] == []
