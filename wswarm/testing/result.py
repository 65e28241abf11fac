"""What a measurement inside a test suite gives: the run, and whether it meets its objectives."""

from collections.abc import Callable, Generator, Sequence
from typing import Any, Self

from wswarm.errors import PlanError
from wswarm.report import text
from wswarm.report.headline import url as address_of
from wswarm.report.sections import objective_value
from wswarm.results.run import Run, SloResult
from wswarm.stats.slo import check


class Judgement:
    """Whether a run meets objectives: true or false, and in words.

    Attributes:
        result: What was judged.
        objectives: Each with its value.
    """

    def __init__(self, result: "Result", objectives: Sequence[SloResult]) -> None:
        self.result = result
        self.objectives = tuple(objectives)

    def __bool__(self) -> bool:
        run = self.result.run
        is_sound = run.failure is None and run.validity.verdict != "invalid"
        return is_sound and all(objective.met for objective in self.objectives)

    @property
    def missed(self) -> list[SloResult]:
        """The objectives that were missed."""
        return [one for one in self.objectives if not one.met and one.value is not None]

    @property
    def not_measurable(self) -> list[SloResult]:
        """The objectives whose figure the run lacks, which are not met either; each says why."""
        return [one for one in self.objectives if one.value is None]

    def __repr__(self) -> str:
        run, validity = self.result.run, self.result.run.validity
        parts = [f"the target failed: {run.failure}"] if run.failure is not None else []
        parts += run.notices
        if self:
            parts.append(f"met: {', '.join(one.expression for one in self.objectives)}")
        for word, unmet in {"missed": self.missed, "not measurable": self.not_measurable}.items():
            if unmet:
                parts.append(f"{word}: {', '.join(_seen(one) for one in unmet)}")
        if validity.verdict == "suspect":
            parts.append("suspect run")
        if validity.verdict == "invalid":
            parts.append(f"invalid run: {'; '.join(validity.reasons)}")
        return f"<{'; '.join(parts)}>"


class Result:
    """A measured scenario.

    Attributes:
        run: All figures, as in `run.json`.
    """

    def __init__(self, run: Run, on_missed: Callable[[Judgement], object] = bool) -> None:
        self.run = run
        self._on_missed = on_missed

    def meets(self, *expressions: str) -> Judgement:
        """Return whether the run is not invalid and meets every objective; without any, those of option `slo`.

        Raises:
            PlanError: an expression can't be read, names no figure of a run, or there is none.
        """
        __tracebackhide__ = True
        if not expressions and not self.run.slo:
            raise PlanError("no objective: write result.meets('p99<50ms', 'lost==0')")
        try:
            objectives = check(self.run, expressions) if expressions else self.run.slo
        except PlanError as error:
            raise PlanError(str(error).replace("--slo ", "objective ", 1)) from None
        judgement = Judgement(self, objectives)
        if not judgement:
            self._on_missed(judgement)
        return judgement

    @property
    def summary(self) -> str:
        """The run's summary, as the command line prints it."""
        return text.summary(self.run)

    @property
    def title(self) -> str:
        """What was measured, in a few words."""
        return f"wswarm {self.run.scenario} {address_of(self.run)}"

    def __repr__(self) -> str:
        return f"<{self.title}: {self.run.validity.verdict}>"

    def __await__(self) -> Generator[Any, None, Self]:
        """Return the result itself: `await ws_swarm.echo(...)` and `ws_swarm.echo(...)` both give a `Result`."""
        yield from ()
        return self


def _seen(objective: SloResult) -> str:
    """Return an objective and what it was instead."""
    if objective.value is None:
        return f"{objective.expression} ({objective.why})"
    return f"{objective.expression} (was {objective_value(objective.expression, objective.value)})"
