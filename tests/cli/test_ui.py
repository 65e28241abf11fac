"""`wswarm ui` as a user meets it: what it prints, what stands in its way, how it ends."""

import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.command import PATIENCE_S, in_process
from tests.ui import stored
from wswarm import installation

pytestmark = pytest.mark.xdist_group("workbench")
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@contextmanager
def workbench(folder: Path, *arguments: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A running workbench, and the address that it has printed."""
    command = [sys.executable, "-m", "wswarm", "ui", str(folder), "--port", "0", "--no-open", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = process.stdout.readline()
            address = re.search(r"http://\S+", told)
            assert address is not None, told
            yield process, address[0]
        finally:
            process.kill()


def test_it_prints_its_address_serves_the_folder_and_ends_by_ctrl_c(tmp_path: Path) -> None:
    folder = tmp_path / "gate ü x"
    stored.fill(folder, 2)
    with workbench(folder) as (process, address):
        with _DIRECT.open(address, timeout=PATIENCE_S) as answer:
            assert b'<strong id="total">2</strong>' in answer.read()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out, err) == (0, "", "")


def test_others_than_this_machine_need_the_token_that_is_printed(tmp_path: Path) -> None:
    with workbench(tmp_path, "--host", "0.0.0.0") as (_, address):
        port, token = re.findall(r":(\d+)/\?token=(\S+)$", address)[0]
        place = f"http://127.0.0.1:{port}/"
        with pytest.raises(urllib.error.HTTPError, match="401"):
            _DIRECT.open(place, timeout=PATIENCE_S)
        asked = urllib.request.Request(place, headers={"Authorization": f"Bearer {token}"})
        with _DIRECT.open(asked, timeout=PATIENCE_S) as answer:
            assert answer.status == 200


@pytest.mark.parametrize("name", ["nowhere", "file", "a\\0b"])
def test_a_folder_that_is_not_there_is_exit_1(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    end = in_process("ui", name.replace("\\0", "\0"), "--no-open", cwd=tmp_path)
    assert (end.code, end.out, end.err.count("\n")) == (1, "", 1), end


def test_a_port_that_is_taken_is_told_in_a_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        end = in_process("ui", str(tmp_path), "--port", str(port), "--no-open", cwd=tmp_path)
    assert (end.code, end.out, end.err.count("\n")) == (1, "", 1)
    assert f"--port {port}" in end.err


def test_a_report_itself_is_no_folder_of_reports(tmp_path: Path) -> None:
    shutil.copytree(stored.SAMPLE / "echo", tmp_path / "echo")
    end = in_process("ui", str(tmp_path / "echo"), "--no-open", cwd=tmp_path)
    assert end.code == 2
    assert f"name the folder that holds it, {tmp_path}" in end.err


def test_a_missing_package_is_exit_2_and_the_line_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "find_spec", lambda _: None)
    end = in_process("ui", str(tmp_path), "--no-open", cwd=tmp_path)
    assert (end.code, end.err.count("\n")) == (2, 1)
    assert "pip install 'wswarm[ui]'" in end.err
