"""What is beside a stored model: its summary, page and pictures.

::

    reports/20...Z-size/   model.json  summary.txt  report.html  *.png  (*.svg)
"""

from collections.abc import Sequence
from pathlib import Path

from wswarm.report.answer_files import AnswerFiles
from wswarm.report.sizing.html import READINGS, render
from wswarm.report.sizing.model_file import MODEL
from wswarm.report.sizing.text import summary
from wswarm.results.sizing import Model


def _draw(model: Model, folder: Path, *, svg: bool) -> Sequence[Path]:
    from wswarm.report.plots.sizing import draw

    return draw(model, folder, svg=svg)


MODELS = AnswerFiles(file=MODEL, summary=summary, render=render, draw=_draw, pictures=READINGS)
