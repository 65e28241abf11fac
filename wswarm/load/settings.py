"""Every setting of one measurement."""

from typing import Literal

from wswarm.load.changing import Changing
from wswarm.load.role import ROLES, Role
from wswarm.load.script import SESSION
from wswarm.load.steps import Step
from wswarm.results.scenario import BROADCASTS, Scenario


class Settings(Changing, frozen=True, kw_only=True):
    """A manner, and the load: every setting of one measurement; times in s, rates per s over all connections.

    Attributes:
        connections: Sockets; in `fanout` the subscribers, publishers come on top.
        rate: Messages per s in all; `None` sends none (`connect`) or as fast as replies come (`closed`).
        duration: The hold.
        drain: Longest wait for what is still owed after the hold.
        seed: Of random arrivals; `None`: chosen at random when the run begins.
        script: File of which each connection lives a function, `session`.
        sessions: Sessions per s that begin at random instants, each on a connection of its own, of which there are at
            most `connections` at once; `None`: each connection lives one.
        recording: File with a recorded WebSocket that each connection plays; `socket` says which of several,
            `speed` how many times as fast.
        trace: Connections of each kind whose conversation is shown.
        processes: Agents that hold the connections; `None`: one per 10,000.
        publishers: Of each room.
        publisher_url: Where publishers connect to; `None`: where the subscribers do. `publisher_headers`: theirs
            alone, in place of those of the same name; `publisher_steps` in place of the conversation before the load.
        publish: Method and address of the requests that publish, in place of sockets; `None`: sockets do.
            `publish_body` and `publish_headers` are theirs.
    """

    scenario: Scenario
    connections: int
    rate: float | None = None
    duration: float = 10.0
    warmup: float = 1.0
    drain: float = 5.0
    connect_rate: float = 500.0
    arrivals: Literal["constant", "poisson"] = "constant"
    pacing: Literal["auto", "exact", "batched"] = "auto"
    seed: int | None = None
    processes: int | None = None
    publishers: int = 1
    publisher_url: str | None = None
    publisher_headers: tuple[str, ...] = ()
    publisher_steps: tuple[Step, ...] = ()
    publish: str | None = None
    publish_body: str | None = None
    publish_headers: tuple[str, ...] = ()
    closed: bool = False
    target_pid: int | None = None
    slo: tuple[str, ...] = ()
    script: str | None = None
    session: str = SESSION
    sessions: float | None = None
    recording: str | None = None
    socket: str | None = None
    speed: float = 1.0
    trace: int = 0

    @property
    def roles(self) -> tuple[Role, ...]:
        """What its connections are for."""
        if self.scenario == "churn" and self.rate is None:
            return ROLES["connect"]
        return ROLES[self.scenario] if self.publish is None else ("subscribe",)

    @property
    def is_published(self) -> bool:
        """Whether broadcasts are published, by an agent of its own."""
        return self.scenario in BROADCASTS and not (self.scenario == "churn" and self.rate is None)

    @property
    def expected_at_once(self) -> float:
        """How many connections there are at once: in churn on the average, if there may be as many."""
        if self.scenario != "churn" or self.sessions is None:
            return self.connections
        return min(self.sessions * self.stay, self.connections)
