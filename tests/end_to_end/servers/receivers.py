"""Who receives what a client sends, under numbers that stay."""

from collections.abc import Iterator

from tests.end_to_end.servers.connection import Connection, PicowsServer


class Receivers:
    """Numbers receivers 1, 2, 3 … in order of connecting, publishers in order of their first message.

    A receiver is a client that has sent nothing so far and is not the sender. It gets its number with the
    first message that reaches it and keeps it when others leave. Until ``publishers`` clients have sent, nobody
    can be told from a receiver and all go by the number 0. The first ``skip_first`` connections (by order of
    connecting) never receive, nor do those after the next ``limit``.
    """

    def __init__(
        self, server: PicowsServer, skip_first: int = 0, limit: int | None = None, publishers: int = 1
    ) -> None:
        self._server, self._expected = server, publishers
        self._candidates = range(skip_first + 1, 2**62 if limit is None else skip_first + limit + 1)
        self._receivers: dict[Connection, int] = {}
        self._publishers: dict[Connection, int] = {}
        self._numbered = 0

    @property
    def publishers(self) -> int:
        """Clients that have sent a message."""
        return len(self._publishers)

    @property
    def receivers(self) -> int:
        """Receivers that were ever given a number."""
        return self._numbered

    def publisher_number(self, sender: Connection) -> int:
        """1 for the first client that sent a message, and so on; ``sender`` is no receiver from now on."""
        return self._publishers.setdefault(sender, len(self._publishers) + 1)

    def receivers_of(self, sender: Connection) -> Iterator[tuple[int, Connection]]:
        """Number and connection of everyone who is to receive what ``sender`` has just sent."""
        self.publisher_number(sender)
        for connection in tuple(self._server.open):
            if connection not in self._publishers and connection.number in self._candidates:
                yield self._number(connection), connection

    def _number(self, connection: Connection) -> int:
        if len(self._publishers) < self._expected:
            return 0
        if connection not in self._receivers:
            self._numbered += 1
            self._receivers[connection] = self._numbered
        return self._receivers[connection]
