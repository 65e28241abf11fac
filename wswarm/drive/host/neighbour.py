"""A busy neighbour: a process that wants a core for half of the time, as other work on a shared machine does."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from wswarm.drive.fleet.start import module_command
from wswarm.drive.host.libc import libc
from wswarm.drive.host.slowed import spin
from wswarm.drive.host.target import end_with_parent

_BUSY_NS = 50_000_000
_IDLE_S = 0.05


@contextmanager
def neighbour(*, is_there: bool) -> Iterator[None]:
    """Have a busy neighbour from here to the end of the block, or none."""
    if not is_there:
        yield
        return
    process = subprocess.Popen(
        module_command("wswarm.drive.host.neighbour"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=end_with_parent if libc() is not None and sys.platform == "linux" else None,  # noqa: PLW1509 - calls prctl alone
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Be busy for half of the time until ended."""
    while True:
        spin(_BUSY_NS)
        time.sleep(_IDLE_S)


if __name__ == "__main__":
    main()
