"""Servers that are no WebSocket service, as threads of the test."""

import http.server
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from wswarm.drive.host.ports import free_ports


class _Silent(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while self.request.recv(1024):
            pass


class _Brusque(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.recv(1024)


class _Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_error(404 if self.path == "/missing" else 403 if self.path == "/private" else 200)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Old(_Page):
    protocol_version = "HTTP/1.0"


KINDS = {"silent": _Silent, "brusque": _Brusque, "http": _Page, "old http": _Old}


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    request_queue_size = 100
    block_on_close = False
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Clients hang up on us as they like."""


@contextmanager
def stranger(kind: str) -> Iterator[int]:
    """The port of a server that accepts and says nothing, hangs up at once, or speaks plain HTTP."""
    with _Server(("127.0.0.1", 0), KINDS[kind]) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def closed_port() -> int:
    """A port that nothing listens on."""
    (port,) = free_ports(1)
    return port
