"""Deliveries of which is noted, too, what each connection hears first and last."""

from wswarm.drive.account import Deliveries
from wswarm.stats.heard import Heard
from wswarm.stats.published import Published
from wswarm.stats.tally import Batch


class Hearing(Deliveries):
    """Takes the same as `Deliveries`.

    Attributes:
        heard: What it is noted in.
    """

    heard: Heard

    def publish(self, published: Published) -> None:
        """Take in what others have sent."""
        super().publish(published)
        self.heard.note_sent(published)

    def take(self, batch: Batch) -> None:
        """Take in what came."""
        super().take(batch)
        self.heard.note(batch, len(self._swarm.rows))
