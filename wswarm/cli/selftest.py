"""`wswarm selftest`: the comparison against itself."""

import argparse
from dataclasses import replace
from random import Random, SystemRandom

from wswarm.cli import terminal
from wswarm.cli.ab import PROFILES, address_and_options, make_experiment
from wswarm.cli.folder import report_folder
from wswarm.errors import PlanError
from wswarm.experiment.ab import selftest, versions
from wswarm.experiment.ab.setting import Experiment
from wswarm.report.ab.live import AbLive
from wswarm.report.ab.selftest_store import add_decision, load_decisions, save_summary


def examine_itself(parsed: argparse.Namespace) -> int:
    """Make decisions until there are as many as asked for, and print how often they were right."""
    slowdown = slowdown_of(parsed)
    draft = draft_of(parsed)
    with (
        report_folder(parsed.output, "selftest") as folder,
        terminal.Interrupts() as interrupts,
    ):
        decisions = load_decisions(folder)
        done = [one for one in decisions if (one.kind, one.slow) == (parsed.kind, slowdown.name)]
        if len(done) < parsed.decisions:
            load = selftest.find_load(draft)
        seeds = Random(draft.seed)
        numbered = list(enumerate(seeds.getrandbits(32) for _ in range(parsed.decisions)))
        for number, seed in numbered[len(done) :]:
            experiment = replace(draft, seed=seed)
            title = f"selftest {parsed.kind} {slowdown.name}: decision {number + 1} of {parsed.decisions}"
            with AbLive(title, parsed.scenario, parsed.budget, quiet=parsed.quiet) as live:
                decision, ab = selftest.decide(
                    experiment,
                    slowdown,
                    load,
                    has_neighbour=parsed.neighbour and number % 2 == 1,
                    on_progress=live.show,
                    interrupted=interrupts.asked,
                )
            if interrupts.asked():
                break
            decisions.append(decision)
            add_decision(decision, ab, folder, len(decisions))
        text = save_summary(decisions, folder) if decisions else ""
        if text and not parsed.quiet:
            terminal.show(text)
            terminal.say(f"decisions: {folder}")
        return terminal.INTERRUPTED if interrupts.asked() else 0


def slowdown_of(parsed: argparse.Namespace) -> selftest.Slowdown:
    """Return how head is slower.

    Raises:
        PlanError: it is said of two that are the same.
    """
    if parsed.kind == "aa":
        if parsed.slow is not None:
            raise PlanError("--slow is for ab: in aa both are the same")
        return selftest.Slowdown("none")
    return selftest.Slowdown(*parsed.slow) if parsed.slow else selftest.Slowdown("cpu", 0.10)


def draft_of(parsed: argparse.Namespace) -> Experiment:
    """Return the experiment, of two reference applications that are the same.

    Raises:
        PlanError: a value can't be.
    """
    if parsed.seed is None:
        parsed.seed = SystemRandom().getrandbits(32)
    url, options = address_and_options(parsed)
    options["profile"] = PROFILES[parsed.scenario]
    draft = make_experiment(parsed, url, options, versions.not_ready())
    return replace(draft, commands=selftest.selftest_commands())
