"""Every command of the page *Your service*, run as it stands there against a server of its kind."""

import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from tests.end_to_end.servers import serve
from tests.protocols.brokers import mosquitto, nats_server, rabbitmq
from tests.protocols.programs import daphne, foreign, node, puma, python
from tests.protocols.your_service import PAGE, Block, blocks
from wswarm.drive.host.target import ReferenceApp
from wswarm.results.run import Run

PATIENCE_S = 300.0
LOOKS = ("3s", "15s")  # the second on a machine that is busy
RECORDED = PAGE.parents[1] / "tests" / "recordings" / "playwright-chat.har"
TOKEN = "sesame-17"
WSWARM = f"""#!/bin/sh
# Is wswarm, draws no pictures, looks as long as it is told, and writes down how it ended.
case $1 in
  inspect) set -- "$@" --patience "$PATIENCE" ;;
  connect|echo|fanout|script|replay) command=$1; shift; set -- "$command" --no-plots "$@" ;;
esac
{shlex.quote(sys.executable)} -m wswarm "$@"
code=$?
echo "$code" >> codes
exit "$code"
"""


SERVERS: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "echo": partial(serve, "echo"),
    "relay": partial(serve, "relay"),
    "conversing": partial(serve, "conversing"),
    "posting": partial(serve, "posting"),
    "rooms": partial(serve, "room_relay", rooms=10),
    "socketio": partial(node, "socketio", token=TOKEN),
    "graphql": partial(node, "graphql"),
    "jsonrpc": partial(node, "jsonrpc"),
    "rabbitmq-stomp": rabbitmq,
    "mosquitto": mosquitto,
    "nats": nats_server,
    "actioncable": partial(puma, "actioncable"),
    "signalr": partial(foreign, "signalr_hub"),
    "channels": partial(daphne, "channels_chat"),
    "spring": partial(python, "spring", "websockets"),
    "phoenix": partial(python, "phoenix_fake", "websockets"),
    "recorded": ReferenceApp,
}
BLOCKS = [block for block in blocks(PAGE.read_text()) if block.server]


class Outcome(NamedTuple):
    """What became of the commands of a block.

    Attributes:
        codes: Exit codes of those that are wswarm's.
        told: All that was printed. `runs`: those stored.
    """

    codes: list[int]
    told: str
    runs: list[Run]


def follow(block: Block, folder: Path, patience: str = LOOKS[0]) -> Outcome:
    """Do as the page says, in a folder of one's own."""
    folder.mkdir(exist_ok=True)
    with SERVERS[block.server]() as server:
        url = server.stomp if block.server == "rabbitmq-stomp" else server.url
        commands = re.sub(r"127\.0\.0\.1:\d+", url.partition("://")[2].rstrip("/"), block.commands)
        _prepare(block, folder)
        done = subprocess.run(
            ["sh", "-c", commands],
            cwd=folder,
            env={
                **os.environ,
                "PATH": f"{folder}/bin{os.pathsep}{os.environ['PATH']}",
                "COLUMNS": "120",
                "PATIENCE": patience,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    codes = [int(code) for code in (folder / "codes").read_text().split()]
    runs = [
        msgspec.json.decode(path.read_bytes(), type=Run)
        for path in sorted(folder.glob("reports/20*/run.json"))
    ]
    return Outcome(codes, done.stdout + done.stderr, runs)


def _prepare(block: Block, folder: Path) -> None:
    """Put there what the page has shown, and a `wswarm` that writes down how it ends."""
    for name, content in block.files.items():
        (folder / name).write_text(content)
    shutil.copy(RECORDED, folder / "session.har")
    command = folder / "bin" / "wswarm"
    command.parent.mkdir()
    command.write_text(WSWARM)
    command.chmod(command.stat().st_mode | stat.S_IXUSR)


def check_exact(run: Run) -> None:
    """All that was owed came, once."""
    assert run.connections.opened == run.connections.requested > 0
    assert (run.connections.failed, run.connections.dropped) == (0, 0)
    if run.messages is not None and run.scenario != "connect":
        messages = run.messages
        is_told = run.scenario == "replay"  # what others say at the same time is in no recording
        assert messages.owed == messages.received > 0 or run.sessions is not None
        assert (messages.duplicated, messages.extra) == (0, 0)
        assert messages.unmarked == 0 or is_told
    if run.sessions is not None:
        assert run.sessions.failed == 0 < run.sessions.finished


def looked(lines: Sequence[str]) -> list[str]:
    """What `inspect` has found."""
    return [line for line in lines if line.startswith("It ")]


def name_of(block: Block) -> str:
    """The name of a test: what the block goes to."""
    return f"{block.server}-{block.heading}"


@pytest.mark.parametrize("block", BLOCKS, ids=name_of)
def test_every_command_gives_a_figure_and_exact_counts(block: Block, tmp_path: Path) -> None:
    outcome = follow(block, tmp_path / "first")
    if looked(outcome.told.splitlines()) != looked(block.printed):
        outcome = follow(block, tmp_path / "second", LOOKS[1])
    assert len(outcome.codes) == block.commands.count("wswarm "), outcome.told
    doubted = [run for run in outcome.runs if run.validity.verdict == "invalid"]
    for run in doubted:  # that the machine was busy is told, and no fault of the page's
        assert all("counts stand" in reason for reason in run.validity.reasons), run.validity
    assert [code for code in outcome.codes if code] == [98] * len(doubted), outcome.told
    for run in outcome.runs:
        check_exact(run)
    for line in block.printed:
        assert line in outcome.told, outcome.told
    assert looked(outcome.told.splitlines()) == looked(block.printed)


def test_every_block_names_a_server_that_there_is_but_the_first_which_only_looks() -> None:
    every = blocks(PAGE.read_text())
    assert {block.server for block in every[1:]} == set(SERVERS)
    assert every[0].commands.startswith("wswarm inspect ")


def test_there_are_ten_kinds_each_with_a_command() -> None:
    kinds = {found[1] for block in BLOCKS if (found := re.match(r"(\d+)\. ", block.heading))}
    assert kinds == {str(number) for number in range(1, 11)}
