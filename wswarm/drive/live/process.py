"""The front end's side of a live agent."""

from collections.abc import Iterator

from wswarm.drive import wire as framing
from wswarm.drive.child import Child
from wswarm.drive.live import wire
from wswarm.drive.started import start_agent


class LiveProcess(Child):
    """One live agent's process."""

    def __init__(self, name: str) -> None:
        super().__init__(start_agent(name, "wswarm.drive.live.agent"))

    def tell(self, command: wire.Command) -> None:
        """Send a command; an agent that is gone does not hear it."""
        self.send(framing.encode(command))

    def reports(self) -> Iterator[wire.Report]:
        """Wait for what comes next and yield each whole report; none when the agent has ended."""
        for body in self.hear():
            yield wire.decode_report(body)
