"""The settings of a command: options, then variables, then files, then defaults."""

import argparse
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from wswarm.cli.settings.files import Settings
from wswarm.cli.settings.layers import Layer, Setting, merged
from wswarm.cli.settings.options import (
    VARIABLE,
    Option,
    check_keys,
    is_planned,
    layer_of,
    layer_of_variables,
    options_of,
    strange_variables,
)
from wswarm.errors import PlanError

DEFAULT, OPTION = "default", "option"
_NAMED_FIRST = re.compile(r"(--?[a-zA-Z][\w-]*)")
# Commands whose settings mean something else than those of one measurement: two versions, bounds of loads.
BY_OPTIONS_ALONE = frozenset({"ab", "selftest", "size"})

Parsers = Mapping[str, argparse.ArgumentParser]  # of commands, by name


class Sources(NamedTuple):
    """All that settings may come from, not yet of one command.

    Attributes:
        parsers: Of the commands that have a plan. `unset`: what their options are by default.
        given: What stood on the command line.
        files: Of defaults, those that go first before others.
    """

    parsers: Parsers
    unset: Mapping[str, Mapping[str, Any]]
    given: Mapping[str, Any]
    environment: Mapping[str, str]
    files: tuple[Settings, ...]

    def settled(self, command: str, plan: Settings | None = None, name: str | None = None) -> "Settled":
        """Return the command's settings.

        Args:
            plan: A plan file; `name`: the scenario of it whose settings these are, `None` for what holds for all.

        Raises:
            PlanError: a value of a file or a variable can't be.
        """
        options = options_of(self.parsers[command])
        unset = self.unset[command]
        given = {dest: Setting(value, OPTION) for dest, value in self.given.items() if dest in unset}
        layers = [given, layer_of_variables(self.environment, options)]
        if plan is not None:
            layers += _layers(plan, name, options)
        for file in self.files:
            layers += _layers(file, command, options)
        found = merged(layers)
        settled = Settled(**{"command": command, **unset, **{dest: one.value for dest, one in found.items()}})
        settled.sources, settled.origins = self, {dest: one.source for dest, one in found.items()}
        settled.plan = plan
        return settled

    def check(self, *files: Settings) -> None:
        """Check that files set nothing that no command has, and a scenario nothing that it has not.

        Raises:
            PlanError: one does.
        """
        names = self.names
        for file in files:
            check_keys(file.top, names, file.source)
            for name, table in file.scenarios.items():
                check_keys(table, {*names, "scenario"}, file.table(name))

    @property
    def names(self) -> set[str]:
        """All settings that some command has."""
        return {name for parser in self.parsers.values() for name in options_of(parser)}

    def strange(self) -> Iterator[str]:
        """Yield a line for each variable that is nearly a setting."""
        return strange_variables(self.environment, self.names)


class Settled(argparse.Namespace):
    """A command's settings, and what is none of them.

    Attributes:
        origins: Where each that is no default came from.
        plan: The plan file that they are of, `None` without one.
    """

    __slots__ = ("origins", "plan", "sources")

    origins: dict[str, str]
    plan: Settings | None
    sources: Sources

    def with_source(self, said: str) -> str:
        """Return what is wrong with a setting, told of where it stands if that is no option."""
        found = _NAMED_FIRST.match(said)
        action = self.sources.parsers[self.command]._option_string_actions.get(found[1]) if found else None
        origin = self.origins.get(action.dest, DEFAULT) if action is not None else DEFAULT
        if found is None or action is None or origin in (DEFAULT, OPTION):
            return said
        name = next(one for one in action.option_strings if one.startswith("--")).removeprefix("--")
        return f"{origin.removeprefix(VARIABLE)}: {name}{said[found.end() :]}"


@contextmanager
def told_from(settings: argparse.Namespace) -> Iterator[None]:
    """Have what is wrong with a setting told of where it stands."""
    try:
        yield
    except PlanError as error:
        if isinstance(settings, Settled):
            error.args = (settings.with_source(str(error)),)
        raise


def without_defaults(parsers: Parsers) -> dict[str, dict[str, Any]]:
    """Have the parsers of commands with a plan leave out what is not given; return what they would have put there."""
    unset: dict[str, dict[str, Any]] = {}
    for command, parser in parsers.items():
        if is_planned(parser):
            actions = [action for action in parser._actions if action.default is not argparse.SUPPRESS]
            unset[command] = {action.dest: action.default for action in actions}
            for action in actions:
                if action.option_strings:  # what stands without one and is not there is None
                    action.default = argparse.SUPPRESS
    return unset


def _layers(file: Settings, scenario: str | None, options: Mapping[str, Option]) -> Iterable[Layer]:
    if scenario is not None and scenario in file.scenarios:
        yield layer_of(file.scenarios[scenario], options, file.table(scenario))
    yield layer_of(file.top, options, file.source)
