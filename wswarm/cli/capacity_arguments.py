"""The options of `wswarm capacity`."""

from typing import Any

from wswarm.cli import grammar
from wswarm.cli.load_arguments import add_fanout_options, add_probe, add_security
from wswarm.cli.outputs_arguments import add_live, add_outputs, add_pictures

_EXITS = (
    "Exit codes: 0 found; 1 not even a light load was carried; 2 usage; 95 the target is gone; 98 the"
    " generator gave in before the target: the answer is a lower bound; 99 an objective of the answer was missed; 130"
    " interrupted."
)


def add_capacity(commands: Any) -> None:
    """Add `capacity`."""
    parser = commands.add_parser(
        "capacity",
        help="how much load does a service carry? With an interval",
        description="Find the load that a service carries, by trials in rounds: the rate of an echo or of broadcasts,"
        " or how many connections. Without URL and --serve the reference application is loaded.",
        epilog=f"{grammar.UNITS} {_EXITS}",
    )
    parser.add_argument("kind", choices=("echo", "fanout", "connect"), help="what the load is")
    url = "ws://host:port/path or wss://…; may hold {id}; {port} with --serve"
    parser.add_argument("url", metavar="URL", nargs="?", type=grammar.address, help=url)
    _add_search(parser.add_argument_group("search").add_argument)
    _add_load(parser)
    grammar.add_message(parser)
    grammar.add_publish(parser)
    grammar.add_connection(parser)
    add_security(parser.add_argument_group("origin and TLS").add_argument)
    _add_result(parser.add_argument_group("result").add_argument)
    add_outputs(parser, case="for the answer and per objective of it")


def _add_search(add: Any) -> None:
    slo = (
        "what a load that is carried keeps: p99<50ms (default: what is delivered under too much load); or what the"
        " answer has to be: capacity.value>=2000; repeatable"
    )
    add("--slo", metavar="EXPR", action="append", help=slo)
    serve = "command that serves on {port}: each round has a server of its own"
    add("--serve", metavar="CMD", help=serve)
    rounds = "rounds, over which the interval is drawn (default: 4)"
    add("--rounds", metavar="N", type=grammar.whole(1, 100), help=rounds)
    add("--budget", metavar="TIME", type=grammar.duration, help="longest time in all (default: 15m)")
    length = (
        "of a trial (default: 200 times what --slo allows, 5s to 60s, the bracket's half of it; connect: 1s)"
    )
    add("-d", "--duration", metavar="TIME", type=grammar.duration, help=length)
    pid = "process of the target, to say who gave in (default: what listens there, if it is on this machine)"
    add("--target-pid", metavar="PID", type=grammar.whole(1, 2**31 - 1), help=pid)


def _add_load(parser: Any) -> None:
    load = parser.add_argument_group("load")
    add = load.add_argument
    connections = "sockets (default: echo 10, fanout 100); connect: the first number of them (default: 100)"
    add("-c", "--connections", metavar="N", type=grammar.count, help=connections)
    rate = "the first rate (default: echo 100/s, fanout 5/s)"
    add("-r", "--rate", metavar="RATE", type=grammar.rate, help=rate)
    arrivals = "evenly spaced or random (default: poisson)"
    add("--arrivals", choices=("constant", "poisson"), help=arrivals)
    add("--seed", metavar="N", type=grammar.whole(0, 2**63 - 1), help="of random arrivals (default: random)")
    add("--warmup", metavar="TIME", type=grammar.duration, help="load before each hold (default: 1s)")
    drain = "longest wait for the rest of a trial (default: twice what --slo allows, 1s to 5s)"
    add("--drain", metavar="TIME", type=grammar.duration, help=drain)
    add("--connect-rate", metavar="RATE", type=grammar.rate, help="handshakes per s (default: 500/s)")
    add("--connect-timeout", metavar="TIME", type=grammar.duration, help="for each handshake (default: 10s)")
    agents = "agents with the sockets (default: one per 10k, twice as many where one can't keep up)"
    add("--processes", metavar="N", type=grammar.count, help=agents)
    add_probe(load)
    add_fanout_options(load)


def _add_result(add: Any) -> None:
    folder = "report folder (default: reports/<UTC time>-capacity)"
    add("-o", "--output", metavar="DIR", type=grammar.typed(grammar.folder), help=folder)
    add_pictures(add)
    add("--quiet", action="store_true", help="no progress, no summary")
    add_live(add)
    shown = "json: put the search on stdout, alone; plan: what would be measured, and stop"
    add("--print", choices=("json", "plan"), help=shown)
