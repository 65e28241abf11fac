"""An empty environment in which the wheel is installed, made without an index.

What the wheel requires is linked from the environment of the tests: the same files that pip would put there.
"""

import importlib.metadata as metadata
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


def build(kind: str, source: Path, folder: Path) -> Path:
    """Build a wheel or sdist of a source tree, and return it."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (made,) = folder.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return made


def closure(lines: Iterable[str], extra: str = "") -> dict[str, metadata.Distribution]:
    """Return the distributions that requirements come to, by name."""
    found: dict[str, metadata.Distribution] = {}
    waiting = [(Requirement(line), extra) for line in lines]
    while waiting:
        requirement, asked = waiting.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": asked}):
            continue
        if requirement.name in found:
            continue
        one = found[requirement.name] = metadata.distribution(requirement.name)
        own = [Requirement(line) for line in one.requires or ()]
        waiting += [(line, extra) for line in own for extra in (requirement.extras or {""})]
    return found


def files(distribution: metadata.Distribution) -> Iterator[Path]:
    """Yield what a distribution has put into its place, programs and bytecode apart."""
    for file in distribution.files or ():
        if file.parts[0] != ".." and file.suffix != ".pyc":
            yield Path(str(file))


def link(distributions: Iterable[metadata.Distribution], place: Path) -> None:
    """Put distributions into a folder where modules are looked for."""
    for one in distributions:
        for top in {file.parts[0] for file in files(one)}:
            if top != "__pycache__" and not (place / top).exists():
                (place / top).symlink_to(str(one.locate_file(top)))


class Environment:
    """An environment with nothing but what is put into it.

    Attributes:
        folder: An empty one, where its programs are run.
    """

    def __init__(self, place: Path) -> None:
        self.folder, self._home = place / "folder", place / "environment"
        self.folder.mkdir()
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(self._home)], check=True)
        self.packages = Path(
            sysconfig.get_path("purelib", "venv", {"base": str(self._home), "platbase": str(self._home)})
        )

    def install(self, wheel: Path) -> None:
        """Have pip install a wheel, and nothing that it requires."""
        pip = [sys.executable, "-m", "pip", "--python", str(self._home / "bin" / "python")]
        quiet = ["--quiet", "--disable-pip-version-check", "--no-warn-script-location"]
        subprocess.run(
            [*pip, "install", *quiet, "--no-deps", "--no-index", "--no-compile", str(wheel)], check=True
        )

    def run(self, program: str, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run a program of the environment until it ends."""
        return subprocess.run(
            [self.program(program), *arguments],
            cwd=self.folder,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    def program(self, name: str) -> str:
        """The path of one of its programs."""
        return str(self._home / "bin" / name)
