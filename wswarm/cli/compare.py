"""`wswarm compare`: stored runs side by side, or a stored comparison again."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from wswarm.cli import exits
from wswarm.cli.folder import check_own
from wswarm.cli.outputs import check_outputs, files_named
from wswarm.cli.terminal import say, show, width
from wswarm.cli.written import write_comparison
from wswarm.errors import PlanError, ResultError
from wswarm.report import store
from wswarm.report.columns import WIDE
from wswarm.report.compare import benchmark_file, comparisons, overlay, stored_runs
from wswarm.report.compare import text as comparison_text
from wswarm.report.compare.benchmark_file import BenchmarkFile
from wswarm.report.compare.comparisons import Stored
from wswarm.report.compare.overlay import Overlay
from wswarm.report.compare.stored_runs import Asked
from wswarm.stats.compare.stored import compare_stored


def compare(parsed: argparse.Namespace) -> int:
    """Compare BASE with HEAD, write the report, and return the exit code."""
    check_outputs(parsed)
    if parsed.output is not None:
        check_own(parsed.output, files_named(parsed))
    stored, overlays = _read(parsed)
    if parsed.print == "json":
        say(msgspec.json.encode(stored).decode())
    elif not parsed.quiet:
        show(comparison_text.summary(stored.comparison, stored.context, width(WIDE)))
    folder = parsed.output or store.new_folder(None, "compare", datetime.now(UTC))
    comparisons.save(stored, folder, overlays, plots=not parsed.no_plots, svg=parsed.svg)
    if parsed.output is None:
        store.link_latest(folder)
    write_comparison(parsed, stored.comparison, stored.context, folder, _aside(parsed))
    if parsed.print != "json" and not parsed.quiet:
        say(f"report: {folder}/{comparisons.PAGE_FILE}")
    is_advisory = stored.context.advisory is not None
    return exits.of_comparison(stored.comparison, is_advisory=is_advisory, strict=parsed.strict)


def _aside(parsed: argparse.Namespace) -> Callable[[str], None]:
    """Return how to print annotations: not at all where the JSON stands on stdout alone."""
    return (lambda _: None) if parsed.print == "json" else say


def _read(parsed: argparse.Namespace) -> tuple[Stored, list[Overlay]]:
    """Return the comparison that BASE and HEAD make, or that BASE is, and the values behind it.

    Raises:
        PlanError: they can't be compared. ResultError: one can't be read.
    """
    found = [(path, comparisons.find(path)) for path in (parsed.base, parsed.head) if path is not None]
    if parsed.head is None:
        file = found[0][1]
        if file is None:
            raise PlanError(f"HEAD is missing: {parsed.base} is one run, not a comparison of two")
        return comparisons.load(file)
    for path, file in found:
        if file is not None:
            raise PlanError(f"{path} is a comparison already: give it alone")
    files = [_benchmarks(path) for path in (parsed.base, parsed.head)]
    if files[0] is not None and files[1] is not None:
        return _of_benchmarks(parsed, files[0], files[1])
    for path, benchmarks in zip((parsed.base, parsed.head), files, strict=True):
        if benchmarks is not None:
            raise PlanError(f"{path} is of pytest-benchmark, the other is not: only like compares with like")
    return stored_runs.compared(_asked(parsed), store.load(parsed.base), store.load(parsed.head))


def _asked(parsed: argparse.Namespace) -> Asked:
    return Asked(str(parsed.base), str(parsed.head), is_gating=parsed.allow_unpaired)


def _benchmarks(path: Path) -> BenchmarkFile | None:
    return None if path.is_dir() else benchmark_file.read(path)


def _of_benchmarks(
    parsed: argparse.Namespace, base: BenchmarkFile, head: BenchmarkFile
) -> tuple[Stored, list[Overlay]]:
    pair = benchmark_file.pair_files(base, head)
    asked = _asked(parsed)
    context = stored_runs.context_of(asked, (base.commit, head.commit), benchmark_file.doubts(base, head))
    comparison = compare_stored([pair], is_gating=asked.is_gating)
    return Stored(context=context, comparison=comparison), overlay.of_recordings(*pair, what="round")


def trend(parsed: argparse.Namespace) -> int:
    """Print the last comparisons of a history, draw the trend beside it, and return 0."""
    entries = comparisons.read_history(parsed.file)
    if not entries:
        raise ResultError(f"{parsed.file} holds no comparison yet: write one with --history {parsed.file}")
    if not parsed.quiet:
        say(comparison_text.trend(entries))
    if not parsed.no_plots:
        for file in comparisons.draw_trend(entries, parsed.output or parsed.file.parent, svg=parsed.svg):
            if not parsed.quiet and file.suffix == ".png":
                say(f"trend: {file}")
    return 0
