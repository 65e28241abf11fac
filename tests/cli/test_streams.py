"""Standard streams that are closed before the command begins."""

import sys
from pathlib import Path

import pytest

from tests.cli.command import BRIEF, Outcome, wswarm
from tests.end_to_end.servers import serve
from wswarm.cli.colours import are_wanted

pytestmark = [
    pytest.mark.xdist_group("command line: streams"),
    pytest.mark.skipif(sys.platform == "win32", reason="there is no sh"),
]


def closing(streams: str, *arguments: str, cwd: Path) -> Outcome:
    """How a command ends that a shell has begun without these."""
    return wswarm(*arguments, cwd=cwd, prefix=("sh", "-c", f'exec "$@" {streams}', "sh"))


def test_a_load_ends_as_ever_without_standard_output(tmp_path: Path) -> None:
    with serve("echo") as server:
        end = closing(">&- <&-", "connect", server.url, *BRIEF, "-o", "found", cwd=tmp_path)
    assert (end.code, end.out) == (0, "")
    assert "Traceback" not in end.err
    assert (tmp_path / "found" / "run.json").is_file()


def test_what_belongs_to_standard_error_does_not_go_to_standard_output(tmp_path: Path) -> None:
    assert closing("2>&-", "echo", "ws://127.0.0.1:1/", *BRIEF, cwd=tmp_path) == (1, "", "")


def test_no_colours_are_wanted_where_there_is_no_stream() -> None:
    assert not are_wanted(None, {})
