"""The options of `wswarm forecast`."""

from pathlib import Path
from typing import Any

from wswarm.cli import grammar
from wswarm.cli.outputs_arguments import add_pictures

_EXITS = (
    "Exit codes: 0 foretold; 1 the model can't be read; 2 usage, or the model does not carry so far; 99 an SLO is"
    " missed with --workers."
)


def add_forecast(commands: Any) -> None:
    """Add `forecast`."""
    parser = commands.add_parser(
        "forecast",
        help="what will a load take that was not measured? From a model of size",
        description="Foretell workers, CPU, memory and times of a load from a model that wswarm size wrote, and what"
        " gives in first. It refuses what is too far from what was measured.",
        epilog=f"{grammar.UNITS} {_EXITS}",
    )
    parser.add_argument("model", metavar="MODEL", type=Path, help="model.json, or the folder that holds it")
    _add_load(parser.add_argument_group("load").add_argument)
    _add_result(parser.add_argument_group("result").add_argument)


def _add_load(add: Any) -> None:
    add("-c", "--connections", metavar="N", type=grammar.count, required=True, help="sockets")
    add("-r", "--rate", metavar="RATE", type=grammar.rate, required=True, help="publishes in all, or echoes")
    fanout = "subscribers of each publish (default: as measured: all, or the most frequent)"
    add("--fanout", metavar="N", type=grammar.count, help=fanout)
    size = "of a message (default: the most frequent that was measured)"
    add("--size", metavar="BYTES", type=grammar.size, help=size)
    add("--workers", metavar="N", type=grammar.count, help="of the server (default: as few as will do)")
    connects = "handshakes per s meanwhile (default: 0)"
    add("--connect-rate", metavar="RATE", type=grammar.rate, default=0.0, help=connects)
    processes = "foretell what a generator of N processes measures (default: each client reads for itself)"
    add("--processes", metavar="N", type=grammar.count, help=processes)
    add("--tls", action="store_true", help="it is for wss://: refused if that was not measured")
    add("--deflate", action="store_true", help="the same for permessage-deflate")
    slo = "p50, p99 or last below a time, in 95 of 100 draws: p99<200ms; repeatable"
    add("--slo", metavar="EXPR", action="append", help=slo)
    seed = "of the draws (default: 0)"
    add("--seed", metavar="N", type=grammar.whole(0, 2**63 - 1), default=0, help=seed)


def _add_result(add: Any) -> None:
    folder = "report folder (default: reports/<UTC time>-forecast)"
    add("-o", "--output", metavar="DIR", type=grammar.typed(grammar.folder), help=folder)
    add_pictures(add)
    add("--quiet", action="store_true", help="print no summary")
    add("--print", choices=("json",), help="put the forecast on stdout, alone")
