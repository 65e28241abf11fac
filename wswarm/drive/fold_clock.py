"""When to fold what was captured."""

from wswarm.drive.clock import now_ns

_ENOUGH = 4_096  # a fold delays what is due meanwhile: rarely and for 1 ms, rather than often
_MUCH = 8_192
_IDLE_LAG_NS = 300_000
_FOLD_NS = 500_000_000


class FoldClock:
    """Says when to fold what was captured: when the loop is idle, when there is much, and now and then."""

    def __init__(self) -> None:
        self._folded_ns = now_ns()

    def is_time(self, waiting: int, lag_ns: int) -> bool:
        """Return whether to fold now.

        Args:
            waiting: Messages captured since the last time.
            lag_ns: How late the loop is.
        """
        now = now_ns()
        is_time = (
            waiting >= _MUCH
            or (waiting >= _ENOUGH and lag_ns < _IDLE_LAG_NS)
            or now - self._folded_ns >= _FOLD_NS
        )
        if is_time:
            self._folded_ns = now
        return is_time
