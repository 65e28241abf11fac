"""A page that is served on loopback while something goes on, and put together only when it is asked for."""

import re
import threading
import time
from abc import ABC, abstractmethod
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from wswarm.report.charts.library import library

HOST = "127.0.0.1"
AGAIN = "again"  # the query of a page that has the charts' library already
_OWN = re.compile(rf"(?:{re.escape(HOST)}|localhost)(?::[0-9]+)?", re.IGNORECASE)  # in a `Host` header
_WATCHED_S = 4.0  # who has asked so lately is still there
_PATIENCE_S = 5.0
_RENEWED_S = 0.5


class ServedPage(ABC):
    """Serves the page of what is being measured.

    The page asks for itself each second. What is written into it is put together in the thread that answers, at most
    twice a second, whoever asks.

    Attributes:
        url: Where.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: tuple[float, str] | None = None
        self._is_over = False
        self._asked_at = 0.0
        self._has_left = threading.Event()
        self._server = ThreadingHTTPServer((HOST, 0), type("Answers", (_Answers,), {"of": self}))
        self._server.daemon_threads = True
        self.url = f"http://{HOST}:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    @abstractmethod
    def _render(self) -> str | None:
        """Return the page as it is now, `None` as long as nothing has begun."""

    def finish(self) -> None:
        """Show that all is over."""
        with self._lock:
            self._made, self._is_over = None, True

    def wait(self) -> None:
        """Wait some seconds until whoever watches has the whole page."""
        if time.monotonic() - self._asked_at < _WATCHED_S:
            self._has_left.wait(_PATIENCE_S)

    def close(self) -> None:
        """Serve no longer."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self) -> tuple[str | None, bool]:
        """Return the page as it is now, and whether it is the last; `None` as long as nothing has begun."""
        with self._lock:
            now = self._asked_at = time.monotonic()
            if self._made is None or (not self._is_over and now - self._made[0] > _RENEWED_S):
                shown = self._render()
                self._made = (now, shown) if shown is not None else None
            return self._made[1] if self._made is not None else None, self._is_over

    def is_left(self) -> None:
        """Take note that somebody has the last page."""
        self._has_left.set()


class _Answers(BaseHTTPRequestHandler):
    """Answers who asks for the page, under a name of this machine's own."""

    of: ServedPage

    def do_GET(self) -> None:
        """Send the page."""
        if not _OWN.fullmatch(self.headers.get("Host", "")):
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return
        path, _, query = self.path.partition("?")
        if path != "/":
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        page, is_last = self.of.answer()
        if page is None:
            self._send(_NOTHING_YET, HTTPStatus.OK)
            return
        found = library()
        self._send(page.replace(found.packed, "") if found and query == AGAIN else page, HTTPStatus.OK)
        if is_last:
            self.of.is_left()

    def _send(self, page: str, status: HTTPStatus) -> None:
        content = page.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing: standard error is the progress's."""


_NOTHING_YET = (
    '<!DOCTYPE html><html lang="en"><meta http-equiv="refresh" content="1">'
    "<title>wswarm</title><p>starting …</p>"
)
