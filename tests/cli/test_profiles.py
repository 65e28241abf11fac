"""`wswarm profiles`: what there is, and what each needs."""

from pathlib import Path

import pytest

from wswarm.cli.main import main
from wswarm.load.profiles import NAMES


def test_all_are_listed_with_what_they_need(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profiles"]) == 0
    said = capsys.readouterr().out
    assert [line.split()[0] for line in said.splitlines() if line[:1] not in (" ", "")] == list(NAMES)
    assert max(map(len, said.splitlines())) <= 120


def test_one_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profiles", "graphql"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("graphql ")
    assert "  fanout needs --set subscription=…, --set mutation=…\n" in said
    assert "(default: {__typename})" in said


def test_one_of_a_file_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ours.toml"
    path.write_text('about = "our chat"\nmessage = "{payload}"\n')
    assert main(["profiles", str(path)]) == 0
    assert capsys.readouterr().out == f"{'ours':16}our chat\n  no echo\n"


def test_an_unknown_one_is_named_with_the_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profiles", "sockets"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("wswarm profiles: no profile 'sockets': choose one of echo, items, chat, socketio")
    assert told.count("\n") == 1
