"""A timer that shows figures."""

import pytest

import wswarm


def test_a_round_lasts_as_long_as_its_figure() -> None:
    clock = wswarm.FigureClock("p99")
    before = clock()
    clock.advance(0.25)
    assert clock() - before == 0.25
    assert clock() == clock()


@pytest.mark.parametrize("figure", [None, 0.0, -1.0, float("nan")])
def test_a_round_without_a_figure_is_refused(figure: float | None) -> None:
    with pytest.raises(ValueError, match=r"^p99: the round gave"):
        wswarm.FigureClock("p99").advance(figure)
