"""What a dotted path of the run file names: whether it is a number, of which kind, and its value in a run.

A part of a path that is no plain name goes in double quotes: `connections.failures."http 403"`. The rows of a list
count from 0: `rooms.worst.0.lost`; trends go by their figure, too: `trends."target.memory".per_hour`.
"""

import re
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import inspect

from wswarm.results.penalty import Block as SlowBlock
from wswarm.results.recovery import Bystanders
from wswarm.results.run import Distribution, Phases, Rates, Room, Run, Scenario, Stage
from wswarm.results.scenario import BROADCASTS

Kind = Literal["time", "rate", "size", "count", "number"]

_PART = re.compile(r'"([^"]+)"|(\w+)')
_PERCENTILE = re.compile(r"p\d+(_\d+|\.\d+)?")
_NUMBERS = (inspect.IntType, inspect.FloatType, inspect.AnyType)
_SUMS = {"messages.lost"}
_COUNTED = ("connections", "penalty", "publish", "recovery", "sessions")  # hold counts by name
_TIMES = {
    "connect": "connections.handshake_time",
    "echo": "response_time",
    **dict.fromkeys(BROADCASTS, "fanout.delivery_time"),
    "churn": "connections.handshake_time",
}


class _Place(NamedTuple):
    """What a path may lead to: the kinds of value there, the structs that hold them, and the last name."""

    kinds: tuple[inspect.Type, ...]
    owners: frozenset[type]
    name: str


def full_path(path: str, scenario: Scenario) -> str:
    """Return the dotted path that a short name stands for: `p99` and `lost`."""
    if _PERCENTILE.fullmatch(path) and scenario in _TIMES:
        return f"{_TIMES[scenario]}.{path.replace('.', '_')}"
    return {"lost": "messages.lost"}.get(path, path)


def names(path: str) -> tuple[str, ...]:
    """Return the parts of the path, without quotes."""
    return tuple(quoted or plain for quoted, plain in _PART.findall(path))


def is_number(path: str) -> bool:
    """Return whether a run file can have a number at the full path."""
    return path in _SUMS or any(isinstance(kind, _NUMBERS) for kind in _place(path).kinds)


def kind_of(path: str) -> Kind:
    """Return what kind of number stands at the full path: times are s, sizes bytes, rates per s."""
    place = _place(path)
    if path.startswith("recovery.attempts."):  # a distribution of numbers, not of times
        return "number"
    if path in _SUMS or any(isinstance(kind, inspect.IntType) for kind in place.kinds):
        return "size" if _is_size(place.name) else "count"
    if (
        place.owners & {Bystanders, Distribution, Phases, Room, SlowBlock, Stage}
        or place.name.startswith("cpu_s")
        or place.name in ("clock_error", "pressed_after")
    ):
        return "time"
    if _is_size(place.name):
        return "size"
    return "rate" if Rates in place.owners else "number"


def _is_size(name: str) -> bool:
    return "rss" in name or "memory" in name


def percent_of(path: str) -> float | None:
    """Return which percentile the full path names, `None` if it names none."""
    last = names(path)[-1]
    return float(last[1:].replace("_", ".")) if _PERCENTILE.fullmatch(last) else None


def value_of(run: Run, path: str) -> Any:
    """Return what stands at the full path: a number, `None` where the run has none, or something else.

    Of what is counted by name (failures, closes, statuses) an absent name counts 0; a step that never was has no
    figures.
    """
    found: Any = run
    parts = names(path)
    for depth, name in enumerate(parts):
        if isinstance(found, list):
            found = _row_of(found, name)
        elif isinstance(found, dict):
            found = found.get(name, 0 if parts[0] in _COUNTED and depth == len(parts) - 1 else None)
        else:
            found = getattr(found, name, None)
    if isinstance(found, msgspec.Struct) and path in _SUMS:
        return float(sum(getattr(found, field) for field in found.__struct_fields__))
    return found


def distribution_of(run: Run, path: str) -> Distribution | None:
    """Return the distribution of which the full path names a figure, `None` if the run has none there."""
    found = value_of(run, path.rpartition(".")[0])
    return found if isinstance(found, Distribution) else None


def close_to(path: str) -> list[str]:
    """Return figures of the run file whose paths resemble this one, the closest first."""
    every = list(_every(_of_a_run(), ""))
    last = path.rpartition(".")[2]
    by_name = [one for one in every if one.rpartition(".")[2] == last]
    return list(dict.fromkeys([*get_close_matches(path, every, 3, 0.6), *by_name]))[:3]


@cache
def _of_a_run() -> inspect.Type:
    return inspect.type_info(Run)


def _place(path: str) -> _Place:
    kinds = [_of_a_run()]
    owners: frozenset[type] = frozenset()
    parts = names(path)
    for name in parts:
        owners = frozenset(kind.cls for kind in kinds if isinstance(kind, inspect.StructType))
        kinds = [inner for kind in kinds for inner in _inside(kind, name)]
    return _Place(tuple(kinds), owners, parts[-1] if parts else "")


def _inside(kind: inspect.Type, name: str) -> list[inspect.Type]:
    """Return what the part of that name can be."""
    if isinstance(kind, inspect.DictType):
        return _options(kind.value_type)
    if isinstance(kind, inspect.ListType):
        return _options(kind.item_type) if name.isdecimal() or _is_named(kind.item_type) else []
    if isinstance(kind, inspect.StructType):
        return [one for field in kind.fields if field.name == name for one in _options(field.type)]
    return []


def _row_of(rows: list[Any], name: str) -> Any:
    """Return the row in that place, or of that figure."""
    if name.isdecimal():
        return rows[int(name)] if int(name) < len(rows) else None
    return next((row for row in rows if getattr(row, "figure", None) == name), None)


def _is_named(item: inspect.Type) -> bool:
    """Return whether rows of that kind say which figure they are of."""
    return isinstance(item, inspect.StructType) and any(field.name == "figure" for field in item.fields)


def _options(kind: inspect.Type) -> list[inspect.Type]:
    return list(kind.types) if isinstance(kind, inspect.UnionType) else [kind]


def _every(kind: inspect.Type, prefix: str) -> list[str]:
    """Return the paths of all numbers in the kind of value, those of a plan left out."""
    found = []
    for one in _options(kind):
        if isinstance(one, inspect.StructType):
            for field in one.fields:
                found += _every(field.type, f"{prefix}.{field.name}" if prefix else field.name)
        elif isinstance(one, _NUMBERS):
            found.append(prefix)
    return found
