"""The command line: options in, exit code out. Only here and in `commands` anything is printed."""

import argparse
import io
import os
import socket
import sys
import textwrap
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import msgspec

from wswarm import exit_codes, redact
from wswarm.arguments import make_parser
from wswarm.commands import ab, grammar, selftest
from wswarm.commands.compare import compare, trend
from wswarm.commands.outputs import check_outputs, write_runs
from wswarm.commands.terminal import INTERRUPTED, Interrupts, report_folder, say
from wswarm.drive.limits import raise_file_limit
from wswarm.drive.target import ReferenceApp, ServerOptions
from wswarm.drive.target import command as serve_command
from wswarm.drive.target import environment as serve_environment
from wswarm.errors import PlanError, ResultError, SwarmError, TargetError
from wswarm.experiment import doctor
from wswarm.experiment.measure import measure
from wswarm.experiment.preflight import check
from wswarm.experiment.suite import suite_plans
from wswarm.load.plan import Plan, make_plan
from wswarm.outputs_arguments import OUTPUTS
from wswarm.report import store, text
from wswarm.report.live import Live
from wswarm.run import Run

_NOT_IN_PLAN = {"command", "url", "output", "no_plots", "quiet", "print", "scenarios"} | OUTPUTS


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
        "run": run_suite,
        "serve": serve,
        "doctor": examine,
        "report": show,
        "compare": lambda parsed: compare(parsed, say),
        "trend": lambda parsed: trend(parsed, say),
        "ab": ab.compare_versions,
        "selftest": selftest.examine_itself,
    }
    try:
        return commands.get(parsed.command, run_scenario)(parsed)
    except SwarmError as error:
        print(f"wswarm {parsed.command}: {redact.address(str(error))}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"wswarm {parsed.command}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # of standard error
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        return 1


def run_scenario(parsed: argparse.Namespace) -> int:
    """Measure one scenario."""
    plan = make_plan(parsed.command, parsed.url, **_settings(parsed))
    check(plan)
    check_outputs(parsed)
    with report_folder(parsed.output, plan.scenario) as folder, Interrupts() as interrupts:
        with _live(parsed, plan) as live:
            run = measure(plan, live.update, interrupts.asked)
        return _finish(parsed, [run], folder, is_interrupted=interrupts.asked())


def run_suite(parsed: argparse.Namespace) -> int:
    """Measure the whole profile, of the reference application unless a URL is given."""
    scenarios = tuple(name.strip() for name in parsed.scenarios.split(","))
    settings = _settings(parsed)
    if parsed.url is None:
        settings = {"profile": "echo"} | settings
    plans = suite_plans(parsed.url or "ws://127.0.0.1:1", scenarios, **settings)
    for plan in plans:
        check(plan)
    check_outputs(parsed)
    runs: list[Run] = []
    with report_folder(parsed.output, "run") as folder, Interrupts() as interrupts:
        try:
            for plan in plans:
                runs.append(_measure_one(parsed, plan, interrupts))
                store.write_run(runs[-1], folder / plan.scenario)
                if interrupts.asked():
                    break
        except (SwarmError, KeyboardInterrupt):
            if runs:
                store.save_suite(runs, folder, plots=not parsed.no_plots)
            raise
        return _finish(parsed, runs, folder, is_interrupted=interrupts.asked())


def _measure_one(parsed: argparse.Namespace, plan: Plan, interrupts: "Interrupts") -> Run:
    """Measure one scenario of a suite; without a URL on a reference application of its own, freshly started."""
    with ExitStack() as stack:
        if parsed.url is None:
            app = stack.enter_context(ReferenceApp())
            pid = plan.target_pid if plan.target_pid is not None else app.pid
            plan = msgspec.structs.replace(plan, url=app.url, target_pid=pid)
        live = stack.enter_context(_live(parsed, plan))
        return measure(plan, live.update, interrupts.asked)


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
        say(f"  {signs[one.is_enough]:4}{one.name:24}{one.found:28}needed: {one.needed}")
        if one.is_enough is False:
            say(textwrap.fill(f"→ {one.mend}", 100, initial_indent=" " * 6, subsequent_indent=" " * 8))
    is_low = any(one.is_enough is False for one in checks)
    say("\nToo low: see the arrows." if is_low else "\nNothing stands in the way.")
    return int(is_low)


def show(parsed: argparse.Namespace) -> int:
    """Print a stored run and draw it again."""
    runs = store.redraw(parsed.run, plots=not parsed.no_plots)
    folder = parsed.run if parsed.run.is_dir() else parsed.run.parent
    _print(parsed, runs, folder)
    return 0


def exit_code(runs: Sequence[Run], *, is_interrupted: bool) -> int:
    """Return the exit code that the runs deserve."""
    return exit_codes.of_runs(runs, is_interrupted=is_interrupted)


def _settings(parsed: argparse.Namespace) -> dict[str, Any]:
    return grammar.messages({name: one for name, one in vars(parsed).items() if name not in _NOT_IN_PLAN})


def _live(parsed: argparse.Namespace, plan: Plan) -> Live:
    total_s = plan.sockets / plan.connect_rate + plan.warmup + plan.duration
    return Live(f"{plan.scenario} {redact.address(plan.address)}", total_s, quiet=parsed.quiet)


def _finish(parsed: argparse.Namespace, runs: list[Run], folder: Path, *, is_interrupted: bool) -> int:
    if parsed.command == "run":
        store.save_suite(runs, folder, plots=not parsed.no_plots)
    else:
        store.save(runs[0], folder, plots=not parsed.no_plots)
    if folder.resolve().parent == store.DEFAULT_ROOT.resolve():
        store.link_latest(folder)
    write_runs(parsed, runs, _unless_alone(parsed))
    _print(parsed, runs, folder)
    return exit_code(runs, is_interrupted=is_interrupted)


def _unless_alone(parsed: argparse.Namespace) -> Callable[[str], None]:
    """Return how to print annotations: not where the run file stands on stdout alone."""
    return (lambda _: None) if parsed.print == "json" else say


def _print(parsed: argparse.Namespace, runs: list[Run], folder: Path) -> None:
    if parsed.print == "json":
        is_suite = parsed.command == "run" or (folder / store.INDEX_FILE).exists()
        say(msgspec.json.encode(runs if is_suite else runs[0]).decode())
    elif not parsed.quiet:
        say("\n\n".join(text.summary(run) for run in runs))
        if len(runs) > 1:
            say("\n" + text.suite_summary(runs))
        say(f"\nreport: {folder}/{store.PAGE_FILE}")


if __name__ == "__main__":
    sys.exit(main())
