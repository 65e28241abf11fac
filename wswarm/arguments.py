"""The command line's grammar: sub-commands, options, their groups and defaults."""

import argparse
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

from wswarm import units
from wswarm.drive.target import APPS
from wswarm.errors import PlanError
from wswarm.load.profile import PROFILES

_UNITS = "Durations: 250ms 10s 1m30s. Counts: 10k 1m. Rates: 500/s 2k/s 30/m. Sizes: 512 16k 64KiB."
_EXITS = (
    "Exit codes: 0 measured; 1 could not measure; 2 usage; 98 the measurement is invalid; 99 an SLO was missed;"
    " 130 interrupted."
)


class Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=_formatter, **settings)

    def error(self, message: str) -> NoReturn:
        """Exit 2 with one line."""
        self.exit(2, f"{self.prog}: {message.removeprefix('argument ')}; see {self.prog} --help\n")


def make_parser() -> Parser:
    """Return the parser of the whole command line."""
    parser = Parser(
        prog="wswarm",
        description="How many sockets does a WebSocket service hold, how fast are its messages, how do its"
        " broadcasts fan out?",
        epilog=f"{_UNITS} {_EXITS}",
    )
    parser.add_argument("--version", action="version", version=f"wswarm {version('wswarm')}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    _add_run(commands)
    _add_scenario(commands, "connect", "open connections, hold them, count", connections="100", rate=None)
    _add_scenario(
        commands, "echo", "send messages at a rate, time the replies", connections="10", rate="100/s"
    )
    _add_scenario(
        commands, "fanout", "publish messages, time their delivery to all", connections="100", rate="5/s"
    )
    _add_serve(commands)
    _add_doctor(commands)
    _add_report(commands)
    return parser


def _formatter(prog: str) -> argparse.HelpFormatter:
    return argparse.HelpFormatter(prog, max_help_position=28)


def typed(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return a parser of option values whose errors argparse reports with the option's name."""

    def convert(text: str) -> Any:
        try:
            return parse(text)
        except PlanError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return convert


_count, _duration = typed(units.parse_count), typed(units.parse_duration)
_rate, _size = typed(units.parse_rate), typed(units.parse_size)


def _add_run(commands: Any) -> None:
    parser = commands.add_parser(
        "run",
        help="the whole profile: connect, echo, fanout",
        description="Measure connections, message times and broadcast fan-out, one after another. Without URL the"
        " reference application is started on a free port, measured and stopped.",
        epilog=f"{_UNITS} {_EXITS}",
    )
    parser.add_argument(
        "url", metavar="URL", nargs="?", help="the service; without it the reference application"
    )
    load = _add_load(parser, connections="connect 100, echo 10, fanout 100", rate="echo 100/s, fanout 5/s")
    load.add_argument(
        "--scenarios",
        metavar="LIST",
        default="connect,echo,fanout",
        help="which, separated by commas (default: connect,echo,fanout)",
    )
    _add_echo_options(load)
    _add_fanout_options(load)
    _add_message(parser)
    _add_common(parser)


def _add_scenario(commands: Any, name: str, summary: str, *, connections: str, rate: str | None) -> None:
    parser = commands.add_parser(
        name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.", epilog=f"{_UNITS} {_EXITS}"
    )
    parser.add_argument("url", metavar="URL", help="ws://host:port/path or wss://…; may hold {id}")
    load = _add_load(parser, connections, rate)
    if name == "echo":
        _add_echo_options(load)
    if name == "fanout":
        _add_fanout_options(load)
    if rate is not None:
        _add_message(parser)
    _add_common(parser)


def _add_load(parser: argparse.ArgumentParser, connections: str, rate: str | None) -> Any:
    load = parser.add_argument_group("load")
    load.add_argument(
        "-c", "--connections", metavar="N", type=_count, help=f"connections to hold (default: {connections})"
    )
    if rate is not None:
        load.add_argument(
            "-r", "--rate", metavar="RATE", type=_rate, help=f"messages per s, all together (default: {rate})"
        )
    load.add_argument(
        "-d", "--duration", "-z", metavar="TIME", type=_duration, help="the hold (default: 10s)"
    )
    if rate is not None:
        load.add_argument(
            "--warmup", metavar="TIME", type=_duration, help="load before the hold (default: 1s)"
        )
        load.add_argument(
            "--drain", metavar="TIME", type=_duration, help="longest wait for the rest (default: 5s)"
        )
    load.add_argument("--connect-rate", metavar="RATE", type=_rate, help="handshakes per s (default: 500/s)")
    load.add_argument(
        "--connect-timeout", metavar="TIME", type=_duration, help="deadline of each handshake (default: 10s)"
    )
    if rate is not None:
        load.add_argument(
            "--arrivals", choices=("constant", "poisson"), help="evenly spaced or random (default: constant)"
        )
        load.add_argument(
            "--pacing",
            choices=("exact", "batched"),
            help="wake up per message, or at most every 500µs (default: exact)",
        )
        load.add_argument(
            "--seed", metavar="N", type=int, help="of random arrivals (default: random, reported)"
        )
    load.add_argument(
        "--processes", metavar="N", type=_count, help="that hold the connections (default: one per 10k)"
    )
    return load


def _add_echo_options(load: Any) -> None:
    load.add_argument(
        "--closed",
        action="store_true",
        default=None,
        help="echo: each send waits for the reply; as fast as replies come, unless -r is given",
    )


def _add_fanout_options(load: Any) -> None:
    load.add_argument(
        "--publishers",
        metavar="N",
        type=_count,
        help="fanout: connections that publish, on top of -c (default: 1)",
    )


def _add_message(parser: argparse.ArgumentParser) -> None:
    message = parser.add_argument_group(
        "message", "{marker} is the message's mark, {id} the connection's number"
    )
    message.add_argument("--text", metavar="T", help="template (default: {marker} alone)")
    message.add_argument(
        "--json", metavar="T", help='JSON template, such as {"type":"say","text":"{marker}"}'
    )
    message.add_argument("--size", metavar="BYTES", type=_size, help="pad the message to this size")
    message.add_argument("--binary", action="store_true", default=None, help="send binary frames")


def _add_common(parser: argparse.ArgumentParser) -> None:
    _add_connection(parser.add_argument_group("connection"))
    result = parser.add_argument_group("result")
    result.add_argument(
        "--slo", metavar="EXPR", action="append", help="repeatable: p99<50ms, lost==0, any figure"
    )
    result.add_argument(
        "--target-pid", metavar="PID", type=int, help="report CPU and memory of this process tree"
    )
    result.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        type=Path,
        help="report folder (default: reports/<UTC time>-<scenario>)",
    )
    result.add_argument("--no-plots", action="store_true", help="draw no pictures")
    result.add_argument("--quiet", action="store_true", help="no progress, no summary")
    result.add_argument("--print", choices=("json",), help="put the run file on stdout, alone")


def _add_connection(group: Any) -> None:
    group.add_argument(
        "--profile", metavar="NAME", help=f"URL is the reference application's base: {', '.join(PROFILES)}"
    )
    group.add_argument("--on-open", metavar="MESSAGE", action="append", help="repeatable: send when open")
    group.add_argument(
        "-H", "--header", dest="headers", metavar="'NAME: VALUE'", action="append", help="repeatable"
    )
    group.add_argument("--cookie", dest="cookies", metavar="NAME=VALUE", action="append", help="repeatable")
    group.add_argument(
        "--subprotocol", dest="subprotocols", metavar="NAME", action="append", help="repeatable"
    )
    group.add_argument("--origin", metavar="ORIGIN", help="Origin header")
    group.add_argument("--insecure", action="store_true", default=None, help="trust any certificate")
    group.add_argument("--cacert", metavar="FILE", help="authority to trust, PEM")
    group.add_argument("--cert", metavar="FILE", help="client certificate, PEM")
    group.add_argument("--key", metavar="FILE", help="its key, PEM")
    group.add_argument("--bind", metavar="ADDR", action="append", help="repeatable: local addresses, in turn")
    group.add_argument(
        "--driver", choices=("picows", "websockets"), help="WebSocket implementation (default: picows)"
    )
    group.add_argument(
        "--deflate", action="store_true", default=None, help="offer permessage-deflate (--driver websockets)"
    )


def _add_serve(commands: Any) -> None:
    parser = commands.add_parser(
        "serve",
        help="serve the reference application",
        description="Serve the reference FastAPI application with uvicorn until Ctrl-C.",
    )
    parser.add_argument("--app", metavar="NAME", default="main", help=f"{', '.join(APPS)} (default: main)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument(
        "--port", metavar="N", type=int, default=8000, help="port to listen on (default: 8000)"
    )
    parser.add_argument(
        "--workers", metavar="N", type=_count, default=1, help="worker processes (default: 1)"
    )
    parser.add_argument(
        "--ws",
        metavar="NAME",
        default="websockets-sansio",
        help="uvicorn's --ws (default: websockets-sansio)",
    )
    parser.add_argument("--loop", metavar="NAME", default="uvloop", help="uvicorn's --loop (default: uvloop)")
    parser.add_argument(
        "--http", metavar="NAME", default="httptools", help="uvicorn's --http (default: httptools)"
    )
    parser.add_argument("--deflate", action="store_true", help="permessage-deflate (default: off)")
    parser.add_argument(
        "--log-level", metavar="LEVEL", default="warning", help="uvicorn's (default: warning)"
    )


def _add_doctor(commands: Any) -> None:
    parser = commands.add_parser(
        "doctor",
        help="can this machine do that?",
        description="Look at this machine's limits for a number of connections; exit 1 if one is too low.",
    )
    parser.add_argument(
        "-c",
        "--connections",
        metavar="N",
        type=_count,
        default=1000,
        help="connections wanted (default: 1000)",
    )
    parser.add_argument(
        "--connect-rate", metavar="RATE", type=_rate, default=500.0, help="handshakes per s (default: 500/s)"
    )


def _add_report(commands: Any) -> None:
    parser = commands.add_parser(
        "report",
        help="draw a stored run again",
        description="Print the summary of a stored run, and draw its plots and page again.",
    )
    parser.add_argument("run", metavar="RUN", type=Path, help="a report folder or its run.json")
    parser.add_argument("--no-plots", action="store_true", help="draw no pictures")
    parser.add_argument("--quiet", action="store_true", help="print no summary")
    parser.add_argument("--print", choices=("json",), help="put the run file on stdout, alone")
