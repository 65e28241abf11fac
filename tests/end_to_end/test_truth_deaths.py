"""Targets that die in the middle of the work: there is a report all the same."""

from pathlib import Path

import msgspec

from tests.cli.command import in_process
from tests.end_to_end.servers import serve
from wswarm.results.run import Run

LOAD = ("-c", "6", "-d", "1s", "--warmup", "0s", "--drain", "1s")


def measure(folder: Path, *arguments: str) -> tuple[Run, int]:
    """The run file and the exit code of a run from the command line that printed nothing."""
    end = in_process(*arguments, "-o", str(folder), "--no-plots", "--quiet", cwd=folder)
    assert (end.out, end.err) == ("", "")
    return msgspec.json.decode((folder / "run.json").read_bytes(), type=Run), end.code


def test_an_echo_that_dies_is_reported_as_such(tmp_path: Path) -> None:
    with serve("dying", after=0.5) as server:
        found, code = measure(tmp_path, "echo", server.url, "-r", "60/s", *LOAD)
        facts = server.log()
    assert code == 95
    assert found.failure == "it closed 6 of 6 connections before the hold's end"
    assert found.notices[0].startswith("the target closed 6 of 6 connections: 1006 (no close frame), after ")
    assert not any("lower --rate" in reason and "sent" in reason for reason in found.validity.reasons)
    assert (found.connections.closes, found.connections.dropped) == ({"1006": 6}, 6)
    assert found.messages is not None
    assert found.messages.offered == 60
    assert found.messages.received == facts["sent"] == facts["received"]
    assert found.messages.sent == found.messages.owed
    assert found.messages.unsent is not None
    assert found.messages.unsent.disconnected == 60 - found.messages.sent
    assert found.messages.lost.disconnected == found.messages.sent - found.messages.received
    assert found.messages.lost.silent == 0
    assert found.series[-1].connections == 0


def test_a_relay_that_dies_is_reported_as_such(tmp_path: Path) -> None:
    with serve("dying", after=0.5, relay=True) as server:
        found, code = measure(tmp_path, "fanout", server.url, "-r", "40/s", *LOAD)
        facts = server.log()
    assert code == 95
    assert found.failure == "it closed 7 of 7 connections before the hold's end"
    assert (found.connections.closes, found.connections.dropped) == ({"1006": 7}, 7)
    assert found.messages is not None
    assert found.fanout is not None
    assert found.messages.offered == 40
    assert found.messages.received == facts["sent"] == 6 * facts["received"]
    assert found.messages.owed == found.messages.received + found.messages.lost.disconnected
    assert found.messages.lost.silent == 0
    assert found.fanout.broadcasts == found.messages.sent
