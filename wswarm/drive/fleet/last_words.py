"""What a process that hung or died had written to standard error, in a line."""

import re
import sys
from pathlib import Path

_BLOCKED = re.compile(r"blocked for ([0-9.]+) s at (.+)")
_FRAME = re.compile(r'File "(.+)", line (\d+) in ')
_STACK = re.compile(r'File "|Thread 0x|Current thread 0x|Timeout \(')
_OURS = Path(__file__).resolve().parents[2]


def last_line(written: str) -> str:
    """Return the last line that says something of its own: no frame of a stack, no frame around a group's errors."""
    lines = (line.strip(" |+-") for line in reversed(written.strip().splitlines()))
    return next((line for line in lines if line and not _STACK.match(line)), "")


def blocked_s(written: str) -> float:
    """Return for how long a script had kept the process from all else, if that is written last; else 0."""
    found = _BLOCKED.fullmatch(next(reversed(written.strip().splitlines()), ""))
    return float(found[1]) if found else 0.0


def blocked_at(written: str) -> str | None:
    """Return the line of a script at which a process hung; `None`: no script had it hang."""
    lines = written.strip().splitlines()
    for line in reversed(lines):
        if (found := _BLOCKED.fullmatch(line)) is not None:
            return found[2]
    frames = (found for line in lines if (found := _FRAME.search(line)) is not None)
    return next((f"{Path(one[1]).name}:{one[2]}" for one in frames if _is_a_script_s(one[1])), None)


def _is_a_script_s(path: str) -> bool:
    """Return whether a file is neither of ours nor of what is installed."""
    known = (_OURS, Path(sys.prefix), Path(sys.base_prefix))
    return Path(path).is_absolute() is False or not any(Path(path).is_relative_to(one) for one in known)
