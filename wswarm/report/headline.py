"""A run in a line or two of words: what was asked for, of whom, and how far the answer can be trusted."""

from collections.abc import Sequence
from typing import Any, Literal

from wswarm.report import churn, stages
from wswarm.report import format as show
from wswarm.results import redact
from wswarm.results.run import Run, SloResult
from wswarm.results.scenario import BROADCASTS

Standing = Literal["met", "missed", "not measurable"]

SIGNS = {"valid": "✓", "suspect": "!", "invalid": "✗"}


def title(run: Run) -> str:
    """Return what to call the run: its name, if it has one, and its scenario."""
    return f"{run.name} · {run.scenario}" if run.name else run.scenario


def url(run: Run) -> str:
    """Return the target's address as the plan gives it, on one line and without its password."""
    return redact.address(show.printable(str(run.plan.get("url") or "address unknown")))


def plan(run: Run) -> list[str]:
    """Return the plan as short phrases: connections, rates, arrivals, duration, model, driver."""
    asked = run.plan
    phrases = [*_script(run), *_recording(run), _connections(run), *_rates(run), *stages.phrases(run)]
    if run.population is not None:
        phrases = churn.phrases(run)
    if run.scenario != "connect" and (asked.get("rate") or run.stages) and asked.get("arrivals"):
        phrases.append(f"{asked['arrivals']} arrivals")
    if run.recovery is not None:
        share = 1 if asked.get("how") == "restart" else asked.get("drop", 0)
        phrases.append(f"{100 * share:.4g} % dropped by {asked.get('how')}, back by {asked.get('reconnect')}")
    if isinstance(asked.get("duration"), int | float):
        phrases.append(f"{held(run)} hold")
    if run.penalty is not None:
        phrases.append(
            f"{show.plural(run.penalty.slow, 'slow reader')} in {2 * asked.get('pairs', 0)} blocks"
        )
    if run.scenario not in ("connect", "script", "replay"):
        phrases.append("closed model" if is_closed(run) else "open model")
    return [*phrases, run.generator.driver]


def held(run: Run) -> str:
    """Return how long the hold was; of an interrupted run how long it lasted, and how long it was to be."""
    asked = show.duration(run.plan.get("duration"))
    lasted = run.phases.drain - run.phases.hold
    if run.recovery is not None:  # it ends when it is over
        return show.duration(round(lasted, 1))
    if not run.interrupted or lasted >= run.plan.get("duration", 0) - 0.001:
        return asked
    return f"{show.duration(lasted)} of {asked}"


def verdict(run: Run) -> str:
    """Return the verdict as one word with its sign: `✓ VALID`, `! SUSPECT`, `✗ INVALID`."""
    return f"{SIGNS[run.validity.verdict]} {run.validity.verdict.upper()}"


def objectives(runs: Sequence[Run]) -> str | None:
    """Return how the runs stand to their objectives, in words with a sign; `None` without any.

    `✓ 3 objectives met`, `✗ 1 of 3 objectives missed, 1 not measurable`, `? 1 of 3 objectives not measurable`.
    """
    results = [result for run in runs for result in run.slo]
    unmet = [result for result in results if not result.met]
    if not results:
        return None
    if not unmet:
        return f"✓ {show.plural(len(results), 'objective')} met"
    missed = sum(result.value is not None for result in unmet)
    counts = {"missed": missed, "not measurable": len(unmet) - missed}
    (first, number), *rest = ((word, amount) for word, amount in counts.items() if amount)
    of_all = f"{number} of {show.plural(len(results), 'objective')} {first}"
    return f"{'✗' if missed else '?'} {', '.join([of_all, *(f'{amount} {word}' for word, amount in rest)])}"


def standing(result: SloResult) -> Standing:
    """Return which of the three things came of an objective."""
    if result.met:
        return "met"
    return "missed" if result.value is not None else "not measurable"


def failure(run: Run) -> str | None:
    """Return in a line that the target failed, and how; `None` if it did not."""
    return f"✗ TARGET FAILED: {show.printable(run.failure)}" if run.failure is not None else None


def is_closed(run: Run) -> bool:
    """Return whether a send waited for the reply before it."""
    return bool(run.plan.get("closed"))


def arrival(run: Run) -> str:
    """Return what the scenario calls what arrived: `delivery`, `reply`, of a script `step`, else `message`."""
    return {**dict.fromkeys(BROADCASTS, "delivery"), "script": "step", "replay": "message"}.get(
        run.scenario, "reply"
    )


def _connections(run: Run) -> str:
    if run.scenario in BROADCASTS and run.fanout is not None:
        rooms = _rooms(run)
        subscribers = show.plural(run.fanout.subscribers, "subscriber")
        inside = f" in {show.count(rooms)} rooms" if rooms > 1 else ""
        if run.plan.get("publish"):
            request = redact.address(show.printable(str(run.plan.get("publish"))))
            return f"{subscribers}{inside}, published by HTTP: {request}"
        publishers = show.plural(run.fanout.publishers, "publisher")
        elsewhere = run.plan.get("publisher_url")
        where = f" at {redact.address(show.printable(str(elsewhere)))}" if elsewhere else ""
        return f"{subscribers}, {publishers}{where}{inside}"
    return show.plural(run.connections.requested, "connection")


def _script(run: Run) -> list[str]:
    """Return which script it was, and how its sessions began."""
    path, sessions = run.plan.get("script"), run.plan.get("sessions")
    if not path:
        return []
    arrived = (
        f"{show.rate(sessions)} sessions, at most {run.plan.get('connections')} at once" if sessions else ""
    )
    return [show.shortened(show.printable(str(path)), 40), *([arrived] if arrived else [])]


def _recording(run: Run) -> list[str]:
    """Return which recording it was, and how fast it was played."""
    path, speed = run.plan.get("recording"), run.plan.get("speed")
    if not path:
        return []
    played = f"{speed:g} times as fast" if isinstance(speed, int | float) and speed != 1 else ""
    return [show.shortened(show.printable(str(path)), 40), *([played] if played else [])]


def _rates(run: Run) -> list[str]:
    """Return the total rate and the rate per connection: a rate without its scope is the classic mistake."""
    if run.scenario == "connect" and run.stages:
        return []
    if run.scenario == "connect":
        connect_rate = run.plan.get("connect_rate")
        return [f"connecting at {show.rate(connect_rate)}"] if connect_rate else []
    total: Any = run.plan.get("rate")
    if not total:
        return ["as fast as replies come"] if is_closed(run) else []
    if run.fanout is None and run.scenario in BROADCASTS:
        return [f"{show.rate(total)} published"]
    if run.fanout is None:
        each = total / max(run.connections.requested, 1)
        return [f"{show.rate(total)} in all, {show.rate(each)} each"]
    owed = show.rate(total * run.fanout.subscribers / _rooms(run))
    if run.fanout.publishers == 1 or run.plan.get("publish"):
        return [f"{show.rate(total)} published, {owed} to deliver"]
    each = total / max(run.fanout.publishers, 1)
    return [f"{show.rate(total)} published in all, {show.rate(each)} each, {owed} to deliver"]


def _rooms(run: Run) -> int:
    return run.rooms.rooms if run.rooms is not None else 1
