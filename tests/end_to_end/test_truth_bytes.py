"""Messages of bytes arrive as they were given, however they were given."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import in_process, wswarm
from tests.end_to_end.instrument import run
from tests.end_to_end.servers import serve

DRIVERS = pytest.mark.parametrize("driver", ["picows", "websockets"])
PACKED = b"\x82\xa1t\xa3say\xa1m\xd9\x2e"
BRIEF = ("-c", "1", "-r", "20/s", "-d", "200ms", "--warmup", "0s", "--no-plots", "--quiet", "--print", "json")


def without_marks(said: list[list[str]]) -> list[tuple[str, bytes]]:
    """Kind and bytes of what one connection said, up to the mark."""
    return [(kind, bytes.fromhex(content).partition(b"wswarm")[0]) for kind, content in said]


@DRIVERS
def test_opening_messages_keep_kind_order_and_bytes(driver: str) -> None:
    on_open = ["CONNECT\n\n\0", b"\x10\x0c\x00\xff{id}", "caf\u00e9"]
    with serve("transcript") as server:
        plan: dict[str, Any] = {"connections": 1, "rate": 20, "warmup": 0, "duration": 0.2, "driver": driver}
        found = run("echo", server.url, text=PACKED + b"{marker}", on_open=on_open, **plan)
        (said,) = server.log()["said"]
    assert without_marks(said) == [
        ("text", b"CONNECT\n\n\0"),
        ("binary", b"\x10\x0c\x00\xff1"),
        ("text", "caf\u00e9".encode()),
        ("binary", PACKED),
    ]
    assert found.messages is not None
    assert (found.messages.owed, found.messages.received) == (4, 4)
    assert found.plan["on_open"] == [r"CONNECT\n\n\0", r"\x10\x0c\0\xff{id}", "caf\u00e9"]


@pytest.mark.parametrize("way", ["shell", "escapes", "file"])
def test_the_command_line_sends_bytes_three_ways(way: str, tmp_path: Path) -> None:
    """What a shell hands over is decoded while a process starts; the other ways begin with text."""
    file = tmp_path / "message.bin"
    file.write_bytes(PACKED + b"{marker}")
    arguments = {
        "shell": ("--text", PACKED.decode("utf-8", "surrogateescape") + "{marker}"),
        "escapes": ("--escape", "--text", r"\x82\xa1t\xa3say\xa1m\xd9\x2e{marker}"),
        "file": ("--message-file", str(file)),
    }[way]
    with serve("transcript") as server:
        command = wswarm if way == "shell" else in_process
        end = command("echo", server.url, *BRIEF, "--binary", *arguments, cwd=tmp_path)
        (said,) = server.log()["said"]
    assert without_marks(said)[0] == ("binary", PACKED)
    assert '"owed":4,"received":4' in end.out


def test_a_nul_can_be_written_on_the_command_line(tmp_path: Path) -> None:
    opening = ("--on-open", r"CONNECT\n\n\0", "--on-open-binary", r"\x10\0")
    with serve("transcript") as server:
        end = in_process(
            "echo", server.url, *BRIEF, "--escape", *opening, "--text", r"SEND\n\n{marker}\0", cwd=tmp_path
        )
        (said,) = server.log()["said"]
    assert without_marks(said)[:3] == [
        ("text", b"CONNECT\n\n\0"),
        ("binary", b"\x10\0"),
        ("text", b"SEND\n\n"),
    ]
    assert bytes.fromhex(said[2][1]).endswith(b"\0")
    assert '"owed":4,"received":4' in end.out
