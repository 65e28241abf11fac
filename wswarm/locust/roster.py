"""What the conductor knows of each station."""

from dataclasses import dataclass, field

from wswarm.drive.clock import now_ns
from wswarm.locust import messages
from wswarm.locust.clock import SAME, Offset, bound
from wswarm.units import NS_PER_S

SILENCE_S = 8.0


@dataclass(slots=True)
class Member:
    """One station in a test.

    Attributes:
        worker: Locust's id. `name`: what reports call it.
        offset: Its clock against the conductor's, by which its times are shifted; `latest`: the surest of late.
        heard_ns: When it was last heard.
        state: The latest. `published`, `found`: once it has told.
        has_left: Whether it said goodbye.
        loss: What became of it if it was lost, else `None`.
    """

    worker: str
    name: str
    first_id: int
    offset: Offset | None = None
    latest: Offset | None = None
    heard_ns: int = field(default_factory=now_ns)
    has_begun: bool = False
    state: messages.State | None = None
    published: messages.Published | None = None
    found: messages.Found | None = None
    has_left: bool = False
    loss: str | None = None

    @property
    def ahead_ns(self) -> int:
        """How much its clock is ahead of the conductor's."""
        return self.offset.ahead_ns if self.offset is not None else 0

    @property
    def error_ns(self) -> int:
        """The most by which its shifted times are wrong."""
        begin = self.offset or SAME
        return bound(begin, self.latest) if self.latest is not None else begin.error_ns

    @property
    def is_there(self) -> bool:
        """Whether it takes part and has not been lost."""
        return self.has_begun and self.loss is None

    @property
    def is_silent(self) -> bool:
        """Whether nothing was heard of it for long."""
        return now_ns() - self.heard_ns > SILENCE_S * NS_PER_S

    @property
    def pending(self) -> int:
        """Handshakes under way."""
        return self.state.pending if self.state is not None else 0

    def open_in(self, squad: int) -> int:
        """Return how many connections of a squad are open."""
        return self.state.squads[squad].open if self.state is not None and self.state.squads else 0

    def publishers_of(self, squad: int) -> int:
        """Return how many publishers of the publishing squad are open here."""
        return self.state.publishing[squad].open if self.state is not None and self.state.publishing else 0
