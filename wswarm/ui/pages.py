"""What a browser is sent: pages made from templates, and what they load."""

from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import quote, urlencode

import jinja2
import msgspec

from wswarm.report import format as show
from wswarm.ui.chart import Chart

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}


@cache
def environment() -> jinja2.Environment:
    """Return what makes pages; everything is escaped."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("wswarm.ui"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "seconds": show.seconds,
        "rate": show.rate,
        "count": show.count,
        "moment": moment,
        "commit": lambda text: show.shortened(text, 13),
        "address": address,
        "query": query,
        "json": _json,
    }
    return made


def render(template: str, **values: Any) -> str:
    """Return a page."""
    return environment().get_template(template).render(**values)


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
    """Return a page that stands alone with something more at its top."""
    head, body, rest = page.partition("<body>")
    return f"{head}{body}\n{bar}{rest}"


@cache
def asset(name: str) -> tuple[bytes, str] | None:
    """Return a file that pages load and its type, `None` if there is no such file."""
    if name == "page.css":  # the look that reports have, too
        return resources.files("wswarm.report").joinpath(name).read_bytes(), _TYPES["css"]
    if name not in ("ui.css", "ui.js"):
        return None
    return resources.files("wswarm.ui").joinpath("static", name).read_bytes(), _TYPES[name.rpartition(".")[2]]


def _json(chart: Chart) -> str:
    return msgspec.json.encode(chart).decode()
