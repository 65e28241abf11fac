"""A script as a plan names it: a file, and which of its functions one connection lives."""

import msgspec

SESSION = "session"


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """What connections do instead of a load that is known beforehand.

    Attributes:
        path: The file. `session`: the name of its function, `async def session(ws)`.
        most: Sessions at once in one agent, of those that arrive one by one; `None`: each connection has one.
        search: Where its imports are looked for, behind what is installed and what lies beside it.
        place: Of the agent among `agents`, as many as there are at most.
        is_one_clock: Whether the clock of all agents is the same, so that what one publishes can be timed at another.
        origin_ns: When the run's seconds begin to count.
    """

    path: str
    session: str = SESSION
    most: int | None = None
    search: list[str] = []
    place: int = 0
    agents: int = 1
    is_one_clock: bool = True
    origin_ns: int = 0
