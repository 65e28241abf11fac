"""What a browser is sent: pages made from templates, and what they load."""

from base64 import b64encode
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any
from urllib.parse import quote, urlencode

import jinja2
from markupsafe import Markup

from wswarm.report import format as show
from wswarm.report import html
from wswarm.report.captions import Caption
from wswarm.report.charts import library
from wswarm.report.charts.chart import Chart, Drawn
from wswarm.report.charts.on_a_page import on_a_page

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}


@cache
def environment() -> jinja2.Environment:
    """Return what makes pages; everything is escaped."""
    reports = html.environment()
    own = jinja2.PackageLoader("wswarm.ui")
    made = reports.overlay(loader=jinja2.ChoiceLoader([own, *filter(None, [reports.loader])]))
    made.filters = reports.filters | {
        "seconds": show.seconds,
        "rate": show.rate,
        "count": show.count,
        "moment": moment,
        "commit": lambda text: show.shortened(text, 13),
        "address": address,
        "query": query,
    }
    return made


def render(template: str, **values: Any) -> str:
    """Return a page."""
    return environment().get_template(template).render(**values)


def charts(found: Drawn, caption: Callable[[Chart], Caption]) -> dict[str, Any]:
    """Return what a template needs for charts: without the library that draws them it has a hint in their place."""
    hint = library.missing_hint() if found.charts else None
    return {"drawn": on_a_page(found if hint is None else Drawn(), "page", caption), "hint": hint}


def moment(text: str) -> str:
    """Return a moment of a run file to the minute: `2026-11-22 16:30`."""
    return show.printable(text[:16].replace("T", " "))


def address(name: str) -> str:
    """Return a name as part of an address."""
    return quote(name)


def query(values: dict[str, str]) -> str:
    """Return the values that are not empty as the query of an address."""
    return urlencode({name: value for name, value in values.items() if value})


def with_bar(page: str, bar: str) -> str:
    """Return a page that stands alone with something more at its top, whose look it allows besides its own."""
    digest = b64encode(sha256(bar_style().encode()).digest()).decode()
    for mark in ("'", "&#39;"):  # as it stands in an attribute
        first = f"style-src {mark}sha256-"
        page = page.replace(first, f"style-src {mark}sha256-{digest}{mark} {mark}sha256-", 1)
    head, body, rest = page.partition("<body>")
    return f"{head}{body}\n{bar}{rest}"


@cache
def bar_style() -> Markup:
    """Return the look of what stands at the top of a report's page."""
    return Markup(resources.files("wswarm.ui").joinpath("static", "bar.css").read_text(encoding="utf-8"))


@cache
def asset(name: str) -> tuple[bytes, str] | None:
    """Return a file that pages load and its type, `None` if there is no such file."""
    kind = _TYPES.get(name.rpartition(".")[2], "")
    if name == "chart.js":
        script = library.script()
        return (script.encode(), kind) if script is not None else None
    if name in ("page.css", "page.js"):  # what reports have, too
        return resources.files("wswarm.report").joinpath(name).read_bytes(), kind
    if name not in ("ui.css", "watch.js"):
        return None
    return resources.files("wswarm.ui").joinpath("static", name).read_bytes(), kind
