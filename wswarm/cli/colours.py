"""Colours of what is shown on a terminal: added at the very end, so that files and pipes have none."""

import os
import re
from collections.abc import Mapping
from typing import TextIO

_RESET = "\x1b[0m"
_BOLD, _DIM, _RED, _GREEN, _YELLOW = ("\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m")

# What a line is, and how it is shown; the first that fits, on the part that it finds.
_LINES = (
    (re.compile(r"^wswarm .*$"), _BOLD),
    (re.compile(r"^\s*✓.*$"), _GREEN),
    (re.compile(r"^\s*✗.*$"), _RED),
    (re.compile(r"^\s*[!?] .*$"), _YELLOW),
    (re.compile(r"^  –: .*$"), _DIM),
    (re.compile(r"^[A-Z][A-Za-z ]*$"), _BOLD),
)
_WORDS = (
    (re.compile(r"\b(?:VALID|improved|no regression)\b"), _GREEN),
    (re.compile(r"\b(?:SUSPECT|inconclusive|INCONCLUSIVE)\b"), _YELLOW),
    (re.compile(r"\b(?:INVALID|FAILED|REGRESSION|(?<!no )regression)\b"), _RED),
)


def are_wanted(stream: TextIO | None, environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether colours belong on the stream: on a terminal, unless the user says otherwise.

    Sources: no-color.org (`NO_COLOR`, whatever it holds, goes first), force-color.org, bixense.com/clicolors.
    """
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "0") != "0" or environment.get("CLICOLOR_FORCE", "0") != "0":
        return True
    if environment.get("CLICOLOR") == "0" or environment.get("TERM") in ("dumb", "unknown"):
        return False
    return stream is not None and stream.isatty()


def coloured(text: str) -> str:
    """Return the text with its headings, verdicts and signs in colours; without those it is what it was."""
    return "\n".join(map(_line, text.split("\n")))


def _line(line: str) -> str:
    for pattern, style in _LINES:
        if pattern.match(line):
            return f"{style}{line}{_RESET}"
    for pattern, style in _WORDS:
        line = pattern.sub(rf"{style}\g<0>{_RESET}", line)
    return line
