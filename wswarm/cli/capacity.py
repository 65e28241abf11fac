"""`wswarm capacity`: how much load a target carries."""

import argparse
import sys
from contextlib import suppress
from pathlib import Path

import msgspec

from wswarm import exit_codes
from wswarm.cli import grammar, terminal
from wswarm.cli.folder import report_folder
from wswarm.cli.outputs import take_all
from wswarm.errors import ResultError
from wswarm.experiment.capacity.search import search
from wswarm.experiment.capacity.setting import Setting, make_setting
from wswarm.experiment.own_profile import with_own_profile
from wswarm.report import store as reports
from wswarm.report.capacity import store, words
from wswarm.report.capacity.live import CapacityLive
from wswarm.report.capacity.text import summary
from wswarm.results.capacity import Search

_NO_OPTION = {"command", "kind", "url", "output", "no_plots", "svg", "quiet", "print"}


def find_capacity(parsed: argparse.Namespace) -> int:
    """Search for the capacity, show it, store it; return the exit code."""
    given = {name: one for name, one in vars(parsed).items() if name not in _NO_OPTION}
    setting = make_setting(parsed.kind, parsed.url, **with_own_profile(grammar.messages(given)))
    terminal.warn("capacity", grammar.hints(vars(parsed)))
    with report_folder(parsed.output, "capacity") as folder:
        with terminal.Interrupts() as interrupts:
            found = _search(parsed, setting, interrupts)
        take_all(
            lambda: _print(parsed, found),
            lambda: _store(parsed, found, folder),
        )
    _warn(found)
    return exit_codes.of_search(found)


def show_again(parsed: argparse.Namespace, file: Path) -> int:
    """Print a stored search and draw it again."""
    found = store.load(file)
    _print(parsed, found)
    reports.write_file(file.with_name(reports.SUMMARY_FILE), summary(found))
    store.write_page(found, file.parent, plots=not parsed.no_plots, svg=parsed.svg)
    _say_where(parsed, file.parent)
    return 0


def _search(parsed: argparse.Namespace, setting: Setting, interrupts: terminal.Interrupts) -> Search:
    title = f"capacity {setting.scenario} {setting.target}"
    with CapacityLive(title, setting.budget_s, quiet=parsed.quiet) as live:
        return search(setting, live.show, interrupts.asked)


def _print(parsed: argparse.Namespace, found: Search) -> None:
    if parsed.print == "json":
        terminal.say(msgspec.json.encode(found).decode())
    elif not parsed.quiet:
        terminal.say(summary(found), end="")


def _store(parsed: argparse.Namespace, found: Search, folder: Path) -> None:
    store.keep(found, folder)
    if folder.resolve().parent == reports.DEFAULT_ROOT.resolve():
        reports.link_latest(folder)
    store.write_page(found, folder, plots=not parsed.no_plots, svg=parsed.svg)
    _say_where(parsed, folder)


def _say_where(parsed: argparse.Namespace, folder: Path) -> None:
    if parsed.print != "json" and not parsed.quiet:
        terminal.say(f"\nreport: {folder}/{reports.PAGE_FILE}")


def _warn(found: Search) -> None:
    """Say on stderr that the answer is a lower bound, if it is."""
    remedy = words.remedy(found)
    if remedy is None:
        return
    with suppress(OSError, ResultError):
        print(
            f"wswarm capacity: {words.headline(found)}: limited by {found.capacity.limited_by}:"
            f" {found.capacity.because}; {remedy}",
            file=sys.stderr,
        )
