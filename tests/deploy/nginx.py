"""nginx as a process of its own, with the project's configuration: only ports, paths and times are put in."""

import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import trustme
from websockets.asyncio.client import connect

from tests.target_app.backplane.programs import place_for_all
from tests.target_app.server import PATIENCE
from wswarm.drive.host.ports import free_ports

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "nginx.conf"
PROGRAM = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
needs_nginx = pytest.mark.skipif(PROGRAM is None, reason="no nginx on this machine: apt-get install nginx")


class Nginx:
    """A running nginx.

    Attributes:
        folder: where its files are.
        port: where it speaks TLS.
        plain_port: where it tells those who don't that it does.
    """

    def __init__(self, folder: Path, behind: Sequence[int], replaced: Mapping[str, str]) -> None:
        self.folder = folder
        self.port, self.plain_port = free_ports(2)
        authority, files = trustme.CA(), folder / "tls"
        files.mkdir()
        certificate = authority.issue_cert("localhost")
        certificate.private_key_pem.write_to_path(files / "privkey.pem")
        for blob in certificate.cert_chain_pems:
            blob.write_to_path(files / "fullchain.pem", append=True)
        self._trust = ssl.create_default_context()
        authority.configure_trust(self._trust)
        configuration = folder / "nginx.conf"
        configuration.write_text(self._filled_in(behind, replaced))
        command = [str(PROGRAM), "-p", str(folder), "-c", str(configuration), "-g", "daemon off;"]
        with (folder / "said").open("wb") as said:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        self._wait_until_it_listens()

    def _filled_in(self, behind: Sequence[int], replaced: Mapping[str, str]) -> str:
        """The project's configuration on this machine."""
        servers = "\n".join(f"server 127.0.0.1:{port};" for port in behind)
        paths = {
            "/run/nginx.pid": f'"{self.folder}/pid"',
            "/var/log/nginx/error.log": f'"{self.folder}/error.log"',
            "/var/log/nginx/access.log": f'"{self.folder}/access.log"',
            "/etc/ssl/wswarm/fullchain.pem": f'"{self.folder}/tls/fullchain.pem"',
            "/etc/ssl/wswarm/privkey.pem": f'"{self.folder}/tls/privkey.pem"',
        }
        ports = {
            "server 127.0.0.1:8000;": servers,
            "listen 443 ssl;": f"listen 127.0.0.1:{self.port} ssl;",
            "listen 80;": f"listen 127.0.0.1:{self.plain_port};",
        }
        few = {"worker_connections 32768;": "worker_connections 512;", "worker_processes auto;": ""}
        # Debian's has its own places for bodies of requests, which only root may use.
        scratch = {"http {": "http {\n" + "".join(f'{name} "{self.folder}/{name}";\n' for name in _SCRATCH)}
        text = CONFIGURATION.read_text()
        for old, new in (
            paths | ports | few | scratch | {"worker_rlimit_nofile 65536;": ""} | replaced
        ).items():
            assert text.count(old) == 1, f"{old!r} is in nginx.conf {text.count(old)} times"
            text = text.replace(old, new)
        return text

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while self._process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1.0):
                return
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.01)
        raise AssertionError(self.said())

    def said(self) -> str:
        """What it wrote to its output and its error log."""
        logs = (self.folder / "said", self.folder / "error.log")
        return "".join(log.read_text() for log in logs if log.exists())

    def access_log(self, entries: int) -> str:
        """What was asked for, once there are so many lines."""
        log, deadline = self.folder / "access.log", time.monotonic() + PATIENCE
        while log.read_text().count("\n") < entries:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.01)
        return log.read_text()

    def connect(self, path: str, source: str = "", **options: Any) -> connect:
        """A client over TLS, of asyncio: Python 3.11 has no TLS for two threads of one connection."""
        place = {"host": "127.0.0.1", "port": self.port, "local_addr": (source, 0) if source else None}
        usual = {"proxy": None, "open_timeout": PATIENCE, "close_timeout": PATIENCE, "compression": None}
        return connect(f"wss://localhost:{self.port}{path}", ssl=self._trust, **(place | usual | options))

    def status(self, request: bytes) -> bytes:
        """The first line of the answer to some bytes over TLS, none if nginx closes."""
        plain = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        with self._trust.wrap_socket(plain, server_hostname="localhost") as client:
            client.sendall(request)
            with client.makefile("rb") as answer:
                return answer.readline()

    def stop(self) -> None:
        """End it."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


_SCRATCH = (
    "client_body_temp_path",
    "proxy_temp_path",
    "fastcgi_temp_path",
    "uwsgi_temp_path",
    "scgi_temp_path",
)


@contextmanager
def nginx(*behind: int, replaced: Mapping[str, str] | None = None) -> Iterator[Nginx]:
    """nginx before servers on these ports, from `with` to its end.

    Args:
        behind: where the applications listen.
        replaced: pieces of the configuration, and what stands there instead.
    """
    # As root its workers are somebody else, who has to get to the files.
    with tempfile.TemporaryDirectory(prefix="wswarm-nginx-", dir=place_for_all()) as folder:
        Path(folder).chmod(0o755)
        running = Nginx(Path(folder), behind, replaced or {})
        try:
            yield running
        finally:
            running.stop()
