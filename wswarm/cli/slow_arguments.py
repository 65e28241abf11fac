"""The options of `wswarm slow`."""

from typing import Any

from wswarm import units
from wswarm.cli import grammar
from wswarm.cli.load_arguments import add_common, add_fanout_options, add_load
from wswarm.cli.recordings_arguments import EXITS
from wswarm.errors import PlanError


def add_slow(commands: Any) -> None:
    """Add `slow`, with the options that all measurements have."""
    parser = commands.add_parser(
        "slow",
        help="let some clients read slowly, and see what it costs the others",
        description="Let some subscribers read slowly or not at all, in blocks that alternate with such in which they"
        " read at full speed, and hold the completion times of the healthy ones against each other.",
        epilog=f"{grammar.UNITS} {EXITS}",
    )
    url = "ws://host:port/path or wss://…; may hold {id}"
    parser.add_argument("url", metavar="URL", nargs="?", type=grammar.address, help=url)
    load = add_load(
        parser, "100", "20/s", duration="all blocks together (default: 5s for each)", is_in_rooms=False
    )
    add = load.add_argument
    slow = "how many of them read slowly, spread over the order of connecting (default: 2%%)"
    add("--slow", metavar="SHARE", type=grammar.share, help=slow)
    read = "what each of these reads at most, such as 10KiB/s; 0: nothing (default: 0)"
    add("--read", metavar="SIZE/s", type=grammar.typed(parse_read), help=read)
    pairs = "blocks with slow readers, and as many without (default: 6)"
    add("--pairs", metavar="N", type=grammar.whole(1, 1_000), help=pairs)
    swallows = (
        "what the kernels between take for each slow reader before the target feels back-pressure (default: 3 MB, as"
        " measured on loopback)"
    )
    add("--swallows", metavar="SIZE", type=grammar.size, help=swallows)
    add_fanout_options(load)
    grammar.add_message(parser)
    grammar.add_publish(parser)
    add_common(parser)


def parse_read(text: str) -> float:
    """Return bytes per s for `10KiB/s` or `0`.

    Raises:
        PlanError: it is neither.
    """
    try:
        return float(units.parse_size(text.removesuffix("/s")))
    except PlanError:
        raise PlanError(f"{text!r} is not a size per second: write 0, 10KiB/s or 1MB/s") from None
