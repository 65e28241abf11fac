"""Where a run was made: machine, system, versions, commit."""

import platform
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from wswarm.drive.host import cgroup, limits
from wswarm.drive.host.files import file_limit
from wswarm.drive.host.lazy import psutil
from wswarm.drive.host.probes import load_average
from wswarm.results.run import Environment

_PACKAGES = ("wswarm", "picows", "websockets", "uvloop", "numpy", "fastapi", "starlette", "uvicorn", "locust")
_WHEEL = ".dist-info"


def environment() -> Environment:
    """Return where this process runs."""
    return Environment(
        cores=limits.cores(),
        cpu=_cpu_name(),
        kernel=f"{platform.system()} {platform.release()}",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        packages=versions(_PACKAGES),
        git=_git_revision(),
        host=platform.node() or None,
        memory=_memory(),
        load=load_average(),
        limits=_limits(),
    )


def versions(names: Iterable[str]) -> dict[str, str]:
    """Return the versions of packages that are installed, by name.

    As the folders of wheels are called (`NAME-VERSION.dist-info`); others are asked for as the library does it, which
    takes as long to load as a tenth of all else here.
    """
    called: dict[str, str] = {}
    for folder in sys.path:
        for one in Path(folder).glob(f"*{_WHEEL}"):
            name, _, version = one.name.removesuffix(_WHEEL).partition("-")
            called.setdefault(name.lower(), version)
    found = {}
    for name in names:
        known = called.get(name) or _version_of(name)
        if known:
            found[name] = known
    return found


def _version_of(name: str) -> str | None:
    if find_spec(name) is None:
        return None
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _memory() -> int:
    """Return how many bytes may be used here: the machine's, or fewer in a container."""
    bound, whole = cgroup.bounds().memory, psutil.virtual_memory().total
    return whole if bound is None else min(whole, int(bound.most))


def _limits() -> dict[str, int]:
    processes = cgroup.bounds().pids
    found = {"open files": file_limit(), "local ports": limits.local_ports()}
    return found | ({} if processes is None else {"processes": int(processes.most)})


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _git_revision() -> str | None:
    """Return the short commit of the working directory, with `+` if it has changes; `None` outside a checkout."""
    try:
        shown = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--abbrev=12", "--exclude=*"],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return shown.stdout.strip() or None if shown.returncode == 0 else None
