"""`wswarm run`: the whole profile. What can't be measured is told, and the others are measured all the same."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from wswarm import exit_codes, redact
from wswarm.commands import grammar, measure, scenario
from wswarm.commands.outputs import check_outputs, take_all
from wswarm.commands.terminal import Interrupts, say, warn
from wswarm.errors import ResultError, SwarmError
from wswarm.experiment.begun import agents_begun
from wswarm.experiment.objectives import foreseen, not_held
from wswarm.experiment.preflight import check, check_reference
from wswarm.experiment.suite import suite_plans
from wswarm.load.plan import Plan
from wswarm.report import store
from wswarm.run import Run

_UNKNOWN = "ws://127.0.0.1:1"  # stands for the address of an application that is started later
_GRAVEST_FIRST = (2, 1, 130, 95, 98, 97, 99, 96)


def run_suite(parsed: argparse.Namespace) -> int:
    """Measure the whole profile, of the reference application unless a URL is given.

    Raises:
        SwarmError: no scenario could be measured.
    """
    plans = _plans(parsed)
    check_outputs(parsed)
    warn("run", grammar.hints(vars(parsed)))
    warn("run", [*not_held(plans, parsed.slo or ()), *(line for plan in plans for line in foreseen(plan))])
    with measure.folder_for(parsed, "run") as folder, Interrupts() as interrupts:
        suite = _Suite(parsed, folder)
        try:
            for plan in plans:
                suite.add(plan, interrupts)
                if interrupts.asked():
                    break
        except KeyboardInterrupt:
            if suite.runs:
                suite.finish()
            raise
        if not suite.runs:
            raise suite.hopeless(plans)
        suite.finish()
        codes = {error.exit_code for error in suite.failures.values()}
        codes.add(exit_codes.of_runs(suite.runs, is_interrupted=interrupts.asked()))
        return next((code for code in _GRAVEST_FIRST if code in codes), 0)


def _plans(parsed: argparse.Namespace) -> list[Plan]:
    settings = scenario.settings_of(parsed)
    if parsed.url is None:
        settings = {"profile": "echo"} | settings
    scenarios = tuple(name.strip() for name in parsed.scenarios.split(","))
    plans = suite_plans(parsed.url or _UNKNOWN, scenarios, **settings)
    for plan in plans:
        check(plan)
        if parsed.url is None:
            check_reference(plan)
    return plans


class _Suite:
    """The runs of a suite, and why those that are missing are.

    Args:
        folder: Of the report, `None` for none.
    """

    def __init__(self, parsed: argparse.Namespace, folder: Path | None) -> None:
        self._parsed, self._folder = parsed, folder
        self.runs: list[Run] = []
        self.failures: dict[str, SwarmError] = {}

    def add(self, plan: Plan, interrupts: Interrupts) -> None:
        """Measure one scenario and show it, or tell why it can't be measured."""
        try:
            with agents_begun(plan) as started:
                run = measure.measure_one(
                    self._parsed, plan, interrupts, started, is_reference=self._parsed.url is None
                )
        except SwarmError as error:
            self.failures[plan.scenario] = error
            warn("run", [f"{plan.scenario}: {redact.address(str(error))}"])
            return
        if self.runs and self._parsed.print != "json" and not self._parsed.quiet:
            say("")
        self.runs.append(run)
        if self._parsed.print != "json":
            measure.show(self._parsed, [run], is_suite=True)
        self._keep(run)

    def _keep(self, run: Run) -> None:
        """Write the run file at once, should a later scenario end all; `finish` tells if that can't be done."""
        if self._folder is not None:
            try:
                store.write_run(run, self._folder / run.scenario)
            except ResultError as error:
                warn("run", [str(error)])

    def finish(self) -> None:
        """Show the runs side by side, then write all of them.

        Raises:
            ResultError: something could not be written; everything else was.
        """
        parsed, runs = self._parsed, self.runs
        told = {name: redact.address(str(error)) for name, error in self.failures.items()}
        plots = not parsed.no_plots
        take_all(
            lambda: measure.show(parsed, runs, is_suite=True) if parsed.print == "json" else None,
            lambda: measure.show_overview(parsed, runs, told),
            lambda: measure.store_in(
                parsed, self._folder, lambda to: store.save_suite(runs, to, plots=plots, failures=told)
            ),
            lambda: measure.write_wanted(parsed, runs, told),
        )

    def hopeless(self, plans: Sequence[Plan]) -> SwarmError:
        """Return the error of a suite of which nothing could be measured."""
        gravest = max(self.failures.values(), key=lambda error: -_GRAVEST_FIRST.index(error.exit_code))
        names = ", ".join(plan.scenario for plan in plans)
        return type(gravest)(f"nothing could be measured ({names}): the reasons are above")
