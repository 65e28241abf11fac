"""What a replay plays: a recording with places for what is secret, and for what the server has to give again."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from json import dumps
from keyword import iskeyword
from urllib.parse import urlsplit, urlunsplit

import msgspec

from wswarm.load.given import LEAST, Given, Source, given
from wswarm.load.heartbeat import is_pong, ping_in
from wswarm.load.kinds import body_of, kind_of
from wswarm.load.placed import Placed, forms, split
from wswarm.load.recording import Recorded, Recording
from wswarm.load.withheld import Secret, is_secret, secrets_of

_IN_BRACES = re.compile(rb"\{(\w+)\}")
_RESERVED = {
    "id",
    "room",
    "session",
    "marker",
    "ws",
    "json",
    "re",
    "at",
}  # a place's, or a written script's own

Part = bytes | str
"""Bytes as they were recorded, or the name of a value."""


class Turn(msgspec.Struct, frozen=True, array_like=True):
    """One message to send.

    Attributes:
        offset_ns: After the connection opened.
        after: How many messages were received before it was sent.
        is_json: Whether values in it are JSON's, escaped as such.
        literals: What stands before, between and after the values.
        needs: The names of these.
        answers: What the ping is called that it answers, see `load.heartbeat`; `None`: it answers none.
    """

    offset_ns: int
    after: int
    is_binary: bool
    is_json: bool
    literals: tuple[bytes, ...]
    needs: tuple[str, ...] = ()
    answers: str | None = None

    @property
    def parts(self) -> list[Part]:
        """The message in parts, without empty ones."""
        first, *rest = self.literals
        pairs = zip(self.needs, rest, strict=True)
        return [part for part in (first, *(one for pair in pairs for one in pair)) if part]

    def payload(self, values: Mapping[str, str]) -> bytes:
        """Return the message with these values."""
        return b"".join(
            part if isinstance(part, bytes) else self._filled(values[part]) for part in self.parts
        )

    def _filled(self, value: str) -> bytes:
        return (dumps(value, ensure_ascii=False)[1:-1] if self.is_json else value).encode("utf-8", "replace")


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """One message that is received.

    Attributes:
        after: How many turns were sent before it, those that answer pings not counted.
        is_first: Whether it is the first after the last of them: what that one was answered with, if it was.
        is_ping: Whether it is a ping that was answered: how many of them come is the server's affair.
    """

    kind: str
    after: int
    is_first: bool
    is_ping: bool = False


class Take(msgspec.Struct, frozen=True, array_like=True):
    """A value to take from a message that is received."""

    name: str
    source: Source


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded WebSocket, ready to be played.

    Attributes:
        url: With `{name}` for each secret in it; so are `headers` (`Name: value`), `cookies` and `subprotocols`.
        turns: What is sent, in order.
        answers: What is received, in order.
        secrets: Value by name. `where`: in words where each stands.
        length_ns: From the opening to the last message.
        has_times: Whether the offsets were recorded; else a turn waits for what was received before it.
    """

    url: str
    headers: tuple[str, ...]
    cookies: tuple[str, ...]
    subprotocols: tuple[str, ...]
    origin: str | None
    turns: tuple[Turn, ...]
    takes: tuple[Take, ...]
    answers: tuple[Answer, ...]
    secrets: dict[str, str]
    where: dict[str, str]
    length_ns: int
    has_times: bool


def score_of(recording: Recording) -> Score:
    """Return the recording with places for its secrets and for the values that the server gave."""
    opening = [recording.url, *(value for _, value in recording.headers), *recording.cookies]
    from_server = given(recording.messages, [*opening, *recording.subprotocols])
    secrets = secrets_of(recording, [one.text for one in from_server])
    named = _named(recording, secrets, from_server)
    withheld = {secret.value: named[secret.value] for secret in secrets}
    turns = tuple(_turns(recording.messages, named, from_server))
    return Score(
        url=_in_url(recording.url, withheld),
        headers=tuple(f"{name}: {_in_header(name, value, withheld)}" for name, value in recording.headers),
        cookies=tuple(_in_cookie(cookie, withheld) for cookie in recording.cookies),
        subprotocols=tuple(
            f"{{{withheld[one]}}}" if one in withheld else one for one in recording.subprotocols
        ),
        origin=recording.origin,
        turns=turns,
        takes=tuple(Take(named[one.text], one.source) for one in from_server),
        answers=tuple(_answers(recording.messages, turns)),
        secrets={name: value for value, name in withheld.items()},
        where={named[secret.value]: secret.where for secret in secrets},
        length_ns=recording.length_ns,
        has_times=recording.has_times,
    )


def _named(recording: Recording, secrets: Sequence[Secret], from_server: Sequence[Given]) -> dict[str, str]:
    """Return a name for each value, that no other has and that stands in no message."""
    names: dict[str, str] = {}
    said = b"\0".join([recording.url.encode(), *(message.payload for message in recording.sent)])
    used = {name.decode() for name in _IN_BRACES.findall(said)}
    numbers: Counter[str] = Counter()
    wanted = {one.value: one.name for one in secrets} | {one.text: one.name for one in from_server}
    for value, called in wanted.items():
        word = name = _word(called)
        while name in used:
            numbers[word] += 1
            name = f"{word}_{numbers[word] + 1}"
        used.add(name)
        names[value] = name
    return names


def _word(name: str) -> str:
    """Return the name as one of a variable: `X-Api-Key` and `xApiKey` as `x_api_key`."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    word = re.sub(r"\W+", "_", apart, flags=re.ASCII).strip("_").lower()
    if not word or word[0].isdigit():
        return f"value_{word}".rstrip("_")
    return f"given_{word}" if word in _RESERVED or iskeyword(word) else word


def _turns(
    messages: Sequence[Recorded], named: Mapping[str, str], from_server: Sequence[Given]
) -> Iterator[Turn]:
    """Yield what is sent; a value of the server's has its place only in what was sent after it came."""
    since = {one.text: one.sent_from for one in from_server}
    placed = Placed(named, since)
    pongs = dict(_pongs(messages))
    received = 0
    for place, message in enumerate(messages):
        if not message.is_sent:
            received += 1
            continue
        is_json = not message.is_binary and body_of(message.payload) is not None
        literals, names = placed.split(message.payload, place)
        pinged = None if names or place not in pongs else ping_in(messages[pongs[place]].payload)
        yield Turn(message.offset_ns, received, message.is_binary, is_json, literals, names, pinged)


def _answers(messages: Sequence[Recorded], turns: Sequence[Turn]) -> Iterator[Answer]:
    answering = iter(turns)
    pings = {turn.answers for turn in turns if turn.answers is not None}
    sent = 0
    is_first = False
    for message in messages:
        if not message.is_sent:
            is_ping = ping_in(message.payload) in pings
            yield Answer(kind_of(message.payload), sent, is_first and not is_ping, is_ping)
            is_first = is_first and is_ping
        elif next(answering).answers is None:
            sent, is_first = sent + 1, True


def _pongs(messages: Sequence[Recorded]) -> Iterator[tuple[int, int]]:
    """Yield the places of messages that answer a ping, each with that of the ping."""
    waiting: int | None = None
    for place, message in enumerate(messages):
        if not message.is_sent:
            waiting = place if ping_in(message.payload) is not None else waiting
        elif waiting is not None and is_pong(messages[waiting].payload, message.payload):
            yield place, waiting
            waiting = None


def _in_header(header: str, value: str, withheld: Mapping[str, str]) -> str:
    """Return a header's value with a place for each secret: its last word if it has a name of such, or long ones."""
    last = value.split(" ")[-1] if is_secret(header) else ""
    known = {one: name for one, name in withheld.items() if len(one) >= LEAST or one == last}
    found = split(value.encode(), {form: name for one, name in known.items() for form in forms(one)})
    parts = Turn(0, 0, False, False, *found).parts
    return "".join(part.decode() if isinstance(part, bytes) else f"{{{part}}}" for part in parts)


def _in_url(url: str, withheld: Mapping[str, str]) -> str:
    """Return the address with a place for each secret of its credentials, its path and its query."""

    def placed(match: re.Match[str]) -> str:
        return f"{match[1]}{{{withheld[match[2]]}}}" if match[2] in withheld else match[0]

    parts = urlsplit(url)
    credentials, at, host = parts.netloc.rpartition("@")
    netloc = re.sub(r"(^|:)([^:]+)", placed, credentials) + at + host
    path = re.sub(r"(/)([^/]+)", placed, parts.path)
    return urlunsplit((parts.scheme, netloc, path, re.sub(r"([=])([^&;]+)", placed, parts.query), ""))


def _in_cookie(cookie: str, withheld: Mapping[str, str]) -> str:
    name, _, value = cookie.partition("=")
    return f"{name}={{{withheld[value]}}}" if value in withheld else cookie
