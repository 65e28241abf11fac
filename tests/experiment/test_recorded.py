"""Recordings in files."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.load.recordings import CHAT, chrome, entry, har, message, playwright
from wswarm.errors import PlanError, ResultError
from wswarm.experiment.recorded import read_recording

LINES = "".join(json.dumps(message(one, 1_795_946_400_000 + 1000 * one[0])) + "\n" for one in CHAT)


def written(folder: Path, told: Any) -> Path:
    path = folder / "a.har"
    path.write_text(json.dumps(told), encoding="utf-8")
    return path


def attaching() -> dict[str, Any]:
    return har(entry("ws://h/ws", None, response={"status": 101, "content": {"_file": "m.jsonl"}}))


def several() -> dict[str, Any]:
    told = [
        entry(f"ws://h/{name}?token=s3cret", [message(one, 5) for one in CHAT[:size]])
        for name, size in (("few", 1), ("many", 3), ("none", 0), ("few/2", 2))
    ]
    return har(*told)


def test_a_file_is_read(tmp_path: Path) -> None:
    chosen = read_recording(written(tmp_path, chrome(CHAT)))
    assert (len(chosen.recording.messages), chosen.hints) == (4, ())


def test_a_byte_order_mark_is_no_hindrance(tmp_path: Path) -> None:
    path = written(tmp_path, chrome(CHAT))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read_recording(path).recording.messages) == 4


@pytest.mark.parametrize("folder", ["", "trace/"])
def test_a_zip_is_read_with_what_is_attached(folder: str, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(f"{folder}har.har", json.dumps(attaching()))
        packed.writestr(f"{folder}m.jsonl", LINES)
    assert len(read_recording(path).recording.messages) == 4


def test_what_is_attached_may_lie_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "m.jsonl").write_text(LINES, encoding="utf-8")
    assert len(read_recording(written(tmp_path, attaching())).recording.messages) == 4


def test_the_socket_with_most_messages_is_taken_and_the_others_are_told(tmp_path: Path) -> None:
    chosen = read_recording(written(tmp_path, several()))
    assert chosen.recording.url.startswith("ws://h/many")
    (hint,) = chosen.hints
    for words in ("has 4 WebSockets", "number 2", "--socket", "1 (ws://h/few, 1 message)"):
        assert words in hint
    assert "s3cret" not in hint


@pytest.mark.parametrize(("wanted", "messages"), [("1", 1), ("many", 3), ("few/2", 2), ("4", 2)])
def test_a_socket_is_chosen_by_number_or_part_of_its_address(
    wanted: str, messages: int, tmp_path: Path
) -> None:
    assert len(read_recording(written(tmp_path, several()), wanted).recording.messages) == messages


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("few", "several"),
        ("5", "no WebSocket"),
        ("0", "no WebSocket"),
        ("other", "no WebSocket"),
        ("3", "no messages"),
    ],
)
def test_a_choice_that_can_t_be_is_named_with_what_there_is(wanted: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=f"--socket '{wanted}' .*{words}.*ws://h/many"):
        read_recording(written(tmp_path, several()), wanted)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not JSON"),
        (b"\x89PNG", "not JSON"),
        (b"{}", r"no log\.entries"),
        (b"[" * 100_000, "no recording"),
        (b"PK\x05\x06" + bytes(18), r"no \.har in it"),
        (json.dumps(har()).encode(), "has no WebSocket:"),
        (json.dumps(har(creator="Firefox")).encode(), "Firefox"),
        (json.dumps(har(entry("ws://h/", []))).encode(), "1 WebSocket, but no messages"),
        (json.dumps(attaching()).encode(), r"m\.jsonl"),
    ],
)
def test_what_is_no_recording_is_named_with_why(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.har"
    path.write_bytes(content)
    with pytest.raises(PlanError, match=rf"odd\.har.*{words}"):
        read_recording(path)


def test_a_zip_that_is_cut_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cut.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("har.har", json.dumps(playwright(CHAT)))
    whole = path.read_bytes()
    path.write_bytes(whole[:40] + b"\0\0\0\0" + whole[44:])
    with pytest.raises(PlanError, match=r"cut\.zip can't be unpacked"):
        read_recording(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match=r"gone\.har can't be read: No such file"):
        read_recording(tmp_path / "gone.har")


def test_what_an_http_response_had_given_may_be_good_only_once(tmp_path: Path) -> None:
    told = chrome([(0.1, ">", '{"token":"t0psecret"}')], url="wss://h/ws?EIO=4&sid=q9Zk31xa&v=2")
    told["log"]["entries"][0] = {
        "request": {"url": "https://h/login?x=1"},
        "response": {"status": 200, "content": {"text": '{"token":"t0psecret","sid":"q9Zk31xa"}'}},
    }
    hints = read_recording(written(tmp_path, told)).hints
    assert [hint.partition(":")[0] for hint in hints] == [
        "'sid' was in an HTTP response, of https",
        "'token' was in an HTTP response, of https",
    ]
    assert not [hint for hint in hints if "t0psecret" in hint or "q9Zk31xa" in hint]
