"""What commands that measure again and again would do: one plan of theirs, and how often it is measured."""

import argparse
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from wswarm.cli.parts import OF_ALL
from wswarm.experiment.ab import versions
from wswarm.experiment.ab.setting import Experiment
from wswarm.experiment.filling import filling_of
from wswarm.load.plan import Plan
from wswarm.results import redact

_COMMANDS = ("serve", "base_cmd", "head_cmd")  # whose words are no addresses, and may hold some


class Repeated(NamedTuple):
    """Settings under a title, a comment."""

    title: str
    values: Mapping[str, Any]


def _capacity(parsed: argparse.Namespace) -> Repeated:
    """Return the settings of a search, with the plan of its first trial."""
    from wswarm.cli.capacity import setting_of  # of each command only what is asked for

    setting = setting_of(parsed)
    own = {"rounds": setting.rounds, "budget": setting.budget_s, "serve": setting.serve, "url": setting.url}
    own |= {"kind": parsed.kind, "slo": parsed.slo}  # those of the answer, too
    return _repeated("# capacity", setting.plan(setting.first, setting.trial_s), own)


def _size(parsed: argparse.Namespace) -> Repeated:
    """Return the settings of a model, with the bounds of its cells."""
    from wswarm.cli.size import setting_of

    setting = setting_of(parsed)
    own = {
        name: getattr(setting, name) for name in ("scenario", "url", "serve", "workers", "rooms", "starts")
    }
    own |= {"budget": setting.budget_s, "duration": setting.hold_s, "seed": setting.seed}
    own |= {"connections": setting.connections, "rate": setting.rates, "size": setting.sizes}
    return _repeated("# size", setting.plan(), own | {"target_pid": setting.target_pid})


def _ab(parsed: argparse.Namespace) -> Repeated:
    """Return the settings of a comparison; its commits are looked up, and left where they are."""
    from wswarm.cli import ab

    ab.check_versions(parsed)
    title = "# ab"
    if not parsed.base_cmd:
        head = parsed.head or versions.WORKING_TREE
        commits = versions.find_commits(parsed.base, head, parsed.serve, find=versions.seen_version)
        title = f"# ab: {' → '.join(map(_called, commits.versions))}"
    url, options = ab.address_and_options(parsed)
    return _experiment(title, parsed, ab.make_experiment(parsed, url, options, versions.not_ready()))


def _selftest(parsed: argparse.Namespace) -> Repeated:
    """Return the settings of a self-test, with those of its comparisons."""
    from wswarm.cli import selftest

    slower = selftest.slowdown_of(parsed).name
    head = f"one slower by {slower}" if slower else "itself"
    title = f"# selftest: the reference application with {head}"
    return _experiment(title, parsed, selftest.draft_of(parsed))


REPEATED: Mapping[str, Callable[[argparse.Namespace], Repeated]] = {
    "capacity": _capacity,
    "size": _size,
    "ab": _ab,
    "selftest": _selftest,
}


def _experiment(title: str, parsed: argparse.Namespace, experiment: Experiment) -> Repeated:
    from wswarm.cli.ab import OF_PLAN

    own = {name: value for name, value in vars(parsed).items() if name not in {*OF_PLAN, *OF_ALL}}
    own |= {
        "url": experiment.url,
        "rate": experiment.rate,
        "slice": experiment.timing.slice_s,
        "seed": experiment.seed,
    }
    return _repeated(title, experiment.plan(1), own)


def _repeated(title: str, plan: Plan, own: Mapping[str, Any]) -> Repeated:
    filling_of(plan)  # that variables are set, and data has rows enough
    values = redact.plan({**msgspec.structs.asdict(plan), **own})
    commands = {name: redact.address(values[name]) for name in _COMMANDS if values.get(name)}
    return Repeated(title, values | commands)


def _called(version: versions.Version) -> str:
    changed = " with changes" if version.has_changes else ""
    return f"{version.name} ({version.commit[:12]}{changed})"
