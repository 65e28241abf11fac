"""The options of a command as files and variables name them, and what makes their values of what stands there."""

import argparse
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from wswarm.cli.grammar import AddStep
from wswarm.cli.settings.layers import Layer, Setting
from wswarm.errors import PlanError
from wswarm.suggestions import did_you_mean, nearest

VARIABLE = "environment "  # before the name of one, where it is told as a source
_PREFIX = "WSWARM_"
_NEVER = frozenset({"help", "version"})
_STEPS = frozenset({"steps", "publisher-steps"})
_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


class Option(NamedTuple):
    """An option by the name that it has in files: `connect-rate`, `url`."""

    name: str
    action: argparse.Action

    @property
    def is_flag(self) -> bool:
        """Whether it is given or not, without a value."""
        return self.action.nargs == 0

    @property
    def is_repeatable(self) -> bool:
        """Whether it may be given several times."""
        return isinstance(self.action, argparse._AppendAction | AddStep)


def options_of(parser: argparse.ArgumentParser) -> dict[str, Option]:
    """Return what can be set of a command by name: its long options, and what it takes without one."""
    found: dict[str, Option] = {}
    for action in parser._actions:
        long = [one[2:] for one in action.option_strings if one.startswith("--")]
        names = long or ([] if action.option_strings else [action.dest])
        found |= {name: Option(name, action) for name in names if name not in _NEVER}
    return found


def is_planned(parser: argparse.ArgumentParser) -> bool:
    """Return whether the command has a plan that it can show."""
    return any(action.dest == "print" and "plan" in (action.choices or ()) for action in parser._actions)


def layer_of(table: Mapping[str, Any], options: Mapping[str, Option], source: str) -> Layer:
    """Return what a table of a file sets of a command's options; keys of other commands are left out.

    Raises:
        PlanError: a value can't be.
    """
    found = argparse.Namespace()
    for key, raw in table.items():
        for name, one in _spelt_out(key, raw, source):
            option = options.get(name)
            if option is not None:
                _give(option, one, found, f"{source}: {key}")
    return {name: Setting(value, source) for name, value in vars(found).items()}


def layer_of_variables(environment: Mapping[str, str], options: Mapping[str, Option]) -> Layer:
    """Return what the environment sets of a command's options: `WSWARM_CONNECT_RATE` is `--connect-rate`.

    Raises:
        PlanError: a value can't be.
    """
    found: dict[str, Setting] = {}
    for option in options.values():
        name = variable_of(option.name)
        if environment.get(name):
            raw = _flag(environment[name], name) if option.is_flag else environment[name]
            own = argparse.Namespace()
            _give(option, raw, own, name)
            found |= {dest: Setting(value, f"{VARIABLE}{name}") for dest, value in vars(own).items()}
    return found


def variable_of(name: str) -> str:
    """Return the environment variable of an option: `WSWARM_CONNECT_RATE`."""
    return _PREFIX + name.upper().replace("-", "_")


def strange_variables(environment: Iterable[str], names: Iterable[str]) -> Iterator[str]:
    """Yield a line for each variable of our prefix that is no setting and nearly one."""
    known = set(names)
    for name in sorted(environment):
        own = name.removeprefix(_PREFIX).lower().replace("_", "-")
        meant = nearest(own, known) if name.startswith(_PREFIX) and own not in known else None
        if meant is not None:
            yield f"{name} is no setting: did you mean {variable_of(meant)}?"


def check_keys(table: Mapping[str, Any], names: Iterable[str], where: str) -> None:
    """Check that all keys of a table are options.

    Raises:
        PlanError: one is not; it says what may have been meant.
    """
    known = {*names, *_STEPS}
    for key in table:
        if key.replace("_", "-") not in known:
            raise PlanError(f"{where}: no setting {key!r}{did_you_mean(key, sorted(known)) or _KEYS}")


_KEYS = ": the keys are the long options of a command, such as connect-rate; see wswarm echo --help"


def _spelt_out(key: str, raw: Any, source: str) -> Iterator[tuple[str, Any]]:
    """Yield the options that a key stands for: `steps` is a list of them, in their order."""
    name = key.replace("_", "-")
    if name not in _STEPS:
        yield name, raw
        return
    prefix = "publisher-" if name.startswith("publisher-") else ""
    for step in raw if isinstance(raw, list) else [raw]:
        if not isinstance(step, dict):
            raise PlanError(f'{source}: {key} is a list of steps: write [{{say = "…"}}, {{expect = "…"}}]')
        for kind, value in step.items():
            check_keys({kind: value}, ("say", "say-binary", "expect", "take"), f"{source}: {key}")
            yield f"{prefix}{kind.replace('_', '-')}", value


def _give(option: Option, raw: Any, found: argparse.Namespace, where: str) -> None:
    """Set the option's value as the command line would.

    Raises:
        PlanError: it can't be.
    """
    if option.is_flag:
        if not isinstance(raw, bool):
            raise PlanError(f"{where} = {_shown(raw)} is neither true nor false: write one of them")
        setattr(found, option.action.dest, raw)
        return
    if isinstance(raw, list) and not option.is_repeatable:
        raise PlanError(f"{where} = {_shown(raw)} takes one value, not a list: write it without […]")
    for one in raw if isinstance(raw, list) else [raw]:
        option.action(_NO_PARSER, found, _converted(option, one, where), f"--{option.name}")


_NO_PARSER = argparse.ArgumentParser(add_help=False)  # actions of options take one, and ask it for nothing


def _converted(option: Option, raw: Any, where: str) -> Any:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise PlanError(
            f'{where} = {_shown(raw)} is no value for --{option.name}: write it in quotes, as "…"'
        )
    action, text = option.action, str(raw)
    try:
        value = action.type(text) if callable(action.type) else text
    except (argparse.ArgumentTypeError, ValueError) as error:
        raise PlanError(f"{where}: {error}") from None
    if action.choices is not None and value not in action.choices:
        choices = ", ".join(map(str, action.choices))
        raise PlanError(f"{where}: {text!r} is none of {choices}{did_you_mean(text, action.choices)}")
    return value


def _flag(text: str, name: str) -> bool:
    if text.lower() not in (*_YES, *_NO):
        raise PlanError(
            f"{name}: {text!r} is neither yes nor no: write {', '.join(_YES)} or {', '.join(_NO)}"
        )
    return text.lower() in _YES


def _shown(raw: Any) -> str:
    """Return a value as it may be told: what is inside a list or a table may be secret."""
    if isinstance(raw, list | dict):
        return "[…]" if isinstance(raw, list) else "{…}"
    return str(raw).lower() if isinstance(raw, bool) else repr(raw)
