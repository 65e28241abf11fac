"""`wswarm capacity`: how much load a target carries."""

import argparse
import sys
from contextlib import suppress
from functools import partial

from wswarm import exit_codes
from wswarm.cli import answers, grammar, terminal
from wswarm.cli.folder import report_folder
from wswarm.cli.outputs import check_outputs, files_named, is_any_wanted, take_all
from wswarm.cli.outputs_arguments import OUTPUTS
from wswarm.cli.served import Watched, leave, served, watching
from wswarm.errors import ResultError
from wswarm.experiment.capacity.budget import begun_ns
from wswarm.experiment.capacity.search import search
from wswarm.experiment.capacity.setting import Setting, make_setting
from wswarm.experiment.own_profile import with_own_profile
from wswarm.report.capacity import words
from wswarm.report.capacity.live import CapacityLive
from wswarm.report.capacity.store import SEARCHES
from wswarm.results import redact
from wswarm.results.capacity import Search, SearchProgress

_NO_OPTION = OUTPUTS | {"command", "kind", "url", "output", "no_plots", "svg", "quiet", "live", "print"}


def find_capacity(parsed: argparse.Namespace) -> int:
    """Search for the capacity, show it, store it; return the exit code."""
    began_ns = begun_ns()
    setting = setting_of(parsed)
    check_outputs(parsed)
    terminal.warn("capacity", grammar.hints(vars(parsed)))
    page = served(lambda: _page(setting), is_wanted=parsed.live)
    with report_folder(parsed.output, "capacity", files_named(parsed)) as folder, page as watched:
        with terminal.Interrupts() as interrupts:
            found = _search(parsed, setting, interrupts, began_ns, watched)
        take_all(
            lambda: answers.show(parsed, SEARCHES, found),
            lambda: answers.store(
                parsed, SEARCHES, found, folder, answers.drawing_within(parsed, found.budget_s, began_ns)
            ),
            lambda: _write_wanted(parsed, found),
        )
        leave(watched)
    _warn(found)
    return exit_codes.of_search(found)


def setting_of(parsed: argparse.Namespace) -> Setting:
    """Return the setting that the options ask for.

    Raises:
        PlanError: a value can't be.
    """
    given = {name: one for name, one in vars(parsed).items() if name not in _NO_OPTION}
    return make_setting(parsed.kind, parsed.url, **with_own_profile(grammar.messages(given)))


def _search(
    parsed: argparse.Namespace,
    setting: Setting,
    interrupts: terminal.Interrupts,
    began_ns: int,
    page: Watched[SearchProgress, Search] | None,
) -> Search:
    title = f"capacity {setting.scenario} {setting.target}"
    with CapacityLive(title, setting.budget_s, quiet=parsed.quiet) as live:
        found = search(setting, watching(page, live.show), interrupts.asked, began_ns)
    if page is not None:
        page.end(found)
    return found


def _page(setting: Setting) -> Watched[SearchProgress, Search]:
    from wswarm.report.answer_page import AnswerPage  # it and what it shows take long to load
    from wswarm.report.capacity.html import render, render_progress

    going = partial(render_progress, setting.scenario, setting.target, setting.slo)
    return AnswerPage(going, lambda found: render(found, {}))


def _write_wanted(parsed: argparse.Namespace, found: Search) -> None:
    if is_any_wanted(parsed):
        from wswarm.cli.written import write_search  # not before the load, and mostly never

        write_search(parsed, found, terminal.say if parsed.print != "json" else lambda _: None)


def _warn(found: Search) -> None:
    """Say on stderr how the target ended, or that the answer is a lower bound."""
    if found.failure is not None:
        terminal.warn("capacity", [redact.address(found.failure)])
    remedy = words.remedy(found)
    if remedy is None:
        return
    with suppress(OSError, ResultError):
        print(
            f"wswarm capacity: {words.headline(found)}: limited by {found.capacity.limited_by}:"
            f" {found.capacity.because}; {remedy}",
            file=sys.stderr,
        )
