"""Writes what the options of `outputs_arguments` ask for: after a comparison, or after runs."""

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from wswarm.cli.outputs import take_all
from wswarm.report import annotations, checks, exports, junit, markdown, store
from wswarm.report.ab import history
from wswarm.report.capacity import markdown as capacity_markdown
from wswarm.report.checks import Check
from wswarm.report.compare import comparisons
from wswarm.report.context import Context
from wswarm.report.exports import Figure
from wswarm.results.capacity import Search
from wswarm.results.run import Run
from wswarm.stats.compare.ab import Comparison

SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"


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
            comparisons.draw_trend(entries, folder, svg=getattr(parsed, "svg", False))


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


def write_search(parsed: argparse.Namespace, search: Search, say: Callable[[str], None]) -> None:
    """Write all that was asked for of a search for a capacity.

    Raises:
        ResultError: a file can't be written.
    """
    summary, found = capacity_markdown.summary(search), checks.of_search(search)
    _write(parsed, summary, found, exports.of_search(search), search.elapsed_s, say)


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
