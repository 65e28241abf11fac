"""What somebody wants measured: fields of a form, and the command line that they stand for."""

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from wswarm.errors import PlanError
from wswarm.results import redact
from wswarm.suggestions import did_you_mean

# What can be started here: all that measures, writes a report, and serves its page while it goes on.
_SCENARIOS = ("run", "connect", "echo", "fanout", "storm", "slow", "churn", "script", "replay")
COMMANDS = (*_SCENARIOS, "capacity", "size", "ab")
FIELDS = {"connections": "--connections", "rate": "--rate", "duration": "--duration"}
_FILE_FIRST = ("script", "replay")
_FOLDER = re.compile(r"-o.*|--output(=.*)?")
_HIDDEN = {
    **dict.fromkeys(("-H", "--header", "--publisher-header", "--publish-header"), redact.header),
    **dict.fromkeys(("--cookie",), redact.cookie),
    **dict.fromkeys(("--set",), redact.setting),
}


class Asked(NamedTuple):
    """A form as it was filled in.

    Attributes:
        command: One of `COMMANDS`. `url`: of the service. `fields`: of the commonest options, by their names here.
        arguments: All others, as one types them in a shell.
    """

    command: str = "echo"
    url: str = ""
    fields: Mapping[str, str] = {}
    arguments: str = ""


def asked(form: Mapping[str, str]) -> Asked:
    """Return what a form asks for."""
    fields = {name: form[name].strip() for name in FIELDS if form.get(name, "").strip()}
    return Asked(
        form.get("command", ""), form.get("url", "").strip(), fields, form.get("arguments", "").strip()
    )


def words_of(one: Asked) -> list[str]:
    """Return the words of the command line, without `wswarm` and without the report's folder.

    Raises:
        PlanError: there is no such command here, or the arguments are no words of a shell, or name a folder.
    """
    if one.command not in COMMANDS:
        meant = did_you_mean(one.command, COMMANDS) or f": choose from {', '.join(COMMANDS)}"
        raise PlanError(f"command {one.command!r} can't be started here{meant}")
    try:
        typed = shlex.split(one.arguments)
    except ValueError as error:
        raise PlanError(f"arguments {one.arguments!r}: {error}: close it, or put a \\ before it") from None
    if named := next((word for word in typed if _FOLDER.fullmatch(word)), None):
        raise PlanError(f"{named}: leave it out, the report goes into the folder that is shown here")
    options = [word for name, value in one.fields.items() for word in (FIELDS[name], value)]
    if any("\0" in word for word in (one.url, *options, *typed)):
        raise PlanError("a command holds no zero bytes: leave them out")
    words, url = [*options, *typed], [one.url] if one.url else []
    return [one.command, *words, *url] if one.command in _FILE_FIRST else [one.command, *url, *words]


def shown(words: Sequence[str]) -> str:
    """Return the command line for people to read, without its secrets."""
    told = []
    for before, word in zip(["", *words], words, strict=False):
        hide = _HIDDEN.get(before)
        option, equals, value = word.partition("=")
        if hide is not None:
            word = hide(word)
        elif equals and option in _HIDDEN:
            word = f"{option}={_HIDDEN[option](value)}"
        told.append(redact.message(redact.address(word)))
    return shlex.join(["wswarm", *told])
