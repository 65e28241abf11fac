"""The file with a line per second."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.report import runs
from tests.report.feeds.readings import NOTHING, last, progress, reading
from wswarm.report.feeds.events import Events, event_of
from wswarm.report.feeds.parquet import COLUMNS
from wswarm.report.feeds.reading import reading_of
from wswarm.results.event import Event, json_schema

PUBLISHED = Path(__file__).parents[3] / "docs" / "events.schema.json"
WRITE = (
    "from pathlib import Path; from msgspec import json; from wswarm.results.event import json_schema; "
    "Path('docs/events.schema.json').write_bytes(json.format(json.encode(json_schema())) + b'\\n')"
)
RUN = runs.echo()
END = last(RUN)
NOW = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)


def test_the_published_schema_is_that_of_the_code() -> None:
    published = json.loads(PUBLISHED.read_text()) if PUBLISHED.exists() else None
    assert published == json_schema(), f'{PUBLISHED} is not up to date; write it with: python -c "{WRITE}"'


def test_every_field_is_in_the_page() -> None:
    page = (PUBLISHED.parent / "exports.md").read_text()
    assert [name for name in Event.__struct_fields__ if f"`{name}`" not in page] == []


def test_every_column_of_samples_is_in_the_page() -> None:
    page = (PUBLISHED.parent / "exports.md").read_text()
    assert [name for name in COLUMNS if f"`{name}`" not in page] == []


def written(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_lines_fit_the_schema(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    events = Events(path.open("xb"))
    for one in (reading(1.0, (1.0, 2.0), sent=2), last(), last(runs.connect())):
        events.hear(one)
    events.close(is_done=True)
    lines = written(path)
    assert len(lines) >= 3  # one at least of each that was told
    for line in lines:
        Draft202012Validator(json_schema()).validate(line)


def test_a_line_stands_in_the_file_when_it_has_been_told(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    events = Events(path.open("xb"))
    events.hear(reading(1.0, sent=2))
    assert [one["sent"] for one in written(path)] == [2]
    events.close(is_done=False)


def test_a_file_in_which_nothing_stands_does_not_stay(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    Events(path.open("xb")).close(is_done=False)
    assert not path.exists()


@given(st.lists(st.integers(0, 500), max_size=8))
def test_what_is_counted_adds_up_to_the_run_file(each: list[int]) -> None:
    total, before, lines = 0, NOTHING, []
    assert RUN.messages is not None
    for second, sent in enumerate(each, 1):
        total += sent
        after = reading_of(progress(float(second), sent=total), before)
        lines.append(event_of(after, before, NOW))
        before = after
    lines.append(event_of(END, before, NOW))
    assert sum(one.sent or 0 for one in lines) == RUN.messages.sent


def test_times_are_those_that_came_since() -> None:
    before = reading(1.0, (1.0,) * 50)
    after = reading_of(progress(2.0, times_ms=(1.0,) * 50 + (3.0,) * 50), before)
    p50 = event_of(after, before, NOW).p50
    assert p50 is not None
    assert abs(p50 - 0.003) < 0.00001


def test_a_percentile_of_too_few_is_unknown() -> None:
    assert event_of(reading(1.0, (1.0, 2.0)), NOTHING, NOW).p99 is None


def test_where_there_are_no_messages_their_counts_are_unknown() -> None:
    line = event_of(last(runs.connect()), NOTHING, NOW)
    assert (line.sent, line.received, line.opened) == (None, None, 2_000)


def test_a_pipe_is_written_to() -> None:
    class Pipe(io.BytesIO):
        name = "/dev/stdout"

        def seekable(self) -> bool:
            return False

    pipe = Pipe()
    Events(pipe).hear(last())
    assert msgspec.json.decode(pipe.getvalue(), type=Event).verdict is not None
