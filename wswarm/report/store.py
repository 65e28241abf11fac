"""The one file that reads and writes run files, and the pages and pictures beside them.

::

    reports/20...Z-echo/   run.json  summary.txt  report.html  *.png  *.svg
    reports/20...Z-run/    index.json  summary.txt  report.html  connect/  echo/  fanout/ (each as above)
    reports/latest         a link to the newest of them
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from wswarm.errors import ResultError
from wswarm.report.drawing import settings_folder
from wswarm.report.folders import DEFAULT_ROOT as DEFAULT_ROOT
from wswarm.report.folders import link_latest as link_latest
from wswarm.report.folders import new_folder as new_folder
from wswarm.report.folders import prepare as prepare
from wswarm.report.folders import unwritable
from wswarm.report.text import suite_summary, summary
from wswarm.run import SCHEMA, Run

Kind = TypeVar("Kind", Run, "Index")

SUITE_SCHEMA = "wswarm/suite@1"
RUN_FILE, INDEX_FILE = "run.json", "index.json"
SUMMARY_FILE, PAGE_FILE = "summary.txt", "report.html"
PICTURES = ("connections", "percentiles", "over-time", "fanout")


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """The runs of a suite, as names of folders beside the index; `failures`: why other scenarios have none."""

    schema: str = SUITE_SCHEMA
    runs: list[str]
    failures: dict[str, str] = {}


class _Head(msgspec.Struct, frozen=True):
    schema: str


def write_run(run: Run, folder: Path) -> Path:
    """Write `run.json` alone, whole or not at all; return its path.

    Raises:
        ResultError: it can't be written.
    """
    prepare(folder)
    return write_file(folder / RUN_FILE, pretty(msgspec.to_builtins(run)) + "\n")


def save(run: Run, folder: Path, *, plots: bool) -> None:
    """Write a run with its summary, pictures and page; `run.json` first, so that nothing measured is lost.

    Raises:
        ResultError: something can't be written or drawn; the message says whether `run.json` is safe.
    """
    write_run(run, folder)
    _forget_index(folder)
    _write_pages([run], [folder], folder, plots=plots)


def save_suite(
    runs: Sequence[Run], folder: Path, *, plots: bool, failures: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Write each run into a folder of its own, and the index, the joint summary and page beside them.

    Args:
        failures: By scenario, why it could not be measured.

    Raises:
        ResultError: as with `save`; every `run.json` is written before anything is drawn.
    """
    names = _folder_names(runs)
    for run, name in zip(runs, names, strict=True):
        write_run(run, folder / name)
    index = Index(runs=names, failures=dict(failures))
    write_file(folder / INDEX_FILE, pretty(msgspec.to_builtins(index)) + "\n")
    _write_pages(runs, [folder / name for name in names], folder, plots=plots)


def redraw(path: Path, *, plots: bool) -> list[Run]:
    """Write summary, pictures and page of a stored run or suite again and return the runs, untouched.

    Raises:
        ResultError: the run can't be read, or its pages can't be written.
    """
    files = _run_files(path)
    runs = [_read(file) for file in files]
    top = path if path.is_dir() else path.parent
    _write_pages(runs, [file.parent for file in files], top, plots=plots)
    return runs


def failures_in(folder: Path) -> dict[str, str]:
    """Return why scenarios of the suite in the folder have no run; of a run there are none.

    Raises:
        ResultError: the suite's index can't be read.
    """
    index = folder / INDEX_FILE
    return _decoded(index, Index, SUITE_SCHEMA).failures if index.exists() else {}


def load(path: Path) -> list[Run]:
    """Return the runs in a `run.json`, a run's folder or a suite's folder.

    Raises:
        ResultError: missing, not JSON, not a run file, or of a version this wswarm does not know.
    """
    return [_read(file) for file in _run_files(path)]


def _forget_index(folder: Path) -> None:
    """Remove the index of a suite that was in the folder before; its runs stay."""
    try:
        (folder / INDEX_FILE).unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(folder, error.strerror or str(error)) from error


def _write_pages(runs: Sequence[Run], folders: Sequence[Path], top: Path, *, plots: bool) -> None:
    """Write all that can be made from the run files; a failed drawing is reported when the rest is done."""
    from wswarm.report.html import (
        render,  # its templates take long to load: by now the figures have been shown
    )

    pictures, failures = [], []
    missing = failures_in(top) if list(folders) != [top] else {}
    for run, folder in zip(runs, folders, strict=True):
        write_file(folder / SUMMARY_FILE, summary(run))
        drawn, failure = _draw(run, folder, plots=plots)
        pictures.append(drawn)
        failures += [failure] if failure is not None else []
        if folder != top:
            write_file(folder / PAGE_FILE, render([run], [drawn]))
    if list(folders) != [top]:
        write_file(top / SUMMARY_FILE, suite_summary(runs, missing))
    write_file(top / PAGE_FILE, render(runs, pictures, missing))
    if failures:
        raise ResultError(
            f"{top}: the pictures could not be drawn ({failures[0]}); the run files and summaries are safe:"
            f" try again with 'wswarm report {top}'"
        ) from failures[0]


def _draw(run: Run, folder: Path, *, plots: bool) -> tuple[Mapping[str, bytes], Exception | None]:
    """Replace the folder's pictures; return the new ones as SVG by name, and what went wrong."""
    try:
        for name in PICTURES:
            for suffix in (".png", ".svg"):
                (folder / f"{name}{suffix}").unlink(missing_ok=True)
        if not plots:
            return {}, None
        with settings_folder(folder):
            from wswarm.report.plots import (
                draw,
            )  # matplotlib takes half a second to import: only when drawing

            files = draw(run, folder)
        return {file.stem: file.read_bytes() for file in files if file.suffix == ".svg"}, None
    except Exception as error:  # whatever the drawing library raises, the run is worth more than its pictures
        return {}, error


def write_file(path: Path, text: str) -> Path:
    """Write the file under another name and rename it, so that readers see the old one or the new one."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ResultError(
            f"{path} can't be written: {error.strerror or error}; free space or choose another place with -o"
        ) from error
    return path


def pretty(value: Any, indent: str = "") -> str:
    """Return JSON that a person can scroll through: objects indented, an element of a list on one line."""
    deeper = f"{indent}  "
    if isinstance(value, dict) and value:
        entries = (f"{deeper}{_json(str(key))}: {pretty(entry, deeper)}" for key, entry in value.items())
        return "{\n" + ",\n".join(entries) + f"\n{indent}}}"
    if isinstance(value, list | tuple) and value:
        return "[\n" + ",\n".join(f"{deeper}{_json(entry)}" for entry in value) + f"\n{indent}]"
    return _json(value)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode("utf-8")


def _folder_names(runs: Sequence[Run]) -> list[str]:
    names: list[str] = []
    for run in runs:
        own = run.name or run.scenario
        again = sum(name.partition("-")[0] == own for name in names)
        names.append(f"{own}-{again + 1}" if again else own)
    return names


def _run_files(path: Path) -> list[Path]:
    """Return the run files that a path stands for."""
    if path.name == INDEX_FILE:
        path = path.parent
    if not path.is_dir():
        return [path]
    index = path / INDEX_FILE
    if not index.exists():
        return [path / RUN_FILE]
    listed = _decoded(index, Index, SUITE_SCHEMA).runs
    strange = [name for name in listed if Path(name).name != name or name == ".."]
    if strange or not listed:
        raise ResultError(
            f"{index} lists {strange[0]!r}, which is no folder beside it" if strange else f"{index} is empty"
        )
    return [path / name / RUN_FILE for name in listed]


def _read(path: Path) -> Run:
    return _decoded(path, Run, SCHEMA)


def _decoded(path: Path, kind: type[Kind], schema: str) -> Kind:
    """Return the content of a file of ours."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ResultError(
            f"{path} does not exist: name a run.json, or the folder of a run or suite"
        ) from None
    except OSError as error:
        raise ResultError(f"{path} can't be read: {error.strerror}") from error
    try:
        found = msgspec.json.decode(content, type=_Head).schema
        if found != schema:
            raise ResultError(
                f"{path} is of version {found!r}, this wswarm reads {schema!r}: use the wswarm that wrote it"
            )
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ResultError(f"{path} is not a run file: {error}") from error
