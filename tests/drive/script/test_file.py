"""A script's file: what is wrong with it is told with its line, before anything is started."""

import asyncio
import sys
from pathlib import Path

import pytest

from wswarm.drive.script.file import address_in, check_script, load_session
from wswarm.errors import PlanError

GOOD = "async def session(ws):\n    await ws.send('hello')\n"

BAD = {
    "a syntax error": ("async def session(ws):\n    await (\n", ":2: '(' was never closed"),
    "an indentation error": ("async def session(ws):\nawait ws\n", ":2: expected an indented block"),
    "no session": (
        "async def visit(ws):\n    pass\n",
        " has no function 'session': write 'async def session(ws):'",
    ),
    "a plain function": ("x = 1\n\ndef session(ws):\n    pass\n", ":3: session is not async"),
    "a class": ("class session:\n    pass\n", ":1: session is not async"),
    "no argument": ("async def session():\n    pass\n", ":1: session is called with one argument"),
    "two arguments": ("async def session(ws, user):\n    pass\n", ":1: session is called with one argument"),
    "a null byte": ("async def session(ws):\n    pass\n\0", ""),  # each Python has words of its own for it
    "nothing": ("", " has no function 'session'"),
}


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return tmp_path / "session.py"


@pytest.mark.parametrize("name", list(BAD))
def test_a_bad_script_is_refused_with_its_name_and_line(name: str, script: Path) -> None:
    text, told = BAD[name]
    script.write_text(text)
    with pytest.raises(PlanError) as refused:
        check_script(str(script))
    assert str(refused.value).startswith(f"{script}{told}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "from elsewhere import session\n",
        "import elsewhere\nsession = elsewhere.visit\n",
        "if True:\n    async def session(ws):\n        pass\n",
        "async def session(ws, user=None, *, words=()):\n    pass\n",
        "async def session(*sockets):\n    pass\n",
        "from elsewhere import *\n",
    ],
)
def test_what_may_have_a_session_is_not_refused_unread(text: str, script: Path) -> None:
    script.write_text(text)
    check_script(str(script))


def test_another_function_can_be_named(script: Path) -> None:
    script.write_text("async def visit(ws):\n    pass\n")
    check_script(str(script), "visit")
    assert load_session(str(script), "visit").__name__ == "visit"  # type: ignore[attr-defined]


def test_what_is_no_python_file_is_refused(tmp_path: Path) -> None:
    for path, told in {
        str(tmp_path / "none.py"): "can't be read: No such file",
        str(tmp_path / "session.txt"): "is not a Python file: name a script that ends in .py",
        str(tmp_path): "is not a Python file",
    }.items():
        with pytest.raises(PlanError, match=told):
            check_script(path)
    (tmp_path / "folder.py").mkdir()
    with pytest.raises(PlanError, match="Is a directory"):
        check_script(str(tmp_path / "folder.py"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("import nowhere_to_be_found\n" + GOOD, ":1: ModuleNotFoundError: No module named"),
        ("\nLIMIT = 1 / 0\n" + GOOD, ":2: ZeroDivisionError: division by zero"),
        ("\n\nraise SystemExit(3)\n" + GOOD, ":3: SystemExit: 3"),
        ("session = 3\n", ": session is not async"),
        ("from math import floor as session\n", ": session is not async"),
        ("if False:\n    async def session(ws):\n        pass\n", " has no function 'session'"),
    ],
)
def test_a_script_that_can_not_be_run_is_refused_with_its_line(text: str, told: str, script: Path) -> None:
    script.write_text(text)
    check_script(str(script))
    with pytest.raises(PlanError) as refused:
        load_session(str(script))
    assert str(refused.value).startswith(f"{script}{told}")


def test_a_script_may_import_what_lies_beside_it_but_not_hide_what_is_installed(
    script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (script.parent / "words_beside_it.py").write_text("HELLO = 'hello'\n")
    (script.parent / "colorsys.py").write_text("raise AssertionError('the wrong one')\n")
    script.write_text(
        "import colorsys\nfrom words_beside_it import HELLO\n\nasync def session(ws):\n    return HELLO\n"
    )
    assert asyncio.run(load_session(str(script))(None)) == "hello"  # type: ignore[arg-type]


def test_an_object_with_an_async_call_is_a_session(script: Path) -> None:
    script.write_text(
        "class Visit:\n    async def __call__(self, ws):\n        return 'there'\n\nsession = Visit()\n"
    )
    assert asyncio.run(load_session(str(script))(None)) == "there"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (f"URL = 'ws://127.0.0.1:9/x'\n{GOOD}", "ws://127.0.0.1:9/x"),
        (GOOD, None),
        (f"URL = make()\n{GOOD}", None),
        (f"URL = 3\n{GOOD}", None),
    ],
)
def test_a_script_may_name_its_target(text: str, address: str | None, script: Path) -> None:
    script.write_text(text)
    assert address_in(str(script)) == address
