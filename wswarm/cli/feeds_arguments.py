"""The options for those who want to hear of a run while it goes on."""

import argparse
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from wswarm import units
from wswarm.cli import grammar
from wswarm.errors import PlanError

# Names of the options below, which are no setting of a plan.
FEEDS = frozenset({"prometheus", "otlp", "statsd", "events", "samples", "samples_limit"})
SAMPLES_LIMIT = 1_000_000
_MOST_PORT = 65_535
_STATSD_PORT = 8125


class Endpoint(NamedTuple):
    """Where something listens: an empty host stands for every address of the machine, port 0 for a free one."""

    host: str
    port: int


def add_feeds(parser: argparse.ArgumentParser) -> None:
    """Add the group to the parser of what measures."""
    group: Any = parser.add_argument_group(
        "while it runs", "told each second, and last what the run file says"
    )
    add = group.add_argument
    scrape = (
        "serve metrics to Prometheus on [HOST]:PORT, :0 for a free port; wait up to 15s for a last scrape"
    )
    add("--prometheus", metavar="[HOST]:PORT", type=grammar.typed(endpoint), help=scrape)
    otlp = "send them to a collector of OpenTelemetry by HTTP, such as http://localhost:4318"
    add("--otlp", metavar="URL", type=grammar.typed(collector), help=otlp)
    statsd = "send them to StatsD by UDP (default port: 8125)"
    add("--statsd", metavar="HOST[:PORT]", type=grammar.typed(server), help=statsd)
    events = "write a JSON line each second to a new file"
    add("--events", metavar="FILE", type=grammar.typed(file), help=events)
    samples = "write the times of every message of the hold to a new file, JSON lines or .parquet, at the end"
    add("--samples", metavar="FILE", type=grammar.typed(file), help=samples)
    limit = "messages in it at most, of each scenario (default: 1m)"
    add("--samples-limit", metavar="N", type=grammar.typed(most), help=limit)


def endpoint(text: str) -> Endpoint:
    """Return where to listen: `:9646`, `127.0.0.1:9646`, `[::1]:9646` or a port alone.

    Raises:
        PlanError: it is none of them.
    """
    host, colon, port = text.rpartition(":")
    if (
        not port.isascii()
        or not port.isdecimal()
        or int(port) > _MOST_PORT
        or (":" in host and host[0] != "[")
    ):
        raise PlanError(f"{text!r} is no [HOST]:PORT: write :9646 or 127.0.0.1:9646")
    return Endpoint(host.strip("[]") if colon else "", int(port))


def server(text: str) -> Endpoint:
    """Return a StatsD server: `localhost`, `localhost:8125`.

    Raises:
        PlanError: it is none.
    """
    if ":" not in text.rpartition("]")[2]:
        text = f"{text}:{_STATSD_PORT}"
    try:
        found = endpoint(text)
    except PlanError:
        found = Endpoint("", 0)
    if not found.host or not found.port:
        raise PlanError(f"{text!r} is no HOST[:PORT]: write localhost or localhost:{_STATSD_PORT}")
    return found


def collector(text: str) -> str:
    """Return the URL of a collector.

    Raises:
        PlanError: it is none.
    """
    try:
        found = urlsplit(text)
        is_one = found.scheme in ("http", "https") and bool(found.hostname) and found.port != 0
    except ValueError:
        is_one = False
    if not is_one:
        raise PlanError(f"{text!r} is no collector's URL: write http://localhost:4318")
    return text


def most(text: str) -> int:
    """Return how many messages there may be.

    Raises:
        PlanError: that is no number of them.
    """
    found = units.parse_count(text)
    if not found:
        raise PlanError(f"{text!r} messages are none: give 1 or more, or leave out --samples")
    return found


def file(text: str) -> Path:
    """Return the file of that name.

    Raises:
        PlanError: it is empty, or stands for standard output elsewhere.
    """
    if not text:
        raise PlanError("'' names no file")
    if text == "-":
        raise PlanError("'-' names no file: name one, or /dev/stdout where a pipe takes it")
    return Path(text)
