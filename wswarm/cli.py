"""The command line: options in, exit code out. Only here and in `commands` anything is printed."""

import argparse
import io
import os
import socket
import sys
import textwrap
from collections.abc import Callable, Sequence
from contextlib import suppress

from wswarm import exit_codes, redact
from wswarm.arguments import make_parser
from wswarm.commands import ab, measure, selftest, suite
from wswarm.commands.compare import compare, trend
from wswarm.commands.terminal import INTERRUPTED, say
from wswarm.drive.files import raise_file_limit
from wswarm.drive.target import ServerOptions
from wswarm.drive.target import command as serve_command
from wswarm.drive.target import environment as serve_environment
from wswarm.errors import PlanError, ResultError, SwarmError, TargetError
from wswarm.experiment import doctor
from wswarm.report import store
from wswarm.run import Run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal need not know every sign of a report
    try:
        parsed = make_parser().parse_args(arguments)
    except SystemExit:
        with suppress(ResultError):  # the help is no result
            say("", end="")
        raise
    commands: dict[str, Callable[[argparse.Namespace], int]] = {
        "run": suite.run_suite,
        "serve": serve,
        "doctor": examine,
        "report": show,
        "compare": lambda parsed: compare(parsed, say),
        "trend": lambda parsed: trend(parsed, say),
        "ab": ab.compare_versions,
        "selftest": selftest.examine_itself,
    }
    try:
        return commands.get(parsed.command, measure.run_scenario)(parsed)
    except SwarmError as error:
        print(f"wswarm {parsed.command}: {redact.address(str(error))}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"wswarm {parsed.command}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # of standard error
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        return 1


def serve(parsed: argparse.Namespace) -> int:
    """Become the server of the reference application."""
    names = ServerOptions._fields
    options = ServerOptions(**{name: value for name, value in vars(parsed).items() if name in names})
    command, variables = serve_command(options), serve_environment(options)
    _check_free(options.host, options.port)
    raise_file_limit()
    host = f"[{options.host}]" if ":" in options.host else options.host
    say(f"target_app.{options.app} at http://{host}:{options.port}/ (Ctrl-C stops it)")
    os.execve(command[0], command, variables)


def _check_free(host: str, port: int) -> None:
    """Check that a server can listen there: uvicorn would tell so in its own words, and exit with 3."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise TargetError(
            f"can't listen on --host {host} --port {port}: {why}; choose another, or stop what listens there"
        ) from None


def examine(parsed: argparse.Namespace) -> int:
    """Print each limit of this machine for the wanted connections; 1 if one is too low."""
    for name in ("connections", "connect_rate"):
        if vars(parsed)[name] <= 0:
            raise PlanError(f"--{name.replace('_', '-')} {vars(parsed)[name]:g} must be a number above 0")
    checks = doctor.examine(doctor.inspect(), parsed.connections, parsed.connect_rate)
    signs = {True: "ok", False: "LOW", None: "?"}
    say(f"{parsed.connections:,} connections, {parsed.connect_rate:,g} handshakes per s, on this machine:\n")
    for one in checks:
        start = f"  {signs[one.is_enough]:4}{one.name:26}{one.found:26}"
        say(textwrap.fill(f"{start}needed: {one.needed}", 100, subsequent_indent=" " * 58))
        if not one.is_enough:
            say(textwrap.fill(f"→ {one.mend}", 100, initial_indent=" " * 6, subsequent_indent=" " * 8))
    is_low = any(one.is_enough is False for one in checks)
    is_unknown = any(one.is_enough is None for one in checks)
    fine = "Nothing stands in the way" + (
        ", as far as can be told: see the question marks." if is_unknown else "."
    )
    say(f"\n{'Too low: see the arrows.' if is_low else fine}")
    return int(is_low)


def show(parsed: argparse.Namespace) -> int:
    """Print a stored run or suite and draw it again."""
    runs = store.redraw(parsed.run, plots=not parsed.no_plots)
    folder = parsed.run if parsed.run.is_dir() else parsed.run.parent
    failures = store.failures_in(folder)
    measure.show(parsed, runs, is_suite=(folder / store.INDEX_FILE).exists())
    measure.show_overview(parsed, runs, failures)
    measure.say_where(parsed, folder)
    return 0


def exit_code(runs: Sequence[Run], *, is_interrupted: bool) -> int:
    """Return the exit code that the runs deserve."""
    return exit_codes.of_runs(runs, is_interrupted=is_interrupted)


if __name__ == "__main__":
    sys.exit(main())
