"""`wswarm completion`: what a shell reads to complete the command line."""

import argparse
from collections.abc import Mapping, Sequence

import shtab

from wswarm.cli import pages
from wswarm.cli.arguments import make_parser
from wswarm.cli.parser import commands_of
from wswarm.cli.terminal import say
from wswarm.load.profiles import NAMES

_FILES = ("FILE", "PATH", "FILE.py", "RUN", "BASE", "HEAD", "MODEL")


def print_completion(parsed: argparse.Namespace) -> int:
    """Print the script for the shell, and return 0."""
    parser = make_parser()
    commands = commands_of(parser)
    offered = {
        "url": ("ws://", "wss://"),
        "name": NAMES,
        "topic": (*commands, *pages.page_names(), *pages.tutorial_names()),
        "what": tuple(cells[0] for cells in pages.rows(pages.page("exit_codes"))),
    }
    for command in commands.values():
        for action in command._actions:
            _complete(action, offered)
    say(shtab.complete(parser, shell=parsed.shell), end="")
    return 0


def _complete(action: argparse.Action, offered: Mapping[str, Sequence[str]]) -> None:
    """Say what the values of an option are, where that is known.

    Args:
        offered: For what stands without an option; where nothing is, zsh offers no option either.
    """
    if action.metavar in _FILES:
        action.complete = shtab.FILE  # type: ignore[attr-defined]  # what shtab looks for
    elif action.metavar in ("DIR", "FOLDER"):
        action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]  # the same
    elif "--profile" in action.option_strings:
        action.choices = NAMES
    elif not action.option_strings and action.dest in offered:
        action.choices = offered[action.dest]
