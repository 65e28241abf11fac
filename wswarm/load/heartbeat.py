"""Pings of protocols that want an answer, and what answers them: a replay answers one when it comes."""

from typing import Any

from wswarm.load.kinds import body_of, saying_pair

_LONGEST = 4_096
_ENGINE_IO = {b"2": b"3"}
_CENTRIFUGO = {b"{}": b"{}"}
_WORDS = {"ping": "pong"}


def ping_in(payload: bytes) -> str | None:
    """Return what a ping is called, the same for any two that are answered alike; `None`: it is no ping."""
    if len(payload) > _LONGEST:
        return None
    if payload in _ENGINE_IO or payload in _CENTRIFUGO:
        return payload.decode()
    said = _said(payload)
    return said if said is not None and said.rpartition("=")[2].lower() in _WORDS else None


def is_pong(ping: bytes, answer: bytes) -> bool:
    """Return whether a message answers a ping."""
    if ping in _ENGINE_IO or ping in _CENTRIFUGO:
        return answer in (_ENGINE_IO.get(ping), _CENTRIFUGO.get(ping))
    asked, said = _said(ping), _said(answer)
    if asked is None or said is None or ping_in(ping) is None:
        return False
    key, _, word = asked.rpartition("=")
    return said.lower() == f"{key}{'=' if key else ''}{_WORDS[word.lower()]}".lower()


def _said(payload: bytes) -> str | None:
    """Return the word that a message says what it is with, its key before it in JSON; `None` if it has none."""
    body = body_of(payload)
    if body is None:
        text = payload.decode("utf-8", "replace").strip()
        return text if text.isascii() and text.isalpha() else None
    pair: tuple[str, Any] | None = saying_pair(body.content) if not body.prefix else None
    return f"{pair[0]}={pair[1]}" if pair is not None else None
