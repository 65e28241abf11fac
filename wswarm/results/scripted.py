"""What a run file holds of a script: its sessions, and the steps that they took."""

import msgspec

from wswarm.results.distribution import Distribution


class Sessions(msgspec.Struct, frozen=True, kw_only=True):
    """How often the script's function was lived, or the recording played, over the whole run.

    Attributes:
        started: Sessions begun, each on an open connection; neither finished nor failed are those that the run's end
            cut off.
        finished: Those that came to their end. `failed`: those that ended with an exception or `ws.fail`.
        failures: Failed ones by the exception's name and first line, or by what `ws.fail` said; of a
            replay by the message that was not sent.
        refused: Arrivals that found as many sessions as there may be at once, and were not begun.
    """

    started: int
    finished: int
    failed: int
    failures: dict[str, int]
    refused: int = 0


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the sessions, over the whole run.

    Attributes:
        count: How often it was taken to its end: answered, or failed for want of an answer, in time or until the run
            ended; of a replay messages of the recording of that kind, came or not.
        failed: Times that it was not answered.
        time: From the session's last send to the answer's frame; without a send, from the call. n = answered; of a
            replay those that were the first to come after a message was sent.
    """

    count: int
    failed: int
    time: Distribution
