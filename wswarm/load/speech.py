"""What connections of one kind say and wait for, names in braces not yet replaced."""

from typing import NamedTuple

from wswarm.load.conversation import Conversation
from wswarm.load.fill import Values, fill_bytes
from wswarm.load.manner import Manner
from wswarm.load.message import Payload, payload_for
from wswarm.load.pattern import Matches, pattern
from wswarm.load.steps import Step
from wswarm.load.template import Opening


class Answer(NamedTuple):
    """What is said as often as a message comes that matches."""

    to: Matches
    message: Opening


class Regular(NamedTuple):
    """What is said once per `every_s` seconds."""

    every_s: float
    message: Opening


class Speech(NamedTuple):
    """What they say.

    Attributes:
        on_open: Said as soon as a connection is open.
        steps: Then followed; the connection is ready when all are done.
        message: Template of the message that carries marks.
        size: Its size in bytes, `None`: as it comes.
        refusals: What tells of a message whether it means no.
        escape: Whether messages of steps hold escapes.
        answers: To messages while the connection lasts. `timers`: what is said now and then.
        chatter: What tells of a message whether it is a part of the protocol that needs no answer.
    """

    on_open: tuple[Opening, ...]
    steps: tuple[Step, ...]
    message: bytes
    size: int | None
    refusals: tuple[Matches, ...]
    escape: bool
    answers: tuple[Answer, ...] = ()
    timers: tuple[Regular, ...] = ()
    chatter: tuple[Matches, ...] = ()

    @property
    def is_attentive(self) -> bool:
        """Whether there is something to do while a connection lasts."""
        return bool(self.refusals or self.answers or self.timers or self.chatter)

    def openings(self, values: Values) -> list[Opening]:
        """Return what one connection says as soon as it is open."""
        return [one._replace(payload=fill_bytes(one.payload, values)) for one in self.on_open]

    def conversation(self, values: dict[str, str]) -> Conversation | None:
        """Return one connection's conversation, `None` if open is ready."""
        return Conversation(self.steps, values, escape=self.escape) if self.steps else None

    def payload(self, values: Values, prefix: bytes) -> Payload:
        """Return one connection's message around its marks."""
        return payload_for(self.message, values, prefix, self.size)

    def refusal_in(self, message: bytes) -> str | None:
        """Return in the server's words what a message refuses, `None` if it does not."""
        for matches in self.refusals:
            found = matches(message)
            if found:
                text = message.decode("utf-8", "replace")
                return text if found is True or not found.groups() else found[1] or text
        return None


def speech_of(manner: Manner) -> Speech:
    """Return what connections of that manner say."""
    return Speech(
        on_open=manner.openings,
        steps=manner.steps,
        message=manner.template,
        size=manner.size,
        refusals=tuple(pattern(one, "--refuse") for one in manner.refuse),
        escape=manner.escape,
    )
