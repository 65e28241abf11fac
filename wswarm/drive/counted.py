"""How many messages a group has sent and received in the hold so far."""

import msgspec

from wswarm.drive.sender import Sender
from wswarm.results.counts import Counts
from wswarm.stats.tally import Tally


def counts_of(sender: Sender | None, tally: Tally | None) -> Counts | None:
    """Return what was sent and what came, as far as folded; `None` where neither is accounted for."""
    if sender is None and tally is None:
        return None
    received = tally.counts() if tally is not None else Counts()
    if sender is None:
        return received
    outbox = sender.outbox
    return msgspec.structs.replace(received, offered=outbox.offered, sent=outbox.sent_in_hold)
