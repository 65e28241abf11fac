"""Tens of thousands of sockets on one machine: what they take of the generator, the target and the kernel.

`python -m benchmarks.many_sockets 50k` opens so many to a reference application with as many workers as that takes,
holds them, and prints a table. With `--backplane redis://…` it publishes three broadcasts to all of them, through the
chat, instead. It exits with 1 if not all opened, or if not every delivery came once.
"""

import argparse
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from wswarm.drive.host import limits
from wswarm.drive.host.files import file_limit
from wswarm.report import store
from wswarm.results.run import Run
from wswarm.units import parse_count

_BROADCASTS = 3
_BROADCAST_EVERY_S = 10.0
_DRAIN_S = 30.0
_LOOK_S = 1.0
_PATIENCE_S = 60.0
_MEASURED = (0, 98)  # 98: on a busy machine its times are not valid; counts and memory are


@dataclass
class Seen:
    """The most that was seen of each.

    Attributes:
        slab: Bytes of the kernel's own objects, sockets among them. `tcp`: bytes of sockets' buffers.
        workers: Resident bytes of each worker of the target. `files`: what each has open.
    """

    slab: int = 0
    tcp: int = 0
    workers: dict[int, int] = field(default_factory=dict)
    files: dict[int, int] = field(default_factory=dict)

    def look(self, server: psutil.Process) -> None:
        """Look once more."""
        self.slab, self.tcp = max(self.slab, slab()), max(self.tcp, tcp_bytes())
        for worker in server.children(recursive=True) or [server]:
            with worker.oneshot():
                self.workers[worker.pid] = max(self.workers.get(worker.pid, 0), worker.memory_info().rss)
                self.files[worker.pid] = max(self.files.get(worker.pid, 0), worker.num_fds())


def slab() -> int:
    """Return the bytes that the kernel's own objects take."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Slab:"))


def tcp_bytes() -> int:
    """Return the bytes in buffers of TCP sockets."""
    words = Path("/proc/net/sockstat").read_text().split("TCP:")[1].split()
    return int(words[words.index("mem") + 1]) * resource.getpagesize()


@contextmanager
def served(workers: int, backplane: str | None) -> Iterator[tuple[int, psutil.Process]]:
    """The port and the process of a reference application."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "wswarm", "serve", "--workers", str(workers), "--port", str(port)]
    with subprocess.Popen(command + (["--backplane", backplane] if backplane else [])) as server:
        try:
            _wait_for(port)
            yield port, psutil.Process(server.pid)
        finally:
            server.terminate()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError("the reference application does not listen")


def measure(arguments: list[str], server: psutil.Process) -> tuple[Run, Seen]:
    """Return what `wswarm ARGUMENTS` finds, and the most that was seen meanwhile."""
    seen, is_over = Seen(), threading.Event()

    def watch() -> None:
        while not is_over.wait(_LOOK_S):
            seen.look(server)

    watcher = threading.Thread(target=watch)
    with tempfile.TemporaryDirectory() as folder:
        watcher.start()
        command = [sys.executable, "-m", "wswarm", *arguments, "--no-plots", "-o", str(Path(folder) / "run")]
        try:
            code = subprocess.run(command, check=False).returncode
        finally:
            is_over.set()
            watcher.join()
        if code not in _MEASURED:
            sys.exit(code)
        (run,) = store.load(Path(folder) / "run")
    return run, seen


def main() -> int:
    """Measure and print; 1 if something is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("connections", type=parse_count)
    parser.add_argument("--workers", type=int, help="of the target (default: as many as its files take)")
    parser.add_argument("--hold", default="60s")
    parser.add_argument("--connect-rate", default="500/s")
    parser.add_argument("--backplane", help="redis://…: publish three broadcasts to all of them")
    parsed = parser.parse_args()
    connections = parsed.connections
    workers = parsed.workers or limits.workers_for(connections, file_limit() - limits.FILES_RESERVED)
    rate = ["-c", str(connections), "--connect-rate", parsed.connect_rate]
    with served(workers, parsed.backplane) as (port, server):
        before = Seen()
        before.look(server)
        if parsed.backplane:
            hold_s = _BROADCASTS * _BROADCAST_EVERY_S
            load = ["-r", f"{1 / _BROADCAST_EVERY_S}/s", "-d", f"{hold_s}s", "--drain", f"{_DRAIN_S}s"]
            run, seen = measure(
                ["fanout", f"ws://127.0.0.1:{port}", "--profile", "chat", *load, *rate], server
            )
        else:
            run, seen = measure(["connect", f"ws://127.0.0.1:{port}/ws", "-d", parsed.hold, *rate], server)
    for row in table(run, seen, before):
        print(row)
    return int(not is_whole(run, connections))


def is_whole(run: Run, connections: int) -> bool:
    """Return whether all opened, and every delivery came once."""
    found = run.messages
    has_come = found is None or (found.owed == found.received and not found.duplicated + found.extra)
    return has_come and run.connections.opened >= connections


def table(run: Run, seen: Seen, before: Seen) -> Iterator[str]:
    """Yield the figures, a line each; memory per connection is that by which it grew."""
    opened, generator = run.connections.opened, run.generator
    held = sum(seen.workers.values())
    grown = [held - sum(before.workers.values()), seen.slab - before.slab]
    target, kernel = (f"{one / max(1, opened) / 1e3:.1f} KB per connection" for one in grown)
    own = f"{(generator.rss_per_connection or 0) / 1e3:.1f} KB per connection"
    yield f"| opened of {run.connections.requested:,} | {opened:,} |"
    yield f"| open at once | {run.connections.peak:,} |"
    yield f"| generator | {generator.processes} processes, {_mb(generator.peak_rss)}, {own} |"
    yield f"| target | {len(seen.workers)} processes, {_mb(held)}, {target} |"
    yield f"| kernel, both ends | {_mb(grown[1])}, {kernel}; at most {_mb(seen.tcp)} in buffers |"
    yield f"| files of the target's workers | {' '.join(f'{one:,}' for one in sorted(seen.files.values()))} |"
    if run.messages is not None:
        yield f"| deliveries | {run.messages.received:,} of {run.messages.owed:,} |"


def _mb(size: int | None) -> str:
    return f"{(size or 0) / 1e6:,.0f} MB"


if __name__ == "__main__":
    sys.exit(main())
