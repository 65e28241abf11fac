"""`--print plan`: what would be measured, a line per setting with where it came from; nothing is connected to."""

import argparse
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from wswarm.cli import parts, scenario
from wswarm.cli.planned import Planned
from wswarm.cli.settings.options import Option, options_of
from wswarm.cli.settings.settled import DEFAULT, Settled, told_from
from wswarm.cli.settings.written import as_toml
from wswarm.cli.shown_repeated import REPEATED
from wswarm.cli.terminal import say, warn
from wswarm.experiment.filling import filling_of
from wswarm.experiment.objectives import foreseen
from wswarm.results import redact

_WIDTH = 44
_DEFAULT_IN_HELP = re.compile(r"\(default: (.*)\)$", re.DOTALL)


class Shown(NamedTuple):
    """Settings under a title: those of a whole plan have none."""

    title: str
    settled: Settled
    values: Mapping[str, Any]


def show_plan(parsed: argparse.Namespace) -> int:
    """Print the settings of a command as a plan file has them, and return 0.

    Raises:
        PlanError: a value can't be, or a variable is not set. ResultError: a file can't be read.
    """
    assert isinstance(parsed, Settled)
    say("\n\n".join("\n".join(_section(one)) for one in _sections(parsed)))
    return 0


def _sections(parsed: Settled) -> Iterator[Shown]:
    """Yield what holds for all, then each scenario."""
    found = parts.parts_of(parsed) if parsed.command == "run" else []
    of_all = {name: value for name, value in vars(parsed).items() if name in parts.OF_ALL}
    yield Shown("", parsed, of_all | {"scenarios": ",".join(part.title for part in found)})
    if parsed.command in REPEATED:
        shown = REPEATED[parsed.command](parsed)
        yield Shown(shown.title, parsed, shown.values)
    elif parsed.command == "run":
        settled = [one for _, one in parts.settled_parts(parsed)]
        for part, own in zip(found, settled or [parsed] * len(found), strict=True):
            yield _scenario(part, own)
    else:
        yield _scenario(scenario.planned(parsed), parsed)


def _scenario(part: Planned, settled: Settled) -> Shown:
    with told_from(settled):
        filling_of(part.plan)  # that variables are set, and data has rows enough
        warn(settled.command, foreseen(part.plan))
    values = redact.plan(msgspec.structs.asdict(part.plan))
    if part.is_reference:
        values |= {"url": None, "workers": part.workers}
    kind = f'\nscenario = "{part.plan.scenario}"' if part.name is not None else ""
    return Shown(f"[scenarios.{part.title}]{kind}", settled, values)


def _section(shown: Shown) -> Iterator[str]:
    if shown.title:
        yield shown.title
    settled = shown.settled
    done: set[str] = set()
    for option in options_of(settled.sources.parsers[settled.command]).values():
        dest = option.action.dest
        if dest in shown.values and dest not in done | {"print"}:
            done.add(dest)
            yield _line(option, shown.values[dest], _source(settled, dest))


def _source(settled: Settled, dest: str) -> str:
    plan = settled.plan
    if dest == "scenarios" and plan is not None and plan.scenarios:
        return settled.origins.get(dest, plan.source)
    return settled.origins.get(dest, DEFAULT)


def _line(option: Option, value: Any, origin: str) -> str:
    """Return a setting with its source; one without a value as a comment that says what that means."""
    if option.name == "scenarios":  # stand below, each as a table of that name
        shown = f"# scenarios: {value}"
    elif value is None or value == () or value == []:
        found = _DEFAULT_IN_HELP.search(option.action.help or "")
        shown = f"# {option.name}: {found[1].replace('%%', '%') if found else 'none'}"
    else:
        shown = as_toml(option, value)
    return f"{shown:<{_WIDTH}}  # {origin}"
