"""Writes what the options of `outputs_arguments` ask for: after a comparison, or after runs."""

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from wswarm.errors import PlanError, ResultError
from wswarm.report import annotations, checks, comparisons, exports, history, junit, markdown, store
from wswarm.report.checks import Check
from wswarm.report.context import Context
from wswarm.report.exports import Figure
from wswarm.run import Run
from wswarm.stats.ab import Comparison

SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"
_FILES = ("markdown", "junit", "smaller_is_better", "bencher", "history")


def take_all(*steps: Callable[[], None]) -> None:
    """Take every step, also after one that failed: what can't be stored can still be shown, and the reverse.

    Raises:
        ResultError: what the steps that failed say.
    """
    errors = []
    for step in steps:
        try:
            step()
        except ResultError as error:
            errors.append(str(error))
    if errors:
        raise ResultError("; ".join(dict.fromkeys(errors)))


def check_outputs(parsed: argparse.Namespace) -> None:
    """Check that every file asked for has a folder to be in: better before a measurement than after it.

    Raises:
        PlanError: one has not.
    """
    for name in _FILES:
        path: Path | None = getattr(parsed, name, None)
        if path is not None and (path.is_dir() or not path.parent.is_dir()):
            why = "it is a folder" if path.is_dir() else f"there is no folder {path.parent}"
            raise PlanError(f"--{name.replace('_', '-')} {path} can't be written: {why}")


def files_named(parsed: argparse.Namespace) -> list[Path]:
    """Return the files that the options name."""
    return [path for name in _FILES if (path := getattr(parsed, name, None)) is not None]


def write_comparison(
    parsed: argparse.Namespace,
    comparison: Comparison,
    context: Context,
    folder: Path,
    say: Callable[[str], None],
) -> None:
    """Write all that was asked for of a comparison; the trend of the history goes to the report's folder.

    Raises:
        ResultError: a file can't be written, or the history can't be read.
    """
    _write(
        parsed,
        markdown.comparison(comparison, context),
        checks.of_comparison(comparison, context),
        exports.of_comparison(comparison),
        context.seconds,
        say,
    )
    if parsed.history is not None:
        entries = comparisons.append_history(parsed.history, history.entry(comparison, context))
        if not getattr(parsed, "no_plots", False):
            comparisons.draw_trend(entries, folder)


def write_runs(
    parsed: argparse.Namespace,
    runs: Sequence[Run],
    say: Callable[[str], None],
    failures: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write all that was asked for of runs.

    Args:
        failures: By scenario that has no run, why it could not be measured.

    Raises:
        ResultError: a file can't be written.
    """
    seconds = sum(run.phases.end for run in runs)
    found = checks.of_runs(runs, failures)
    _write(parsed, markdown.runs(runs, failures), found, exports.of_runs(runs), seconds, say)


def _write(
    parsed: argparse.Namespace,
    summary: str,
    found: Sequence[Check],
    figures: Sequence[Figure],
    seconds: float | None,
    say: Callable[[str], None],
) -> None:
    shared = os.environ.get(SUMMARY_VARIABLE)
    markdown_file = parsed.markdown if str(parsed.markdown) != shared else None
    step = Path(shared) if shared and (parsed.github or str(parsed.markdown) == shared) else None
    lines = annotations.render(found) if parsed.github else ""
    take_all(
        lambda: _write_file(parsed.junit, junit.render(found, seconds)),
        lambda: _write_file(parsed.smaller_is_better, exports.smaller_is_better(figures)),
        lambda: _write_file(parsed.bencher, exports.bencher(figures)),
        lambda: _write_file(markdown_file, summary),
        lambda: comparisons.append_text(step, summary) if step is not None else None,
        lambda: say(lines.removesuffix("\n")) if lines else None,
    )


def _write_file(path: Path | None, text: str) -> None:
    """Write the file whole, if one is named; what is no plain file, such as `/dev/stdout`, is written through."""
    if path is None:
        return
    if path.exists() and not path.is_file():
        comparisons.append_text(path, text)
    else:
        store.write_file(path, text)
