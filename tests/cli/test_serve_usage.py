"""What `wswarm serve` can't do as it is told, in one line and before anything is served."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from target_app import workers
from tests.cli.command import in_process
from tests.cli.strangers import closed_port

pytestmark = [pytest.mark.xdist_group("command line: serve"), pytest.mark.usefixtures("becoming")]


@pytest.fixture
def becoming(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What `wswarm serve` becomes, it becomes in this process: for what ends before there is a server."""

    def become(_: str, command: list[str], variables: dict[str, str]) -> None:
        arguments = command[command.index("target_app.workers") + 1 :]
        with mock.patch.dict(os.environ, variables, clear=True):
            sys.exit(workers.main(arguments))

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    monkeypatch.setattr(os, "execve", become)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("tokens", [None, "", "{}", "nonsense"])
def test_strict_without_tokens_is_told_in_one_line(
    tokens: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if tokens is not None:
        monkeypatch.setenv("TARGET_TOKENS", tokens)
    end = in_process("serve", "--guard", "strict", "--port", str(closed_port()), cwd=tmp_path)
    assert (end.code, end.err.count("\n")) == (2, 1)
    assert end.err.startswith("TARGET_TOKENS: ")
    assert "nonsense" not in end.err


@pytest.mark.parametrize(
    ("variables", "options", "told"),
    [
        (
            {"TARGET_IDLE_DEADLINE": "60", "TARGET_MESSAGE_DEADLINE": "9"},
            ("--ws", "wsproto"),
            "TARGET_MESSAGE_DEADLINE and TARGET_IDLE_DEADLINE can't be kept with --ws wsproto: leave out one or the"
            " other",
        ),
        (
            {},
            ("--cert", "nowhere.pem"),
            "can't speak TLS with nowhere.pem: No such file or directory; give a certificate with its chain and its"
            " key without a password, both PEM",
        ),
        ({}, ("--cert", "text", "--key", "text"), "can't speak TLS with text and text: [SSL"),
        ({}, ("--key", "its.key"), "--key its.key is the key of a certificate: give --cert too"),
    ],
)
def test_what_can_not_be_served_is_told_in_one_line(
    variables: dict[str, str],
    options: tuple[str, ...],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "text").write_text("no certificate")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    end = in_process("serve", *options, "--port", str(closed_port()), cwd=tmp_path)
    assert (end.code, end.out, end.err.count("\n")) == (2, "", 1)
    assert told in end.err


@pytest.mark.parametrize("count", ["1", "2"])
@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("kafka://host", "no backplane 'kafka': use one of memory://"),
        ("redis://:secret@host:port", "a port that is no number from 1 to 65535"),
        ("postgresql://me:secret@host:99999/db", "a port that is no number from 1 to 65535"),
        ("redis://me:se/cret@host", "a '/', '?' or '#' before its '@'"),
    ],
)
def test_what_is_no_address_of_a_backplane_is_told_in_one_line(
    count: str, address: str, why: str, tmp_path: Path
) -> None:
    end = in_process("serve", "--workers", count, "--backplane", address, cwd=tmp_path)
    assert (end.code, end.err.count("\n")) == (2, 1)
    assert end.err.startswith("the backplane: ")
    assert why in end.err
    assert "cret" not in end.err
