"""The command line: options in, exit code out. Only here and in `commands` anything is printed.

A command's modules are imported when it is run: the help, the version and what is wrong with an option need none.
"""

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from wswarm.cli.arguments import make_parser
from wswarm.cli.terminal import INTERRUPTED, say
from wswarm.errors import ResultError, SwarmError
from wswarm.loading import leaving_on_ctrl_c, without_collecting

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal need not know every sign of a report
    try:
        parsed = make_parser().parse_args(arguments)
    except SystemExit:
        with suppress(ResultError):  # the help is no result
            say("", end="")
        raise
    except OSError:  # argparse of Python up to 3.11.3 lets it pass that the help could not be written
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    try:
        with leaving_on_ctrl_c(), without_collecting():
            run = _command(parsed.command)
        return run(parsed)
    except SwarmError as error:
        from wswarm.results import redact

        print(f"wswarm {parsed.command}: {redact.address(str(error))}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"wswarm {parsed.command}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # of standard error
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        return 1


def _command(name: str) -> Command:
    """Return what runs the command of that name."""
    if name in ("connect", "echo", "fanout"):
        from wswarm.cli.scenario import run_scenario as run
    elif name == "script":
        from wswarm.cli.script import run_script as run
    elif name == "run":
        from wswarm.cli.suite import run_suite as run
    elif name == "compare":
        from wswarm.cli.compare import compare as run
    elif name == "trend":
        from wswarm.cli.compare import trend as run
    elif name == "ab":
        from wswarm.cli.ab import compare_versions as run
    elif name == "selftest":
        from wswarm.cli.selftest import examine_itself as run
    elif name == "report":
        from wswarm.cli.report import show as run
    elif name == "doctor":
        from wswarm.cli.doctor import examine as run
    else:
        from wswarm.cli.serve import serve as run
    return run


if __name__ == "__main__":
    sys.exit(main())
