"""The parser of the command line: one line says what is wrong, and what may have been meant."""

import argparse
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NoReturn

from wswarm.suggestions import did_you_mean

_OF_MESSAGES = {
    *("-r", "--rate", "--warmup", "--drain", "--arrivals", "--pacing", "--seed", "--closed"),
    *("--text", "--json", "--message-file", "--size", "--binary"),
}


class Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=_formatter, **settings)
        self._negative_number_matcher = re.compile(r"-[.\d]")  # in `-d -5s` a bad value, not an option

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Check that a value is one of those to choose from, in our own words in every version of Python."""
        if action.choices is None or value in action.choices:
            return
        what = "no such command" if isinstance(action, argparse._SubParsersAction) else "invalid choice"
        choices = ", ".join(map(str, action.choices))
        meant = did_you_mean(str(value), action.choices)
        raise argparse.ArgumentError(action, f"{what}: {value!r}{meant or f' (choose from {choices})'}")

    def error(self, message: str) -> NoReturn:
        """Exit 2 with one line."""
        self.exit(2, f"{self.prog}: {message.removeprefix('argument ')}; see {self.prog} --help\n")


class Command(Parser):
    """A sub-command's parser: names itself, not `wswarm`, when an option is not its own."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Parse, and exit 2 if anything is left over."""
        self._help_with_topic(args or ())
        found, unknown = super().parse_known_args(args, namespace)
        if len(unknown) == 1 and self._is_late_url(unknown[0], found):
            found.url = unknown.pop()
        if unknown:
            is_silent = self.prog.endswith(" connect") and _OF_MESSAGES & {
                one.split("=")[0] for one in unknown
            }
            why = " (connect sends no messages: it opens connections and holds them)" if is_silent else ""
            meant = next(filter(None, map(self._meant, unknown)), "")
            self.error(f"no such option or argument: {' '.join(unknown)}{why}{meant}")
        return found, unknown

    def _is_late_url(self, word: str, found: argparse.Namespace) -> bool:
        """Return whether it is the URL, which may be left out: argparse looks for it before the options alone."""
        may_be_left_out = any(
            one.dest == "url" and one.nargs == "?" and not one.option_strings for one in self._actions
        )
        return may_be_left_out and getattr(found, "url", None) is None and not word.startswith("-")

    def _meant(self, unknown: str) -> str:
        """Return which option may have been meant, the empty text if none."""
        if not unknown.startswith("--"):
            return ""
        return did_you_mean(unknown.partition("=")[0], self._option_string_actions)

    def _help_with_topic(self, args: Sequence[str]) -> None:
        """Exit with the part of the help that `--help TOPIC` asks for, if that is a part."""
        for asked, topic in pairwise(args):
            found = [one for one in self._action_groups if _is_named(one.title or "", topic)]
            if asked in ("-h", "--help") and found:
                self._print_message(self._parts(found), sys.stdout)
                self.exit()

    def _parts(self, groups: Iterable[Any]) -> str:
        formatter = self._get_formatter()
        for group in groups:
            formatter.start_section(group.title)
            formatter.add_text(group.description)
            formatter.add_arguments(group._group_actions)
            formatter.end_section()
        return formatter.format_help()


def _is_named(title: str, topic: str) -> bool:
    """Return whether a group of options is meant: `connect`, `connection` or `connecting` for "connection"."""
    stem = re.sub(r"(?:ing|ion|s)$", "", topic.lower())
    return len(stem) > 1 and any(word.lower().startswith(stem) for word in title.split())


def commands_of(parser: Parser) -> Mapping[str, argparse.ArgumentParser]:
    """Return the parsers of the commands by their names."""
    (commands,) = (one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    return commands.choices


def _formatter(prog: str) -> argparse.HelpFormatter:
    return argparse.HelpFormatter(prog, max_help_position=28)
