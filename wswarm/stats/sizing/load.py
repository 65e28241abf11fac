"""A load that was measured, or is to come."""

from typing import NamedTuple

from wswarm.results.sizing import Cell


class Load(NamedTuple):
    """What a target has to carry.

    Attributes:
        rate: Publishes per s in all; of an echo, messages.
        fanout: Subscribers of each publish; of an echo 1.
        size: Bytes of a message.
        handshakes: Per s.
        readers: Processes that read for clients; 0: each client reads for itself.
    """

    workers: int
    connections: int
    rate: float
    fanout: int
    size: int
    handshakes: float = 0.0
    readers: int = 0

    @property
    def deliveries(self) -> float:
        """Per s."""
        return self.rate * self.fanout


def load_of(cell: Cell) -> Load:
    """Return the load that a cell had."""
    fanout = max(1, round(cell.deliveries / cell.rate)) if cell.rate else cell.fanout
    return Load(cell.workers, cell.connections, cell.rate, fanout, cell.size, cell.handshakes, cell.readers)
