"""What a hub has done, in plain integers: cheap enough for every message."""

from dataclasses import dataclass


@dataclass(slots=True)
class HubCounters:
    """Counts since the hub was made, but for the four gauges; only the event loop's thread changes them.

    Attributes:
        connections: gauge: clients in the hub now.
        connections_total: clients that ever joined.
        messages: broadcasts and personal messages handed to the hub.
        deliveries: messages handed to the server, one per recipient.
        outbox_messages: gauge: messages waiting for clients that are slow, over all of them.
        outbox_bytes: gauge: their size; a broadcast that waits for ten clients counts ten times.
        dropped: messages that a full outbox gave up, one per recipient.
        slow_closes: clients closed because their outbox was full.
        send_errors: clients removed because a send failed in a way that a peer's leaving does not explain.
        fanouts: broadcasts that have been offered to all of their recipients.
        fanout_ns: ns from their publication to their last recipient, summed; other work in between counts.
        fanouts_waiting: gauge: broadcasts published and not yet offered to all of their recipients.
    """

    connections: int = 0
    connections_total: int = 0
    messages: int = 0
    deliveries: int = 0
    outbox_messages: int = 0
    outbox_bytes: int = 0
    dropped: int = 0
    slow_closes: int = 0
    send_errors: int = 0
    fanouts: int = 0
    fanout_ns: int = 0
    fanouts_waiting: int = 0
