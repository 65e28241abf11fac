"""Which stored runs can be set against each other, and what speaks against taking the result for more than it is."""

from collections.abc import Sequence
from typing import Any

from wswarm.errors import PlanError
from wswarm.results.run import Run

# Settings that change what the figures are about: two runs that differ in one are not comparable.
LOAD = (
    *(
        "connections",
        "rate",
        "stages",
        "arrivals",
        "pacing",
        "publishers",
        "rooms",
        "closed",
        "connect_rate",
        "driver",
    ),
    *("publish", "publish_body"),
    *(
        "size",
        "text",
        "json",
        "binary",
        "escape",
        "on_open",
        "on_open_binary",
        "profile",
        "topic",
        "event",
        "set",
        "deflate",
        "subprotocols",
    ),
)
_ALWAYS_WAS = {"rooms": 1}  # what runs had that were stored when there was no such setting
# Settings that only change how long or by what was measured: told, not refused.
MEASURING = ("duration", "warmup", "drain", "processes", "connect_timeout")


def pair_runs(base: Sequence[Run], head: Sequence[Run]) -> list[tuple[Run, Run]]:
    """Return the runs of base and head that are of the same scenario and plan.

    Raises:
        PlanError: no scenario is in both, or two plans ask for different load; the settings are named.
    """
    heads = dict(zip(_keys(head), head, strict=True))
    pairs = [(one, heads[key]) for key, one in zip(_keys(base), base, strict=True) if key in heads]
    if not pairs:
        names = [" and ".join(dict.fromkeys(name for name, _ in _keys(runs))) for runs in (base, head)]
        raise PlanError(f"base is a run of {names[0]}, head of {names[1]}: only runs of one scenario compare")
    for one, other in pairs:
        different = _differences(one, other, LOAD)
        if different:
            raise PlanError(
                f"the {one.scenario} runs had different load: {'; '.join(different)}; measure both alike"
            )
    return pairs


def doubts(base: Sequence[Run], head: Sequence[Run]) -> list[str]:
    """Return what else differs between the runs, or was amiss with one, as sentences."""
    pairs = pair_runs(base, head)
    found = _unpaired(base, head)
    for one, other in pairs:
        found += [f"{one.scenario}: {text}" for text in _differences(one, other, MEASURING)]
        found += [f"{one.scenario}: {text}" for text in _machines(one, other)]
        for arm, run in (("base", one), ("head", other)):
            found += [f"{arm} {run.scenario}: {notice}" for notice in run.notices]
            if run.validity.verdict == "suspect":
                found += [f"{arm} {run.scenario} is suspect: {reason}" for reason in run.validity.reasons]
    return found


def _keys(runs: Sequence[Run]) -> list[tuple[str, int]]:
    """Return for each run its name (else its scenario), and how many of that name came before."""
    names = [run.name or run.scenario for run in runs]
    return [(name, names[:index].count(name)) for index, name in enumerate(names)]


def _differences(base: Run, head: Run, names: Sequence[str]) -> list[str]:
    """Return `rate 100 and 200` for each setting in which the plans differ."""
    told = []
    for name in names:
        one, other = (_setting(run, name) for run in (base, head))
        if _plain(one) != _plain(other):
            told.append(f"{name} {_shown(one)} and {_shown(other)}")
    return told


def _setting(run: Run, name: str) -> Any:
    """Return what a run's plan says; of requests that publish how, as the address is the target's own."""
    value = run.plan.get(name, _ALWAYS_WAS.get(name))
    return f"by {value.partition(' ')[0]}" if name == "publish" and isinstance(value, str) else value


def _machines(base: Run, head: Run) -> list[str]:
    found = []
    for name in ("cpu", "cores", "kernel", "python"):
        one, other = getattr(base.environment, name), getattr(head.environment, name)
        if one != other:
            found.append(f"different {name}: {one} and {other}")
    return found


def _unpaired(base: Sequence[Run], head: Sequence[Run]) -> list[str]:
    own, others = _keys(base), _keys(head)
    return [f"{name} is in base only" for name, number in own if (name, number) not in others] + [
        f"{name} is in head only" for name, number in others if (name, number) not in own
    ]


def _plain(value: Any) -> Any:
    return (list(value) or None) if isinstance(value, tuple | list) else None if value is False else value


def _shown(value: Any) -> str:
    return "none" if _plain(value) in (None, []) else f"{value:g}" if isinstance(value, float) else str(value)
