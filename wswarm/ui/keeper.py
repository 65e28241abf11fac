"""Keeps one run: a process between the workbench and a command, that ends it when it is told to or left alone.

Run as a program: `keeper.py COMMAND…`. On its standard input a line `stop` is one Ctrl-C, `kill` ends everything;
when the input ends, which it does however the workbench ends, the command is interrupted and, if it does not
end by itself, killed. What the command prints goes where this process prints. Standard library only.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading

PATIENCE_S = 15.0  # of a command that was left alone, to write its report


def main() -> int:
    """Run the command to its end, and return its exit code."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the command is to know Ctrl-C, whoever started us how
    command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_obey, args=(command,), daemon=True).start()
    code = command.wait()
    _kill(command)  # what it started
    return code if code >= 0 else 128 - code


def _obey(command: "subprocess.Popen[bytes]") -> None:
    for line in sys.stdin:
        if line.strip() == "kill":
            _kill(command)
        else:
            _interrupt(command)
    _interrupt(command)
    try:
        command.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        _kill(command)


def _interrupt(command: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(OSError):
        command.send_signal(signal.SIGINT)


def _kill(command: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(OSError):
        os.killpg(command.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
