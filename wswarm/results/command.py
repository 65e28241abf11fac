"""The command that measures the same once more: a plan's settings as the command line spells them."""

import re
import shlex
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from wswarm.results import redact

_NAME_BEFORE = re.compile(r"([\w-]+)[\"']?\s*[:=]\s*[\"']?(?:\w+ )?$")
_HEADS = ("script", "recording")  # of a command, before the address


def command(settings: Mapping[str, Any]) -> str:
    """Return the line for a shell that measures by the same plan; what is left out has its default.

    Secrets, which a stored plan lacks, are `${NAME}`: set these variables before.

    Args:
        settings: Of a plan, as a run file has them.
    """
    shown = redact.plan(settings)
    words = ["wswarm", str(shown.get("scenario")), *(str(shown[name]) for name in _HEADS if shown.get(name))]
    if shown.get("url"):
        words.append(str(shown["url"]))
    absent = ABSENT.get(str(shown.get("scenario")), frozenset())
    for name, spelt in SPELT.items():
        value = shown.get(name)
        if name not in absent and value not in (None, False, (), [], DEFAULTS.get(name)):
            words += spelt(value)
    words += [*_duration(shown), *_warmup(shown), *_openings(shown)]
    return " ".join(shlex.quote(_with_variables(word)) for word in words)


def _duration(shown: Mapping[str, Any]) -> list[str]:
    """Return how long the hold is, where that follows from nothing else."""
    if shown.get("stages") or shown.get("scenario") in ("storm", "replay") or not shown.get("duration"):
        return []
    return ["-d", _seconds(shown["duration"])]


def _openings(shown: Mapping[str, Any]) -> list[str]:
    """Return what is said when a connection opens, in order."""
    said = shown.get("on_open") or ()
    are_binary = shown.get("on_open_binary") or [False] * len(said)
    return [
        word
        for one, is_binary in zip(said, are_binary, strict=True)
        for word in ("--on-open-binary" if is_binary else "--on-open", one)
    ]


def _warmup(shown: Mapping[str, Any]) -> list[str]:
    """Return the warm-up, whose default depends on the scenario; nothing where there is none to set."""
    if shown.get("scenario") in ("connect", "replay") or shown.get("warmup") is None:
        return []
    has_none = shown.get("scenario") == "script" or not (shown.get("rate") or shown.get("stages"))
    usual = 0.0 if has_none and not shown.get("closed") else 1.0
    return [] if shown["warmup"] == usual else ["--warmup", _seconds(shown["warmup"])]


def _with_variables(word: str) -> str:
    """Return the word with a variable in place of each secret that was left out, named after what it is of."""
    parts = word.split(redact.HIDDEN)
    found = parts[0]
    for part in parts[1:]:
        before = _NAME_BEFORE.search(found)
        is_password = re.search(r"//[^/@]*$", found) and part.startswith("@")
        name = "PASSWORD" if is_password else before[1] if before else "SECRET"
        space = " " if re.fullmatch(r"[\w-]+:", found) else ""
        found += f"{space}${{{re.sub(r'[^A-Z0-9]', '_', name.upper())}}}{part}"
    return found


def _number(value: float) -> str:
    """Return it as options take it: all its digits, and no exponent."""
    shown = f"{Decimal(repr(value)):f}"
    return shown.removesuffix(".0")


def _seconds(value: float) -> str:
    return f"{_number(value)}s"


def _option(name: str, spell: Callable[[Any], str] = str) -> Callable[[Any], list[str]]:
    return lambda value: [name, spell(value)]


def _each(name: str) -> Callable[[Any], list[str]]:
    return lambda values: [word for value in values for word in (name, str(value))]


def _flag(name: str) -> Callable[[Any], list[str]]:
    return lambda _: [name]


def _steps(prefix: str) -> Callable[[Any], list[str]]:
    return lambda steps: [word for kind, said in steps for word in (f"--{prefix}{kind}", said)]


def _stages(stages: Any) -> str:
    return ",".join(f"{_seconds(length)}:{_number(value)}" for length, value in stages)


def _rate(value: float) -> str:
    return f"{_number(value)}/s"


def _share(value: float) -> str:
    return f"{_number(float(Decimal(repr(value)) * 100))}%"


SPELT: Mapping[str, Callable[[Any], list[str]]] = {
    "connections": _option("-c", _number),
    "rate": _option("-r", _rate),
    "closed": _flag("--closed"),
    "stages": _option("--stages", _stages),
    "sessions": _option("--sessions", _rate),
    "session": _option("--session"),
    "stay": _option("--stay", _seconds),
    "stay_law": _option("--stay-law"),
    "drop": _option("--drop", _share),
    "how": _option("--how"),
    "reconnect": _option("--reconnect"),
    "before": _option("--before", _seconds),
    "after": _option("--after", _seconds),
    "patience": _option("--patience", _seconds),
    "signal": _option("--signal"),
    "slow": _option("--slow", _share),
    "read": _option("--read", lambda value: f"{_number(value)}/s"),
    "pairs": _option("--pairs"),
    "swallows": _option("--swallows"),
    "socket": _option("--socket"),
    "speed": _option("--speed", _number),
    "trends": _flag("--trends"),
    "drain": _option("--drain", _seconds),
    "connect_rate": _option("--connect-rate", _rate),
    "connect_timeout": _option("--connect-timeout", _seconds),
    "arrivals": _option("--arrivals"),
    "pacing": _option("--pacing"),
    "seed": _option("--seed"),
    "processes": _option("--processes"),
    "rooms": _option("--rooms"),
    "probe": _option("--probe"),
    "publishers": _option("--publishers"),
    "publisher_url": _option("--publisher-url"),
    "publisher_headers": _each("--publisher-header"),
    "publisher_steps": _steps("publisher-"),
    "publish": _option("--publish"),
    "publish_body": _option("--publish-body"),
    "publish_headers": _each("--publish-header"),
    "profile": _option("--profile"),
    "topic": _option("--topic"),
    "event": _option("--event"),
    "set": _each("--set"),
    "text": _option("--text"),
    "json": _option("--json"),
    "size": _option("--size"),
    "binary": _flag("--binary"),
    "escape": _flag("--escape"),
    "steps": _steps(""),
    "refuse": _each("--refuse"),
    "data": _option("--data"),
    "headers": _each("-H"),
    "cookies": _each("--cookie"),
    "subprotocols": _each("--subprotocol"),
    "bind": _each("--bind"),
    "ping": _option("--ping", _seconds),
    "follow": _flag("--follow"),
    "driver": _option("--driver"),
    "deflate": _flag("--deflate"),
    "origin": _option("--origin"),
    "insecure": _flag("--insecure"),
    "cacert": _option("--cacert"),
    "cert": _option("--cert"),
    "key": _option("--key"),
    "sni": _option("--sni"),
    "trace": _option("--trace"),
    "slo": _each("--slo"),
    "target_pid": _option("--target-pid"),
}
DEFAULTS: Mapping[str, Any] = {
    "session": "session",
    "stay": 20.0,
    "stay_law": "exponential",
    "how": "reset",
    "reconnect": "full:1s,30s",
    "before": 10.0,
    "after": 10.0,
    "patience": 60.0,
    "signal": "TERM",
    "slow": 0.02,
    "read": 0.0,
    "pairs": 6,
    "speed": 1.0,
    "drain": 5.0,
    "connect_rate": 500.0,
    "connect_timeout": 10.0,
    "arrivals": "constant",
    "pacing": "auto",
    "rooms": 1,
    "probe": "auto",
    "publishers": 1,
    "driver": "picows",
    "trace": 0,
}
_OF_SENDS = frozenset({"rate", "arrivals", "pacing"})
ABSENT: Mapping[str, frozenset[str]] = dict.fromkeys(("connect", "script", "replay"), _OF_SENDS)
