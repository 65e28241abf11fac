"""What stands in a replay's way: one line that names it and the mend."""

import json
from pathlib import Path

import pytest

from tests.cli.command import in_process
from tests.load.recordings import CHAT, chrome, har


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("gone.har",), 1, "gone.har can't be read: No such file or directory"),
        (("odd.har",), 2, "odd.har is no recording: it is not JSON"),
        (("empty.har",), 2, "empty.har has no WebSocket: open the recorder's network panel before"),
        (
            ("firefox.har",),
            2,
            "firefox.har was made by Firefox, which stores no WebSocket messages: record with",
        ),
        (("a.har", "--speed", "0"), 2, "--speed: '0' is no speed: write 2 for twice as fast"),
        (("a.har", "--speed", "-1"), 2, "--speed: '-1' is no speed"),
        (
            ("a.har", "--socket", "9"),
            2,
            "--socket '9' names no WebSocket of a.har: choose one of 1 (wss://recorded",
        ),
        (("a.har", "ftp://localhost"), 2, "unknown scheme in 'ftp://localhost"),
        (("a.har", "-r", "5"), 2, "no such option or argument: -r 5"),
        (("a.har", "-c", "0"), 2, "--connections 0 must be a number above 0"),
        (("a.har", "--slo", "p99<50ms"), 2, "the times of a replay are those of its steps"),
        (("a.har", "-H", "X: ${NOT_SET_ANYWHERE}"), 2, "${NOT_SET_ANYWHERE} is not set"),
        (("a.har", "ws://127.0.0.1:1"), 1, "refused (10)"),
    ],
)
def test_bad_input_is_told_in_a_line(
    arguments: tuple[str, ...], code: int, words: str, tmp_path: Path
) -> None:
    for name, told in (
        ("a.har", json.dumps(chrome(CHAT))),
        ("odd.har", "odd"),
        ("empty.har", json.dumps(har())),
        ("firefox.har", json.dumps(har(creator="Firefox"))),
    ):
        (tmp_path / name).write_text(told, encoding="utf-8")
    end = in_process("replay", *arguments, "--quiet", cwd=tmp_path)
    assert (end.code, end.out) == (code, ""), end
    assert words in end.err
    assert end.err.count("\n") == 1
    assert end.err.startswith("wswarm replay: ")
    assert not (tmp_path / "reports").exists()
