"""What connections of one kind say and wait for, names in braces not yet replaced."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from wswarm.errors import PlanError
from wswarm.load.conversation import Conversation
from wswarm.load.escapes import escaped
from wswarm.load.escaping import filled_in, json_string
from wswarm.load.fill import Values, fill_bytes
from wswarm.load.manner import Manner
from wswarm.load.message import Payload, payload_for
from wswarm.load.pattern import Matches, Split, messages_in, pattern
from wswarm.load.profiles.protocol import Line, Protocol, Refusal, Wrap
from wswarm.load.profiles.reader import Lines, Reader
from wswarm.load.profiles.settings import lines_of, message_of
from wswarm.load.role import Role
from wswarm.load.steps import Step
from wswarm.load.take import take
from wswarm.load.template import Opening
from wswarm.units import parse_duration


class Answer(NamedTuple):
    """What is said as often as a message comes that matches."""

    to: Matches
    message: Opening


class Regular(NamedTuple):
    """What is said once per `every_s` seconds."""

    every_s: float
    message: Opening


class No(NamedTuple):
    """What tells of a message that it means no, and why: `None` for the pattern's group, or all of the message."""

    matches: Matches
    words: Callable[[bytes], str | None] | None = None


class Speech(NamedTuple):
    """What they say.

    Attributes:
        on_open: Said as soon as a connection is open.
        steps: Then followed; the connection is ready when all are done. `names`: of the first of them, a profile's.
        message: Template of the message that carries marks.
        size: Its size in bytes, `None`: as it comes.
        refusals: What tells of a message whether it means no.
        escape: Whether messages of steps hold escapes.
        answers: To messages while the connection lasts. `timers`: what is said now and then.
        chatter: What tells of a message whether it is a part of the protocol that needs no answer.
        split: Returns the messages in a frame. `wrap`: what is said, as it is sent; `message_wrap`: the message.
        reader: Returns what reads one connection's messages out of its frames, one by one, marks or not; `None`:
            frames are messages.
        vary: Returns the parts of a message between its marks anew for each; `None`: they are the same for all.
        is_owed: Whether marked messages are owed to them, as to all but publishers.
        not_replies: Marked messages that hold one of these are no replies.
        own_refusals: Those of the refusals that the user has given: they may be in marked messages, too.
        announced: What is said before each message; empty: nothing.
        is_confirmed: Whether the last step waits for the server to say that it has a subscriber.
    """

    on_open: tuple[Opening, ...]
    steps: tuple[Step, ...]
    message: bytes
    size: int | None
    refusals: tuple[No, ...]
    escape: bool
    answers: tuple[Answer, ...] = ()
    timers: tuple[Regular, ...] = ()
    chatter: tuple[Matches, ...] = ()
    names: tuple[str, ...] = ()
    split: Split = messages_in
    wrap: Wrap | None = None
    message_wrap: Wrap | None = None
    reader: Callable[[], Reader] | None = None
    vary: Callable[[tuple[bytes, ...]], Iterable[bytes]] | None = None
    is_owed: bool = True
    not_replies: tuple[bytes, ...] = ()
    own_refusals: tuple[No, ...] = ()
    is_confirmed: bool = False
    announced: bytes = b""

    @property
    def is_attentive(self) -> bool:
        """Whether there is something to do while a connection lasts."""
        return bool(self.refusals or self.answers or self.timers or self.chatter)

    def openings(self, values: Values) -> list[Opening]:
        """Return what one connection says as soon as it is open."""
        return [one._replace(payload=fill_bytes(one.payload, values)) for one in self.on_open]

    def said(self, message: Opening, values: Values) -> Opening:
        """Return an answer, or what is said now and then, as one connection sends it."""
        payload = fill_bytes(message.payload, values)
        return message._replace(payload=payload if self.wrap is None else self.wrap(payload))

    def conversation(self, values: dict[str, str]) -> Conversation | None:
        """Return one connection's conversation, `None` if open is ready."""
        if not self.steps:
            return None
        return Conversation(
            self.steps, values, escape=self.escape, names=self.names, split=self.split, wrap=self.wrap
        )

    def payload(self, values: Values, prefix: bytes) -> Payload:
        """Return one connection's message around its marks."""
        payload = payload_for(self.message, values, prefix, self.size, self.message_wrap)
        return payload if self.vary is None else Payload(self.vary(tuple(payload.parts)))

    def answers_to(self, message: bytes, values: Values) -> list[Opening]:
        """Return what is to be said to a message."""
        return [self.said(answer.message, values) for answer in self.answers if answer.to(message)]

    def refuses(self, message: bytes) -> bool:
        """Return whether the user says of a message that it means no."""
        return any(refusal.matches(message) for refusal in self.own_refusals)

    def refusal_in(self, message: bytes) -> str | None:
        """Return in the server's words what a message refuses, `None` if it does not."""
        for refusal in self.refusals:
            found = refusal.matches(message)
            if found:
                words = refusal.words(message) if refusal.words is not None else None
                text = words or message.decode("utf-8", "replace")
                return text if words or found is True or not found.groups() else found[1] or text
        return None


def speech_of(manner: Manner, role: Role) -> Speech:
    """Return what connections of that manner and role say."""
    own = tuple(No(pattern(one, "--refuse")) for one in manner.refuse)
    speech = Speech(
        on_open=manner.openings,
        steps=manner.steps,
        message=manner.template,
        size=manner.size,
        refusals=own,
        escape=manner.escape,
        is_owed=role != "publish",
        own_refusals=own,
        is_confirmed=bool(manner.steps) and not manner.steps[-1].kind.startswith("say"),
    )
    protocol = manner.protocol
    return speech if protocol is None else _in(protocol, speech, manner, role)


def _in(protocol: Protocol, speech: Speech, manner: Manner, role: Role) -> Speech:
    """Return the speech in a protocol."""
    values = manner.settings
    lines, is_speaking = lines_of(protocol, role, values), message_of(protocol, role) != ""

    def opening(template: str) -> Opening:
        return Opening(filled_in(template, values).encode(), protocol.is_binary)

    return speech._replace(
        steps=(*(_step(line, values, protocol, speech) for line in lines), *speech.steps),
        names=tuple(filled_in(line.name, values) for line in lines),
        message=_message(protocol, manner, role, values),
        refusals=(*speech.refusals, *(_no(one, values) for one in protocol.refusals)),
        answers=tuple(Answer(_matches(one.to, values), opening(one.message)) for one in protocol.answers),
        timers=tuple(
            Regular(every_s, opening(one.message))
            for one in protocol.timers
            if (every_s := parse_duration(filled_in(one.every, values)))
        ),
        chatter=tuple(_matches(one, values) for one in protocol.chatter),
        split=_alone,
        wrap=protocol.wrap,
        is_confirmed=speech.is_confirmed or _is_confirmed(protocol, lines),
        message_wrap=protocol.wrap if is_speaking else None,
        reader=_reader(protocol, values),
        vary=_vary(protocol, values) if is_speaking else None,
        announced=filled_in(protocol.announced, values).encode() if manner.binary and is_speaking else b"",
        not_replies=tuple(one.encode() for one in protocol.not_replies) if role == "echo" else (),
    )


def _is_confirmed(protocol: Protocol, lines: Sequence[Line]) -> bool:
    """Return whether the last line waits for what the settings say that is subscribed to."""
    is_subscription = bool(lines) and bool(lines[-1].needs or protocol.subscriber_needs)
    return is_subscription and lines[-1].kind == "expect"


def _step(line: Line, values: Mapping[str, str], protocol: Protocol, speech: Speech) -> Step:
    text = filled_in(line.value, values, is_escaped_later=line.kind == "expect")
    if line.kind != "say":
        return Step(line.kind, text)
    return Step(
        "say-binary" if protocol.is_binary else "say", escaped(text.encode()) if speech.escape else text
    )


def _message(protocol: Protocol, manner: Manner, role: Role, values: Mapping[str, str]) -> bytes:
    """Return the protocol's message around the user's."""
    template = message_of(protocol, role)
    if not template or (manner.binary and protocol.announced):
        return manner.template
    payload = _payload(protocol, manner)
    said = {name: filled_in(value, {"payload": payload}) for name, value in values.items()}
    said |= {"payload": payload, "members": payload.strip()[1:-1]}
    return filled_in(template, said).encode("utf-8", "surrogateescape")


def _payload(protocol: Protocol, manner: Manner) -> str:
    """Return the user's message as it stands in the protocol's.

    Raises:
        PlanError: it can't.
    """
    text = manner.template.decode("utf-8", "surrogateescape")
    if protocol.payload == "text":
        return text
    if manner.json is None:
        return json_string(text) if protocol.payload == "json" else f'{{"text":{json_string(text)}}}'
    if protocol.payload == "object" and not text.lstrip().startswith("{"):
        raise PlanError(f"--json {text!r} is no JSON object, which messages of profile {protocol.name!r} are")
    return text


def _matches(template: str, values: Mapping[str, str]) -> Matches:
    return pattern(filled_in(template, values, is_escaped_later=True), "--profile")


def _no(refusal: Refusal, values: Mapping[str, str]) -> No:
    matches = _matches(refusal.pattern, values)
    if refusal.words.startswith("$"):
        return No(matches, take(f"words={refusal.words}")[1])
    return No(matches, (lambda _: refusal.words) if refusal.words else None)


def _vary(
    protocol: Protocol, values: Mapping[str, str]
) -> Callable[[tuple[bytes, ...]], Iterable[bytes]] | None:
    vary = protocol.vary
    return (lambda parts: vary(parts, values)) if vary is not None else None


def _alone(message: bytes) -> list[bytes]:
    return [message]


def _reader(protocol: Protocol, values: Mapping[str, str]) -> Callable[[], Reader] | None:
    if protocol.reader is not None:
        return partial(protocol.reader, values)
    return None if protocol.ends == "frame" else partial(Lines, _ENDS[protocol.ends])


_ENDS = {"line": b"\n", "record": b"\x1e"}
