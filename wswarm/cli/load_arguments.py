"""Options that scenarios share: how much load, of which connections, and what becomes of the result."""

import argparse
from collections.abc import Callable
from typing import Any, Literal

from wswarm.cli import grammar
from wswarm.cli.feeds_arguments import add_feeds
from wswarm.cli.outputs_arguments import add_live, add_outputs, add_pictures


def add_load(
    parser: argparse.ArgumentParser,
    connections: str,
    rate: str | None,
    duration: str | None = "the hold (default: 10s)",
    *,
    is_in_rooms: bool = True,
    unasked: str = "from 10m on",
) -> Any:
    """Add how much load, of how many connections; return the group."""
    load = parser.add_argument_group("load")
    add = load.add_argument
    add(
        "-c",
        "--connections",
        metavar="N",
        type=grammar.count,
        help=f"sockets to hold (default: {connections})",
    )
    if rate is not None:
        add(
            "-r", "--rate", metavar="RATE", type=grammar.rate, help=f"messages per s in all (default: {rate})"
        )
    if duration is not None:
        add("-d", "--duration", "-z", metavar="TIME", type=grammar.duration, help=duration)
        trends = "say what grows, and keep checkpoints, in a hold from 1m on (default: "
        add("--trends", action="store_true", default=None, help=f"{trends}{unasked})")
    if rate is not None:
        add("--warmup", metavar="TIME", type=grammar.duration, help="load before the hold (default: 1s)")
        add("--drain", metavar="TIME", type=grammar.duration, help="longest wait for the rest (default: 5s)")
    add("--connect-rate", metavar="RATE", type=grammar.rate, help="handshakes per s (default: 500/s)")
    add("--connect-timeout", metavar="TIME", type=grammar.duration, help="for each handshake (default: 10s)")
    if rate is not None:
        _add_arrivals(add)
    add_seed(add)
    add("--processes", metavar="N", type=grammar.count, help="agents with the sockets (default: one per 10k)")
    rooms = "connection {id} is in room {id} mod N, which {room} names; fanout: an audience each (default: 1)"
    if is_in_rooms:
        add("--rooms", metavar="N", type=grammar.count, help=rooms)
    return load


def add_stages(load: Any, what: Literal["rates", "connections"]) -> None:
    """Add the values that the load is led through."""
    example, other, kind = (
        ("30s:1k/s,10s:0/s", "-r", grammar.stages)
        if what == "rates"
        else ("30s:10k,60s:10k,10s:0", "-c", grammar.stages_of_connections)
    )
    stages = (
        f"{what} one after another, each reached linearly in its time, from 0 on: {example}; in place of {other} and"
        " -d (default: none)"
    )
    load.add_argument("--stages", metavar="LIST", type=kind, help=stages)


def _add_arrivals(add: Callable[..., Any]) -> None:
    add("--arrivals", choices=("constant", "poisson"), help="evenly spaced or random (default: constant)")
    paces = (
        "wake up per message, or at most every 500µs; auto: per message up to 4k/s of an agent, then at most"
        " every 200µs (default: auto)"
    )
    add("--pacing", choices=("auto", "exact", "batched"), help=paces)


def add_seed(add: Callable[..., Any]) -> None:
    """Add what chance begins with."""
    add("--seed", metavar="N", type=grammar.whole(0, 2**63 - 1), help="of random arrivals (default: random)")


def add_probe(load: Any) -> None:
    """Add what echo and fan-out have beside the load."""
    probe = (
        "a process of its own with a few sockets more, whose times show whether the load reads late (default:"
        " auto, on from -c 100 on)"
    )
    load.add_argument("--probe", choices=("auto", "on", "off"), help=probe)


def add_echo_options(load: Any) -> None:
    """Add what only an echo has."""
    load.add_argument(
        "--closed",
        action="store_true",
        default=None,
        help="echo: each send waits for the reply; as fast as replies come, unless -r is given",
    )


def add_fanout_options(load: Any) -> None:
    """Add who publishes."""
    publishers = "fanout: sockets that publish, on top of -c; with --rooms in each (default: 1)"
    load.add_argument("--publishers", metavar="N", type=grammar.count, help=publishers)
    grammar.add_publishers(load)


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add how to connect and what becomes of the result."""
    grammar.add_connection(parser)
    add_security(parser.add_argument_group("origin and TLS").add_argument)
    add = parser.add_argument_group("result").add_argument
    trace = "show on stderr what N connections of each kind say and hear (default: none)"
    add("--trace", metavar="N", type=grammar.count, help=trace)
    add("--slo", metavar="EXPR", action="append", help="p99<50ms, lost==0, any figure; repeatable")
    pid = "report CPU and memory of this process tree (default: of the application that wswarm started)"
    add("--target-pid", metavar="PID", type=grammar.whole(1, 2**31 - 1), help=pid)
    folder = "report folder (default: reports/<UTC time>-<scenario>)"
    add("-o", "--output", metavar="DIR", type=grammar.typed(grammar.folder), help=folder)
    add_pictures(add)
    add("--quiet", action="store_true", help="no progress, no summary")
    add_live(add)
    shown = "json: put the run file on stdout, alone; plan: what would be measured, and stop"
    add("--print", choices=("json", "plan"), help=shown)
    add_feeds(parser)
    add_outputs(parser)


def add_security(add: Callable[..., Any]) -> None:
    """Add origin and TLS."""
    add("--origin", metavar="ORIGIN", help="Origin header (default: none)")
    add("--insecure", action="store_true", default=None, help="trust any certificate")
    add("--cacert", metavar="FILE", help="authority to trust, PEM (default: the system's)")
    add("--cert", metavar="FILE", help="client certificate, PEM")
    add("--key", metavar="FILE", help="its key, PEM")
    add("--sni", metavar="NAME", help="name to ask for and check in TLS (default: the URL's host)")
