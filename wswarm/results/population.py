"""Sessions that come and go, as the run file has them."""

import msgspec

from wswarm.results.distribution import Distribution


class Population(msgspec.Struct, frozen=True, kw_only=True):
    """How many sessions there were.

    Attributes:
        mean: Open at once, over the hold. `expected`: arrivals per s × their mean stay.
        sessions: All that ever began. `refused`: arrivals that found as many as there may be at once.
        lifetime: Of sessions begun in the hold.
    """

    mean: float
    expected: float
    sessions: int
    refused: int
    lifetime: Distribution
