"""A search for a capacity as it is shown and stored: after it, and again."""

import argparse
import subprocess
from pathlib import Path

import msgspec

from wswarm.cli import terminal
from wswarm.cli.measure import undrawn_hint
from wswarm.drive.fleet.start import module_command
from wswarm.experiment.capacity import budget
from wswarm.report import store as reports
from wswarm.report.capacity import store
from wswarm.report.capacity.text import summary
from wswarm.results.capacity import Search

_TO_END_S = 1.5  # that the command takes when all is drawn


def show_again(parsed: argparse.Namespace, file: Path) -> int:
    """Print a stored search and draw it again."""
    found = store.load(file)
    print_search(parsed, found)
    reports.write_file(file.with_name(reports.SUMMARY_FILE), summary(found))
    store.write_page(found, file.parent, plots=not parsed.no_plots, svg=parsed.svg)
    say_where(parsed, file.parent)
    return 0


def print_search(parsed: argparse.Namespace, found: Search) -> None:
    """Print a search as it was asked for: the summary, or the file."""
    if parsed.print == "json":
        terminal.say(msgspec.json.encode(found).decode())
    elif not parsed.quiet:
        terminal.show(summary(found, terminal.width()), end="")


def store_search(parsed: argparse.Namespace, found: Search, folder: Path, began_ns: int) -> None:
    """Store a search with its summary and page, then with pictures if they are drawn within its budget; say where.

    Args:
        began_ns: When its budget began.

    Raises:
        ResultError: something can't be written; the search itself comes first.
    """
    store.keep(found, folder)
    if folder.resolve().parent == reports.DEFAULT_ROOT.resolve():
        reports.link_latest(folder)
    store.write_page(found, folder, plots=False)
    draw_within(parsed, folder, found.budget_s, began_ns)
    say_where(parsed, folder)


def draw_within(parsed: argparse.Namespace, folder: Path, budget_s: float, began_ns: int) -> None:
    """Have pictures drawn if there is time in a budget that began then, and say so if there is not."""
    within_s = budget.seconds_left(budget_s, began_ns) - _TO_END_S
    if not parsed.no_plots and not _draw(folder, within_s, svg=parsed.svg):
        terminal.warn(parsed.command, [undrawn_hint(folder)])


def _draw(folder: Path, within_s: float, *, svg: bool) -> bool:
    """Have a process of its own draw the pictures; return whether they are drawn."""
    words = ("report", str(folder), "--quiet", *(["--svg"] if svg else []))
    if within_s <= 0:
        return False
    try:
        drawn = subprocess.run(module_command("wswarm", *words), timeout=within_s, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return drawn.returncode == 0


def say_where(parsed: argparse.Namespace, folder: Path) -> None:
    """Print where the report is."""
    if parsed.print != "json" and not parsed.quiet:
        terminal.say(f"\nreport: {folder}/{reports.PAGE_FILE}")
