"""One run as its page shows it: figures in words, settings, machine, charts."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from wswarm.report import format as show
from wswarm.report import headline
from wswarm.report.captions import caption
from wswarm.report.charts.of_run import drawn
from wswarm.report.charts.on_a_page import on_a_page
from wswarm.report.highlights import highlights
from wswarm.report.overall import Badge, objectives
from wswarm.report.sections import sections
from wswarm.report.stages import listed
from wswarm.results import redact
from wswarm.results.command import command
from wswarm.results.run import Run

DURATIONS = ("duration", "warmup", "drain", "connect_timeout")
COUNTS = ("connections", "publishers", "rooms", "processes")
RATES = ("rate", "connect_rate", "sessions")
_OWN_TARGET = "target_app"


def shown(run: Run, anchor: str, *, has_charts: bool) -> dict[str, Any]:
    """Return what the template says of a run.

    Args:
        anchor: By which the page refers to it.
        has_charts: Whether a browser can draw them.
    """
    found = drawn(run)
    return {
        **on_a_page(found, anchor, lambda chart: caption(run, chart.name)),
        **({} if has_charts else {"charts": []}),
        "scenario": headline.title(run),
        "address": headline.url(run),
        "badges": [badge for badge in (objectives([run]), _verdict(run)) if badge is not None],
        "phrases": headline.plan(run),
        "command": _command(run),
        "command_note": _command_note(run),
        "highlights": highlights(run),
        "slo": [section for section in sections(run) if section.title == "Objectives"],
        "sections": [section for section in sections(run) if section.title != "Objectives"],
        "tables": found.tables,
        "rows": {name: len(next(iter(frame.values()), [])) for name, frame in found.frames.items()},
        "plan": [*_plan(run.plan), *([("held", headline.held(run))] if run.interrupted else [])],
        "machine": _machine(run),
    }


def _verdict(run: Run) -> Badge:
    if run.failure is not None:
        return Badge("invalid", "✗ TARGET FAILED")
    return Badge(run.validity.verdict, headline.verdict(run))


def _has_own_target(run: Run) -> bool:
    """Return whether the target was the reference application, whose process is another one next time."""
    return run.target is not None and _OWN_TARGET in (run.target.command or "")


def _command(run: Run) -> str:
    return command({**run.plan, "target_pid": None} if _has_own_target(run) else run.plan)


def _command_note(run: Run) -> str:
    """Return what has to be there before the command is given."""
    needed = []
    if _has_own_target(run):
        needed.append(
            f"its target was the reference application, which wswarm serve --port {_port(run)} starts"
        )
    if "${" in _command(run):
        needed.append("set the variables named in ${…}: secrets are not stored")
    return "; ".join(needed)


def _port(run: Run) -> int | str:
    try:
        return urlsplit(headline.url(run)).port or "PORT"
    except ValueError:
        return "PORT"


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


def _machine(run: Run) -> list[tuple[str, str]]:
    seen = run.environment
    rows = [
        ("host", seen.host or ""),
        ("cores", str(seen.cores)),
        ("memory", "" if seen.memory is None else show.size(seen.memory)),
        ("load average", "" if seen.load is None else show.number(seen.load)),
        *((f"limit: {name}", show.count(most)) for name, most in seen.limits.items()),
        ("processor", seen.cpu),
        ("kernel", seen.kernel),
        ("python", seen.python),
        ("packages", ", ".join(f"{name} {version}" for name, version in seen.packages.items())),
        ("git", seen.git or ""),
    ]
    return [(name, show.printable(value)) for name, value in rows if value]
