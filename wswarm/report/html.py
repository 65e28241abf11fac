"""A page that stands alone: one run, or the runs of a suite, for a browser, a phone or paper."""

import base64
from collections.abc import Mapping, Sequence
from importlib import resources
from types import MappingProxyType
from typing import Any

import jinja2
from markupsafe import Markup

from wswarm.report import format as show
from wswarm.report import headline
from wswarm.report.captions import caption
from wswarm.report.sections import SUITE_NOTE, main_time, sections, suite_table
from wswarm.report.stages import listed
from wswarm.results import redact
from wswarm.results.run import Distribution, Run
from wswarm.results.scenario import BROADCASTS

DURATIONS = ("duration", "warmup", "drain", "connect_timeout")
COUNTS = ("connections", "publishers", "rooms", "processes")
RATES = ("rate", "connect_rate", "sessions")
STANDINGS = {"met": "met", "missed": "missed", "not measurable": "unmeasured"}


def render(
    runs: Sequence[Run],
    pictures: Sequence[Mapping[str, bytes]] = (),
    failures: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return the page as HTML without any address that a browser would fetch.

    Args:
        runs: What to show, in this order; at least one.
        pictures: For each run its pictures by name, PNG or SVG; leave out to show none.
        failures: By scenario that has no run, why it could not be measured.
    """
    drawn = [*pictures, *({} for _ in runs[len(pictures) :])]
    name = headline.title(runs[0]) if len(runs) == 1 else "run"
    addresses = list(dict.fromkeys(headline.url(run) for run in runs))
    return page(
        "report.html.j2",
        title=f"wswarm {name} · {addresses[0]}",
        name=name,
        addresses=addresses,
        started_at=runs[0].started_at,
        failures=[f"{name} could not be measured: {show.printable(why)}" for name, why in failures.items()],
        standing=headline.objectives(runs),
        standing_class=_standing(runs),
        failed=next((headline.failure(run) for run in runs if run.failure is not None), None),
        worst=max((run.validity.verdict for run in runs), key=list(headline.SIGNS).index),
        worst_words=headline.verdict(
            max(runs, key=lambda run: list(headline.SIGNS).index(run.validity.verdict))
        ),
        runs=[_shown(run, drawn[index], index) for index, run in enumerate(runs)],
        overview=suite_table(runs) if len(runs) > 1 else None,
        overview_note=SUITE_NOTE,
        too_small=show.TOO_SMALL,
    )


def page(template: str, **values: Any) -> str:
    """Return a page made from a template of this package, with the look that all pages share.

    Args:
        template: Its file name.
        values: What it shows; everything is escaped.
    """
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    folder = resources.files("wswarm.report")
    style = Markup(folder.joinpath("page.css").read_text(encoding="utf-8"))
    source = folder.joinpath(template).read_text(encoding="utf-8")
    return environment.from_string(source).render(style=style, **values)


def embedded(picture: bytes) -> str:
    """Return the picture, PNG or SVG, as an address that a page can hold."""
    kind = "image/png" if picture.startswith(b"\x89PNG") else "image/svg+xml"
    return f"data:{kind};base64,{base64.b64encode(picture).decode('ascii')}"


def _shown(run: Run, pictures: Mapping[str, bytes], index: int) -> dict[str, Any]:
    return {
        "anchor": f"run-{index + 1}",
        "scenario": headline.title(run),
        "verdict": run.validity.verdict,
        "standing": headline.objectives([run]),
        "standing_class": _standing([run]),
        "verdict_words": headline.verdict(run),
        "failure": headline.failure(run),
        "notices": [show.printable(notice) for notice in run.notices],
        "reasons": [show.printable(reason) for reason in run.validity.reasons],
        "phrases": headline.plan(run),
        "highlights": _highlights(run),
        "slo": [section for section in sections(run) if section.title == "Objectives"],
        "sections": [section for section in sections(run) if section.title != "Objectives"],
        "pictures": [_picture(run, name, one) for name, one in pictures.items()],
        "plan": [*_plan(run.plan), *([("held", headline.held(run))] if run.interrupted else [])],
        "environment": _environment(run),
    }


def _standing(runs: Sequence[Run]) -> str:
    """Return the look of the worst that came of an objective."""
    found = {headline.standing(result) for run in runs for result in run.slo}
    return next((STANDINGS[one] for one in ("missed", "not measurable") if one in found), "met")


def _picture(run: Run, name: str, picture: bytes) -> dict[str, Any]:
    return {"source": embedded(picture), "caption": caption(run, name)}


def _highlights(run: Run) -> list[tuple[str, str]]:
    """Return the few figures that one looks for first."""
    seen = main_time(run) or Distribution(n=0)
    names = {"connect": "handshake", "echo": "response", **dict.fromkeys(BROADCASTS, "delivery")}
    name = names.get(run.scenario, run.scenario)
    found = [("opened", f"{show.count(run.connections.opened)} of {show.count(run.connections.requested)}")]
    completion = run.fanout.completion_time.p50 if run.fanout is not None else None
    times = {f"{name} p50": seen.p50, f"{name} p99": seen.p99, "completion p50": completion}
    found += [(label, show.seconds(value)) for label, value in times.items() if value is not None]
    if run.rates is not None:
        found.append(("received", show.rate(run.rates.received)))
    if run.messages is not None:
        found.append(("lost", show.count(run.messages.lost.disconnected + run.messages.lost.silent)))
    if run.sessions is not None:
        found.append(("sessions", show.count(run.sessions.started)))
        found.append(("failed sessions", show.count(run.sessions.failed)))
    return found


def _plan(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (name.replace("_", " "), _setting(name, value, str(settings.get("scenario"))))
        for name, value in redact.plan(settings).items()
        if value is not None and value is not False and value not in ("", [], ())
    ]


def _setting(name: str, value: Any, scenario: str) -> str:
    if name in DURATIONS:
        return show.duration(value)
    if name in COUNTS:
        return show.count(value)
    if name == "stages":
        return listed(value, "" if scenario == "connect" else "/s")
    if name in RATES:
        return show.rate(value)
    if isinstance(value, list | tuple):
        return ", ".join(show.printable(str(entry)) for entry in value)
    return "yes" if value is True else show.printable(str(value))


def _environment(run: Run) -> list[tuple[str, str]]:
    seen = run.environment
    rows = [
        ("cores", str(seen.cores)),
        ("processor", seen.cpu),
        ("kernel", seen.kernel),
        ("python", seen.python),
        ("packages", ", ".join(f"{name} {version}" for name, version in seen.packages.items())),
        ("git", seen.git or ""),
    ]
    return [(name, show.printable(value)) for name, value in rows if value]
