"""`wswarm forecast`: what a load will take that was not measured."""

import argparse

from wswarm import exit_codes
from wswarm.cli import answers
from wswarm.cli.folder import report_folder
from wswarm.cli.outputs import take_all
from wswarm.errors import PlanError
from wswarm.experiment.forecasting import Question, answer
from wswarm.report.forecast.store import FORECASTS
from wswarm.report.sizing.model_file import MODEL, read_model


def foretell(parsed: argparse.Namespace) -> int:
    """Answer from a model, show the answer, store it; return the exit code."""
    if parsed.output is not None and MODEL.find(parsed.output) is not None:
        raise PlanError(f"-o {parsed.output} holds a model: choose another folder for the forecast")
    outlook = answer(read_model(parsed.model), _question(parsed))
    with report_folder(parsed.output, "forecast") as folder:
        take_all(
            lambda: answers.show(parsed, FORECASTS, outlook),
            lambda: answers.store(parsed, FORECASTS, outlook, folder),
        )
    return exit_codes.of_outlook(outlook)


def _question(parsed: argparse.Namespace) -> Question:
    names = Question.__dataclass_fields__
    given = {name: value for name, value in vars(parsed).items() if name in names}
    return Question(**given | {"slo": tuple(parsed.slo or ())})
