"""`wswarm run`: the whole profile. What can't be measured is told, and the others are measured all the same."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import msgspec

from wswarm import exit_codes
from wswarm.cli import grammar, measure
from wswarm.cli.audience import Audience, audience_for
from wswarm.cli.drawing import Drawing, Plain
from wswarm.cli.outputs import check_outputs, take_all
from wswarm.cli.parts import parts_of, settled_parts
from wswarm.cli.planned import Planned
from wswarm.cli.settings.settled import told_from
from wswarm.cli.terminal import Interrupts, say, warn
from wswarm.errors import ResultError, SwarmError
from wswarm.experiment.begun import agents_begun
from wswarm.experiment.objectives import foreseen, not_held
from wswarm.experiment.preflight import check, check_reference
from wswarm.report import store
from wswarm.results import redact
from wswarm.results.run import Run

_GRAVEST_FIRST = (2, 1, 130, 95, 98, 97, 99, 96)


def run_suite(parsed: argparse.Namespace) -> int:
    """Measure the whole profile, or the scenarios of a plan file; the reference application unless a URL is given.

    Raises:
        SwarmError: no scenario could be measured.
    """
    parts = _checked(parsed)
    plans = [part.plan for part in parts]
    check_outputs(parsed)
    warn("run", [*grammar.hints(vars(parsed)), *(line for part in parts for line in part.hints)])
    warn("run", [*not_held(plans, parsed.slo or ()), *(line for plan in plans for line in foreseen(plan))])
    with (
        measure.folder_for(parsed, "run") as folder,
        audience_for(parsed) as audience,
        Interrupts() as interrupts,
        _Suite(parsed, folder, parts, audience) as suite,
    ):
        try:
            for part in parts:
                suite.add(part, interrupts)
                if interrupts.asked():
                    break
        except KeyboardInterrupt:
            if suite.runs:
                suite.finish_undrawn()
            raise
        if not suite.runs:
            raise suite.hopeless()
        suite.finish(interrupts)
        codes = {error.exit_code for error in suite.failures.values()}
        codes.add(exit_codes.of_runs(suite.runs, is_interrupted=interrupts.asked()))
        return next((code for code in _GRAVEST_FIRST if code in codes), 0)


def _checked(parsed: argparse.Namespace) -> list[Planned]:
    parts = parts_of(parsed)
    settled: list[argparse.Namespace] = [one for _, one in settled_parts(parsed)]
    for part, own in zip(parts, settled or [parsed] * len(parts), strict=True):
        with told_from(own):
            check(part.plan, may_restart=part.is_reference)
            if part.is_reference:
                check_reference(part.plan)
    return parts


class _Suite:
    """The runs of a suite, and why those that are missing are.

    Args:
        folder: Of the report, `None` for none.
        audience: Who hears of the runs.
    """

    def __init__(
        self, parsed: argparse.Namespace, folder: Path | None, parts: Sequence[Planned], audience: Audience
    ) -> None:
        self._parsed, self._folder, self._parts, self._audience = parsed, folder, parts, audience
        self._beside: dict[str, Drawing] = {}
        self.runs: list[Run] = []
        self.failures: dict[str, SwarmError] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for drawing in self._beside.values():
            drawing.stop()

    def add(self, part: Planned, interrupts: Interrupts) -> None:
        """Measure one scenario and show it, or tell why it can't be measured."""
        self._audience.begin(part.plan, part.title, is_reference=part.is_reference)
        try:
            with agents_begun(part.plan) as started:
                run = measure.measure_one(
                    self._parsed,
                    part,
                    interrupts,
                    started,
                    listeners=[*(one.make_way for one in self._beside.values()), self._audience.update],
                    folder=self._folder / part.title if self._folder is not None else None,
                    sampling=self._audience.sampling,
                )
        except SwarmError as error:
            self.failures[part.title] = error
            warn("run", [f"{part.title}: {redact.address(str(error))}"])
            return
        if part.name is not None:
            run = msgspec.structs.replace(run, name=part.name)
        self._audience.finish(run)
        if self.runs and self._parsed.print != "json" and not self._parsed.quiet:
            say("")
        self.runs.append(run)
        if self._parsed.print != "json":
            measure.show(self._parsed, [run], is_suite=True)
        self._keep(run, has_next=part is not self._parts[-1] and not interrupts.asked())

    def _keep(self, run: Run, *, has_next: bool) -> None:
        """Write the run at once, should a later scenario end all, and have it drawn beside the next one.

        `finish` tells if that can't be done.
        """
        if self._folder is None:
            return
        name = store.folder_names(self.runs)[-1]
        try:
            store.keep(run, self._folder / name)
        except ResultError as error:
            warn("run", [str(error)])
            return
        if has_next and not self._parsed.no_plots:
            self._beside[name] = Drawing(self._folder / name, svg=self._parsed.svg, beside=True)
            self._beside[name].begin()

    def finish(self, interrupts: Interrupts) -> None:
        """Show the runs side by side, then write all of them, and draw what has not been drawn yet.

        Raises:
            ResultError: something could not be written; everything else was.
        """
        with measure.pages_for(self._parsed, self._folder, self._drawn()) as pages:
            self._finish(pages, interrupts)

    def finish_undrawn(self) -> None:
        """Do the same without drawing: somebody wants to leave."""
        pages = None if self._folder is None else Plain(self._folder, drawn=self._drawn())
        self._finish(pages, None)
        if self._folder is not None and not self._parsed.no_plots:
            warn("run", [measure.undrawn_hint(self._folder)])

    def _drawn(self) -> list[str]:
        """Return which runs have been drawn, and end the drawing of others."""
        drawn = [name for name, drawing in self._beside.items() if drawing.is_done()]
        for drawing in self._beside.values():
            drawing.stop()
        return drawn

    def _finish(self, pages: Plain | None, interrupts: Interrupts | None) -> None:
        parsed, runs = self._parsed, self.runs
        told = {name: redact.address(str(error)) for name, error in self.failures.items()}
        take_all(
            lambda: measure.show(parsed, runs, is_suite=True) if parsed.print == "json" else None,
            lambda: measure.show_overview(parsed, runs, told),
            lambda: measure.store_in(parsed, pages, lambda to: store.keep_suite(runs, to, told)),
            lambda: measure.write_wanted(parsed, runs, told),
            lambda: measure.finish(parsed, pages, interrupts),
            lambda: self._audience.end(interrupts, told),
        )

    def hopeless(self) -> SwarmError:
        """Return the error of a suite of which nothing could be measured."""
        gravest = max(self.failures.values(), key=lambda error: -_GRAVEST_FIRST.index(error.exit_code))
        names = ", ".join(part.title for part in self._parts)
        return type(gravest)(f"nothing could be measured ({names}): the reasons are above")
