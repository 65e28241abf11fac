"""The command line read, and all that stands behind it: variables and files."""

import argparse
import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from wswarm.cli.arguments import PLAN_SUFFIX, make_parser
from wswarm.cli.parser import Parser, commands_of
from wswarm.cli.settings.files import Settings, defaults_for, plan_at
from wswarm.cli.settings.settled import BY_OPTIONS_ALONE, Sources, without_defaults
from wswarm.cli.terminal import warn


@cache
def _grammar() -> tuple[Parser, Mapping[str, Mapping[str, Any]]]:
    """Return the parser that leaves out what is not given, and what it would have put there; nothing changes them."""
    parser = make_parser()
    return parser, without_defaults(commands_of(parser))


def read(arguments: Sequence[str]) -> tuple[argparse.Namespace, Sources | None]:
    """Return what stands on the command line, and what else there is to settle its command's settings from, if any.

    Raises:
        SystemExit: the help or the version was asked for, or something is wrong with an option.
    """
    parser, unset = _grammar()
    parsers = commands_of(parser)
    given = parser.parse_args(arguments)
    if given.command not in unset:
        return given, None
    stated = {name: value for name, value in vars(given).items() if value is not None}
    if given.command in BY_OPTIONS_ALONE:
        return given, Sources({given.command: parsers[given.command]}, unset, stated, {}, ())
    known = {command: parsers[command] for command in unset.keys() - BY_OPTIONS_ALONE}
    return given, Sources(known, unset, stated, os.environ, ())


def settle(given: argparse.Namespace, sources: Sources) -> argparse.Namespace:
    """Return the settings of the command.

    Raises:
        PlanError: a value of a file or a variable can't be. ResultError: a file can't be read.
    """
    if given.command in BY_OPTIONS_ALONE:
        return sources.settled(given.command)
    sources = sources._replace(files=tuple(defaults_for(Path.cwd())))
    plan = _plan(given, sources.files) if given.command == "run" else None
    if plan is not None:
        sources = sources._replace(given={name: one for name, one in sources.given.items() if name != "url"})
    sources.check(*sources.files, *([plan] if plan is not None else []))
    warn(given.command, sources.strange())
    return sources.settled(given.command, plan)


def _plan(given: argparse.Namespace, files: Sequence[Settings]) -> Settings | None:
    """Return the plan that `run` follows: the file in the URL's place, or the defaults with their scenarios."""
    what = getattr(given, "url", None)
    if what is None and not hasattr(given, "scenarios"):
        return next((file for file in files if file.scenarios), None)
    return plan_at(what) if what is not None and what.endswith(PLAN_SUFFIX) else None
