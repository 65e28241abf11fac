"""Measured figures in the tables and files of pytest-benchmark, which knows timers only."""


class FigureClock:
    """A timer for pytest-benchmark that shows measured figures instead of the time: one round, one figure.

    ::

        p99 = FigureClock("p99")

        @pytest.mark.benchmark(group="fan-out p99", timer=p99)
        def test_p99(benchmark, ws_swarm):
            benchmark.pedantic(
                lambda: p99.advance(ws_swarm.fanout("/ws/{id}").run.fanout.delivery_time.p99), rounds=5
            )
    """

    def __init__(self, name: str) -> None:
        self.__name__ = name  # what pytest-benchmark stores as the timer
        self._now = 0.0

    def __call__(self) -> float:
        return self._now

    def advance(self, figure: float | None) -> None:
        """Go on by a figure: of a time in seconds.

        Raises:
            ValueError: there is no such figure: the sample was too small, or nothing was measured.
        """
        if figure is None or not figure > 0:
            raise ValueError(
                f"{self.__name__}: the round gave {figure}, no figure above 0: make its load longer"
            )
        self._now += figure
