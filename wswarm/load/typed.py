"""Settings as Python gives them, held against their types: what will not do is told with what would."""

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from wswarm.errors import PlanError
from wswarm.results import redact
from wswarm.suggestions import did_you_mean
from wswarm.units import parse_count, parse_duration, parse_rate, parse_share, parse_size

_ARRAYS = (list, tuple, set, frozenset)
_OWN = {"stages"}  # whose pairs, and texts, are told by who reads them


class _Unit(NamedTuple):
    """How a text is read as a number of some options, and a number that would do."""

    parse: Callable[[str], float]
    example: float
    options: frozenset[str]


_UNITS = (
    _Unit(parse_rate, 100, frozenset(("rate", "connect_rate", "sessions"))),
    _Unit(parse_share, 0.5, frozenset(("drop", "slow"))),
    _Unit(parse_size, 512, frozenset(("size", "read", "swallows"))),
    _Unit(
        parse_count, 10, frozenset(("connections", "rounds", "publishers", "rooms", "processes", "workers"))
    ),
    _Unit(parse_duration, 10, frozenset()),
)
_HEADER = (redact.header, "NAME: VALUE")
_HIDING: Mapping[str, tuple[Callable[[str], str], str]] = {
    "headers": _HEADER,
    "publisher_headers": _HEADER,
    "publish_headers": _HEADER,
    "cookies": (redact.cookie, "NAME=VALUE"),
    "set": (redact.setting, "NAME=VALUE"),
}  # how lists are shown that may hold secrets, and what would do


def check_types(given: Mapping[str, Any], kind: type, *, is_all: bool = False) -> None:
    """Check that settings are of the types that a `TypedDict` has for them.

    Args:
        is_all: Whether there are no others, and those that are required are there.

    Raises:
        PlanError: one is not.
    """
    hints = get_type_hints(kind)
    if is_all:
        _check_names(given, kind, list(hints))
    for name, value in given.items():
        if name in hints and name not in _OWN and not _fits(value, hints[name]):
            raise PlanError(unfit(name, value, hints[name]))


def _check_names(given: Mapping[str, Any], kind: type, names: list[str]) -> None:
    for name in given:
        if name not in names:
            raise unknown(name, names)
    for name in names:
        if name in kind.__required_keys__ and given.get(name) is None:  # type: ignore[attr-defined]  # a TypedDict
            raise PlanError(f"{name} is missing: write {name}={_number(name, None)!r}, say")


def unknown(name: str, names: Sequence[str]) -> PlanError:
    """Return the error that there is no such option."""
    meant = did_you_mean(name, names) or f"; the options are {', '.join(names)}"
    return PlanError(f"no option {name!r}{meant}")


def unfit(name: str, value: Any, hint: Any) -> str:
    """Return that a setting of that type can't be the value, and what to write."""
    kinds = _kinds(hint)
    choices = [one for kind in kinds if get_origin(kind) is Literal for one in get_args(kind)]
    if choices:
        *most, last = choices
        return f"--{name.replace('_', '-')} {value!r} is none of these: write {', '.join(most)} or {last}"
    shown = _shown(name, value) if name in _HIDING else repr(value)
    option = name.replace("_", "-")
    return f"{option}: {shown} will not do: write {name}={_mend(name, value, kinds)}"


def _shown(name: str, value: Any) -> str:
    """Return a value without the secrets that it may hold."""
    return repr(_HIDING[name][0](value)) if isinstance(value, str) else f"a {type(value).__name__}"


def _mend(name: str, value: Any, kinds: list[Any]) -> str:
    """Return what to write, made of the value where that can be."""
    if bool in kinds:
        return "True"
    if float in kinds or int in kinds:
        number = _number(name, value)
        return repr(number if float in kinds else max(1, round(number)))
    for kind in kinds:
        if not _is_array(kind):
            continue
        inner = get_args(kind)
        if len(inner) == 2 and inner[1] is not ...:
            return repr(_pair(name, value))
        return f"[{_row(name, value, inner[0])}]"
    return "{}" if any(get_origin(kind) is dict for kind in kinds) else repr(str(value))


def _row(name: str, value: Any, inner: Any) -> str:
    """Return what stands in a list: the value, if it would do there."""
    if name in _HIDING:
        return _shown(name, value if isinstance(value, str) else _HIDING[name][1])
    if _fits(value, inner) and value is not None:
        return repr(value)
    if int in _kinds(inner):
        return repr(_number(name, value))
    return "'…'" if str in _kinds(inner) else "('say', 'hello')"


def _pair(name: str, value: Any) -> tuple[float, ...]:
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, _ARRAYS) else (value,)
    low, *_, high = [_number(name, one) for one in (*parts, *parts)][: max(2, len(parts))]
    return min(low, high), max(low, high)


def _number(name: str, value: Any) -> float:
    """Return the number that the value probably stands for, or one that would do."""
    unit = next((one for one in _UNITS if name in one.options), _UNITS[-1])
    found: float = unit.example
    if isinstance(value, str):
        try:
            found = unit.parse(value.strip())
        except PlanError:
            found = unit.example
    elif isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        found = value
    return int(found) if found == int(found) else found


def _fits(value: Any, hint: Any) -> bool:
    return value is None or any(_is_of(value, kind) for kind in _kinds(hint))


def _is_of(value: Any, kind: Any) -> bool:
    inner = get_args(kind)
    if kind is Any:
        return True
    if get_origin(kind) is Literal:
        return any(value == one for one in inner)
    if kind in (int, float):
        return isinstance(value, int if kind is int else int | float) and not isinstance(value, bool)
    if not _is_array(kind):
        return isinstance(value, get_origin(kind) or kind)
    if not isinstance(value, _ARRAYS):
        return False
    if len(inner) == 2 and inner[1] is not ...:
        return len(value) == 2 and all(map(_fits, value, inner))
    return not inner or all(one is not None and _fits(one, inner[0]) for one in value)


def _is_array(kind: Any) -> bool:
    """Return whether values of that kind are lists or tuples."""
    origin = get_origin(kind) or kind
    return issubclass(origin, tuple) or (issubclass(tuple, origin) and origin is not object)


def _kinds(hint: Any) -> list[Any]:
    """Return the types that the hint allows for."""
    if get_origin(hint) in (Union, UnionType):
        return [kind for one in get_args(hint) for kind in _kinds(one)]
    return [] if hint is NoneType else [hint]
