"""A look at a server: what it says by itself, and which protocols it answers."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from wswarm.drive.clock import now_ns
from wswarm.drive.fleet import wire
from wswarm.drive.fleet.fleet import Fleet, Followed
from wswarm.drive.fleet.started import start_agents
from wswarm.drive.trace import WITH_IT
from wswarm.experiment.filling import addresses_of, variables_of
from wswarm.load.manner import Manner
from wswarm.load.marker import prefix_for
from wswarm.load.profiles import NAMES, protocol_named
from wswarm.load.profiles.protocol import Protocol
from wswarm.load.steps import Step
from wswarm.results.progress import Traced
from wswarm.units import NS_PER_S

PLAIN, ECHO = "", "what it is sent"
WORDS = "wswarm looks whether this comes back"

Spoken = tuple[bool | None, str]
_REFERENCE = ("echo", "items", "chat")
_BEFORE_ANY_WORD = (
    *(
        "http ",
        "timeout",
        "reset",
        "refused",
        "tls",
        "redirect",
        "no http",
        "bad upgrade",
        "no answer",
        "closed ",
    ),
    *("subprotocol", "host unreachable", "network unreachable", "step "),
)
_STEP = re.compile(r"^step \d+: ")
_ASKED, _BINARY = "GET ", "binary "
_AGREED = "open, subprotocol "
_LISTEN_S = 0.1
_TRACED = 1_000
_TELLING = 16  # characters: what is shorter may come from anywhere
_GRACE_S = 0.3  # what is given up is heard of a moment later


class Look(NamedTuple):
    """What one connection saw.

    Attributes:
        name: What was tried.
        lines: What was said and heard.
        failure: Why it did not become ready; `None` if it did, or nothing was decided.
        is_ready: Whether it did all that the protocol wants before the load.
        code: Close code, if the target closed it.
    """

    name: str
    lines: tuple[Traced, ...]
    failure: str | None
    is_ready: bool
    code: str | None

    def words(self, kind: str) -> list[str]:
        """Return what was said (`>`), heard (`<`), or became of it (`*`)."""
        return [line.words.removeprefix(_BINARY) for line in self.lines if line.kind == kind]

    @property
    def said(self) -> str:
        """What the target said when it refused, "" if nothing."""
        told = [line.removeprefix(WITH_IT) for line in self.words("*") if line.startswith(WITH_IT)]
        return told[-1] if told else ""

    @property
    def opened_at(self) -> str | None:
        """Path and query at which it opened, if it did."""
        told = self.words("*")
        asked = [words.removeprefix(_ASKED) for words in told if words.startswith(_ASKED)]
        return asked[-1] if asked and any(words.startswith("open") for words in told) else None


def look(tries: Mapping[str, Manner], patience_s: float) -> list[Look]:
    """Return what connections see that are opened side by side, one for each of the tries, after so many seconds.

    Raises:
        PlanError: a variable is not set. TargetError: there is no such host. GeneratorError: no agent can be started.
    """
    first = next(iter(tries.values()))
    addresses, variables = addresses_of(first), variables_of(first)
    group = wire.Group(
        name="inspect",
        role="connect",
        manner=first,
        addresses=addresses,
        values=variables,
        is_followed=True,
        traced=_TRACED,
    )
    with Fleet(start_agents(1, has_publisher=False), has_publisher=False) as fleet:
        (agent,) = fleet.holders
        heard = _Heard()
        agent.on_traced, agent.on_followed = heard.note, heard.follow
        agent.tell(wire.Begin(groups=[group], prefix=prefix_for(0)))
        while not agent.is_ready and agent.death is None:
            fleet.listen(_LISTEN_S)
        heard.since_ns = now_ns()
        for number, manner in enumerate(tries.values(), 1):
            agent.tell(wire.Join(group=0, ids=[number], manner=manner, addresses=addresses))
        end_ns = now_ns() + round(patience_s * NS_PER_S)
        while (left_ns := end_ns - now_ns()) > 0 and agent.death is None:
            fleet.listen(min(_LISTEN_S, left_ns / NS_PER_S))
        agent.tell(wire.Close())
    return [heard.look(name, number) for number, name in enumerate(tries)]


class Found(NamedTuple):
    """What a server does.

    Attributes:
        plain: What a connection saw that said nothing, but for what others of ours had said.
        echoes: Whether it sent a plain message back. `relays`: to another connection.
        spoken: Per protocol whether it is spoken, `None` where nothing tells, and why.
        protocols: What was tried.
        opens_at: Path and query at which it opened to somebody, if not where the plain connection asked.
    """

    plain: Look
    echoes: bool
    relays: bool
    spoken: dict[str, Spoken]
    protocols: dict[str, Protocol]
    opens_at: str | None = None


def inspect(manner: Manner, patience_s: float) -> Found:
    """Return what the server does to which the manner leads, after so many seconds.

    Raises:
        PlanError: a variable is not set. TargetError: there is no such host. GeneratorError: no agent can be started.
    """
    manner = msgspec.structs.replace(manner, connect_timeout=patience_s)
    named = manner.profile is not None
    plain = msgspec.structs.replace(manner, profile=None, own=None, topic=None, event=None, set=())
    echo = msgspec.structs.replace(plain, steps=(*plain.steps, Step("say", WORDS), Step("expect", WORDS)))
    names = [manner.profile] if named else [name for name in NAMES if name not in _REFERENCE]
    asked = {name: _asking(manner if named else plain, name) for name in names if name}
    protocols = {name: _protocol_of(one) for name, one in asked.items()}
    seen = {one.name: one for one in look({PLAIN: plain, ECHO: echo, **asked}, patience_s + _GRACE_S)}
    relayed = (line.kind == "<" and WORDS in line.words for line in seen[PLAIN].lines)
    return Found(
        _by_itself(seen.values()),
        seen[ECHO].is_ready,
        any(relayed),
        _without_substitutes(
            {
                name: _is_spoken(seen[name], one, _answers_to_others(seen, name))
                for name, one in protocols.items()
            }
        ),
        protocols,
        _address_that_opens(seen),
    )


def _answers_to_others(seen: Mapping[str, Look], name: str) -> set[str]:
    """Return what the server has said to those who did not speak this protocol."""
    return {
        words
        for other, one in seen.items()
        if other != name and name != _better(other) and other != _better(name)
        for words in one.words("<")
    }


def _better(name: str) -> str:
    """Return the protocol that one is looked for in the place of, if there is such."""
    return protocol_named(name).instead_of if name in NAMES else ""


def _address_that_opens(seen: Mapping[str, Look]) -> str | None:
    """Return path and query at which a connection opened, if it was another address than that of the plain one."""
    if seen[PLAIN].opened_at is not None:
        return None
    return next(filter(None, (one.opened_at for one in seen.values())), None)


def _without_substitutes(spoken: dict[str, Spoken]) -> dict[str, Spoken]:
    """Return them without those whose better is spoken."""
    return {name: told for name, told in spoken.items() if not spoken.get(_better(name), (False, ""))[0]}


def _asking(manner: Manner, name: str) -> Manner:
    """Return how a server is asked whether it speaks a protocol."""
    asking = msgspec.structs.replace(manner, profile=name)
    lines = () if manner.topic else _protocol_of(asking).inspection
    steps = tuple(Step(line.kind, line.value) for line in lines)
    return msgspec.structs.replace(asking, steps=(*manner.steps, *steps))


def _protocol_of(manner: Manner) -> Protocol:
    return manner.protocol or protocol_named(manner.profile or "")


def _by_itself(seen: Iterable[Look]) -> Look:
    """Return what the first of them saw, without what the others said and the server passed on as it was."""
    plain, *others = seen
    said = [words for one in others for words in one.words(">")]
    lines = [line for line in plain.lines if line.kind != "<" or not _repeats(line.words, said)]
    return plain._replace(lines=tuple(lines))


def _repeats(heard: str, said: Iterable[str]) -> bool:
    """Return whether it holds something said, which is no accident: both sides of NATS say `PING`, and `PONG`."""
    return any(len(words) >= _TELLING and words in heard for words in said)


def _is_spoken(seen: Look, protocol: Protocol, answers_to_others: set[str]) -> Spoken:
    """Return whether a protocol is spoken, and why that can be said."""
    heard, said = seen.words("<"), seen.words(">")
    agreed = [words.removeprefix(_AGREED) for words in seen.words("*") if words.startswith(_AGREED)]
    if any(_repeats(words, said) for words in heard):
        return False, "it sends back what it is sent"
    if seen.failure is not None and not seen.failure.startswith(_BEFORE_ANY_WORD):
        if said and heard and heard[-1] in answers_to_others:
            return False, f"it says the same to others: {seen.failure}"
        return True, f"it refuses in its words: {seen.failure}"
    if seen.failure is not None and agreed and seen.failure.startswith("closed "):
        return True, f"it agrees on subprotocol {agreed[0]}, and then: {seen.failure}"
    if seen.failure is not None or not seen.is_ready:
        return False, _STEP.sub("", seen.failure or "no answer")
    if not protocol.steps or not heard:
        return None, "it opens, and nothing is said before there is a topic"
    return True, f"it answers as it should: {heard[-1]}"


class _Heard:
    """What the agent has told of each connection.

    Attributes:
        since_ns: When they were begun.
    """

    def __init__(self) -> None:
        self.since_ns = 0
        self._lines: dict[int, list[Traced]] = {}
        self._decided: dict[int, str | None] = {}
        self._codes: dict[int, str | None] = {}

    def note(self, told: wire.Traced) -> None:
        """Take in a line."""
        after_s = (told.moment_ns - self.since_ns) / NS_PER_S
        line = Traced(told.connection, after_s, told.kind, told.words)
        self._lines.setdefault(told.connection - 1, []).append(line)

    def follow(self, told: Followed) -> None:
        """Take in what became of a connection."""
        if isinstance(told, wire.Joined):
            self._decided[told.row] = told.failure
        elif isinstance(told, wire.Ended):
            self._codes[told.row] = told.code

    def look(self, name: str, row: int) -> Look:
        """Return what the connection in a row saw."""
        failure = self._decided.get(row)
        is_ready = row in self._decided and failure is None
        return Look(name, tuple(self._lines.get(row, ())), failure, is_ready, self._codes.get(row))
