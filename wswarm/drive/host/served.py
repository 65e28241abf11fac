"""Which file a server serves, as far as its processes show: the application's, or else the program's."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from wswarm.drive.host.descendants import descendants
from wswarm.drive.host.lazy import psutil
from wswarm.drive.host.module_file import find_module

_PYTHON = re.compile(r"(?:python|pypy)[0-9.]*t?(?:\.exe)?", re.IGNORECASE)
_APPLICATION = re.compile(r"([A-Za-z_]\w*(?:\.\w+)*):[A-Za-z_][\w.]*(?:\(.*\))?")
# Servers that look for the application in the folder where they are started, whatever Python itself does.
_LOOKS_HERE = {"uvicorn", "hypercorn", "gunicorn", "granian", "daphne", "fastapi"}
_FOLDER_OPTIONS = ("--app-dir", "--chdir", "--working-dir")
_WITH_VALUE = {"-W", "-X", "--check-hash-based-pycs"}
_PATIENCE_S = 10.0
_SHOW_PATH = "import sys; print('\\n'.join(place for place in sys.path if place))"


class Served(NamedTuple):
    """What a server is made of.

    Attributes:
        file: Of the application, or the program where nothing tells the application.
        python: Interpreter that runs it, `None` if it is no Python.
    """

    file: Path
    python: Path | None


class _Seen(NamedTuple):
    """A process: its words, where it is and what it inherited."""

    words: Sequence[str]
    folder: Path
    variables: Mapping[str, str]
    program: Path


class _Line(NamedTuple):
    """The command line of a Python process.

    Attributes:
        name: Of the module or script. `is_module`: whether it was started by `-m`.
        rest: What follows.
        is_safe: Whether Python itself adds no folder to what it searches.
    """

    name: str
    is_module: bool
    rest: Sequence[str]
    is_safe: bool


def find_served(pid: int) -> Served | None:
    """Return what the process, or one that it has started, serves; `None` if they can't be looked at.

    The first process that names an application says it: a shell does not, nor does a program that starts workers.
    """
    programs = []
    for seen in _processes(pid):
        found, is_application = _served(seen)
        if is_application:
            return found
        programs.append(found)
    return programs[-1] if programs else None


def _processes(pid: int) -> list[_Seen]:
    try:
        first = psutil.Process(pid)
        everyone = [first, *descendants(first)]
    except psutil.Error:
        return []
    return [seen for one in everyone if (seen := _look(one)) is not None]


def _look(process: "psutil.Process") -> _Seen | None:
    try:
        words, folder, variables = process.cmdline(), process.cwd(), process.environ()
        program = process.exe()
    except (psutil.Error, OSError):
        return None
    return _Seen(words, Path(folder), variables, Path(program)) if words else None


def _served(seen: _Seen) -> tuple[Served, bool]:
    """Return what one process serves, and whether it is an application rather than a program."""
    if not _PYTHON.fullmatch(Path(seen.words[0]).name):
        file = _file_among(seen.words[1:], seen.folder)
        return Served(file or seen.program, None), file is not None
    python = _interpreter(seen)
    line = _read(seen)
    file = _application(seen, line, python) if line else None
    if file is None and line is not None:
        file = _file_among(line.rest, seen.folder, ".py")
    if file is not None:
        return Served(file, python), True
    if line is None:
        return Served(seen.program, python), False
    if line.is_module:
        places = [*([] if line.is_safe else [seen.folder]), *_search_path(seen, python)]
        return Served(find_module(line.name, places, is_run=True) or seen.program, python), True
    script = seen.folder / line.name
    return Served(script, python), script.suffix == ".py"


def _application(seen: _Seen, line: _Line, python: Path) -> Path | None:
    """Return the file of the module in `module:app`, looked for where Python looks."""
    found = [match[1] for word in line.rest if (match := _APPLICATION.fullmatch(_value(word)))]
    if not found:
        return None
    places = [*_own_places(seen, line), *_search_path(seen, python)]
    files = (find_module(name, places) for name in found)
    return next((file for file in files if file is not None), None)


def _own_places(seen: _Seen, line: _Line) -> list[Path]:
    """Return the folders that come before those that every Python of that environment searches."""
    asked = _option(line.rest, _FOLDER_OPTIONS)
    if asked is not None:
        return [seen.folder / asked]
    looks_here = Path(line.name).stem.partition(".")[0] in _LOOKS_HERE
    if looks_here or (line.is_module and not line.is_safe):
        return [seen.folder]
    return [] if line.is_safe else [(seen.folder / line.name).parent]


def _read(seen: _Seen) -> _Line | None:
    """Return what a Python's command line says; `None` for code on it, or no program at all."""
    words = list(seen.words[1:])
    is_safe = bool(seen.variables.get("PYTHONSAFEPATH"))
    while words and words[0].startswith("-") and words[0] != "-":
        flag = words.pop(0)
        if flag in _WITH_VALUE:
            words = words[1:]
        elif not flag.startswith("--"):
            letters = flag[1:]
            is_safe |= bool(set("PI") & set(re.split("[mcWX]", letters, maxsplit=1)[0]))
            if "c" in letters:
                return None
            if letters.endswith("m") and words:
                return _Line(words[0], True, words[1:], is_safe)
    return _Line(words[0], False, words[1:], is_safe) if words else None


def _interpreter(seen: _Seen) -> Path:
    """Return the interpreter by the name it was called: that leads to its environment, not to a link's end."""
    name = seen.words[0]
    if os.sep in name:
        return seen.folder / name
    for place in seen.variables.get("PATH", os.defpath).split(os.pathsep):
        if (seen.folder / place / name).is_file():
            return seen.folder / place / name
    return seen.program


def _search_path(seen: _Seen, python: Path) -> list[Path]:
    """Return where that Python looks for modules, without its folder."""
    try:
        shown = subprocess.run(
            [str(python), "-c", _SHOW_PATH],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            timeout=_PATIENCE_S,
            cwd=python.parent,
            env=dict(seen.variables),
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return [Path(place) for place in shown.stdout.splitlines()]


def _file_among(words: Sequence[str], folder: Path, suffix: str = "") -> Path | None:
    """Return the first word that is a file of the folder, as in `node server.js`; `/usr/bin/npm` is a program."""
    for word in words:
        file = folder / word
        if (
            not word.startswith("-")
            and word.endswith(suffix)
            and file.is_relative_to(folder)
            and file.is_file()
        ):
            return file
    return None


def _option(words: Sequence[str], names: Sequence[str]) -> str | None:
    for word, following in zip(words, [*words[1:], ""], strict=True):
        name, equals, value = word.partition("=")
        if name in names:
            return value if equals else following
    return None


def _value(word: str) -> str:
    """Return what an option of the form --name=value is set to."""
    return word.partition("=")[2] if word.startswith("--") and "=" in word else word
