"""The page for Prometheus."""

from collections.abc import Iterator
from threading import Thread
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.report import runs
from tests.report.feeds.readings import SOURCE, counts_of, last, reading
from wswarm.errors import PlanError
from wswarm.report.feeds.prometheus import Scraped
from wswarm.report.feeds.reading import Reading, Source, last_reading

Samples = dict[tuple[str, str], float]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def page(said: list[str]) -> Iterator[Scraped]:
    page = Scraped("127.0.0.1", 0, said.append)
    yield page
    page.close(is_done=False)


def scraped(page: Scraped) -> Samples:
    with urlopen(page.url, timeout=60) as answer:
        text = answer.read().decode()
    return {
        (
            sample.name,
            sample.labels.get("quantile") or sample.labels.get("le") or sample.labels["scenario"],
        ): (sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_address_is_told(page: Scraped, said: list[str]) -> None:
    assert said == [f"metrics at {page.url}"]


def test_counters_have_the_words_of_the_run_file(page: Scraped) -> None:
    run = runs.echo(lost=3)
    page.hear(last(run))
    found = scraped(page)
    assert {word: found[f"wswarm_messages_{word}_total", "echo"] for word in counts_of(run)} == counts_of(run)


def test_buckets_are_cumulative_up_to_all_times(page: Scraped) -> None:
    page.hear(reading(times_ms=(0.3, 3.0, 300.0)))
    found = scraped(page)
    counts = [
        found["wswarm_response_time_seconds_bucket", bound] for bound in ("0.0005", "0.005", "1.0", "+Inf")
    ]
    assert counts == [1, 2, 3, 3]


def test_every_name_begins_with_ours(page: Scraped) -> None:
    page.hear(last())
    assert {name.partition("_")[0] for name, _ in scraped(page)} == {"wswarm"}


def test_runs_of_one_command_stand_side_by_side(page: Scraped) -> None:
    page.hear(last())
    page.hear(last_reading(runs.fanout(), Reading(source=Source("fanout", "chat", "ws://x"))))
    names = [name for (metric, name) in scraped(page) if metric == "wswarm_messages_sent_total"]
    assert names == ["echo", "chat"]


def test_what_is_unknown_is_not_there(page: Scraped) -> None:
    page.hear(Reading(source=SOURCE))
    assert not [name for name, _ in scraped(page) if "messages" in name or "time" in name]


def test_the_end_waits_for_one_more_scrape(page: Scraped, said: list[str]) -> None:
    page.hear(reading())
    scraped(page)
    page.hear(last())
    closing = Thread(target=lambda: page.close(is_done=True))
    closing.start()
    found = scraped(page)
    closing.join()
    assert found["wswarm_phase", "echo"] == 1  # of `end`, the last that is told


def test_a_scrape_after_the_end_is_enough(page: Scraped, said: list[str]) -> None:
    page.hear(last())
    scraped(page)
    page.close(is_done=True)
    assert len(said) == 1


def test_a_port_that_is_taken_is_told_with_a_mend(page: Scraped) -> None:
    port = int(page.url.rpartition(":")[2].partition("/")[0])
    with pytest.raises(
        PlanError, match=rf"--prometheus 127.0.0.1:{port} can't listen: .*127.0.0.1:0 for any"
    ):
        Scraped("127.0.0.1", port, print)
