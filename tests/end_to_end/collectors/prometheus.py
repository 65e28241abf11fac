"""A real Prometheus, as Debian has it, that scrapes a page four times a second as soon as it is told which."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple
from urllib.parse import urlencode
from urllib.request import urlopen

from tests.end_to_end.instrument import wait_until

IS_THERE = shutil.which("prometheus") is not None
_PATIENCE_S = 60.0


class Sample(NamedTuple):
    """One series at one moment."""

    labels: dict[str, str]
    value: float


class Prometheus:
    """A Prometheus that runs, from `with` to its end.

    It scrapes what passes the page on: one that is told of a target while it runs takes seconds to look there.

    """

    def __init__(self, url: str, server: "_Server") -> None:
        self._url, self._server = url, server

    def scrape(self, page: str) -> None:
        """Scrape this page from now on."""
        self._server.page = page

    def ask(self, query: str, at_s: float) -> list[Sample]:
        """The series that a query gives at a moment."""
        return [Sample(one["metric"], float(one["value"][1])) for one in self._result(query, at_s)]

    def first_of(self, series: str) -> float:
        """When a series was first there, which is waited for: a scrape that took too long is asked for again."""
        wait_until(lambda: bool(self._result(f"{series}[10m]", time.time())))
        found = self._result(f"{series}[10m]", time.time())
        return min(float(one["values"][0][0]) for one in found)

    def _result(self, query: str, at_s: float) -> list[dict[str, Any]]:
        words = urlencode({"query": query, "time": f"{at_s:.3f}"})
        with urlopen(f"{self._url}/api/v1/query?{words}", timeout=_PATIENCE_S) as answer:
            found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        return found


class _PassingOn(BaseHTTPRequestHandler):
    """Passes on the page, once there is one, and its last content when it is gone."""

    server: "_Server"

    def do_GET(self) -> None:
        self.server.has_asked.set()
        with suppress(OSError):
            if self.server.page is not None:
                with suppress(OSError), urlopen(self.server.page, timeout=_PATIENCE_S) as answer:
                    self.server.last = answer.read(), answer.headers["Content-Type"]
                self._pass_on(*self.server.last)

    def _pass_on(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


class _Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _PassingOn)
        self.page: str | None = None
        self.last = b"", "text/plain; version=0.0.4"
        self.has_asked = Event()


@contextmanager
def scraping(folder: Path) -> Iterator[Prometheus]:
    """Yield a Prometheus that has begun to scrape."""
    folder.mkdir()
    server = _Server()
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    target = f"127.0.0.1:{server.server_address[1]}"
    config = {
        "global": {"scrape_interval": "250ms", "scrape_timeout": "250ms"},
        "scrape_configs": [{"job_name": "wswarm", "static_configs": [{"targets": [target]}]}],
    }
    (folder / "prometheus.yml").write_text(json.dumps(config))  # which is YAML, too
    command = ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data"]
    with subprocess.Popen(
        [*command, "--web.listen-address=127.0.0.1:0"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            found = Prometheus(f"http://{_address(process)}", server)
            assert server.has_asked.wait(_PATIENCE_S), "it scrapes"
            yield found
        finally:
            process.kill()
            server.shutdown()
            thread.join()
            server.server_close()


def _address(process: "subprocess.Popen[str]") -> str:
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        found = re.search(r'msg="Listening on".* addr(?:ess)?=(\S+)', line)
        if found:
            return found[1]
    raise AssertionError(f"Prometheus ended: {''.join(said)}")
