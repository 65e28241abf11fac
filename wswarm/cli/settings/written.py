"""Settings as a plan file has them."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wswarm.cli import ab_arguments, grammar
from wswarm.cli.settings.options import Option


def as_toml(option: Option, value: Any) -> str:
    """Return `connect-rate = "500/s"`, as a file has it."""
    is_step = option.action.dest.endswith("steps")
    name = option.action.dest.replace("_", "-") if is_step else option.name
    return f"{name} = {_value(option, value)}"


def _value(option: Option, value: Any) -> str:
    if option.action.dest.endswith("steps"):
        return _list(f"{{{kind} = {_text(said)}}}" for kind, said in value)
    spell = _SPELT.get(option.action.type, str) if callable(option.action.type) else str
    if option.is_repeatable:
        return _list(_text(spell(one)) for one in value)
    if spell is not str:
        return _text(spell(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return _text(",".join(f"{one:.15g}" if isinstance(one, float) else str(one) for one in value))
    return f"{value:.15g}" if isinstance(value, int | float) else _text(str(value))


def _list(items: Any) -> str:
    return f"[{', '.join(items)}]"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _stages(value: Any) -> str:
    return ",".join(f"{time:.15g}s:{reached:.15g}" for time, reached in value)


def _theta(value: tuple[str, float]) -> str:
    name, share = value
    return f"{name}={_share(share)}" if name else _share(share)


def _slowdown(value: tuple[str, float]) -> str:
    kind, amount = value
    return f"{kind}:{_share(amount) if kind == 'cpu' else f'{amount:.15g}s'}"


def _share(value: float) -> str:
    return f"{100 * value:.15g}%"


_SPELT: Mapping[Any, Callable[[Any], str]] = {
    grammar.duration: lambda value: f"{value:.15g}s",
    grammar.rate: lambda value: f"{value:.15g}/s",
    grammar.share: _share,
    ab_arguments.theta: _theta,
    ab_arguments.slowdown: _slowdown,
    grammar.stages: _stages,
    grammar.stages_of_connections: _stages,
}
