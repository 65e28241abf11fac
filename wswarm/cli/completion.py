"""`wswarm completion`: what a shell reads to complete the command line."""

import argparse

import shtab

from wswarm.cli.arguments import make_parser
from wswarm.cli.parser import commands_of
from wswarm.cli.terminal import say
from wswarm.load.profiles import NAMES

_FILES = ("FILE", "PATH", "FILE.py", "RUN", "BASE", "HEAD")


def print_completion(parsed: argparse.Namespace) -> int:
    """Print the script for the shell, and return 0."""
    parser = make_parser()
    for command in commands_of(parser).values():
        for action in command._actions:
            _complete(action)
    say(shtab.complete(parser, shell=parsed.shell), end="")
    return 0


def _complete(action: argparse.Action) -> None:
    """Say what the values of an option are, where that is known."""
    if action.metavar in _FILES:
        action.complete = shtab.FILE  # type: ignore[attr-defined]  # what shtab looks for
    elif action.metavar == "DIR":
        action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]  # the same
    elif "--profile" in action.option_strings:
        action.choices = NAMES
