"""What a server serves, told by its processes."""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from wswarm.drive.host import served
from wswarm.drive.host.module_file import find_module
from wswarm.drive.host.ports import free_ports
from wswarm.drive.host.served import Served, find_served
from wswarm.drive.host.server import Command, Server

HERE = (
    "app.py",
    "server.py",
    "server.js",
    "pkg/__init__.py",
    "pkg/web.py",
    "inner/api.py",
    "tool/__main__.py",
)
INSTALLED = ("site/app.py", "site/shop/__init__.py", "site/shop/asgi.py")
BIN = "/usr/lib/env/bin"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with modules, some beside it as if they were installed."""
    for name in (*HERE, *INSTALLED):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    return tmp_path


def see(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *lines: str, variables: Mapping[str, str] | None = None
) -> Served | None:
    """What processes with these command lines serve, the first the one that started the others."""
    seen = [served._Seen(shlex.split(line), folder, variables or {}, Path("/opt/program")) for line in lines]
    monkeypatch.setattr(served, "_processes", lambda _: seen)
    monkeypatch.setattr(served, "_search_path", lambda *_: [folder / "site"])
    return find_served(1)


@pytest.mark.parametrize(
    ("line", "file"),
    [
        (f"python3 {BIN}/uvicorn app:app --port 1", "app.py"),
        (f"python3.12 {BIN}/uvicorn --host 127.0.0.1 --factory pkg.web:create", "pkg/web.py"),
        (f"python {BIN}/uvicorn pkg:app", "pkg/__init__.py"),
        (f"python {BIN}/uvicorn shop.asgi:app", "site/shop/asgi.py"),
        (f"python {BIN}/uvicorn api:app --app-dir inner", "inner/api.py"),
        (f"python {BIN}/gunicorn --chdir=inner api:app", "inner/api.py"),
        (f"python {BIN}/gunicorn 'pkg.web:create()'", "pkg/web.py"),
        ("python -m uvicorn app:app", "app.py"),
        ("python -Pm uvicorn app:app", "app.py"),
        ("python -W ignore -X dev -m hypercorn app:app", "app.py"),
        ("python -P -m workers app:app", "site/app.py"),
        ("python -m workers app:app", "app.py"),
        ("python -m tool --port 1", "tool/__main__.py"),
        ("python -m pkg.web 8000", "pkg/web.py"),
        ("python -u server.py 8000", "server.py"),
        (f"python {BIN}/fastapi run pkg/web.py", "pkg/web.py"),
        ("node server.js 8000", "server.js"),
        ("./server 8000", "/opt/program"),
        ("node /usr/bin/npm start", "/opt/program"),
        ("python -c 'import app' app:app", "/opt/program"),
        (f"python {BIN}/uvicorn nothing:app", f"{BIN}/uvicorn"),
    ],
)
def test_the_file_is_told_by_the_command_line(
    line: str, file: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = see(folder, monkeypatch, line)
    assert found is not None
    assert found.file == folder / file


def test_a_shell_is_seen_through(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = see(folder, monkeypatch, "sh -c 'cd x && uvicorn app:app'", f"{BIN}/python {BIN}/uvicorn app:app")
    assert found == Served(folder / "app.py", Path(f"{BIN}/python"))


def test_a_launcher_is_seen_through(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = see(folder, monkeypatch, "npm start", "sh -c 'node server.js'", "node server.js")
    assert found == Served(folder / "server.js", None)


def test_python_adds_no_folder_where_the_environment_forbids_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = see(folder, monkeypatch, "python -m workers app:app", variables={"PYTHONSAFEPATH": "1"})
    assert found is not None
    assert found.file == folder / "site" / "app.py"


def test_nothing_is_known_of_a_process_that_is_gone() -> None:
    assert find_served(2**22 + 1) is None


def test_a_running_server_is_looked_at(folder: Path) -> None:
    (folder / "server.py").write_text(
        "import socket, sys, time\n"
        "server = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n"
        "time.sleep(60)\n"
    )
    line = f"sh -c {shlex.quote(f'cd . && {shlex.quote(sys.executable)} server.py {{port}}; true')}"
    (port,) = free_ports(1)
    with Server(Command("head", line, folder), port) as server:
        server.wait_until_it_listens()
        assert find_served(server.pid) == Served(folder / "server.py", Path(sys.executable))


def test_a_namespace_is_closed_by_a_package_of_its_name(tmp_path: Path) -> None:
    for name in ("first/shop/a.py", "second/shop/b.py", "third/other/__init__.py", "fourth/other/c.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text("")
    places = sorted(tmp_path.iterdir())
    assert find_module("shop.b", places) == tmp_path / "second" / "shop" / "b.py"
    assert find_module("other.c", places) is None
