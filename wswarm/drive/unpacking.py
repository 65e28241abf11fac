"""Messages out of frames, on a socket: for connections whose protocol puts several into one, or one into several."""

from wswarm.drive.drivers.connection import Connection, Events
from wswarm.load.profiles.reader import Reader


class Unpacking:
    """One connection's: whoever hears it gets messages for frames.

    What the protocol wants answered at once is answered, marks or not; other connections know nothing of all this.
    """

    __slots__ = ("_connection", "_early", "_feed", "_take", "_unmarked")

    def __init__(self, reader: Reader) -> None:
        self._feed = reader.feed
        self._connection: Connection | None = None
        self._early = b""

    def events(self, after: Events) -> Events:
        """Return what the connection tells its owner so that these hear its messages."""
        self._take, self._unmarked = after.take, after.unmarked
        return after._replace(take=self._take_frame, frames=None)

    def answer_on(self, connection: Connection) -> None:
        """Answer on this connection from now on."""
        self._connection = connection
        if self._early:
            self._say(self._early)

    def _take_frame(self, row: int, frame: bytes) -> bool:
        messages, answer = self._feed(frame)
        for message in messages:
            if not self._take(row, message):
                self._unmarked(message)
        if answer:
            self._say(answer)
        return True

    def _say(self, answer: bytes) -> None:
        if self._connection is None:
            self._early += answer
        elif self._connection.is_open:
            self._connection.say(answer, is_binary=True)
