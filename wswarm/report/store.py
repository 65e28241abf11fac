"""The one file that reads and writes run files, and the pages and pictures beside them.

::

    reports/20...Z-echo/   run.json  summary.txt  report.html  *.png  (*.svg)
    reports/20...Z-run/    index.json  summary.txt  report.html  connect/  echo/  fanout/ (each as above)
    reports/latest         a link to the newest of them
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from wswarm import bounded
from wswarm.errors import ResultError
from wswarm.report.checkpoints import CHECKPOINTS_FILE
from wswarm.report.folders import DEFAULT_ROOT as DEFAULT_ROOT
from wswarm.report.folders import link_latest as link_latest
from wswarm.report.folders import new_folder as new_folder
from wswarm.report.folders import prepare as prepare
from wswarm.report.folders import unwritable
from wswarm.report.pages import PAGE_FILE as PAGE_FILE
from wswarm.report.pages import forget_pictures, undrawn, write_pages
from wswarm.report.text import suite_summary, summary
from wswarm.report.whole_file import write_file as write_file
from wswarm.results import stored_plan
from wswarm.results.run import SCHEMA, Run

Kind = TypeVar("Kind", Run, "Index")

SUITE_SCHEMA = "wswarm/suite@1"
RUN_FILE, INDEX_FILE = "run.json", "index.json"
SUMMARY_FILE = "summary.txt"


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


def keep(run: Run, folder: Path) -> None:
    """Write a run and its summary; `run.json` first, so that nothing measured is lost. What was there before goes.

    Raises:
        ResultError: something can't be written.
    """
    write_run(run, folder)
    forget(folder, CHECKPOINTS_FILE, INDEX_FILE, PAGE_FILE)
    forget_pictures(folder)
    write_file(folder / SUMMARY_FILE, summary(run))


def keep_suite(runs: Sequence[Run], folder: Path, failures: Mapping[str, str] = MappingProxyType({})) -> None:
    """Write each run and its summary into a folder of its own, the index and the joint summary beside them.

    Args:
        failures: By scenario, why it could not be measured.

    Raises:
        ResultError: something can't be written; every `run.json` is written before anything else.
    """
    names = folder_names(runs)
    for run, name in zip(runs, names, strict=True):
        write_run(run, folder / name)
        forget(folder / name, CHECKPOINTS_FILE)
    index = Index(runs=names, failures=dict(failures))
    write_file(folder / INDEX_FILE, pretty(msgspec.to_builtins(index)) + "\n")
    forget(folder, PAGE_FILE)
    summarise(runs, folder)


def save(run: Run, folder: Path, *, plots: bool, svg: bool = False) -> None:
    """Write a run with its summary, pictures and page; `run.json` first, so that nothing measured is lost.

    Args:
        plots: Whether to draw; `svg`: SVG beside PNG, and in the page.

    Raises:
        ResultError: something can't be written or drawn; the message says whether `run.json` is safe.
    """
    keep(run, folder)
    redraw(folder, plots=plots, svg=svg)


def save_suite(
    runs: Sequence[Run], folder: Path, *, plots: bool, failures: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Do the same with several: each into a folder of its own, the index and what shows all of them beside.

    Args:
        failures: By scenario, why it could not be measured.

    Raises:
        ResultError: as with `save`; every `run.json` is written before anything is drawn.
    """
    keep_suite(runs, folder, failures)
    redraw(folder, plots=plots)


def redraw(path: Path, *, plots: bool, svg: bool = False) -> list[Run]:
    """Write summary, pictures and page of a stored run or suite again and return the runs, untouched.

    Raises:
        ResultError: the run can't be read, or its pages can't be written.
    """
    runs = load(path)
    summarise(runs, path)
    failure = draw(path, plots=plots, svg=svg)
    if failure is not None:
        raise undrawn(folder_of(path), str(failure)) from failure
    return runs


def summarise(runs: Sequence[Run], path: Path) -> None:
    """Write the summaries of the runs that are stored there.

    Raises:
        ResultError: one can't be written.
    """
    top = folder_of(path)
    files = _run_files(path)
    for run, file in zip(runs, files, strict=True):
        write_file(file.with_name(SUMMARY_FILE), summary(run))
    if _is_suite(files, top):
        write_file(top / SUMMARY_FILE, suite_summary(runs, failures_in(top)))


def draw(
    path: Path, *, plots: bool, svg: bool = False, drawn: Sequence[str] = (), in_two: bool = False
) -> Exception | None:
    """Write pictures and pages alone of the stored run or suite.

    Args:
        drawn: Folders of runs of the suite whose pictures have just been drawn.
        in_two: Have a process of its own draw half of them; only for processes without threads.

    Raises:
        ResultError: the run can't be read, or a page can't be written.
    """
    files, top = _run_files(path), folder_of(path)
    return write_pages(
        [_read(file) for file in files],
        [file.parent for file in files],
        top,
        failures_in(top) if _is_suite(files, top) else {},
        plots=plots,
        svg=svg,
        drawn=[top / name for name in drawn],
        in_two=in_two,
    )


def folder_of(path: Path) -> Path:
    """Return the folder of the report that a path stands for."""
    return path.parent if path.is_file() else path


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


def _is_suite(files: Sequence[Path], top: Path) -> bool:
    return [file.parent for file in files] != [top]


def forget(folder: Path, *names: str) -> None:
    """Remove files of a report that was in the folder before."""
    try:
        for name in names:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(folder, error.strerror or str(error)) from error


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


def folder_names(runs: Sequence[Run]) -> list[str]:
    """Return the folder of each run of a suite."""
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
    run = _decoded(path, Run, SCHEMA)
    try:
        stored_plan.check(run.plan)
    except msgspec.ValidationError as error:
        raise ResultError(f"{path} is not a run file: its plan: {error}") from None
    return run


def _decoded(path: Path, kind: type[Kind], schema: str) -> Kind:
    """Return the content of a file of ours."""
    try:
        content = bounded.stored(path)
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
