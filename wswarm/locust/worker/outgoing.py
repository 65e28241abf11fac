"""Commands on their way to an agent: any greenlet tells them, one writes them."""

import gevent
import gevent.queue

from wswarm.drive.fleet import wire
from wswarm.drive.fleet.fleet import AgentProcess

_MOST = 10_000
_FLUSH_S = 5.0


class Outgoing:
    """Sends commands to an agent in the order in which they were told, whoever told them.

    A thousand users may tell at once, and a socket of gevent's allows one greenlet at a time to write. Who tells
    while 10,000 commands are waiting waits too.
    """

    def __init__(self, agent: AgentProcess) -> None:
        self._agent = agent
        self._commands: gevent.queue.Queue[wire.Command] = gevent.queue.Queue(_MOST)
        self._writer = gevent.spawn(self._write)

    def tell(self, command: wire.Command) -> None:
        """Send a command; an agent that is gone does not hear it."""
        if self._writer is not None and not self._writer.dead:
            self._commands.put(command)

    def finish(self) -> None:
        """Send what was told so far, ending with `Close`, then no more; give up on an agent that does not read."""
        self.tell(wire.Close())
        self._writer.join(_FLUSH_S)
        self._writer.kill()
        while not self._commands.empty():
            self._commands.get()

    def _write(self) -> None:
        command: wire.Command | None = None
        while not isinstance(command, wire.Close) and self._agent.death is None:
            command = self._commands.get()
            self._agent.tell(command)
        if isinstance(command, wire.Close):
            self._agent.hang_up()  # its end is no death, which somebody would look into while it is being ended
