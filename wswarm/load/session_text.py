"""A recording written as a script for `wswarm script`: what is sent when, what is waited for, no secrets."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from wswarm.load.expression import literal, message
from wswarm.load.given import Source, leaf_of
from wswarm.load.kinds import EMPTY, TEXT, body_of, kind_of, saying_pair, saying_word
from wswarm.load.recording import Recorded, Recording
from wswarm.load.score import Score, Take
from wswarm.units import NS_PER_S

_TOGETHER_NS = 1_000_000  # sends less than this apart are written one after another
_LONG_NS = 5_000_000_000  # half of what a script waits by default
_REPEATED, _NEW_LINE = 3, "\n"
_AT = '''
    opened = monotonic()

    async def at(offset):
        """Wait until so many seconds after the connection opened."""
        await ws.sleep(max(0.0, opened + offset - monotonic()))
'''


class _Awaited(NamedTuple):
    """Messages of one kind that came one after another.

    Attributes:
        payload: The last, from which `takes` take.
        longest_ns: For how long one was waited for at most.
    """

    kind: str
    payload: bytes
    times: int
    longest_ns: int
    takes: tuple[Take, ...]


def session_text(recording: Recording, score: Score, heading: str) -> str:
    """Return the script.

    Args:
        heading: What its docstring says, without quotes that would end it.
    """
    body = "".join(f"    {line}\n" if line else "\n" for line in _body(recording, score))
    start = _AT + "\n" if "await at(" in body else ""
    imports = [
        *(["import json"] if "json.loads(" in body else []),
        *(["import re"] if "re.search(" in body or "re.compile(" in body else []),
        *(["from time import monotonic"] if start else []),
    ]
    above = "".join(f"{line}\n" for line in imports)
    is_long = "\n" in heading
    function = f"\nasync def session(ws):{start or _NEW_LINE}{body}"
    return "\n".join(filter(None, (f'"""{heading}{_NEW_LINE * is_long}"""\n', above, function)))


def _body(recording: Recording, score: Score) -> Iterator[str]:
    """Yield the lines of the session."""
    secrets = set(score.secrets)
    turns = iter(score.turns)
    last_ns = -_TOGETHER_NS
    for step in _steps(recording.messages, score.takes):
        if isinstance(step, _Awaited):
            yield from _expect(step)
            continue
        turn = next(turns)
        if recording.has_times and turn.offset_ns - last_ns >= _TOGETHER_NS:
            yield f"await at({turn.offset_ns / NS_PER_S:.3f})"
            last_ns = turn.offset_ns
        said = message(turn, lambda name: f'ws.data["{name}"]' if name in secrets else name, indent=1)
        yield from f"await ws.send({said})".split("\n    ")


def _steps(messages: Sequence[Recorded], takes: Sequence[Take]) -> Iterator[Recorded | _Awaited]:
    """Yield what was sent, and what came, with messages of one kind in a row together."""
    ranks: Counter[str] = Counter()
    by_place: dict[tuple[str, int], tuple[Take, ...]] = {}
    for take in takes:
        place = (take.source.kind, take.source.rank)
        by_place[place] = (*by_place.get(place, ()), take)
    waiting: _Awaited | None = None
    last_ns = 0
    for one in messages:
        waited_ns, last_ns = one.offset_ns - last_ns, one.offset_ns
        kind = "" if one.is_sent else kind_of(one.payload)
        own = by_place.get((kind, ranks[kind]), ())
        ranks[kind] += 1
        if waiting is not None and waiting.kind == kind and not waiting.takes:
            longest_ns = max(waited_ns, waiting.longest_ns)
            waiting = _Awaited(kind, one.payload, waiting.times + 1, longest_ns, own)
            continue
        if waiting is not None:
            yield waiting
        waiting = None if one.is_sent else _Awaited(kind, one.payload, 1, waited_ns, own)
        if one.is_sent:
            yield one
    if waiting is not None:
        yield waiting


def _expect(awaited: _Awaited) -> Iterator[str]:
    """Yield the lines that wait for messages of a kind, and take values out of the last."""
    wanted = _wanted(awaited)
    arguments = [
        *([wanted] if wanted else []),
        *([f"timeout={2 * awaited.longest_ns / NS_PER_S:.0f}"] if awaited.longest_ns > _LONG_NS else []),
        f"name={literal(awaited.kind)}",
    ]
    call = f"await ws.expect({', '.join(arguments)})"
    rest = awaited.times - (1 if awaited.takes else 0)
    if rest >= _REPEATED:
        yield f"for _ in range({rest}):"
        yield f"    {call}"
    else:
        yield from [call] * rest
    if not awaited.takes:
        return
    yield f"message = {call}"
    for take in awaited.takes:
        yield f"{take.name} = {_taken(take.source, awaited.payload)}"


def _wanted(awaited: _Awaited) -> str:
    """Return the expression of what to wait for, messages of the kind; empty for any."""
    text = awaited.payload.decode("utf-8", "replace")
    if awaited.kind == EMPTY:
        return 're.compile("^$")'
    body = body_of(awaited.payload)
    if body is None or awaited.kind == TEXT:
        packet, command = (
            re.fullmatch(r"'(\w+)'", awaited.kind),
            re.fullmatch(r"[+-]?[A-Z]{2,16}", awaited.kind),
        )
        if packet is not None:
            return f're.compile("^{packet[1]}$")'
        return literal(command[0]) if command is not None else ""
    said = saying_pair(body.content)
    if said is not None:
        found = re.search(rf'"{re.escape(said[0])}"\s*:\s*{re.escape(_json(said[1]))}(?!\d)', text)
    else:
        word = saying_word(body.content)
        keys = list(body.content) if isinstance(body.content, dict) else []
        found = (
            re.search(re.escape(_json(word if word is not None else keys[0])), text) if word or keys else None
        )
    return literal(found[0]) if found else literal(text[: len(body.prefix) + 1])


def _json(value: str | int) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _pattern(source: Source) -> str:
    """Return the pattern of a value in text, with spaces and quotes as they are."""
    return (
        f"{source.before}([^{source.after}]+)".replace(r"\ ", " ").replace('"', r"\x22").replace("'", r"\x27")
    )


def _taken(source: Source, payload: bytes) -> str:
    """Return the expression that takes a value out of the text `message`."""
    where = "message"
    if source.path is not None:
        body = body_of(payload)
        content = "message" if body is None or not body.prefix else f"message[{len(body.prefix)}:]"
        where = f"json.loads({content})" + "".join(
            f"[{literal(part) if isinstance(part, str) else part}]" for part in source.path
        )
    if not source.before:
        return where if _is_text(payload, source) else f"str({where})"
    return f're.search(r"{_pattern(source)}", {where})[1]'


def _is_text(payload: bytes, source: Source) -> bool:
    """Return whether the value is a string there, not a number."""
    body = body_of(payload)
    return body is None or source.path is None or isinstance(leaf_of(body.content, source.path), str)
