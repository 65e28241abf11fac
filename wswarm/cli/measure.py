"""`wswarm connect`, `echo` and `fanout`: measured, shown, stored; in this order, so that no figure is lost."""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from types import MappingProxyType

import msgspec

from wswarm import exit_codes
from wswarm.cli import grammar, terminal
from wswarm.cli.audience import audience_for
from wswarm.cli.drawing import Drawing, Plain
from wswarm.cli.folder import report_folder
from wswarm.cli.outputs import check_outputs, files_named, is_any_wanted, take_all
from wswarm.cli.planned import Planned
from wswarm.cli.terminal import Interrupts, say, warn
from wswarm.drive.fleet.started import Started
from wswarm.drive.host.target import ReferenceApp
from wswarm.errors import PlanError, ResultError
from wswarm.experiment.besides import Besides
from wswarm.experiment.measure import OnProgress, measure
from wswarm.experiment.objectives import foreseen
from wswarm.experiment.preflight import check, known_before
from wswarm.experiment.sampled import Sampling
from wswarm.load.plan import Plan
from wswarm.report import store, text
from wswarm.report.charts.library import missing_hint
from wswarm.report.checkpoints import Checkpoints
from wswarm.report.live import Live
from wswarm.results import redact
from wswarm.results.progress import Progress
from wswarm.results.run import Run


def run_plan(
    parsed: argparse.Namespace, part: Planned, interrupts: Interrupts, started: Sequence[Started] | None
) -> int:
    """Measure one scenario with the agents that were started for it, if they were."""
    plan = part.plan
    check(plan, has_agents=started is not None, may_restart=part.is_reference)
    check_outputs(parsed)
    warn(parsed.command, (*grammar.hints(vars(parsed)), *foreseen(plan)))
    if not parsed.quiet:
        warn(parsed.command, known_before(plan))
    with folder_for(parsed, plan.scenario) as folder, audience_for(parsed) as audience:
        audience.begin(plan, plan.scenario, is_reference=part.is_reference)
        run = measure_one(
            parsed,
            part,
            interrupts,
            started,
            listeners=[audience.update],
            folder=folder,
            sampling=audience.sampling,
        )
        audience.finish(run)
        with pages_for(parsed, folder) as pages:
            take_all(
                lambda: show(parsed, [run], is_suite=False),
                lambda: store_in(parsed, pages, lambda to: store.keep(run, to)),
                lambda: write_wanted(parsed, [run]),
                lambda: finish(parsed, pages, interrupts),
                lambda: audience.end(interrupts),
            )
        return exit_codes.of_runs([run], is_interrupted=interrupts.asked())


def show(parsed: argparse.Namespace, runs: Sequence[Run], *, is_suite: bool) -> None:
    """Print the runs as they were asked for: the summaries, or the run files."""
    if parsed.print == "json":
        say(msgspec.json.encode(runs if is_suite else runs[0]).decode())
    elif not parsed.quiet:
        terminal.show("\n\n".join(text.summary(run, terminal.width()) for run in runs))


def show_overview(
    parsed: argparse.Namespace, runs: Sequence[Run], failures: Mapping[str, str] | None = None
) -> None:
    """Print the runs of a suite side by side, if there are several."""
    if parsed.print != "json" and not parsed.quiet and len(runs) + len(failures or {}) > 1:
        terminal.show("\n" + text.suite_summary(runs, failures or {}, terminal.width()))


def say_where(parsed: argparse.Namespace, folder: Path | None) -> None:
    """Print where the report is, and what its page lacks."""
    if folder is not None and parsed.print != "json" and not parsed.quiet:
        say(f"\nreport: {folder}/{store.PAGE_FILE}")
        hint = missing_hint()
        warn(parsed.command, [hint] if hint is not None else [])


def write_wanted(
    parsed: argparse.Namespace, runs: Sequence[Run], failures: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Write all that was asked for of runs, for machines to read.

    Raises:
        ResultError: a file can't be written.
    """
    if is_any_wanted(parsed):
        from wswarm.cli.written import write_runs  # not before the load, and mostly never

        write_runs(parsed, runs, unless_alone(parsed), failures)


def unless_alone(parsed: argparse.Namespace) -> Callable[[str], None]:
    """Return how to print annotations: not where the run file stands on stdout alone."""
    return (lambda _: None) if parsed.print == "json" else say


def pages_for(
    parsed: argparse.Namespace, path: Path | None, drawn: Sequence[str] = ()
) -> AbstractContextManager[Plain | None]:
    """Return who makes the pages of a report, if there is one; what draws is loaded from now on.

    Args:
        path: A folder that is there, or a run file.
        drawn: Folders of runs of the suite whose pictures have just been drawn.
    """
    if path is None:
        return nullcontext()
    return Plain(path, drawn=drawn) if parsed.no_plots else Drawing(path, svg=parsed.svg, drawn=drawn)


def store_in(parsed: argparse.Namespace, pages: Plain | None, keep: Callable[[Path], None]) -> None:
    """Store in the report's folder, if there is one, link to it, and have the pages made.

    Raises:
        ResultError: something can't be written; what was measured has been shown before.
    """
    if pages is None:
        return
    try:
        keep(pages.folder)
    except ResultError as error:
        shown = "" if parsed.quiet and parsed.print != "json" else "; what was measured stands above"
        raise ResultError(f"{error}{shown}") from error
    pages.begin()
    if pages.folder.resolve().parent == store.DEFAULT_ROOT.resolve():
        store.link_latest(pages.folder)


def finish(parsed: argparse.Namespace, pages: Plain | None, interrupts: Interrupts | None = None) -> None:
    """Wait for the pages, if they are being made, and say where they are.

    Raises:
        ResultError: they could not be made. KeyboardInterrupt: they are left without what is not drawn yet.
    """
    if pages is None or not pages.has_begun:
        return
    try:
        with nullcontext() if interrupts is None else interrupts.at_once():
            pages.wait()
    except KeyboardInterrupt:
        pages.stop()
        pages.leave_out()
        warn(parsed.command, [undrawn_hint(pages.folder)])
        raise
    say_where(parsed, pages.folder)


def undrawn_hint(folder: Path) -> str:
    """Return that pictures are missing, and what draws them."""
    return f"not all pictures are drawn: 'wswarm report {folder}' draws them"


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
    part: Planned,
    interrupts: Interrupts,
    started: Sequence[Started] | None,
    *,
    listeners: Sequence[OnProgress] = (),
    folder: Path | None = None,
    sampling: Sampling | None = None,
) -> Run:
    """Measure one scenario, if need be of a reference application of its own, freshly started.

    Args:
        listeners: Told how it stands besides the display.
        folder: Of its report, where checkpoints of a long run are kept.
        sampling: Who wants the times of single messages.
    """

    def tell(progress: Progress) -> None:
        for listener in listeners:
            listener(progress)
        live.update(progress)

    app: ReferenceApp | None = None
    plan = part.plan
    with ExitStack() as stack:
        if part.is_reference:
            app = stack.enter_context(ReferenceApp(workers=part.workers))
            pid = plan.target_pid if plan.target_pid is not None else app.pid
            plan = msgspec.structs.replace(plan, url=app.url, target_pid=pid)
        live = stack.enter_context(_live(parsed, plan))
        keep = None
        if folder is not None:
            checkpoints = stack.enter_context(_checkpoints(parsed, folder))
            keep = partial(_keep, parsed, checkpoints)
        besides = Besides(terminal.show_traced, keep, restarts=app, sampling=sampling)
        return measure(plan, tell, interrupts.asked, started, besides)


@contextmanager
def _checkpoints(parsed: argparse.Namespace, folder: Path) -> Iterator[Checkpoints]:
    """Yield what keeps a run's checkpoints; if it fails, they are what is left of it."""
    checkpoints = Checkpoints(folder)
    try:
        yield checkpoints
    except BaseException:
        if checkpoints.has_begun:
            warn(parsed.command, [f"'wswarm report {folder}' makes a report of what was found until then"])
        raise


def _keep(parsed: argparse.Namespace, checkpoints: Checkpoints, run: Run) -> None:
    """Keep what a run has found so far; that it can't be kept is told, and the run goes on."""
    try:
        checkpoints.append(run)
    except ResultError as error:
        warn(parsed.command, [f"no checkpoint: {error}"])


def _live(parsed: argparse.Namespace, plan: Plan) -> Live:
    before = 0 if plan.stages and plan.scenario == "connect" else plan.expected_at_once
    total_s: float | None = before / plan.connect_rate + plan.warmup + plan.duration
    if plan.scenario == "slow":  # how long slow readers need to catch up between its blocks nobody knows
        total_s = None
    return Live(f"{plan.scenario} {redact.address(plan.address)}", total_s, quiet=parsed.quiet)
