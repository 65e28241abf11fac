"""What a run file holds of broadcasts that were published by HTTP."""

import msgspec

from wswarm.results.distribution import Distribution


class Publish(msgspec.Struct, frozen=True, kw_only=True):
    """How the requests of the hold ended.

    Attributes:
        requests: Those that were sent.
        statuses: By the status of their answer (`200`), or why there was none: `timeout`, `refused`, `reset`,
            `closed` (without a word), `no answer` (until shortly before the drain's end), …
        response_time: From when each was due to its answer's head, whatever the status.
    """

    requests: int
    statuses: dict[str, int]
    response_time: Distribution
