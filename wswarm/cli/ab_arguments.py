"""The grammar of `wswarm ab` and `wswarm selftest`."""

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wswarm import units
from wswarm.cli import grammar
from wswarm.cli.outputs_arguments import add_live, add_outputs, add_pictures
from wswarm.errors import PlanError
from wswarm.experiment.ab.defaults import DEFAULT_BLOCKS, GATES, METRICS

_EXITS = (
    "Exit codes: 0 not slower, or faster, or inconclusive; 1 a version does not start; 2 usage; 96 inconclusive, with"
    " --strict; 97 regression; 98 nothing measured; 130 interrupted."
)
_PERCENT = re.compile(r"(?:([a-z0-9]+)[=:])?([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*%")


def parse_theta(text: str) -> tuple[str, float]:
    """Return metric and slowdown for `p99=20%`; for `5%` the metric is empty: all.

    Raises:
        PlanError: the text is neither, or a share beyond 100 %.
    """
    found = _PERCENT.fullmatch(text)
    if not found or not 0 < float(found[2]) <= 100:
        raise PlanError(f"{text!r} is not a slowdown: write 5%, or p99=20%")
    return found[1] or "", float(found[2]) / 100


def parse_gates(text: str) -> tuple[str, ...]:
    """Return the metrics in a list with commas.

    Raises:
        PlanError: one is unknown, or there is none.
    """
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    unknown = [name for name in names if name not in METRICS]
    if unknown or not names:
        raise PlanError(f"{text!r} is not a list of metrics: choose of {', '.join(METRICS)}")
    return names


def add_ab(commands: Any) -> None:
    """Add `wswarm ab`."""
    parser = commands.add_parser(
        "ab",
        help="is head slower than base? Two versions, measured in turn",
        description="Compare two versions of a service: fresh servers of both, loaded in turn, until it is clear"
        " whether head is slower.",
        epilog=f"{grammar.UNITS} {_EXITS}",
    )
    add = parser.add_argument_group("versions: commits, or commands").add_argument
    add("--base", metavar="REF", help="commit to compare with, in a worktree and environment of its own")
    add("--head", metavar="REF", help="commit that may be slower (default: '.', the working tree)")
    serve = "command that serves a commit, {port} in it (default: its reference application)"
    add("--serve", metavar="CMD", help=serve)
    add("--base-cmd", metavar="CMD", help="instead: command that serves base, {port} in it")
    add("--head-cmd", metavar="CMD", help="instead: command that serves head, {port} in it")
    _add_target(parser)
    _add_verdict(parser, budget="6m")
    load = _add_load(parser)
    load("--publishers", metavar="N", type=grammar.count, help="fanout: sockets that publish (default: 1)")
    grammar.add_message(parser)
    grammar.add_connection(parser)
    _add_result(parser, "ab")
    add_outputs(parser, history=True)


def add_selftest(commands: Any) -> None:
    """Add `wswarm selftest`."""
    parser = commands.add_parser(
        "selftest",
        help="how often does ab err, on this machine?",
        description="Run ab against itself: aa compares the reference application with itself, ab with a slower one.",
        epilog=f"{grammar.UNITS} Exit codes: 0 done; 1 it does not start; 2 usage; 130 interrupted.",
    )
    parser.add_argument("kind", choices=("aa", "ab"), help="the same twice, or a slower head")
    add = parser.add_argument_group("self-test").add_argument
    add("--decisions", metavar="N", type=grammar.count, default=10, help="experiments to make (default: 10)")
    slow = "ab: cpu:10%% more CPU per message; tail:5ms, a delay on 2%% of them (default: cpu:10%%)"
    add("--slow", metavar="HOW", type=slowdown, help=slow)
    neighbour = "a busy process beside it in every second decision, half of the time on a core"
    add("--neighbour", action="store_true", help=neighbour)
    resumed = (
        "folder of the decisions; those that are there already count (default: reports/<UTC time>-selftest)"
    )
    add("-o", "--output", metavar="DIR", type=grammar.typed(grammar.folder), help=resumed)
    add("--quiet", action="store_true", help="no progress, no summary")
    add("--print", choices=("plan",), help="plan: what would be measured, and stop")
    _add_target(parser)
    _add_verdict(parser, budget="96s")
    _add_load(parser)


def parse_slow(text: str) -> tuple[str, float]:
    """Return `cpu` and a share for `cpu:10%`, `tail` and seconds for `tail:5ms`.

    Raises:
        PlanError: the text is neither.
    """
    kind, _, amount = text.partition(":")
    if kind == "cpu":
        return "cpu", parse_theta(amount)[1]
    if kind == "tail":
        return "tail", units.parse_duration(amount)
    raise PlanError(f"{text!r} is no way to be slower: write cpu:10% or tail:5ms")


theta, slowdown = grammar.typed(parse_theta), grammar.typed(parse_slow)


def _add_target(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("target").add_argument
    scenarios = "what is sent (default: echo)"
    add("--scenario", choices=("echo", "fanout"), default="echo", help=scenarios)
    if not parser.prog.endswith("selftest"):
        url = "address, {port} in it (default: of the reference application)"
        add("--url", metavar="URL", type=grammar.address, help=url)


def _add_verdict(parser: argparse.ArgumentParser, budget: str) -> None:
    add = parser.add_argument_group("verdict").add_argument
    longest = f"longest time for a decision (default: {budget})"
    add("--budget", metavar="TIME", type=grammar.duration, default=units.parse_duration(budget), help=longest)
    gates = f"metrics that decide, of {', '.join(METRICS)} (default: {','.join(GATES)})"
    add("--gate", metavar="LIST", type=grammar.typed(parse_gates), default=GATES, help=gates)
    caught = (
        "slowdown that must be caught: 5%% for all, p99=20%% for one; repeatable (default: 5%%, p99 10%%)"
    )
    add("--theta", metavar="SHARE", type=theta, action="append", help=caught)
    blocks = f"blocks of four slices in a generation (default: {DEFAULT_BLOCKS})"
    add("--blocks", metavar="N", type=grammar.whole(2, 100), default=DEFAULT_BLOCKS, help=blocks)
    length_of = "load of a slice (default: what the budget leaves, 100ms to 1s)"
    add("--slice", metavar="TIME", type=grammar.duration, help=length_of)
    add("--seed", metavar="N", type=grammar.whole(0, 2**32 - 1), help="of all chance (default: random)")
    pin = "let servers and generator share the cores (default: half of them each)"
    add("--no-pin", action="store_true", help=pin)
    if not parser.prog.endswith("selftest"):
        add("--strict", action="store_true", help="exit 96 if it is inconclusive")


def _add_load(parser: argparse.ArgumentParser) -> Callable[..., Any]:
    add = parser.add_argument_group("load").add_argument
    add("-c", "--connections", metavar="N", type=grammar.count, help="sockets (default: echo 50, fanout 100)")
    rate = "messages per s (default: what keeps base busy 60%% of the time, measured)"
    add("-r", "--rate", metavar="RATE", type=grammar.rate, help=rate)
    add("--arrivals", choices=("constant", "poisson"), help="evenly spaced or random (default: constant)")
    drain = "longest wait for the rest after a slice (default: 2s)"
    add("--drain", metavar="TIME", type=grammar.duration, help=drain)
    return add


def _add_result(parser: argparse.ArgumentParser, name: str) -> None:
    add = parser.add_argument_group("result").add_argument
    folder = f"report folder (default: reports/<UTC time>-{name})"
    add("-o", "--output", metavar="DIR", type=grammar.typed(grammar.folder), help=folder)
    cache = "where worktrees and environments of the latest versions are kept (default: ~/.cache/wswarm)"
    add("--cache", metavar="DIR", type=Path, help=cache)
    add_pictures(add)
    add_live(add)
    add("--quiet", action="store_true", help="no progress, no summary")
    shown = "json: put the comparison on stdout, alone; plan: what would be measured, and stop"
    add("--print", choices=("json", "plan"), help=shown)
