"""`wswarm ab`: two versions compared."""

import argparse
import os
import sys
from contextlib import suppress
from pathlib import Path
from random import SystemRandom
from typing import Any

import msgspec

from wswarm.cli import grammar, terminal
from wswarm.cli.folder import report_folder
from wswarm.cli.outputs import check_outputs, files_named
from wswarm.cli.served import Watched, leave, served, watching
from wswarm.cli.written import write_comparison
from wswarm.errors import PlanError, TargetError
from wswarm.experiment.ab import versions
from wswarm.experiment.ab.compare import compare
from wswarm.experiment.ab.design import make_design, make_timing
from wswarm.experiment.ab.setting import ARMS, Experiment
from wswarm.experiment.own_profile import with_own_profile
from wswarm.report import context, store
from wswarm.report import format as show
from wswarm.report.ab.live import AbLive
from wswarm.report.ab.store import save_ab
from wswarm.report.ab.text import ab_summary
from wswarm.report.columns import WIDE
from wswarm.report.compare import comparisons
from wswarm.report.compare.overlay import Overlay
from wswarm.report.store import link_latest
from wswarm.stats.compare.comparison import REFERENCE_URL, Ab, AbProgress

PROFILES = {"echo": "echo", "fanout": "chat"}
CONNECTIONS = {"echo": 50, "fanout": 100}
Found = tuple[comparisons.Stored, list[Overlay]]

OF_PLAN = (
    *("connections", "rate", "arrivals", "drain", "publishers", "size", "text", "json", "binary", "on_open"),
    *("message_file", "escape", "profile", "headers", "cookies", "subprotocols", "bind", "driver", "deflate"),
    *("follow", "steps", "refuse", "data", "topic", "event", "set"),
)


def compare_versions(parsed: argparse.Namespace) -> int:
    """Compare base and head, and return the exit code that the verdict deserves."""
    url, options = address_and_options(parsed)
    check_versions(parsed)
    commits = None
    if not parsed.base_cmd:
        commits = versions.find_commits(parsed.base, parsed.head or versions.WORKING_TREE, parsed.serve)
    check_outputs(parsed)
    draft = make_experiment(parsed, url, options, versions.not_ready())
    draft.plan(1)
    terminal.warn("ab", grammar.hints(vars(parsed)))
    with report_folder(parsed.output, "ab", files_named(parsed)) as folder:
        pair = _make_ready(parsed, commits)  # there is nothing to keep yet: Ctrl-C aborts
        experiment = make_experiment(parsed, url, options, pair)
        with served(lambda: _page(experiment), is_wanted=parsed.live) as watched:
            with terminal.Interrupts() as interrupts:
                ab = _compare(experiment, parsed, interrupts, watched)
                _print(parsed, ab)  # before anything is written: a full disk costs no figure
                stored, overlays = comparisons.load(save_ab(ab, folder))
                if watched is not None:
                    watched.end((stored, overlays))
                comparisons.save_page(stored, folder, overlays, plots=not parsed.no_plots, svg=parsed.svg)
            _hand_on(parsed, stored, folder)
            leave(watched)
    return exit_code(ab, is_strict=parsed.strict)


def _hand_on(parsed: argparse.Namespace, stored: comparisons.Stored, folder: Path) -> None:
    """Write what others read, and say where the report is."""
    if folder.resolve().parent == store.DEFAULT_ROOT.resolve():
        link_latest(folder)
    say = terminal.say if parsed.print != "json" else _keep_quiet
    write_comparison(parsed, stored.comparison, stored.context, folder, say)
    if parsed.print != "json" and not parsed.quiet:
        terminal.say(f"report: {folder}/{comparisons.PAGE_FILE}")


def exit_code(ab: Ab, *, is_strict: bool) -> int:
    """Return the exit code that a comparison deserves."""
    if ab.is_interrupted:
        return terminal.INTERRUPTED
    codes = {"invalid": terminal.INVALID, "regression": terminal.REGRESSION}
    if is_strict:
        codes["inconclusive"] = terminal.INCONCLUSIVE
    return codes.get(ab.comparison.verdict, 0)


def address_and_options(parsed: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    """Return the service's address, and the options of the plan that were given."""
    options = with_own_profile(grammar.messages({name: getattr(parsed, name, None) for name in OF_PLAN}))
    options.setdefault("connections", CONNECTIONS[parsed.scenario])
    given = (getattr(parsed, name, None) for name in ("url", "base_cmd", "serve"))
    if not any(given):
        options.setdefault("profile", PROFILES[parsed.scenario])
    return getattr(parsed, "url", None) or REFERENCE_URL, options


def make_experiment(
    parsed: argparse.Namespace,
    url: str,
    options: dict[str, Any],
    pair: versions.Pair,
) -> Experiment:
    """Return the experiment that the options ask for.

    Raises:
        PlanError: they ask for what can't be.
    """
    thetas = dict(parsed.theta or ())
    design = make_design(parsed.gate, thetas, scenario=parsed.scenario)
    has_closed = "capacity" in parsed.gate
    return Experiment(
        sides={arm: pair[arm].side for arm in ARMS},
        commands={arm: pair[arm].command for arm in ARMS},
        url=url,
        scenario=parsed.scenario,
        options=options,
        design=design,
        timing=make_timing(
            parsed.budget, design.looks, parsed.blocks, has_closed=has_closed, slice_s=parsed.slice
        ),
        seed=parsed.seed if parsed.seed is not None else SystemRandom().getrandbits(32),
        is_pinned=not parsed.no_pin,
    )


def check_versions(parsed: argparse.Namespace) -> None:
    """Check that two versions are named, in one of the two ways.

    Raises:
        PlanError: they are not.
    """
    by_command = (parsed.base_cmd, parsed.head_cmd)
    by_commit = (parsed.base, parsed.head, parsed.serve)
    if any(by_command) and any(by_commit):
        raise PlanError(
            "--base-cmd and --head-cmd go without --base, --head and --serve: use one or the other"
        )
    if any(by_command) and not all(by_command):
        missing = "--head-cmd" if parsed.base_cmd else "--base-cmd"
        raise PlanError(f"{missing} is missing: give the commands of both versions")
    if not any(by_command) and parsed.base is None:
        raise PlanError("which versions? Give --base REF, or --base-cmd and --head-cmd")


def _page(experiment: Experiment) -> Watched[AbProgress, Found]:
    from wswarm.report.ab.html import render_progress  # it and what it shows take long to load
    from wswarm.report.answer_page import AnswerPage
    from wswarm.report.compare.html import render

    base, head = (context.Side(name=experiment.sides[arm].version) for arm in ARMS)
    return AnswerPage(
        lambda progress: render_progress(experiment.scenario, base, head, progress),
        lambda found: render(found[0].comparison, found[0].context, {}, found[1]),
    )


def _compare(
    experiment: Experiment,
    parsed: argparse.Namespace,
    interrupts: terminal.Interrupts,
    page: Watched[AbProgress, Found] | None,
) -> Ab:
    names = " → ".join(show.shortened(experiment.sides[arm].version, 30) for arm in ARMS)
    title = f"ab {experiment.scenario}: {names}"
    with AbLive(title, experiment.scenario, parsed.budget, quiet=parsed.quiet) as live:
        try:
            return compare(experiment, watching(page, live.show), interrupts.asked)
        except TargetError:
            if interrupts.asked():  # what fails after Ctrl-C is its consequence
                raise KeyboardInterrupt from None
            raise


def _make_ready(parsed: argparse.Namespace, commits: versions.Commits | None) -> versions.Pair:
    if commits is None:
        return versions.by_commands(parsed.base_cmd, parsed.head_cmd)
    return versions.by_commits(commits, parsed.cache or _cache(), lambda text: _tell(parsed, text))


def _cache() -> Path:
    """Return where versions are kept unless told.

    Raises:
        PlanError: there is no home folder.
    """
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wswarm"
    except RuntimeError:
        raise PlanError(
            "there is no home folder to keep the versions in: give one, as in --cache /tmp/wswarm"
        ) from None


def _tell(parsed: argparse.Namespace, text: str) -> None:
    if not parsed.quiet:
        with suppress(OSError):
            print(text, file=sys.stderr, flush=True)


def _keep_quiet(_: str) -> None:
    """Print no annotations where the JSON stands on stdout alone."""


def _print(parsed: argparse.Namespace, ab: Ab) -> None:
    if parsed.print == "json":
        terminal.say(msgspec.json.encode(ab).decode())
    elif not parsed.quiet:
        terminal.show(ab_summary(ab, terminal.width(WIDE)))
