"""The command line's grammar: sub-commands, options, their groups and defaults."""

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from wswarm.cli import grammar
from wswarm.cli.ab_arguments import add_ab, add_selftest
from wswarm.cli.outputs_arguments import add_compare, add_outputs, add_pictures, add_trend
from wswarm.cli.recordings_arguments import EXITS, add_import, add_replay
from wswarm.cli.serve_arguments import add_serve
from wswarm.version import VERSION

_OF_MESSAGES = {
    *("-r", "--rate", "--warmup", "--drain", "--arrivals", "--pacing", "--seed", "--closed"),
    *("--text", "--json", "--message-file", "--size", "--binary"),
}


class Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=_formatter, **settings)
        self._negative_number_matcher = re.compile(r"-[.\d]")  # in `-d -5s` a bad value, not an option

    def error(self, message: str) -> NoReturn:
        """Exit 2 with one line."""
        self.exit(2, f"{self.prog}: {message.removeprefix('argument ')}; see {self.prog} --help\n")


class Command(Parser):
    """A sub-command's parser: names itself, not `wswarm`, when an option is not its own."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Parse, and exit 2 if anything is left over."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            is_silent = self.prog.endswith(" connect") and _OF_MESSAGES & {
                one.split("=")[0] for one in unknown
            }
            why = " (connect sends no messages: it opens connections and holds them)" if is_silent else ""
            self.error(f"no such option or argument: {' '.join(unknown)}{why}")
        return found, unknown


def make_parser() -> Parser:
    """Return the parser of the whole command line."""
    parser = Parser(
        prog="wswarm",
        description="How many sockets does a WebSocket service hold, how fast are its messages, how do its"
        " broadcasts fan out?",
        epilog=f"{grammar.UNITS} {EXITS}",
    )
    parser.add_argument("--version", action="version", version=f"wswarm {VERSION}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Command)
    _add_run(commands)
    _add_scenario(commands, "connect", "open connections, hold them, count", connections="100", rate=None)
    _add_scenario(
        commands, "echo", "send messages at a rate, time the replies", connections="10", rate="100/s"
    )
    _add_scenario(
        commands, "fanout", "publish messages, time their delivery to all", connections="100", rate="5/s"
    )
    _add_script(commands)
    add_replay(commands, _add_common)
    add_import(commands)
    _add_profiles(commands)
    _add_inspect(commands)
    add_serve(commands)
    _add_doctor(commands)
    _add_report(commands)
    add_compare(commands)
    add_trend(commands)
    add_ab(commands)
    add_selftest(commands)
    return parser


def _formatter(prog: str) -> argparse.HelpFormatter:
    return argparse.HelpFormatter(prog, max_help_position=28)


def _add_run(commands: Any) -> None:
    parser = commands.add_parser(
        "run",
        help="the whole profile: connect, echo, fanout",
        description="Measure connections, message times and broadcast fan-out, one after another. Without URL the"
        " reference application is started on a free port, measured and stopped.",
        epilog=f"{grammar.UNITS} {EXITS}",
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
    grammar.add_message(parser)
    grammar.add_publish(parser)
    _add_common(parser)


def _add_scenario(commands: Any, name: str, summary: str, *, connections: str, rate: str | None) -> None:
    parser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=f"{grammar.UNITS} {EXITS}",
    )
    parser.add_argument("url", metavar="URL", help="ws://host:port/path or wss://…; may hold {id} and {room}")
    load = _add_load(parser, connections, rate)
    if name == "echo":
        _add_echo_options(load)
    if name == "fanout":
        _add_fanout_options(load)
    if rate is not None:
        grammar.add_message(parser)
    if name == "fanout":
        grammar.add_publish(parser)
    _add_common(parser)


def _add_script(commands: Any) -> None:
    parser = commands.add_parser(
        "script",
        help="have each connection live a function of yours",
        description="Have each connection live 'async def session(ws)' of a Python file, and time its steps.",
        epilog=f"{grammar.UNITS} {EXITS}",
    )
    parser.add_argument("script", metavar="FILE.py", help="a Python file with 'async def session(ws)'")
    address = (
        "ws://… or wss://…; may hold {id} (default: URL = '…' in FILE.py, else the reference application)"
    )
    parser.add_argument("url", metavar="URL", nargs="?", help=address)
    add = _add_load(parser, connections="10, with --sessions 1000", rate=None).add_argument
    add("--warmup", metavar="TIME", type=grammar.duration, help="before the hold (default: 0s)")
    ends = "longest wait for sessions to end after the hold (default: 5s)"
    add("--drain", metavar="TIME", type=grammar.duration, help=ends)
    arrivals = (
        "begin so many sessions, at random instants, each on a connection of its own; -c is then the most at once"
        " (default: each connection lives one)"
    )
    add("--sessions", metavar="RATE", type=grammar.rate, help=arrivals)
    add("--session", metavar="NAME", help="the function's name (default: session)")
    add("--seed", metavar="N", type=grammar.whole(0, 2**63 - 1), help="of random arrivals (default: random)")
    _add_common(parser)


def _add_load(parser: argparse.ArgumentParser, connections: str, rate: str | None) -> Any:
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
    add("-d", "--duration", "-z", metavar="TIME", type=grammar.duration, help="the hold (default: 10s)")
    if rate is not None:
        add("--warmup", metavar="TIME", type=grammar.duration, help="load before the hold (default: 1s)")
        add("--drain", metavar="TIME", type=grammar.duration, help="longest wait for the rest (default: 5s)")
    add("--connect-rate", metavar="RATE", type=grammar.rate, help="handshakes per s (default: 500/s)")
    add("--connect-timeout", metavar="TIME", type=grammar.duration, help="for each handshake (default: 10s)")
    if rate is not None:
        _add_arrivals(add)
    add("--processes", metavar="N", type=grammar.count, help="agents with the sockets (default: one per 10k)")
    rooms = "connection {id} is in room {id} mod N, which {room} names; fanout: an audience each (default: 1)"
    add("--rooms", metavar="N", type=grammar.count, help=rooms)
    return load


def _add_arrivals(add: Callable[..., Any]) -> None:
    add("--arrivals", choices=("constant", "poisson"), help="evenly spaced or random (default: constant)")
    paces = (
        "wake up per message, or at most every 500µs; auto: per message up to 4k/s of an agent, then at most"
        " every 200µs (default: auto)"
    )
    add("--pacing", choices=("auto", "exact", "batched"), help=paces)
    add("--seed", metavar="N", type=grammar.whole(0, 2**63 - 1), help="of random arrivals (default: random)")


def _add_echo_options(load: Any) -> None:
    load.add_argument(
        "--closed",
        action="store_true",
        default=None,
        help="echo: each send waits for the reply; as fast as replies come, unless -r is given",
    )


def _add_fanout_options(load: Any) -> None:
    publishers = "fanout: sockets that publish, on top of -c; with --rooms in each (default: 1)"
    load.add_argument("--publishers", metavar="N", type=grammar.count, help=publishers)
    grammar.add_publishers(load)


def _add_common(parser: argparse.ArgumentParser) -> None:
    grammar.add_connection(parser)
    _add_security(parser.add_argument_group("origin and TLS").add_argument)
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
    add("--print", choices=("json",), help="put the run file on stdout, alone")
    add_outputs(parser)


def _add_security(add: Callable[..., Any]) -> None:
    add("--origin", metavar="ORIGIN", help="Origin header (default: none)")
    add("--insecure", action="store_true", default=None, help="trust any certificate")
    add("--cacert", metavar="FILE", help="authority to trust, PEM (default: the system's)")
    add("--cert", metavar="FILE", help="client certificate, PEM")
    add("--key", metavar="FILE", help="its key, PEM")
    add("--sni", metavar="NAME", help="name to ask for and check in TLS (default: the URL's host)")


def _add_profiles(commands: Any) -> None:
    parser = commands.add_parser(
        "profiles",
        help="the protocols that connections can speak",
        description="List the protocols for --profile, and what each needs.",
    )
    parser.add_argument("name", metavar="NAME", nargs="?", help="only this one; its file, if it is your own")


def _add_inspect(commands: Any) -> None:
    parser = commands.add_parser(
        "inspect",
        help="what a server says, and which protocol it speaks",
        description="Look at what a server says by itself, try each protocol on it, and name the command to go on"
        " with. It is sent a word in each protocol; nothing is loaded.",
        epilog=grammar.UNITS,
    )
    parser.add_argument("url", metavar="URL", help="ws://host:port/path or wss://…")
    patience = "how long to look (default: 3s)"
    parser.add_argument("--patience", metavar="TIME", type=grammar.duration, default=3.0, help=patience)
    grammar.add_connection(parser)
    _add_security(parser.add_argument_group("origin and TLS").add_argument)


def _add_doctor(commands: Any) -> None:
    parser = commands.add_parser(
        "doctor",
        help="can this machine do that?",
        description="Look at this machine's limits for a number of connections; exit 1 if one is too low.",
        epilog=grammar.UNITS,
    )
    add = parser.add_argument
    add("-c", "--connections", metavar="N", type=grammar.count, default=1000, help="wanted (default: 1000)")
    add(
        "--connect-rate",
        metavar="RATE",
        type=grammar.rate,
        default=500.0,
        help="handshakes per s (default: 500/s)",
    )


def _add_report(commands: Any) -> None:
    parser = commands.add_parser(
        "report",
        help="draw a stored run again",
        description="Print the summary of a stored run, and draw its plots and page again.",
    )
    parser.add_argument("run", metavar="RUN", type=Path, help="a report folder or its run.json")
    add_pictures(parser.add_argument)
    parser.add_argument("--quiet", action="store_true", help="print no summary")
    parser.add_argument("--print", choices=("json",), help="put the run file on stdout, alone")
