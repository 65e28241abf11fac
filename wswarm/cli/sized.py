"""A model of a target as it is shown and stored: after it was measured, and again."""

import argparse
from pathlib import Path

import msgspec

from wswarm.cli import terminal
from wswarm.cli.searched import draw_within, say_where
from wswarm.report import store as reports
from wswarm.report.sizing import store
from wswarm.report.sizing.model_file import read_model
from wswarm.report.sizing.text import summary
from wswarm.results.sizing import Model


def show_again(parsed: argparse.Namespace, file: Path) -> int:
    """Print a stored model and draw it again."""
    model = read_model(file)
    print_model(parsed, model)
    reports.write_file(file.with_name(reports.SUMMARY_FILE), summary(model))
    store.write_page(model, file.parent, plots=not parsed.no_plots, svg=parsed.svg)
    say_where(parsed, file.parent)
    return 0


def print_model(parsed: argparse.Namespace, model: Model) -> None:
    """Print a model as it was asked for: the summary, or the file."""
    if parsed.print == "json":
        terminal.say(msgspec.json.encode(model).decode())
    elif not parsed.quiet:
        terminal.say(summary(model), end="")


def store_model(
    parsed: argparse.Namespace, model: Model, folder: Path, budget_s: float, began_ns: int
) -> None:
    """Store a model with its summary and page, then with pictures if they are drawn within its budget; say where.

    Raises:
        ResultError: something can't be written; the model itself comes first.
    """
    store.keep(model, folder)
    if folder.resolve().parent == reports.DEFAULT_ROOT.resolve():
        reports.link_latest(folder)
    store.write_page(model, folder, plots=False)
    draw_within(parsed, folder, budget_s, began_ns)
    say_where(parsed, folder)
