"""The command line: options in, exit code out. Only here and in `commands` anything is printed.

A command's modules are imported when it is run: the help, the version and what is wrong with an option need none.
"""

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from importlib import import_module

from wswarm.cli.pictures import as_far_as_drawable
from wswarm.cli.reading import read, settle
from wswarm.cli.settings.settled import told_from
from wswarm.cli.streams import open_closed
from wswarm.cli.terminal import INTERRUPTED, say
from wswarm.errors import ResultError, SwarmError
from wswarm.loading import leaving_on_ctrl_c, without_collecting, without_threads

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    open_closed()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal need not know every sign of a report
    try:
        words = sys.argv[1:] if arguments is None else arguments
        parsed, sources = read(words or ["--help"])
    except SystemExit:
        with suppress(ResultError):  # the help is no result
            say("", end="")
        raise
    except OSError:  # argparse of Python up to 3.11.3 lets it pass that the help could not be written
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    try:
        with leaving_on_ctrl_c(), without_collecting(), without_threads():
            if sources is not None:
                parsed = settle(parsed, sources)
            is_plan = getattr(parsed, "print", None) == "plan"
            run = _command("print plan" if is_plan else parsed.command)
        with told_from(parsed), nullcontext() if is_plan else as_far_as_drawable(parsed):
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


_WHERE = {
    **dict.fromkeys(
        ("connect", "echo", "fanout", "churn", "slow", "storm", "script", "replay"), "scenario:run_scenario"
    ),
    "import": "import_recording:import_recording",
    "run": "suite:run_suite",
    "print plan": "shown_plan:show_plan",
    "capacity": "capacity:find_capacity",
    "size": "size:find_size",
    "forecast": "forecast:foretell",
    "compare": "compare:compare",
    "trend": "compare:trend",
    "ab": "ab:compare_versions",
    "selftest": "selftest:examine_itself",
    "report": "report:show",
    "profiles": "profiles:show",
    "inspect": "inspect:show",
    "doctor": "doctor:examine",
    "init": "init:write_settings",
    "help": "explain:show_help",
    "explain": "explain:explain",
    "completion": "completion:print_completion",
    "serve": "serve:serve",
    "ui": "ui:serve_workbench",
}


def _command(name: str) -> Command:
    """Return what runs the command of that name."""
    module, _, function = _WHERE[name].partition(":")
    found: Command = getattr(import_module(f"wswarm.cli.{module}"), function)
    return found


if __name__ == "__main__":
    sys.exit(main())
