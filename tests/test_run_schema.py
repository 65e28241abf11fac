"""The run file's form: published, and kept."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from tests.report import runs
from wswarm.results.run import SCHEMA, Distribution, Run, json_schema

PUBLISHED = Path(__file__).parents[1] / "docs" / "run.schema.json"
WRITE = (
    "from pathlib import Path; from msgspec import json; from wswarm.results.run import json_schema; "
    "Path('docs/run.schema.json').write_bytes(json.format(json.encode(json_schema())) + b'\\n')"
)
RUNS = {
    "connect": runs.connect(),
    "echo": runs.echo(),
    "fanout": runs.fanout(),
    "slow": runs.slow(),
    "script": runs.script(),
    "replay": runs.replay(),
}

# The names that every run file has.
TOP = """schema scenario started_at plan environment validity connections messages rates send_lag service_time
    response_time fanout series generator target slo"""
NAMES = {
    "": TOP,
    "environment": "cores cpu kernel python packages git",
    "validity": "verdict reasons",
    "connections": """requested opened failed peak dropped failures closes handshake_time tcp_time tls_time
        upgrade_time""",
    "messages": "offered sent owed received lost duplicated reordered extra unmarked",
    "messages.lost": "disconnected silent",
    "rates": "offered achieved received",
    "fanout": """publishers subscribers broadcasts incomplete delivery_time first_delivery median_delivery
        completion_time spread""",
    "penalty": "ratio low high pairs healthy slow behind disconnected time_to_disconnect",
    "penalty.behind": "ratio low high",
    "series.0": "t connections sent received lost p50 p99",
    "generator": """processes cpu_s cpu_s_per_message peak_rss rss_per_connection loop_lag driver pacing""",
    "connections.handshake_time": "n min mean max p50 p90 p95 p99 p99_9 p99_99 hdr",
}


def stored(run: Run) -> Any:
    """Return the run as its file holds it."""
    return json.loads(msgspec.json.encode(run))


def test_the_published_schema_is_that_of_the_code() -> None:
    published = json.loads(PUBLISHED.read_text()) if PUBLISHED.exists() else None
    assert published == json_schema(), f'{PUBLISHED} is not up to date; write it with: python -c "{WRITE}"'


def test_the_published_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json.loads(PUBLISHED.read_text()))


@pytest.mark.parametrize("scenario", list(RUNS))
def test_a_run_file_is_valid_by_the_published_schema(scenario: str) -> None:
    Draft202012Validator(json.loads(PUBLISHED.read_text())).validate(stored(RUNS[scenario]))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("scenario",), "soak"),
        (("connections", "requested"), "many"),
        (("validity", "verdict"), "fine"),
        (("messages", "lost", "silent"), None),
        (("response_time", "p50"), "5ms"),
    ],
)
def test_a_damaged_run_file_is_not_valid_by_the_published_schema(path: tuple[str, ...], value: Any) -> None:
    run = stored(RUNS["echo"])
    *way, last = path
    place = run
    for name in way:
        place = place[name]
    place[last] = value
    assert not Draft202012Validator(json.loads(PUBLISHED.read_text())).is_valid(run)


@pytest.mark.parametrize("scenario", list(RUNS))
def test_a_run_survives_its_file(scenario: str) -> None:
    file = msgspec.json.encode(RUNS[scenario])
    assert msgspec.json.encode(msgspec.json.decode(file, type=Run)) == file


@pytest.mark.parametrize("path", list(NAMES))
def test_a_run_file_has_the_documented_names(path: str) -> None:
    place = stored(RUNS["slow" if path.startswith("penalty") else "fanout"])
    for name in filter(None, path.split(".")):
        place = place[int(name)] if name.isdigit() else place[name]
    assert set(NAMES[path].split()) <= set(place)


def test_a_run_file_says_which_form_it_has() -> None:
    assert stored(RUNS["echo"])["schema"] == SCHEMA == "wswarm/run@1"


@pytest.mark.parametrize(
    ("scenario", "absent"),
    [
        ("connect", ["messages", "rates", "send_lag", "service_time", "response_time", "fanout"]),
        ("echo", ["fanout"]),
        ("fanout", ["service_time", "response_time"]),
    ],
)
def test_a_measure_that_a_scenario_lacks_is_null_and_not_left_out(scenario: str, absent: list[str]) -> None:
    run = stored(RUNS[scenario])
    assert [run[name] for name in absent] == [None] * len(absent)


def test_a_percentile_is_null_unless_it_is_known() -> None:
    assert {getattr(Distribution(n=5), name) for name in Distribution.__struct_fields__} == {5, None}


def test_a_run_can_be_awaited_for_itself() -> None:
    waiting = RUNS["echo"].__await__()
    with pytest.raises(StopIteration) as end:
        next(waiting)
    assert end.value.value is RUNS["echo"]
