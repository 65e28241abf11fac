"""A page that stands alone: one run, or the runs of a suite, for a browser, a phone or paper."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import jinja2
from markupsafe import Markup

from wswarm.report import format as show
from wswarm.report import headline
from wswarm.report.captions import Caption, caption
from wswarm.report.charts.chart import Chart, Drawn
from wswarm.report.charts.library import digest, library, missing_hint
from wswarm.report.charts.on_a_page import on_a_page
from wswarm.report.overall import overall
from wswarm.report.sections import SUITE_NOTE, suite_table
from wswarm.report.shown import shown
from wswarm.results.run import Run
from wswarm.results.scenario import BROADCASTS


@dataclass(frozen=True, slots=True)
class Going:
    """What is measured while the page is shown.

    Attributes:
        status: How it stands, in words.
        run: What is known of it; `None`: what has begun has ended.
        figures: What is known of it that one looks for first.
    """

    status: str
    run: Run | None = None
    figures: Sequence[tuple[str, str]] = ()


def render(
    runs: Sequence[Run],
    pictures: Sequence[Mapping[str, bytes]] = (),
    failures: Mapping[str, str] = MappingProxyType({}),
    *,
    going: Going | None = None,
) -> str:
    """Return the page as HTML without any address that a browser would fetch.

    Args:
        runs: What to show, those with broadcasts first; at least one.
        pictures: For each run its pictures by name, PNG or SVG, shown where there are no charts.
        failures: By scenario that has no run, why it could not be measured.
        going: What goes on: the page then asks for itself again each second. `runs` may be empty then.
    """
    ended = len(runs)
    runs = [*runs, *([going.run] if going is not None and going.run is not None else [])]
    drawn = [*pictures, *({} for _ in runs[len(pictures) :])]
    order = sorted(range(len(runs)), key=lambda index: _place(runs[index]))
    name = headline.title(runs[0]) if len(runs) == 1 else "run"
    addresses = list(dict.fromkeys(headline.url(run) for run in runs))
    return page(
        "report.html.j2",
        title=f"wswarm {name} · {addresses[0]}",
        name=name,
        addresses=addresses,
        started_at=runs[0].started_at,
        going=going,
        overall=overall(runs[:ended], failures) if ended else None,
        runs=[
            _section(runs[index], drawn[index], place, going if index >= ended else None)
            for place, index in enumerate(order, 1)
        ],
        overview=suite_table([runs[index] for index in order if index < ended]) if ended > 1 else None,
        overview_note=SUITE_NOTE,
        too_small=show.TOO_SMALL,
    )


@cache
def environment() -> jinja2.Environment:
    """Return what makes pages from the templates of this package; everything is escaped."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("wswarm.report", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(template: str, *, going: Going | None = None, **values: Any) -> str:
    """Return a page made from a template of this package, with the look and the scripts that all pages share.

    Args:
        template: Its file name.
        going: What goes on: the page then asks for itself again each second.
        values: What it shows; everything is escaped.
    """
    found = environment().get_template(template)
    return found.render(
        style=Markup(_text("page.css")),
        script=Markup(_text("page.js")),
        policy=policy(),
        library=library(),
        hint=missing_hint(),
        going=going,
        **values,
    )


def explored(
    found: Drawn, pictures: Mapping[str, bytes], caption: Callable[[str, Chart | None], Caption]
) -> dict[str, Any]:
    """Return the charts of a page that is about one thing, and those pictures in whose place there is none.

    Args:
        pictures: By name, PNG or SVG.
        caption: The words for a picture of that name, or for a chart of it.
    """
    charts = found if library() is not None else Drawn()
    drawn = {one.name for one in charts.charts}
    return {
        "drawn": on_a_page(charts, "page", lambda one: caption(one.name, one)),
        "pictures": [
            {"source": embedded(picture), "caption": caption(name, None)}
            for name, picture in pictures.items()
            if name not in drawn
        ],
    }


def policy() -> str:
    """Return the content security policy of all pages: their own style and scripts, and nothing from elsewhere.

    Who serves a page sends none, or this one.
    """
    found = library()
    scripts = [digest(_text("page.js")), *([found.digest] if found is not None else [])]
    return (
        f"default-src 'none'; img-src data:; style-src {digest(_text('page.css'))};"
        f" script-src {' '.join(scripts)}; connect-src 'self'; base-uri 'none'; form-action 'none'"
    )


def embedded(picture: bytes) -> str:
    """Return the picture, PNG or SVG, as an address that a page can hold."""
    kind = "image/png" if picture.startswith(b"\x89PNG") else "image/svg+xml"
    return f"data:{kind};base64,{base64.b64encode(picture).decode('ascii')}"


def _text(name: str) -> str:
    return resources.files("wswarm.report").joinpath(name).read_text(encoding="utf-8")


def _place(run: Run) -> int:
    """Return where a run stands in a page of several: idle connections say least."""
    if run.scenario in BROADCASTS:
        return 0
    return 2 if run.scenario == "connect" else 1


def _section(run: Run, pictures: Mapping[str, bytes], place: int, going: Going | None) -> dict[str, Any]:
    has_charts = library() is not None
    section = shown(run, f"run-{place}", has_charts=has_charts)
    if going is not None:
        section |= {"highlights": going.figures, "sections": [], "badges": []}
    return section | {"pictures": [] if has_charts else _pictures(run, pictures)}


def _pictures(run: Run, pictures: Mapping[str, bytes]) -> list[dict[str, Any]]:
    return [
        {"source": embedded(picture), "caption": caption(run, name)} for name, picture in pictures.items()
    ]
