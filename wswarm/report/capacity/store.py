"""The one file that reads and writes searches for a capacity, and the page and pictures beside them.

::

    reports/20...Z-capacity/   capacity.json  summary.txt  report.html  *.png  (*.svg)
"""

from collections.abc import Sequence
from pathlib import Path

from wswarm.report.answer_files import AnswerFiles
from wswarm.report.capacity.html import READINGS, render
from wswarm.report.capacity.text import summary
from wswarm.report.json_file import JsonFile
from wswarm.results.capacity import CAPACITY_SCHEMA, Search

SEARCH = JsonFile("capacity.json", CAPACITY_SCHEMA, Search, "search for a capacity")


def _draw(search: Search, folder: Path, *, svg: bool) -> Sequence[Path]:
    from wswarm.report.plots.capacity import draw

    return draw(search, folder, svg=svg)


SEARCHES = AnswerFiles(file=SEARCH, summary=summary, render=render, draw=_draw, pictures=READINGS)
