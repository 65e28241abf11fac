"""A search for a capacity as it is shown and stored: after it, and again."""

import argparse
from pathlib import Path

import msgspec

from wswarm.cli import terminal
from wswarm.report import store as reports
from wswarm.report.capacity import store
from wswarm.report.capacity.text import summary
from wswarm.results.capacity import Search


def show_again(parsed: argparse.Namespace, file: Path) -> int:
    """Print a stored search and draw it again."""
    found = store.load(file)
    print_search(parsed, found)
    reports.write_file(file.with_name(reports.SUMMARY_FILE), summary(found))
    store.write_page(found, file.parent, plots=not parsed.no_plots, svg=parsed.svg)
    _say_where(parsed, file.parent)
    return 0


def print_search(parsed: argparse.Namespace, found: Search) -> None:
    """Print a search as it was asked for: the summary, or the file."""
    if parsed.print == "json":
        terminal.say(msgspec.json.encode(found).decode())
    elif not parsed.quiet:
        terminal.say(summary(found), end="")


def store_search(parsed: argparse.Namespace, found: Search, folder: Path) -> None:
    """Store a search with its summary, pictures and page, and say where.

    Raises:
        ResultError: something can't be written; the search itself comes first.
    """
    store.keep(found, folder)
    if folder.resolve().parent == reports.DEFAULT_ROOT.resolve():
        reports.link_latest(folder)
    store.write_page(found, folder, plots=not parsed.no_plots, svg=parsed.svg)
    _say_where(parsed, folder)


def _say_where(parsed: argparse.Namespace, folder: Path) -> None:
    if parsed.print != "json" and not parsed.quiet:
        terminal.say(f"\nreport: {folder}/{reports.PAGE_FILE}")
