"""`wswarm connect`, `echo` and `fanout`: measured, shown, stored; in this order, so that no figure is lost."""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType

import msgspec

from wswarm import exit_codes, redact
from wswarm.commands import grammar
from wswarm.commands.folder import report_folder
from wswarm.commands.outputs import check_outputs, files_named, is_any_wanted, take_all
from wswarm.commands.terminal import Interrupts, say, warn
from wswarm.drive.started import Started
from wswarm.drive.target import ReferenceApp
from wswarm.errors import PlanError, ResultError
from wswarm.experiment.measure import measure
from wswarm.experiment.objectives import foreseen
from wswarm.experiment.preflight import check
from wswarm.load.plan import Plan
from wswarm.report import store, text
from wswarm.report.live import Live
from wswarm.run import Run


def run_plan(
    parsed: argparse.Namespace, plan: Plan, interrupts: Interrupts, started: Sequence[Started] | None
) -> int:
    """Measure one scenario with the agents that were started for it, if they were."""
    check(plan, has_agents=started is not None)
    check_outputs(parsed)
    warn(parsed.command, (*grammar.hints(vars(parsed)), *foreseen(plan)))
    with folder_for(parsed, plan.scenario) as folder:
        run = measure_one(parsed, plan, interrupts, started)
        take_all(
            lambda: show(parsed, [run], is_suite=False),
            lambda: store_in(parsed, folder, lambda to: store.save(run, to, plots=not parsed.no_plots)),
            lambda: write_wanted(parsed, [run]),
        )
        return exit_codes.of_runs([run], is_interrupted=interrupts.asked())


def show(parsed: argparse.Namespace, runs: Sequence[Run], *, is_suite: bool) -> None:
    """Print the runs as they were asked for: the summaries, or the run files."""
    if parsed.print == "json":
        say(msgspec.json.encode(runs if is_suite else runs[0]).decode())
    elif not parsed.quiet:
        say("\n\n".join(text.summary(run) for run in runs))


def show_overview(
    parsed: argparse.Namespace, runs: Sequence[Run], failures: Mapping[str, str] | None = None
) -> None:
    """Print the runs of a suite side by side, if there are several."""
    if parsed.print != "json" and not parsed.quiet and len(runs) + len(failures or {}) > 1:
        say("\n" + text.suite_summary(runs, failures or {}))


def say_where(parsed: argparse.Namespace, folder: Path | None) -> None:
    """Print where the report is."""
    if folder is not None and parsed.print != "json" and not parsed.quiet:
        say(f"\nreport: {folder}/{store.PAGE_FILE}")


def write_wanted(
    parsed: argparse.Namespace, runs: Sequence[Run], failures: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Write all that was asked for of runs, for machines to read.

    Raises:
        ResultError: a file can't be written.
    """
    if is_any_wanted(parsed):
        from wswarm.commands.written import write_runs  # not before the load, and mostly never

        write_runs(parsed, runs, unless_alone(parsed), failures)


def unless_alone(parsed: argparse.Namespace) -> Callable[[str], None]:
    """Return how to print annotations: not where the run file stands on stdout alone."""
    return (lambda _: None) if parsed.print == "json" else say


def store_in(parsed: argparse.Namespace, folder: Path | None, save: Callable[[Path], None]) -> None:
    """Save in the folder, if there is one, link to it, and say where it is.

    Raises:
        ResultError: something can't be written; what was measured has been shown before.
    """
    if folder is None:
        return
    try:
        save(folder)
    except ResultError as error:
        shown = "" if parsed.quiet and parsed.print != "json" else "; what was measured stands above"
        raise ResultError(f"{error}{shown}") from error
    if folder.resolve().parent == store.DEFAULT_ROOT.resolve():
        store.link_latest(folder)
    say_where(parsed, folder)


@contextmanager
def folder_for(parsed: argparse.Namespace, name: str) -> Iterator[Path | None]:
    """Yield the report's folder; `None` where none can be made, none was asked for and stdout has the run file."""
    with ExitStack() as stack:
        try:
            yield_to: Path | None = stack.enter_context(
                report_folder(parsed.output, name, files_named(parsed))
            )
        except PlanError:
            if parsed.print != "json" or parsed.output is not None:
                raise
            yield_to = None
        yield yield_to


def measure_one(
    parsed: argparse.Namespace,
    plan: Plan,
    interrupts: Interrupts,
    started: Sequence[Started] | None,
    *,
    is_reference: bool = False,
) -> Run:
    """Measure one scenario, if need be of a reference application of its own, freshly started."""
    with ExitStack() as stack:
        if is_reference:
            app = stack.enter_context(ReferenceApp())
            pid = plan.target_pid if plan.target_pid is not None else app.pid
            plan = msgspec.structs.replace(plan, url=app.url, target_pid=pid)
        live = stack.enter_context(_live(parsed, plan))
        return measure(plan, live.update, interrupts.asked, started)


def _live(parsed: argparse.Namespace, plan: Plan) -> Live:
    total_s = plan.sockets / plan.connect_rate + plan.warmup + plan.duration
    return Live(f"{plan.scenario} {redact.address(plan.address)}", total_s, quiet=parsed.quiet)
