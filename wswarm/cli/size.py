"""`wswarm size`: what a target costs."""

import argparse
from functools import partial

from wswarm import exit_codes
from wswarm.cli import answers, grammar, terminal
from wswarm.cli.folder import report_folder
from wswarm.cli.outputs import take_all
from wswarm.cli.served import Watched, leave, served, watching
from wswarm.experiment.capacity.budget import begun_ns
from wswarm.experiment.own_profile import with_own_profile
from wswarm.experiment.sizing.setting import Setting, make_setting
from wswarm.experiment.sizing.size import Sized, size
from wswarm.report.sizing.live import SizingLive
from wswarm.report.sizing.store import MODELS
from wswarm.results.sizing import Model
from wswarm.results.sizing_progress import SizingProgress

_NO_OPTION = {"command", "url", "output", "no_plots", "svg", "quiet", "live", "print"}


def find_size(parsed: argparse.Namespace) -> int:
    """Size the target, show the model, store it; return the exit code."""
    began_ns = begun_ns()
    setting = setting_of(parsed)
    terminal.warn("size", grammar.hints(vars(parsed)))
    page = served(lambda: _page(setting), is_wanted=parsed.live)
    with report_folder(parsed.output, "size") as folder, page as watched:
        with terminal.Interrupts() as interrupts:
            found = _size(parsed, setting, interrupts, began_ns, watched)
        take_all(
            lambda: answers.show(parsed, MODELS, found.model),
            lambda: answers.store(
                parsed,
                MODELS,
                found.model,
                folder,
                answers.drawing_within(parsed, setting.budget_s, began_ns),
            ),
        )
        leave(watched)
    if found.was_interrupted:
        return exit_codes.INTERRUPTED
    return exit_codes.TARGET_FAILED if found.is_gone else 0


def setting_of(parsed: argparse.Namespace) -> Setting:
    """Return the setting that the options ask for.

    Raises:
        PlanError: a value can't be.
    """
    given = {name: one for name, one in vars(parsed).items() if name not in _NO_OPTION}
    return make_setting(parsed.url, **with_own_profile(grammar.messages(given)))


def _size(
    parsed: argparse.Namespace,
    setting: Setting,
    interrupts: terminal.Interrupts,
    began_ns: int,
    page: Watched[SizingProgress, Model] | None,
) -> Sized:
    title = f"size {setting.scenario} {setting.target}"
    with SizingLive(title, setting.budget_s, quiet=parsed.quiet) as live:
        found = size(setting, watching(page, live.show), interrupts.asked, began_ns)
    if page is not None:
        page.end(found.model)
    return found


def _page(setting: Setting) -> Watched[SizingProgress, Model]:
    from wswarm.report.answer_page import AnswerPage  # it and what it shows take long to load
    from wswarm.report.sizing.html import render, render_progress

    going = partial(render_progress, setting.scenario, setting.target)
    return AnswerPage(going, lambda model: render(model, {}))
