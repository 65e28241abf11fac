"""The options for those who hear of a run while it goes on: read, checked before a load, told of a whole suite."""

import json
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import BRIEF, URL, in_process
from wswarm.cli.feeds_arguments import Endpoint, collector, endpoint, server
from wswarm.errors import PlanError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":9646", Endpoint("", 9646)),
        ("9646", Endpoint("", 9646)),
        ("127.0.0.1:0", Endpoint("127.0.0.1", 0)),
        ("[::1]:9646", Endpoint("::1", 9646)),
    ],
)
def test_where_to_listen_is_understood(text: str, expected: Endpoint) -> None:
    assert endpoint(text) == expected


@pytest.mark.parametrize("text", ["", ":", "host", ":65536", "::1:9646", ":-1", ":９"])
def test_what_is_no_place_to_listen_is_told(text: str) -> None:
    with pytest.raises(PlanError, match="write :9646"):
        endpoint(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("localhost", ("localhost", 8125)), ("stats:9125", ("stats", 9125)), ("[::1]", ("::1", 8125))],
)
def test_a_statsd_server_is_understood(text: str, expected: tuple[str, int]) -> None:
    assert server(text) == expected


@pytest.mark.parametrize("text", ["", ":8125", "host:0", "host:x"])
def test_what_is_no_statsd_server_is_told(text: str) -> None:
    with pytest.raises(PlanError, match="write localhost"):
        server(text)


@pytest.mark.parametrize("text", ["", "localhost:4318", "ftp://x", "http://", "http://x:99999"])
def test_what_is_no_collector_is_told(text: str) -> None:
    with pytest.raises(PlanError, match="write http://localhost:4318"):
        collector(text)


def test_a_port_that_is_taken_is_told_before_the_load(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        end = in_process("echo", URL, *BRIEF, "--prometheus", f"127.0.0.1:{port}", cwd=tmp_path)
    assert (end.code, end.err.count("\n")) == (2, 1)
    assert f"127.0.0.1:{port} can't listen" in end.err


def test_an_events_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text("mine\n")
    end = in_process("echo", URL, *BRIEF, "--events", "run.jsonl", cwd=tmp_path)
    assert (end.code, path.read_text()) == (2, "mine\n")
    assert "--events run.jsonl is there already: remove it" in end.err


def test_an_events_file_without_a_folder_is_told_before_the_load(tmp_path: Path) -> None:
    end = in_process("echo", URL, *BRIEF, "--events", "nowhere/run.jsonl", cwd=tmp_path)
    assert (end.code, end.err.count("\n")) == (2, 1)
    assert "there is no folder nowhere" in end.err


def test_a_target_that_can_t_be_measured_leaves_no_events(tmp_path: Path) -> None:
    end = in_process("connect", URL, *BRIEF, "--events", "run.jsonl", cwd=tmp_path)
    assert (end.code, (tmp_path / "run.jsonl").exists()) == (1, False)


@pytest.mark.parametrize("command", ["connect", "replay"])
def test_what_sends_no_messages_of_a_load_has_no_samples(tmp_path: Path, command: str) -> None:
    recording = Path(__file__).parents[1] / "recordings" / "playwright-chat.har"
    what = (str(recording), URL, "-c", "1") if command == "replay" else (URL, *BRIEF)
    end = in_process(command, *what, "--samples", "s.jsonl", cwd=tmp_path)
    assert (end.code, f"{command} has no messages of a load" in end.err) == (2, True)


@pytest.mark.parametrize(
    ("option", "module", "extra"),
    [
        (("--otlp", "http://localhost:4318"), "opentelemetry.sdk", "otlp"),
        (("--samples", "s.parquet"), "pyarrow", "parquet"),
    ],
)
def test_an_extra_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: tuple[str, str], module: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    end = in_process("echo", URL, *BRIEF, *option, cwd=tmp_path)
    assert (end.code, end.err.count("\n")) == (2, 1)
    assert f"pip install 'wswarm[{extra}]'" in end.err


def test_every_scenario_of_a_suite_is_told(tmp_path: Path, measured: set[str]) -> None:
    end = in_process("run", URL, "--no-plots", "--events", "run.jsonl", cwd=tmp_path)
    lines: list[dict[str, Any]] = [
        json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()
    ]
    assert end.code == 0
    assert [(one["name"], one["phase"]) for one in lines] == [
        (name, "end") for name in ("connect", "echo", "fanout")
    ]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--events", "-"), "--events: '-' names no file: name one, or /dev/stdout"),
        (("--samples", "-"), "--samples: '-' names no file: name one, or /dev/stdout"),
        (
            ("--samples", "a", "--samples-limit", "0"),
            "--samples-limit: '0' messages are none: give 1 or more",
        ),
        (("--samples", "a", "--events", "./a"), "--samples a and --events a are one file: name two"),
        (("--samples", "a", "--events", "b/../a"), "--samples a and --events b/../a are one file: name two"),
    ],
)
def test_a_file_that_can_t_be_meant_is_told_and_none_is_made(
    options: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    (tmp_path / "b").mkdir()
    end = in_process("echo", URL, *BRIEF, *options, cwd=tmp_path)
    assert (end.code, end.err.count("\n"), [one.name for one in tmp_path.iterdir()]) == (2, 1, ["b"])
    assert words in end.err
