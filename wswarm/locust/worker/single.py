"""A single user that Locust runs without a test around it (`run_single_user`): no report says what became of it."""

import logging
from collections import Counter

from wswarm.drive.fleet import wire
from wswarm.errors import TargetError
from wswarm.experiment.observe import refusal_of
from wswarm.locust.words import in_locusts_words
from wswarm.locust.worker.seat import Seat

_log = logging.getLogger(__name__)


def explain(seat: Seat, group: wire.Group) -> None:
    """Say in the log why the user's connection is not there.

    Raises:
        SystemExit: it never was; with 1.
    """
    manner = (seat.own or group).manner
    if seat.failure is None:
        _log.error("%s: the connection to %s was lost: %s", group.name, manner.address, seat.lost)
        return
    refusal = refusal_of(manner, Counter([seat.failure]), {})
    _log.error("%s: %s", group.name, in_locusts_words(refusal))
    raise SystemExit(TargetError.exit_code)
