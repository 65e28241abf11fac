"""A container file's steps, taken on this machine: folders of the image are folders of a test."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

# Nothing is looked for on an index: what the project needs is installed where the tests run.
OFFLINE = {
    "PIP_NO_DEPS": "1",
    "PIP_NO_INDEX": "1",
    "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it as the value of "build isolation"
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}


def instructions(text: str) -> list[tuple[str, str]]:
    """Each instruction's name and what follows it."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in joined.splitlines())]


class Image:
    """What a container file makes of a project's folder.

    Attributes:
        root: the file system of the last stage, but for what its base has.
        command: what a container of it runs.
        healthcheck: what says whether that is well.
        user, signal: as whom, and how it is told to stop.
        environment: of both.
    """

    def __init__(self, text: str, context: Path, folder: Path) -> None:
        self.root = folder / "root"
        self._context, self._stages = context, folder / "stages"
        self._stage = ""
        self.command: list[str] = []
        self.healthcheck: list[str] = []
        self.user = self.signal = self._workdir = ""
        self.environment: dict[str, str] = {}
        for name, rest in instructions(text):
            getattr(self, f"take_{name.lower()}")(rest)

    @property
    def workdir(self) -> Path:
        """Where commands are run."""
        return self._place(self._workdir)

    def run(self, command: list[str], **more: str) -> "subprocess.CompletedProcess[str]":
        """Run a command in a container until it ends."""
        return subprocess.run(
            command,
            cwd=self.workdir,
            env=self.variables(more),
            capture_output=True,
            text=True,
            check=False,
            umask=0o022,
        )

    def variables(self, more: Mapping[str, str]) -> dict[str, str]:
        """The environment of a container; `python` is the one that runs the tests."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {"PATH": path, **self.environment, **more}

    def _place(self, path: str) -> Path:
        return (
            self.root / path.lstrip("/")
            if path.startswith("/")
            else self.root / self._workdir.lstrip("/") / path
        )

    def take_from(self, rest: str) -> None:
        if self.root.exists():
            self._stages.mkdir(exist_ok=True)
            self.root.rename(self._stages / self._stage)
        self._stage = rest.partition(" AS ")[2]
        self.root.mkdir(parents=True)
        self.environment = {}

    def take_workdir(self, rest: str) -> None:
        self._workdir = rest
        self.workdir.mkdir(parents=True)

    def take_copy(self, rest: str) -> None:
        *sources, target = shlex.split(rest)
        origin = self._context
        if sources[0].startswith("--from="):
            origin = self._stages / sources.pop(0).removeprefix("--from=")
        for source in sources:
            there, here = origin / source.lstrip("/"), self._place(target)
            if there.is_dir():
                shutil.copytree(there, here, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(there, here)

    def take_run(self, rest: str) -> None:
        done = self.run(["sh", "-c", rest], **OFFLINE)
        assert done.returncode == 0, done.stdout + done.stderr

    def take_env(self, rest: str) -> None:
        for name, value in (pair.split("=", 1) for pair in shlex.split(rest)):
            self.environment[name] = re.sub(r"^/(?=opt/)", f"{self.root}/", value)

    def take_user(self, rest: str) -> None:
        self.user = rest

    def take_expose(self, rest: str) -> None:
        """It says where it serves, and does nothing."""

    def take_stopsignal(self, rest: str) -> None:
        self.signal = rest

    def take_healthcheck(self, rest: str) -> None:
        self.healthcheck = json.loads(rest.partition("CMD ")[2])

    def take_cmd(self, rest: str) -> None:
        self.command = json.loads(rest)
