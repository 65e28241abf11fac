"""What systemd does for a service with a socket unit: listen for it, start it, and hear when it is ready."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

from tests.target_app.server import PATIENCE, ROOT

# Becomes the command, with descriptors from 3 on and the variables that say so. Source: sd_listen_fds(3)
_LAUNCH = """
import os, sys
count = int(sys.argv[1])
spare = [os.dup(int(one)) for one in sys.argv[2:2 + count]]
moved = [os.dup2(one, 200 + number) for number, one in enumerate(spare)]
for number, one in enumerate(moved):
    os.dup2(one, 3 + number)
os.closerange(3 + count, 300)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(count))
os.execv(sys.executable, [sys.executable, *sys.argv[2 + count:]])
"""


class Activator:
    """Sockets on one free port of 127.0.0.1, which outlive the services that are started on them.

    Attributes:
        port: of all of them.
    """

    def __init__(self, log: Path, sockets: int) -> None:
        self._log = log
        self._notified = f"@wswarm-{uuid4()}"
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._line.bind(f"\0{self._notified[1:]}")
        self._line.settimeout(PATIENCE)
        self.port = 0
        self._sockets = [self._listen() for _ in range(sockets)]

    def _listen(self) -> socket.socket:
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        one.bind(("127.0.0.1", self.port))
        one.listen()
        self.port = one.getsockname()[1]
        return one

    def start(self, *options: str) -> "subprocess.Popen[bytes]":
        """`wswarm serve`, once it has told that it is ready."""
        descriptors = [one.fileno() for one in self._sockets]
        command = ["-m", "wswarm", "serve", *options]
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", _LAUNCH, str(len(descriptors)), *map(str, descriptors), *command],
                cwd=ROOT,
                env={**os.environ, "NOTIFY_SOCKET": self._notified},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=descriptors,
            )
        assert self._line.recv(100) == b"READY=1", self._log.read_text()
        return process

    def close(self) -> None:
        """Listen no longer."""
        for one in (*self._sockets, self._line):
            one.close()


def end(process: "subprocess.Popen[bytes]") -> int:
    """The exit code after SIGTERM."""
    process.terminate()
    try:
        return process.wait(PATIENCE)
    finally:
        process.kill()
