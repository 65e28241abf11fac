"""`wswarm forecast`: what a load will take that was not measured; and a stored forecast again."""

import argparse
from pathlib import Path

import msgspec

from wswarm import exit_codes
from wswarm.cli import terminal
from wswarm.cli.folder import report_folder
from wswarm.cli.outputs import take_all
from wswarm.errors import PlanError
from wswarm.experiment.forecasting import Question, answer
from wswarm.report import store as reports
from wswarm.report.forecast import store
from wswarm.report.forecast.text import summary
from wswarm.report.sizing.model_file import MODEL, read_model
from wswarm.results.forecast import Outlook


def foretell(parsed: argparse.Namespace) -> int:
    """Answer from a model, show the answer, store it; return the exit code."""
    if parsed.output is not None and MODEL.find(parsed.output) is not None:
        raise PlanError(f"-o {parsed.output} holds a model: choose another folder for the forecast")
    outlook = answer(read_model(parsed.model), _question(parsed))
    with report_folder(parsed.output, "forecast") as folder:
        take_all(lambda: _print(parsed, outlook), lambda: _store(parsed, outlook, folder))
    return exit_codes.of_outlook(outlook)


def show_again(parsed: argparse.Namespace, file: Path) -> int:
    """Print a stored forecast and draw it again."""
    outlook = store.FORECAST.load(file)
    take_all(lambda: _print(parsed, outlook), lambda: _store(parsed, outlook, file.parent))
    return 0


def _question(parsed: argparse.Namespace) -> Question:
    names = Question.__dataclass_fields__
    given = {name: value for name, value in vars(parsed).items() if name in names}
    return Question(**given | {"slo": tuple(parsed.slo or ())})


def _print(parsed: argparse.Namespace, outlook: Outlook) -> None:
    if parsed.print == "json":
        terminal.say(msgspec.json.encode(outlook).decode())
    elif not parsed.quiet:
        terminal.say(summary(outlook), end="")


def _store(parsed: argparse.Namespace, outlook: Outlook, folder: Path) -> None:
    store.save(outlook, folder, plots=not parsed.no_plots, svg=parsed.svg)
    if folder.resolve().parent == reports.DEFAULT_ROOT.resolve():
        reports.link_latest(folder)
    if parsed.print != "json" and not parsed.quiet:
        terminal.say(f"\nreport: {folder}/{reports.PAGE_FILE}")
