"""A recording in a file as a script for `wswarm script`, and what its reader has to know."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from wswarm.errors import PlanError, ResultError
from wswarm.experiment.recorded import read_recording
from wswarm.load.recording import Recording
from wswarm.load.score import Score, score_of
from wswarm.load.session_text import session_text
from wswarm.load.withheld import shown_address
from wswarm.units import NS_PER_S

_OF_BROWSER = ("user-agent", "accept", "sec-", "cache-control", "pragma", "dnt", "priority")
_CONNECTIONS = 10


class Imported(NamedTuple):
    """A recording as a script.

    Attributes:
        text: The script.
        lines: What was recorded, what was left out and how to run it.
        hints: What else its reader has to know.
    """

    text: str
    lines: tuple[str, ...]
    hints: tuple[str, ...]


def imported(path: Path, socket: str | None, script: Path) -> Imported:
    """Return a recorded WebSocket of a file as a script that is to be called `script`.

    Raises:
        ResultError: the file can't be read. PlanError: it is no recording, or there is no such WebSocket in it.
    """
    recording, hints = read_recording(path, socket)
    score = score_of(recording)
    lines = tuple(_told(recording, score, script))
    return Imported(session_text(recording, score, _quotable("\n".join(lines))), lines, hints)


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet.

    Raises:
        PlanError: it is there. ResultError: it can't be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise PlanError(f"-o {path} is there already: name another file, or move it away") from None
    except OSError as error:
        raise ResultError(f"-o {path} can't be written: {error.strerror or error}") from None


def command(score: Score, script: Path) -> str:
    """Return the command that runs the script as it was recorded; secrets are columns of a file."""
    words = ["wswarm", "script", str(script), score.url, "-c", str(_CONNECTIONS)]
    for header in score.headers:
        if not header.lower().startswith(_OF_BROWSER):
            words += ["-H", header]
    for cookie in score.cookies:
        words += ["--cookie", cookie]
    for subprotocol in score.subprotocols:
        words += ["--subprotocol", subprotocol]
    if score.origin is not None:
        words += ["--origin", score.origin]
    if score.secrets:
        words += ["--data", "secrets.csv"]
    return shlex.join(words)


def _told(recording: Recording, score: Score, script: Path) -> Iterator[str]:
    length = f" in {recording.length_ns / NS_PER_S:.3g} s" if recording.has_times else ", times unknown"
    yield (
        f"Recorded of {shown_address(recording)}: {len(recording.sent)} messages sent,"
        f" {len(recording.received)} received{length}."
    )
    yield ""
    yield "Run it with:"
    yield ""
    yield f"    {command(score, script)}"
    if score.secrets:
        yield ""
        yield "Left out, as they are secrets; secrets.csv has a column for each and a row per connection:"
        yield ""
        width = max(map(len, score.secrets))
        for name in score.secrets:
            yield f"    {name:{width}}  {score.where[name]}"


def _quotable(text: str) -> str:
    """Return the text as it may stand in a docstring."""
    return text.replace("\\", "\\\\").replace('"""', "'''")
