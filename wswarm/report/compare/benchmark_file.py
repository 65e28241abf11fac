"""Reads the JSON that pytest-benchmark writes, as what is compared of a run."""

from pathlib import Path
from typing import Any

import msgspec

from wswarm import bounded
from wswarm.errors import PlanError, ResultError
from wswarm.stats.compare.slices import Metric
from wswarm.stats.recording import MEDIAN_THETA, Reading, Recording
from wswarm.stats.sample import Sample


class _Stats(msgspec.Struct, frozen=True):
    median: float
    data: list[float] = []


class _Benchmark(msgspec.Struct, frozen=True):
    fullname: str
    stats: _Stats


class BenchmarkFile(msgspec.Struct, frozen=True):
    """A file that `pytest --benchmark-json` or `--benchmark-save` wrote, as far as it is of use here."""

    benchmarks: list[_Benchmark]
    machine_info: dict[str, Any] = {}
    commit_info: dict[str, Any] = {}
    datetime: str = ""

    @property
    def commit(self) -> str | None:
        """The commit that was measured, if it was one."""
        found = self.commit_info.get("id")
        return found if isinstance(found, str) and found != "unversioned" else None


def read(path: Path) -> BenchmarkFile | None:
    """Return the file's content, `None` if it is no such file.

    Raises:
        ResultError: it can't be read, or holds no benchmark.
    """
    try:
        found = msgspec.json.decode(bounded.stored(path), type=BenchmarkFile)
    except FileNotFoundError:
        raise ResultError(f"{path} does not exist") from None
    except OSError as error:
        raise ResultError(f"{path} can't be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if not found.benchmarks:
        raise ResultError(f"{path} holds no benchmark: pytest-benchmark measured nothing")
    return found


def pair_files(base: BenchmarkFile, head: BenchmarkFile) -> tuple[Recording, Recording]:
    """Return the benchmarks of both files, medians with all rounds where they were kept.

    Raises:
        PlanError: no benchmark is in both.
    """
    if not {one.fullname for one in base.benchmarks} & {one.fullname for one in head.benchmarks}:
        raise PlanError(
            f"base and head have no benchmark in common: {base.benchmarks[0].fullname}, for one, is in base only"
        )
    return _recording(base), _recording(head)


def doubts(base: BenchmarkFile, head: BenchmarkFile) -> list[str]:
    """Return what differs between the files, as sentences."""
    own, others = ([one.fullname for one in file.benchmarks] for file in (base, head))
    found = [f"{name} is in base only" for name in own if name not in others]
    found += [f"{name} is in head only" for name in others if name not in own]
    for name, (one, other) in {
        "processor": (_processor(base), _processor(head)),
        "python": (base.machine_info.get("python_version"), head.machine_info.get("python_version")),
    }.items():
        found += [f"different {name}: {one} and {other}"] if one != other else []
    if not all(one.stats.data for file in (base, head) for one in file.benchmarks):
        found.append("rounds were not kept, so there is no interval: save with --benchmark-json=FILE")
    return found


def _recording(file: BenchmarkFile) -> Recording:
    readings = [
        Reading(
            Metric(name=one.fullname, theta=MEDIAN_THETA), one.stats.median, Sample.of(one.stats.data), 0.5
        )
        for one in file.benchmarks
    ]
    return Recording("pytest-benchmark", tuple(readings))


def _processor(file: BenchmarkFile) -> Any:
    cpu = file.machine_info.get("cpu")
    return cpu.get("brand_raw") if isinstance(cpu, dict) else None
