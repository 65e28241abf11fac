"""Answers of commands that are more than a run, as they are shown and stored: at first, and again."""

import argparse
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from wswarm.cli import terminal
from wswarm.cli.measure import undrawn_hint
from wswarm.cli.outputs import take_all
from wswarm.drive.fleet.start import module_command
from wswarm.experiment.capacity import budget
from wswarm.report import store as reports
from wswarm.report.answer_files import AnswerFiles

Answer = TypeVar("Answer", bound=msgspec.Struct)

_TO_END_S = 1.5  # that the command takes when all is drawn


def show_again(parsed: argparse.Namespace, kind: AnswerFiles[Answer], file: Path) -> int:
    """Print a stored answer and draw it again."""
    found, folder = kind.file.load(file), file.parent

    def store_again() -> None:
        kind.summarise(found, folder)
        kind.write_page(found, folder, plots=not parsed.no_plots, svg=parsed.svg)
        say_where(parsed, folder)

    take_all(lambda: show(parsed, kind, found), store_again)
    return 0


def show(parsed: argparse.Namespace, kind: AnswerFiles[Answer], found: Answer) -> None:
    """Print an answer as it was asked for: the summary, or the file."""
    if parsed.print == "json":
        terminal.say(msgspec.json.encode(found).decode())
    elif not parsed.quiet:
        terminal.show(kind.summary(found, terminal.width()), end="")


def store(
    parsed: argparse.Namespace,
    kind: AnswerFiles[Answer],
    found: Answer,
    folder: Path,
    draw: Callable[[Path], None] | None = None,
) -> None:
    """Store an answer with its summary and page, and say where.

    Args:
        draw: Draws the pictures afterwards; `None`: they are drawn with the page.

    Raises:
        ResultError: something can't be written; the answer itself comes first.
    """
    kind.keep(found, folder)
    if folder.resolve().parent == reports.DEFAULT_ROOT.resolve():
        reports.link_latest(folder)
    kind.write_page(found, folder, plots=draw is None and not parsed.no_plots, svg=parsed.svg)
    if draw is not None:
        draw(folder)
    say_where(parsed, folder)


def drawing_within(parsed: argparse.Namespace, budget_s: float, began_ns: int) -> Callable[[Path], None]:
    """Return what draws pictures if there is time in a budget that began then, and says so if there is not."""

    def draw(folder: Path) -> None:
        within_s = budget.seconds_left(budget_s, began_ns) - _TO_END_S
        if not parsed.no_plots and not _draw(folder, within_s, svg=parsed.svg):
            terminal.warn(parsed.command, [undrawn_hint(folder)])

    return draw


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
