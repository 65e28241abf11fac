"""One connection's replay: what to send when, as it goes by what has come. Time comes in as a number."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from wswarm.load.given import Source, taken
from wswarm.load.heartbeat import ping_in
from wswarm.load.kinds import kind_of
from wswarm.load.score import Score

NEVER_NS = (1 << 62) - 1
PATIENCE_NS = 1_000_000_000  # without recorded times, for what came before a turn


class Due(NamedTuple):
    """A message whose turn has come; `intended_ns` is when it should have been sent."""

    intended_ns: int
    payload: bytes
    is_binary: bool


class Matched(NamedTuple):
    """A message that came as it was recorded.

    Attributes:
        place: Among the score's answers.
        after_ns: Since the turn that it is the answer to was sent; `None`: it is none, or came before.
    """

    place: int
    after_ns: int | None


class Places:
    """Where in a score messages are expected by their kind and rank, and what is taken out of them: of all players.

    Attributes:
        turns: What is sent by time. `pongs`: what is sent in answer, by the ping.
        owed: How many of the answers have to come. `expected`: places of those of each kind, in order.
        takes: By kind and rank.
    """

    def __init__(self, score: Score) -> None:
        self.score = score
        self.turns = [turn for turn in score.turns if turn.answers is None]
        self.pongs = {turn.answers: turn for turn in score.turns if turn.answers is not None}
        self.owed = sum(not answer.is_ping for answer in score.answers)
        self.expected: dict[str, list[int]] = {}
        for place, answer in enumerate(score.answers):
            self.expected.setdefault(answer.kind, []).append(place)
        self.takes: dict[tuple[str, int], list[tuple[str, Source]]] = {}
        for take in score.takes:
            self.takes.setdefault((take.source.kind, take.source.rank), []).append((take.name, take.source))


class Player:
    """Plays a score on one connection.

    Args:
        values: Of the score's secrets.
        opened_ns: When the connection opened.
        speed: Times as fast as recorded.

    Attributes:
        given: What the server gave so far, by name.
        came: Of each of the score's answers, whether it has come.
    """

    def __init__(self, places: Places, values: Mapping[str, str], opened_ns: int, speed: float = 1.0) -> None:
        self._places, self._score, self._turns, self._secrets = places, places.score, places.turns, values
        self.given: dict[str, str] = {}
        self._opened_ns, self._speed = opened_ns, speed
        self._ranks: Counter[str] = Counter()
        self._since_ns: dict[str, int] = {}  # when each value of the server's came
        self._intended_ns = self._came_ns = opened_ns
        self._looked_at = self._matched = 0
        self._sent_ns: list[int] = []
        self.came = [False] * len(self._score.answers)

    @property
    def sent(self) -> int:
        """How many turns were taken."""
        return len(self._sent_ns)

    @property
    def is_over(self) -> bool:
        """Whether all was sent, and all has come that was received in the recording."""
        return self.sent == len(self._turns) and self._matched == self._places.owed

    def is_cut_off(self, end_ns: int) -> bool:
        """Return whether the next message is not to be sent any more, as it was planned for after the end."""
        return end_ns < self.planned_ns() < NEVER_NS

    def absent(self, end_ns: int) -> list[bool]:
        """Return of each of the score's answers whether it is owed and has not come.

        What follows a message that is not to be sent any more is not owed.
        """
        sent = self.sent if self.is_cut_off(end_ns) else len(self._turns)
        return [
            not has_come and answer.after <= sent and not answer.is_ping
            for has_come, answer in zip(self.came, self._score.answers, strict=True)
        ]

    def lacks(self) -> str | None:
        """Return the name of the value that the next turn waits for, `None` if it waits for none."""
        if self.sent == len(self._turns):
            return None
        needs = self._turns[self.sent].needs
        return next((one for one in needs if one not in self.given and one not in self._secrets), None)

    def planned_ns(self) -> int:
        """Return when the next message would be sent if nothing were late; `NEVER_NS`: none is left."""
        if self.sent == len(self._turns):
            return NEVER_NS
        turn = self._turns[self.sent]
        if self._score.has_times:
            return self._opened_ns + round(turn.offset_ns / self._speed)
        if all(self.came[self._looked_at : turn.after]):
            return self._came_ns if turn.after > self._looked_at else self._opened_ns
        return self._intended_ns + PATIENCE_NS

    def planned_until(self, end_ns: int) -> int:
        """Return how many messages that have not been sent were planned up to then."""
        left = self._turns[self.sent :]
        if not self._score.has_times:
            return len(left)
        return sum(self._opened_ns + round(turn.offset_ns / self._speed) <= end_ns for turn in left)

    def due_ns(self) -> int:
        """Return when the next message is to be sent; `NEVER_NS`: none is, or it waits for a value.

        No message overtakes the one before it, which may have waited.
        """
        if self.sent == len(self._turns) or self.lacks() is not None:
            return NEVER_NS
        needs = self._turns[self.sent].needs
        given_ns = max((self._since_ns.get(name, 0) for name in needs), default=0)
        return max(self.planned_ns(), given_ns, self._intended_ns)

    def take_turn(self, now_ns: int) -> Due:
        """Return the next message, which is sent now."""
        turn = self._turns[self.sent]
        self._intended_ns = self.due_ns()
        self._looked_at = turn.after
        self._sent_ns.append(now_ns)
        return Due(self._intended_ns, turn.payload({**self._secrets, **self.given}), turn.is_binary)

    def answer_to(self, payload: bytes) -> tuple[bytes, bool] | None:
        """Return what answers a ping that has come, and whether as a binary frame; `None`: it is none."""
        ping = ping_in(payload) if self._places.pongs else None
        pong = self._places.pongs.get(ping) if ping is not None else None
        return None if pong is None else (pong.payload({}), pong.is_binary)

    def hear(self, payload: bytes, received_ns: int) -> Matched | None:
        """Take in what has come; return what it is in the recording, `None` if the recording has no more of it."""
        kind = kind_of(payload)
        rank = self._ranks[kind]
        self._ranks[kind] += 1
        for name, source in self._places.takes.get((kind, rank), ()):
            value = taken(payload, source)
            if value is not None:
                self.given[name] = value
                self._since_ns[name] = received_ns
        expected = self._places.expected.get(kind, ())
        if rank >= len(expected):
            return None
        place = expected[rank]
        self.came[place] = True
        self._matched += not self._score.answers[place].is_ping
        self._came_ns = received_ns
        return Matched(place, self._time_ns(place, received_ns))

    def _time_ns(self, place: int, received_ns: int) -> int | None:
        answer = self._score.answers[place]
        if not answer.is_first or answer.after > self.sent:
            return None
        time_ns = received_ns - self._sent_ns[answer.after - 1]
        return time_ns if time_ns >= 0 else None
