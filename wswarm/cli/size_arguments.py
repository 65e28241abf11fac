"""The options of `wswarm size`."""

from typing import Any

from wswarm.cli import grammar
from wswarm.cli.load_arguments import add_fanout_options, add_security
from wswarm.cli.outputs_arguments import add_live, add_pictures
from wswarm.units import parse_count, parse_rate, parse_size

_EXITS = (
    "Exit codes: 0 a model, validated or not; 1 too little could be measured; 2 usage; 95 the target is gone; 130"
    " interrupted."
)


def add_size(commands: Any) -> None:
    """Add `size`."""
    parser = commands.add_parser(
        "size",
        help="what a service costs per connection, message and delivery",
        description="Measure what a service costs under different loads, each on a fresh server, and write the model"
        " that wswarm forecast reads. Without URL and --serve the reference application is loaded.",
        epilog=f"{grammar.UNITS} {_EXITS}",
    )
    url = "ws://host:port/path or wss://…; may hold {id} and {room}; {port} with --serve"
    parser.add_argument("url", metavar="URL", nargs="?", type=grammar.address, help=url)
    _add_sizing(parser.add_argument_group("sizing").add_argument)
    _add_load(parser)
    grammar.add_message(parser, has_size=False)
    grammar.add_publish(parser)
    grammar.add_connection(parser)
    add_security(parser.add_argument_group("origin and TLS").add_argument)
    _add_result(parser.add_argument_group("result").add_argument)


def _add_sizing(add: Any) -> None:
    serve = "command that serves on {port}, perhaps with {workers}: each cell has a server of its own"
    add("--serve", metavar="CMD", help=serve)
    workers = "numbers of worker processes to measure, such as 1,2 (default: 1)"
    add("--workers", metavar="LIST", type=grammar.wholes(1, 64), help=workers)
    add("--budget", metavar="TIME", type=grammar.duration, help="longest time in all (default: 15m)")
    starts = "how often each cell is measured, on a fresh server each time, if there is time (default: 2)"
    add("--starts", metavar="N", type=grammar.whole(1, 20), help=starts)
    hold = "of each cell's hold (default: 3s to 20s, as the budget allows)"
    add("-d", "--duration", metavar="TIME", type=grammar.duration, help=hold)
    scenario = "whether messages go out to all or back to their sender (default: fanout)"
    add("--scenario", choices=("fanout", "echo"), help=scenario)
    pid = "process of the target (default: what listens there on this machine)"
    add("--target-pid", metavar="PID", type=grammar.whole(1, 2**31 - 1), help=pid)


def _add_load(parser: Any) -> None:
    load = parser.add_argument_group("load")
    add = load.add_argument
    connections = "fewest and most sockets (default: 50,1000)"
    counts, rates, sizes = (grammar.between(parse) for parse in (parse_count, parse_rate, parse_size))
    add("-c", "--connections", metavar="LOW,HIGH", type=counts, help=connections)
    rate = "bounds of the rate of messages (default: what keeps a worker 20 to 75 %% busy)"
    add("-r", "--rate", metavar="LOW,HIGH", type=rates, help=rate)
    add("--size", metavar="LOW,HIGH", type=sizes, help="of a message (default: 100,1000)")
    rooms = "spread the connections over so many rooms, and over fewer, by {room} (default: 1)"
    add("--rooms", metavar="N", type=grammar.count, help=rooms)
    arrivals = "evenly spaced or random (default: poisson)"
    add("--arrivals", choices=("constant", "poisson"), help=arrivals)
    add(
        "--seed",
        metavar="N",
        type=grammar.whole(0, 2**63 - 1),
        help="of order and arrivals (default: random)",
    )
    add("--warmup", metavar="TIME", type=grammar.duration, help="load before each hold (default: 1s)")
    add("--drain", metavar="TIME", type=grammar.duration, help="longest wait for the rest (default: 2s)")
    add("--connect-rate", metavar="RATE", type=grammar.rate, help="handshakes per s (default: 500/s)")
    add("--connect-timeout", metavar="TIME", type=grammar.duration, help="for each handshake (default: 10s)")
    agents = "agents with the sockets (default: as many as the load needs)"
    add("--processes", metavar="N", type=grammar.count, help=agents)
    add_fanout_options(load)


def _add_result(add: Any) -> None:
    folder = "report folder, with model.json in it (default: reports/<UTC time>-size)"
    add("-o", "--output", metavar="DIR", type=grammar.typed(grammar.folder), help=folder)
    add_pictures(add)
    add("--quiet", action="store_true", help="no progress, no summary")
    add_live(add)
    shown = "json: put the model on stdout, alone; plan: what would be measured, and stop"
    add("--print", choices=("json", "plan"), help=shown)
