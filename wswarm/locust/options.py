"""Options of ours on Locust's command line and in its form."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from locust.argument_parser import LocustArgumentParser

from wswarm.errors import PlanError
from wswarm.experiment.own_profile import is_file
from wswarm.load.profiles import NAMES
from wswarm.locust.words import in_locusts_words
from wswarm.stats.slo import parse_objective
from wswarm.units import parse_duration, parse_rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the user asked of us, read and checked.

    Attributes:
        rate: Messages per s of each class that sends, `None`: as the class says.
        hold: Length of the hold, s, after which the test ends by itself; `None`: until it is stopped.
        report: Where reports go, `None`: nowhere.
    """

    rate: float | None
    profile: str | None
    text: str | None
    publishers: int | None
    hold: float | None
    drain: float
    fail: tuple[str, ...]
    report: Path | None
    plots: bool
    starts_target: bool
    target_pid: int | None


_IN_THE_FORM = {
    "rate": ("RATE", "Messages per second of each class that sends, over all its users: 500/s 2k/s 30/m"),
    "profile": ("NAME", f"How to speak to the target, in place of the classes' own: {', '.join(NAMES)}"),
    "text": ("TEXT", "Template of each message; {marker} and {id} are replaced"),
    "hold": (
        "TIME",
        "Stop so long after all users are there: 30s 5m (default: when Locust stops)",
    ),
}
_FLAGS = {
    "no-plots": "Draw no plots",
    "start-target": (
        "Start the reference application first, on a free port of this machine, and measure that"
    ),
}
_OTHERS: dict[str, dict[str, Any]] = {
    "publishers": {
        "metavar": "N",
        "type": int,
        "help": "Sockets that publish, for each class of subscribers, outside the user count (default: 1)",
    },
    "drain": {
        "metavar": "TIME",
        "default": "5s",
        "help": "Wait at most so long for what is still owed at the end (default: 5s)",
    },
    "fail": {
        "metavar": "EXPR",
        "action": "append",
        "default": [],
        "help": "Exit 99 unless this holds: p99<50ms, lost==0, any figure of the run file; repeatable",
    },
    "report": {
        "metavar": "DIR",
        "default": "reports",
        "help": "Where reports go (default: reports); 'none' writes none",
    },
    "target-pid": {
        "metavar": "PID",
        "type": int,
        "help": "Process of the target, on the master's machine: its CPU and memory go into the report",
    },
}


def add_options(parser: Any) -> None:
    """Add our options to Locust's parser, which is a ConfigArgParse one."""
    for name, (metavar, told) in _IN_THE_FORM.items():
        _add(parser, name, metavar=metavar, default="", help=told, include_in_web_ui=True)
    for name, told in _FLAGS.items():
        _add(parser, name, action="store_true", help=told, include_in_web_ui=False)
    for name, settings in _OTHERS.items():
        _add(parser, name, include_in_web_ui=False, **settings)


def _add(parser: Any, name: str, **settings: Any) -> None:
    variable = f"WSWARM_{name.upper().replace('-', '_')}"
    parser.add_argument(f"--ws-{name}", env_var=variable, **settings)


def completed(parsed: argparse.Namespace | None) -> argparse.Namespace:
    """Return what Locust parsed, with defaults for what of ours is not in it: Locust is used as a library then.

    A library writes no files unless it is asked to, by an environment variable here.
    """
    if parsed is not None and hasattr(parsed, "ws_fail"):
        return parsed
    parser = LocustArgumentParser(default_config_files=[])
    add_options(parser)
    defaults: argparse.Namespace = parser.parse_args([])
    defaults.ws_report = os.environ.get("WSWARM_REPORT", "none")
    return argparse.Namespace(**(vars(defaults) | (vars(parsed) if parsed is not None else {})))


def read_options(parsed: argparse.Namespace | None) -> Options:
    """Return our options as Locust parsed them.

    Raises:
        PlanError: a value can't be.
    """
    parsed = completed(parsed)
    profile = parsed.ws_profile or None
    if profile is not None and profile not in NAMES and not is_file(profile):
        raise PlanError(f"--ws-profile {profile!r}: no such profile; choose one of {', '.join(NAMES)}")
    if parsed.ws_publishers is not None and parsed.ws_publishers < 1:
        raise PlanError(f"--ws-publishers {parsed.ws_publishers} must be a number above 0")
    fail: Sequence[str] = parsed.ws_fail or ()
    for expression in fail:
        try:
            parse_objective(expression)
        except PlanError as error:
            raise PlanError(in_locusts_words(str(error))) from None
    return Options(
        rate=_value("rate", parsed.ws_rate, parse_rate),
        profile=profile,
        text=parsed.ws_text or None,
        publishers=parsed.ws_publishers,
        hold=_value("hold", parsed.ws_hold, parse_duration),
        drain=_value("drain", parsed.ws_drain, parse_duration) or 0.0,
        fail=tuple(fail),
        report=None if parsed.ws_report == "none" else Path(parsed.ws_report),
        plots=not parsed.ws_no_plots,
        starts_target=parsed.ws_start_target,
        target_pid=parsed.ws_target_pid,
    )


def _value(name: str, text: str, parse: Any) -> float | None:
    if not text:
        return None
    try:
        value = float(parse(text))
    except PlanError as error:
        raise PlanError(f"--ws-{name}: {error}") from None
    if name != "drain" and value <= 0:
        raise PlanError(f"--ws-{name} {text} must be above 0")
    return value
