"""A collector of OpenTelemetry: takes metrics over HTTP, read by the protocol's own messages."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)


class Collector:
    """What has come, by name and scenario: the latest of each."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.paths: set[str] = set()
        self.requests = 0
        self.latest: dict[tuple[str, str], Any] = {}

    def take(self, path: str, body: bytes) -> None:
        """Take in a request."""
        self.paths.add(path)
        self.requests += 1
        request = ExportMetricsServiceRequest.FromString(body)
        for resource in request.resource_metrics:
            for metric in (one for scope in resource.scope_metrics for one in scope.metrics):
                for point in getattr(metric, metric.WhichOneof("data")).data_points:
                    labels = {one.key: one.value.string_value for one in point.attributes}
                    self.latest[metric.name, labels["scenario"]] = point

    def value(self, name: str, scenario: str) -> float:
        """The latest value of a counter or gauge."""
        point = self.latest[name, scenario]
        found: float = getattr(point, point.WhichOneof("value"))
        return found


@contextmanager
def collecting() -> Iterator[Collector]:
    """Yield a collector that listens on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_packed = self.headers.get("Content-Encoding") == "gzip"
            collector.take(self.path, gzip.decompress(body) if is_packed else body)
            answer = ExportMetricsServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector = Collector(f"http://127.0.0.1:{server.server_address[1]}")
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
