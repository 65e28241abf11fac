"""The options of the commands that take a recording."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

_FILE = "a .har of Chrome, Playwright or mitmproxy, or Playwright's .zip"


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
    _add_recording(add)
    output = "the script, which must not be there yet (default: session.py)"
    add("-o", "--output", metavar="FILE.py", type=_file, default=Path("session.py"), help=output)


def _add_recording(add: Callable[..., Any]) -> None:
    add("file", metavar="FILE", type=_file, help=_FILE)
    socket = "which WebSocket of the file: its number, or a part of its URL (default: most messages)"
    add("--socket", metavar="WHICH", help=socket)


def _file(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("'' names no file")
    return Path(text)
