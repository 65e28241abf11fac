"""Where a run was made: machine, system, versions, commit."""

import platform
import subprocess
from pathlib import Path

from wswarm.drive.host import cgroup, limits
from wswarm.drive.host.files import file_limit
from wswarm.drive.host.lazy import psutil
from wswarm.drive.host.probes import load_average
from wswarm.results.run import Environment

_PACKAGES = ("wswarm", "picows", "websockets", "uvloop", "numpy", "fastapi", "starlette", "uvicorn", "locust")


def environment() -> Environment:
    """Return where this process runs."""
    from importlib.metadata import (  # asked when a run is stored, and never before
        PackageNotFoundError,
        version,
    )

    packages = {}
    for name in _PACKAGES:
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            continue
    return Environment(
        cores=limits.cores(),
        cpu=_cpu_name(),
        kernel=f"{platform.system()} {platform.release()}",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        packages=packages,
        git=_git_revision(),
        host=platform.node() or None,
        memory=_memory(),
        load=load_average(),
        limits=_limits(),
    )


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
