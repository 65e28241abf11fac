"""The options of the commands that take a recording."""

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wswarm.cli import grammar

EXITS = (
    "Exit codes: 0 measured, every SLO met; 1 could not measure; 2 usage; 95 the target failed; 98 the measurement"
    " is invalid; 99 an SLO was missed; 130 interrupted."
)
ALL_EXITS = EXITS.replace(" 98 ", " 96 inconclusive, with --strict; 97 a regression; 98 ")
_FILE = "a .har of Chrome, Playwright or mitmproxy, or Playwright's .zip"


def add_replay(commands: Any, add_common: Callable[[Any], None]) -> None:
    """Add `replay`, with the options that all measurements have."""
    parser = commands.add_parser(
        "replay",
        help="have each connection play a recording",
        description="Have each connection play a recorded WebSocket once: messages are sent at their times, those"
        " with values of the server's as soon as it has given these; what comes is matched in order.",
        epilog=f"{grammar.UNITS} {EXITS}",
    )
    add = parser.add_argument
    add("recording", metavar="FILE", help=_FILE)
    url = "where to play it; without a path the recorded one (default: where it was recorded)"
    add("url", metavar="URL", nargs="?", type=grammar.address, help=url)
    add = parser.add_argument_group("load").add_argument
    add("-c", "--connections", metavar="N", type=grammar.count, help="how many play it (default: 10)")
    add("--speed", metavar="N", type=_speed, help="times as fast as recorded (default: 1)")
    _add_socket(add)
    add("--drain", metavar="TIME", type=grammar.duration, help="longest wait for the rest (default: 5s)")
    add("--connect-rate", metavar="RATE", type=grammar.rate, help="handshakes per s (default: 500/s)")
    add("--connect-timeout", metavar="TIME", type=grammar.duration, help="for each handshake (default: 10s)")
    add("--processes", metavar="N", type=grammar.count, help="agents with the sockets (default: one per 10k)")
    seed = "kept with the run (default: random)"
    add("--seed", metavar="N", type=grammar.whole(0, 2**63 - 1), help=seed)
    add_common(parser)


def add_import(commands: Any) -> None:
    """Add `import`."""
    parser = commands.add_parser(
        "import",
        help="write a recording as a script",
        description="Write the messages of a recorded WebSocket as a script for 'wswarm script': sent at their times,"
        " answers waited for, values of the server taken out of them. Secrets are left out and named.",
        epilog="Exit codes: 0 written; 1 a file can't be read or written; 2 usage, no recording, FILE.py is there.",
    )
    add = parser.add_argument
    add("file", metavar="FILE", type=_file, help=_FILE)
    _add_socket(add)
    output = "the script, which must not be there yet (default: session.py)"
    add("-o", "--output", metavar="FILE.py", type=_file, default=Path("session.py"), help=output)


def _add_socket(add: Callable[..., Any]) -> None:
    socket = "which WebSocket of the file: its number, or a part of its URL (default: most messages)"
    add("--socket", metavar="WHICH", help=socket)


def _speed(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", text) or not float(text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no speed: write 2 for twice as fast, 0.5 for half as fast"
        )
    return float(text)


def _file(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("'' names no file")
    return Path(text)
