"""The command line's grammar: sub-commands, options, their groups and defaults."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from wswarm.cli import grammar
from wswarm.cli.ab_arguments import add_ab, add_selftest
from wswarm.cli.capacity_arguments import add_capacity
from wswarm.cli.churn_arguments import add_churn
from wswarm.cli.forecast_arguments import add_forecast
from wswarm.cli.help_arguments import add_help_commands, add_init
from wswarm.cli.load_arguments import (
    add_common,
    add_echo_options,
    add_fanout_options,
    add_load,
    add_probe,
    add_security,
    add_stages,
)
from wswarm.cli.outputs_arguments import add_compare, add_pictures, add_trend
from wswarm.cli.parser import Command, Parser
from wswarm.cli.recordings_arguments import ALL_EXITS, EXITS, add_import, add_replay
from wswarm.cli.serve_arguments import add_serve
from wswarm.cli.size_arguments import add_size
from wswarm.cli.slow_arguments import add_slow
from wswarm.cli.storm_arguments import add_storm
from wswarm.cli.ui_arguments import add_ui
from wswarm.errors import PlanError
from wswarm.version import VERSION

PLAN_SUFFIX = ".toml"  # of what `run` takes for a plan file, not for an address


def make_parser() -> Parser:
    """Return the parser of the whole command line."""
    parser = Parser(
        prog="wswarm",
        description="How many sockets does a WebSocket service hold, how fast are its messages, how do its"
        " broadcasts fan out?",
        epilog=f"{grammar.UNITS} {ALL_EXITS}",
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
    add_churn(commands)
    add_slow(commands)
    add_capacity(commands)
    add_size(commands)
    add_forecast(commands)
    add_storm(commands)
    _add_script(commands)
    add_replay(commands, add_common)
    add_import(commands)
    _add_profiles(commands)
    _add_inspect(commands)
    add_serve(commands)
    _add_doctor(commands)
    add_init(commands)
    _add_report(commands)
    add_compare(commands)
    add_trend(commands)
    add_ui(commands)
    add_ab(commands)
    add_selftest(commands)
    add_help_commands(commands)
    return parser


def _add_run(commands: Any) -> None:
    parser = commands.add_parser(
        "run",
        help="the whole profile: connect, echo, fanout",
        description="Measure connections, message times and broadcast fan-out, one after another. Without URL the"
        " reference application is started on a free port, measured and stopped.",
        epilog=f"{grammar.UNITS} {EXITS}",
    )
    parser.add_argument(
        "url",
        metavar="URL",
        nargs="?",
        type=grammar.typed(_plan_or_address),
        help="the service, or a plan file with the ending .toml; without it the reference application",
    )
    load = add_load(parser, connections="connect 100, echo 10, fanout 100", rate="echo 100/s, fanout 5/s")
    load.add_argument(
        "--scenarios",
        metavar="LIST",
        default="connect,echo,fanout",
        help="which, separated by commas (default: connect,echo,fanout)",
    )
    add_probe(load)
    add_echo_options(load)
    add_fanout_options(load)
    grammar.add_message(parser)
    grammar.add_publish(parser)
    add_common(parser)


def _plan_or_address(text: str) -> str:
    if text.endswith(PLAN_SUFFIX):
        return text
    is_file = False
    with suppress(OSError):  # of a name that is too long for one
        is_file = Path(text).is_file()
    if is_file:
        raise PlanError(
            f"{text!r} is a file, and no plan: plans are TOML and end in {PLAN_SUFFIX}; a host of that name is ws://{text}"
        )
    return grammar.address(text)


def _add_scenario(commands: Any, name: str, summary: str, *, connections: str, rate: str | None) -> None:
    parser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=f"{grammar.UNITS} {EXITS}",
    )
    address = "ws://host:port/path or wss://…; may hold {id} and {room}"
    parser.add_argument("url", metavar="URL", nargs="?", type=grammar.address, help=address)
    load = add_load(parser, connections, rate)
    add_stages(load, "rates" if rate is not None else "connections")
    if rate is not None:
        add_probe(load)
    if name == "echo":
        add_echo_options(load)
    if name == "fanout":
        add_fanout_options(load)
    if rate is not None:
        grammar.add_message(parser)
    if name == "fanout":
        grammar.add_publish(parser)
    add_common(parser)


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
    parser.add_argument("url", metavar="URL", nargs="?", type=grammar.address, help=address)
    add = add_load(parser, connections="10, with --sessions 1000", rate=None).add_argument
    add("--warmup", metavar="TIME", type=grammar.duration, help="before the hold (default: 0s)")
    ends = "longest wait for sessions to end after the hold (default: 5s)"
    add("--drain", metavar="TIME", type=grammar.duration, help=ends)
    arrivals = (
        "begin so many sessions, at random instants, each on a connection of its own; -c is then the most at once"
        " (default: each connection lives one)"
    )
    add("--sessions", metavar="RATE", type=grammar.rate, help=arrivals)
    add("--session", metavar="NAME", help="the function's name (default: session)")
    add_common(parser)


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
    parser.add_argument("url", metavar="URL", type=grammar.address, help="ws://host:port/path or wss://…")
    patience = "how long to look (default: 3s)"
    parser.add_argument("--patience", metavar="TIME", type=grammar.duration, default=3.0, help=patience)
    grammar.add_connection(parser)
    add_security(parser.add_argument_group("origin and TLS").add_argument)


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
