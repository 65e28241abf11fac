"""The options for what machines read, shared by what measures and compares, and the commands for stored results."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wswarm.cli.feeds_arguments import FEEDS

# Names of the options below and of `feeds_arguments`, which are no setting of a plan.
OUTPUTS = frozenset({"markdown", "junit", "github", "smaller_is_better", "bencher", "history"}) | FEEDS


def add_outputs(parser: Any, *, history: bool = False, case: str | None = None) -> None:
    """Add the group to a command's parser; with `history` for commands that compare two versions.

    Args:
        case: What the JUnit report has one case for, where it is neither of runs nor of versions.
    """
    group = parser.add_argument_group("for CI", "files are written when all is done")
    add = group.add_argument
    add("--markdown", metavar="FILE", type=_file, help="summary; appended if it is $GITHUB_STEP_SUMMARY")
    case = case or ("per metric" if history else "per run and objective")
    add("--junit", metavar="FILE", type=_file, help=f"JUnit XML, one case {case}")
    github = "print annotations, append the summary to $GITHUB_STEP_SUMMARY"
    add("--github", action="store_true", help=github)
    smaller = "customSmallerIsBetter JSON, for github-action-benchmark"
    add("--smaller-is-better", metavar="FILE", type=_file, help=smaller)
    add("--bencher", metavar="FILE", type=_file, help="bencher metric format, JSON")
    if history:
        add(
            "--history", metavar="FILE", type=_file, help="append the ratios, one JSON line; draw their trend"
        )


def add_pictures(add: Callable[..., Any]) -> None:
    """Add what is said about pictures, by every command that writes a report."""
    add("--no-plots", action="store_true", help="draw no pictures")
    add("--svg", action="store_true", help="draw them as SVG too")


def add_live(add: Callable[..., Any]) -> None:
    """Add the page while it goes on, of every command that measures for a while."""
    live = "serve the report's page while it runs, on a free port of this machine, and say where"
    add("--live", action="store_true", help=live)


def add_compare(commands: Any) -> None:
    """Add `compare`."""
    parser = commands.add_parser(
        "compare",
        help="two stored runs side by side",
        description="Compare stored runs of one plan, suites, or files of pytest-benchmark: ratio, interval and"
        " verdict of each figure, lost messages, distributions over each other. Advisory, as the runs were not"
        " interleaved: a slower head exits 0. A stored comparison, given alone, is shown again and decides.",
        epilog="Exit codes: 0 compared; 1 a file can't be read or written; 2 usage, or the two can't be compared;"
        " 96 inconclusive (with --strict); 97 regression; 98 a run is invalid, or nothing was measured in both.",
    )
    add = parser.add_argument
    add(
        "base",
        metavar="BASE",
        type=Path,
        help="a run.json, the folder of a run or suite, pytest-benchmark JSON",
    )
    add("head", metavar="HEAD", nargs="?", type=Path, help="the same of the new version")
    unpaired = "let stored runs decide all the same; expect false alarms"
    add("--allow-unpaired", action="store_true", help=unpaired)
    add("--strict", action="store_true", help="exit 96 if inconclusive (default: 0)")
    folder = "report folder (default: reports/<UTC time>-compare)"
    add("-o", "--output", metavar="DIR", type=_file, help=folder)
    add_pictures(add)
    add("--quiet", action="store_true", help="print no summary")
    add("--print", choices=("json",), help="put the comparison on stdout, alone")
    add_outputs(parser, history=True)


def add_trend(commands: Any) -> None:
    """Add `trend`."""
    parser = commands.add_parser(
        "trend",
        help="how the ratios of a history went",
        description="Print the last comparisons of a history that --history wrote, and draw their ratios.",
    )
    add = parser.add_argument
    add("file", metavar="FILE", type=Path, help="the history, JSON lines")
    add("-o", "--output", metavar="DIR", type=_file, help="where the picture goes (default: beside FILE)")
    add_pictures(add)
    add("--quiet", action="store_true", help="print nothing")


def _file(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("'' names no file")
    return Path(text)
