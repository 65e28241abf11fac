"""`wswarm import`: a recording becomes a script, without its secrets."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import in_process
from tests.load.recordings import Said, chrome, entry, har, message

SAID: tuple[Said, ...] = (
    (0.1, ">", '{"type":"login","password":"hunter2"}'),
    (0.2, "<", '{"type":"in","ticket":"q9Zk31xaBB"}'),
    (0.5, ">", '{"type":"join","ticket":"q9Zk31xaBB"}'),
)
SECRETS = ("hunter2", "t0psecret", "c00kie", "be4rer")


def written(folder: Path, told: Any) -> Path:
    path = folder / "a.har"
    path.write_text(json.dumps(told), encoding="utf-8")
    return path


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    return written(
        tmp_path,
        chrome(
            SAID,
            url="wss://recorded.example/ws?token=t0psecret&v=2",
            headers=[
                ("Authorization", "Bearer be4rer"),
                ("User-Agent", "M"),
                ("Origin", "https://recorded.example"),
                ("Sec-WebSocket-Protocol", "v2.chat"),
            ],
            cookies=[("sid", "c00kie")],
        ),
    )


def test_secrets_are_left_out_and_named_with_how_to_give_them(recorded: Path, tmp_path: Path) -> None:
    end = in_process("import", str(recorded), "-o", "s.py", cwd=tmp_path)
    script = (tmp_path / "s.py").read_text(encoding="utf-8")
    assert (end.code, end.err) == (0, "")
    for text in (end.out, script):
        assert not [secret for secret in SECRETS if secret in text]
        assert "Recorded of wss://recorded.example/ws: 2 messages sent, 1 received in 0.5 s." in text
        assert (
            "wswarm script s.py 'wss://recorded.example/ws?token={token}&v=2' -c 10"
            " -H 'Authorization: Bearer {authorization}' --cookie 'sid={sid}' --subprotocol v2.chat"
            " --origin https://recorded.example --data secrets.csv"
        ) in text
        for line in (
            "    token          token in the query",
            "    authorization  header Authorization",
            "    sid            cookie sid",
            "    password       password in message 1",
        ):
            assert line in text
    compile(script, "s.py", "exec")
    assert 'await ws.send({"type": "join", "ticket": ticket})' in script


def test_a_script_that_is_there_is_not_overwritten(recorded: Path, tmp_path: Path) -> None:
    mine = tmp_path / "session.py"
    mine.write_text("mine")
    end = in_process("import", str(recorded), cwd=tmp_path)
    assert (end.code, end.out, mine.read_text()) == (2, "", "mine")
    assert end.err == "wswarm import: -o session.py is there already: name another file, or move it away\n"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("gone.har",), 1, "gone.har can't be read: No such file or directory"),
        (("odd.har",), 2, "odd.har is no recording: it is not JSON"),
        (("empty.har",), 2, "empty.har has no WebSocket:"),
        (("a.har", "-o", "no/s.py"), 1, "-o no/s.py can't be written: No such file or directory"),
        (("a.har", "--socket", "7"), 2, "--socket '7' names no WebSocket of a.har: choose one of 1 (wss://"),
        (("",), 2, "FILE: '' names no file"),
    ],
)
def test_what_can_t_be_imported_is_told_in_a_line(
    arguments: tuple[str, ...], code: int, words: str, recorded: Path, tmp_path: Path
) -> None:
    (tmp_path / "odd.har").write_text("odd")
    (tmp_path / "empty.har").write_text(json.dumps(har()))
    end = in_process("import", *arguments, cwd=recorded.parent)
    assert (end.code, end.out, end.err.count("\n")) == (code, "", 1), end
    assert words in end.err
    assert not (tmp_path / "session.py").exists()


def test_of_several_sockets_the_others_are_told(tmp_path: Path) -> None:
    told = [
        entry(f"ws://h/{name}?token=t0psecret", [message(one, 5.0) for one in SAID[:size]])
        for name, size in (("one", 1), ("two", 3))
    ]
    written(tmp_path, har(*told))
    end = in_process("import", "a.har", cwd=tmp_path)
    assert end.err == (
        "wswarm import: a.har has 2 WebSockets; this is number 2, which has most messages: --socket chooses another"
        " of 1 (ws://h/one, 1 message), 2 (ws://h/two, 3 messages)\n"
    )
    assert in_process("import", "a.har", "--socket", "one", "-o", "other.py", cwd=tmp_path).err == ""
