"""A page for Prometheus to scrape while a run goes on, and once more when it is over."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from wswarm.errors import PlanError
from wswarm.report.feeds.metrics import BOUNDS_S, cumulated, metrics_of
from wswarm.report.feeds.reading import Reading
from wswarm.units import NS_PER_S
from wswarm.version import VERSION

PREFIX = "wswarm_"
LAST_SCRAPE_S = 15.0
_SILENT_S = 1.0
_LISTENS_S = 0.05
_IDLE_S = 10.0  # a connection that asks for nothing is let go of


class Scraped:
    """Serves the latest reading of each run.

    Args:
        host: Empty for every address of the machine. `port`: 0 for a free one.
        say: Told where, and when somebody has to wait for the last scrape.

    Raises:
        PlanError: nothing can listen there.
    """

    def __init__(self, host: str, port: int, say: Callable[[str], None]) -> None:
        self._say = say
        self._readings = _Readings()
        registry = CollectorRegistry()
        registry.register(self._readings)
        self._app = make_wsgi_app(registry)
        self._served, self._has_served = -1, threading.Condition()
        try:
            self._server = _Server(host, port, self._answer)
        except OSError as error:
            raise PlanError(
                f"--prometheus {_shown(host, port)} can't listen: {error.strerror or error}; name another, or"
                f" {_shown(host, 0)} for any port that is free"
            ) from None
        threading.Thread(target=self._server.serve_forever, args=(_LISTENS_S,), daemon=True).start()
        say(f"metrics at {self.url}")

    @property
    def url(self) -> str:
        """What is to be scraped."""
        host, port = self._server.server_address[:2]
        shown = str(host) if str(host) not in ("0.0.0.0", "::") else "127.0.0.1"
        return f"http://{_shown(shown, int(port))}/metrics"

    def hear(self, reading: Reading) -> None:
        """As `Listener.hear`."""
        self._readings.note(reading)

    def close(self, *, is_done: bool) -> None:
        """As `Listener.close`; waits until what was found has been scraped, at most 15 s."""
        try:
            if is_done and self._readings.number:
                self._wait()
        finally:
            self._server.shutdown()
            self._server.server_close()

    def _wait(self) -> None:
        with self._has_served:
            if not self._has_served.wait_for(self._is_known, _SILENT_S):
                self._say(f"waiting for a last scrape of {self.url}, {LAST_SCRAPE_S:.0f} s at most")
                self._has_served.wait_for(self._is_known, LAST_SCRAPE_S - _SILENT_S)

    def _is_known(self) -> bool:
        return self._served >= self._readings.number

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        number = self._readings.number
        return _Told(self._app(environ, start_response), lambda: self._note_served(number))

    def _note_served(self, number: int) -> None:
        with self._has_served:
            self._served = max(self._served, number)
            self._has_served.notify_all()


def _shown(host: str, port: int) -> str:
    return f"{f'[{host}]' if ':' in host else host}:{port}"


class _Told:
    """An answer of which somebody wants to know when it has been sent."""

    def __init__(self, parts: Iterable[bytes], on_sent: Callable[[], None]) -> None:
        self._parts, self._on_sent = parts, on_sent

    def __iter__(self) -> Iterator[bytes]:
        yield from self._parts
        self._on_sent()


class _Readings(Collector):
    """The latest reading of each run, as Prometheus knows metrics."""

    def __init__(self) -> None:
        self._latest: dict[str, Reading] = {}
        self.number = 0

    def note(self, reading: Reading) -> None:
        """Take in a reading."""
        self._latest = self._latest | {
            reading.source.name: reading
        }  # a scrape may be looking at the one before
        self.number += 1

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics, with the scenario as a label."""
        families: dict[str, Any] = {}
        for name, reading in self._latest.items():
            _add_info(families, name, reading)
            for metric in metrics_of(reading):
                labels = ["scenario", *metric.labels]
                own = PREFIX + metric.name.replace(".", "_") + ("_seconds" if metric.unit else "")
                kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
                family = families.setdefault(own, kind(own, metric.what, labels=labels))
                family.add_metric([name, *metric.labels.values()], metric.value)
            _add_times(families, name, reading)
        yield from families.values()


def _add_info(families: dict[str, Any], name: str, reading: Reading) -> None:
    own, labels = f"{PREFIX}run_info", ["scenario", "kind", "target", "version"]
    family = families.setdefault(own, GaugeMetricFamily(own, "1: what is measured.", labels=labels))
    family.add_metric([name, reading.source.scenario, reading.source.target, VERSION], 1)


def _add_times(families: dict[str, Any], name: str, reading: Reading) -> None:
    if not reading.times.n:
        return
    own = f"{PREFIX}{reading.source.times}_seconds"
    what = f"The {reading.source.times.replace('_', ' ')} of the hold."
    family = families.setdefault(own, HistogramMetricFamily(own, what, labels=["scenario"]))
    below = zip(BOUNDS_S, cumulated(reading.times), strict=True)
    buckets = [*((str(bound), count) for bound, count in below), ("+Inf", reading.times.n)]
    family.add_metric([name], buckets, reading.times.total_ns / NS_PER_S)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, host: str, port: int, app: Any) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)
        self.set_app(app)

    def server_bind(self) -> None:
        """Bind without asking for the host's name, which may take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A scraper that hangs up is no error of ours."""


class _Handler(WSGIRequestHandler):
    timeout = _IDLE_S

    def log_message(self, *_: object) -> None:
        """Log nothing: the terminal is for the run."""
