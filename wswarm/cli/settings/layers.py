"""Settings of several sources laid over each other: the first that has one is the one that holds."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

# Each says the same in another way: where a source gives one, those below it have no say in the other.
_ALTERNATIVES = (
    ("text", "json"),
    ("text", "message_file"),
    ("json", "message_file"),
    ("stages", "rate"),
    ("stages", "duration"),
    ("serve", "url"),
)


class Setting(NamedTuple):
    """A value, as its option makes it, and where it came from, in words."""

    value: Any
    source: str


Layer = Mapping[str, Setting]  # by the names that options have in a namespace


def merged(layers: Iterable[Layer]) -> dict[str, Setting]:
    """Return the settings of all layers, each from the first that has it, or what takes its place."""
    found: dict[str, Setting] = {}
    for layer in layers:
        replaced = {name for taken in found for name in _instead_of(taken)}
        found |= {name: one for name, one in layer.items() if name not in found and name not in replaced}
    return found


def _instead_of(taken: str) -> Iterable[str]:
    for one, other in _ALTERNATIVES:
        if taken in (one, other):
            yield other if taken == one else one
