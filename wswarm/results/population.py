"""Sessions that come and go, as the run file has them."""

import msgspec

from wswarm.results.distribution import Distribution


class Population(msgspec.Struct, frozen=True, kw_only=True):
    """How many sessions there were.

    Attributes:
        mean: Open at once, over the hold; `None` without one. `expected`: arrivals per s × their mean stay.
        sessions: All that ever began, those that were there before the load included.
        refused: All that did not: the target would not have them (see `connections.failures`), or there were as many
            as there may be, before the load or later.
        lifetime: Of sessions that began in the hold, from open to the end; of who was there until its end, as drawn.
    """

    mean: float | None
    expected: float
    sessions: int
    refused: int
    lifetime: Distribution
