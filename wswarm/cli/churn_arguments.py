"""The options of `wswarm churn`."""

from typing import Any

from wswarm.cli import grammar
from wswarm.cli.load_arguments import add_common, add_load
from wswarm.cli.recordings_arguments import EXITS


def add_churn(commands: Any) -> None:
    """Add `churn`, with the options that all measurements have."""
    parser = commands.add_parser(
        "churn",
        help="have sessions come and go, count who is there",
        description="Have sessions begin at random instants, each on a connection of its own that stays for its time:"
        " how many there are at once beside how many there should be, how long handshakes take, who is refused. Those"
        " that are there on the average are there from the beginning on.",
        epilog=f"{grammar.UNITS} {EXITS}",
    )
    url = "ws://host:port/path or wss://…; may hold {id} and {room}"
    parser.add_argument("url", metavar="URL", nargs="?", type=grammar.address, help=url)
    there = "as many as there are on the average, and 1000 more"
    unasked = "from 10m on; what grows from 5m on, of a known target"
    load = add_load(parser, connections=there, rate="none", unasked=unasked)
    add = load.add_argument
    sessions = "begin so many sessions, at random instants; -c is then the most at once (default: 10/s)"
    add("--sessions", metavar="RATE", type=grammar.rate, help=sessions)
    stay = "how long each stays once it is open, on the average (default: 20s)"
    add("--stay", metavar="TIME", type=grammar.duration, help=stay)
    law = "how the stays differ; lognormal: σ = 1 (default: exponential)"
    add("--stay-law", choices=("exponential", "lognormal", "fixed"), help=law)
    publishers = "with -r: sockets that publish, on top of -c; with --rooms in each (default: 1)"
    add("--publishers", metavar="N", type=grammar.count, help=publishers)
    grammar.add_publishers(load)
    grammar.add_message(parser)
    grammar.add_publish(parser)
    add_common(parser)
