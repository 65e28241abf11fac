"""The page of a run while it goes on: served on loopback, and put together only when it is asked for."""

import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from urllib.parse import urlsplit

from wswarm.report import headline
from wswarm.report.charts.library import library
from wswarm.report.html import Going, render
from wswarm.report.so_far import SoFar
from wswarm.report.standing import figures
from wswarm.results.progress import Progress
from wswarm.results.run import Run

HOST = "127.0.0.1"
AGAIN = "again"  # the query of a page that has the charts' library already
_NAMES = (HOST, "localhost")
_WATCHED_S = 4.0  # who has asked so lately is still there
_PATIENCE_S = 5.0
_RENEWED_S = 0.5


class LivePage:
    """Serves the page of what is being measured.

    The page asks for itself each second. What is written into it is put together in the thread that answers, at most
    twice a second, whoever asks.

    Attributes:
        url: Where.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: list[Run] = []
        self._failures: Mapping[str, str] = MappingProxyType({})
        self._so_far: SoFar | None = None
        self._made: tuple[float, str] | None = None
        self._is_over = False
        self._asked_at = 0.0
        self._has_left = threading.Event()
        self._server = ThreadingHTTPServer((HOST, 0), type("Answers", (_Answers,), {"of": self}))
        self._server.daemon_threads = True
        self.url = f"http://{HOST}:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    def begin(self, so_far: SoFar) -> None:
        """Show a run that begins."""
        with self._lock:
            self._so_far, self._made = so_far, None

    def update(self, progress: Progress) -> None:
        """Take note of how it stands."""
        with self._lock:
            if self._so_far is not None:
                self._so_far.add(progress)

    def add(self, run: Run) -> None:
        """Show a run that is over in place of the one that went on."""
        with self._lock:
            self._runs.append(run)
            self._so_far = self._made = None

    def end(self, failures: Mapping[str, str] = MappingProxyType({})) -> None:
        """Show that all is over, and wait some seconds until whoever watches has the whole page."""
        with self._lock:
            self._failures, self._so_far, self._made, self._is_over = failures, None, None, True
            is_watched = time.monotonic() - self._asked_at < _WATCHED_S
        if is_watched and self._runs:
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

    def _render(self) -> str | None:
        if self._so_far is not None:
            return render(self._runs, failures=self._failures, going=_going(self._so_far))
        if self._runs:
            status = None if self._is_over else "what follows is being prepared"
            return render(self._runs, failures=self._failures, going=Going(status) if status else None)
        return None


def _going(so_far: SoFar) -> Going:
    run, seen = so_far.run(), so_far.latest
    if seen is None:
        return Going(f"{headline.title(run)}: connecting", run)
    status = f"{headline.title(run)}: {seen.phase}, {seen.elapsed_s:.0f} s since the first connect"
    return Going(status, run, figures(seen))


class _Answers(BaseHTTPRequestHandler):
    """Answers who asks for the page, under a name of this machine's own."""

    of: LivePage

    def do_GET(self) -> None:
        """Send the page."""
        if urlsplit(f"//{self.headers.get('Host', '')}").hostname not in _NAMES:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return
        asked = urlsplit(self.path)
        if asked.path != "/":
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        page, is_last = self.of.answer()
        if page is None:
            self._send(_NOTHING_YET, HTTPStatus.OK)
            return
        found = library()
        self._send(page.replace(found.packed, "") if found and asked.query == AGAIN else page, HTTPStatus.OK)
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
