"""How far a model is off where it has not been measured."""

import msgspec
import numpy as np
import pytest

from benchmarks.simulate_sizing import ABOUT, NOISES, cells_of, server_of
from tests.report.sized import model
from wswarm.errors import GeneratorError
from wswarm.results.sizing import Cell, HeldOut
from wswarm.stats.sizing.delay import Seen
from wswarm.stats.sizing.fit import model_of
from wswarm.stats.sizing.heldout import doubts, errors_of, missing

pytestmark = pytest.mark.xdist_group("forecasts")


@pytest.fixture(scope="module")
def unseen() -> list[Cell]:
    return [one for one in cells_of(NOISES["none"], np.random.default_rng(1)) if one.held_out]


def seen(cells: list[Cell]) -> list[Seen]:
    """Cells of whose publishes nobody knows when they came."""
    return [Seen(one) for one in cells]


def test_a_server_that_is_known_exactly_is_off_by_nothing_but_chance(unseen: list[Cell]) -> None:
    found = errors_of(server_of(), seen(unseen), seed=1)
    assert found.cpu_error == pytest.approx(0, abs=1e-9)
    assert found.p50_error == pytest.approx(0, abs=0.08)
    assert doubts(found) == []


def test_the_greatest_error_counts(unseen: list[Cell]) -> None:
    dear = msgspec.structs.replace(unseen[0], cpu=(2 * unseen[0].cpu[0],), connections=2100)
    assert errors_of(server_of(), seen([*unseen, dear]), seed=1).cpu_error == pytest.approx(0.5, abs=0.03)


def test_starts_of_one_load_count_by_their_mean(unseen: list[Cell]) -> None:
    pair = [msgspec.structs.replace(unseen[0], cpu=(unseen[0].cpu[0] * factor,)) for factor in (0.8, 1.2)]
    assert errors_of(server_of(), seen(pair), seed=1).cpu_error == pytest.approx(0, abs=1e-9)


def test_without_cells_that_were_held_out_nothing_is_known() -> None:
    found = errors_of(server_of(), [], seed=1)
    assert found == HeldOut(cpu_error=None, p50_error=None, p99_error=None)
    assert len(doubts(found)) == 3


@pytest.mark.parametrize(
    ("errors", "words"),
    [
        ((0.10, 0.25, 0.25), []),
        ((0.101, 0.2, 0.2), ["CPU"]),
        ((0.05, 0.26, 0.3), ["p50", "p99"]),
        ((0.05, None, 0.1), ["no held-out load has a p50"]),
    ],
)
def test_beyond_its_bounds_a_fit_is_not_validated(errors: tuple[float | None, ...], words: list[str]) -> None:
    why = doubts(HeldOut(cpu_error=errors[0], p50_error=errors[1], p99_error=errors[2]))
    assert [word in told for word, told in zip(words, why, strict=True)] == [True] * len(words)


def test_a_model_keeps_what_it_was_made_from_and_why_it_is_doubted() -> None:
    cells = [msgspec.structs.replace(one, p99=None) if one.held_out else one for one in model().cells]
    found = model_of(ABOUT._replace(reasons=("one start only",)), cells, seed=3)
    assert (found.validated, found.cells) == (False, tuple(cells))
    assert found.reasons == ("no held-out load has a p99", "one start only")
    assert found.measured == model().measured


def test_a_model_one_of_whose_held_out_loads_was_not_measured_is_not_validated(unseen: list[Cell]) -> None:
    cells = cells_of(NOISES["none"], np.random.default_rng(1))
    loads = len({(one.workers, one.connections, one.rate) for one in unseen})
    whole = model_of(ABOUT._replace(held_out=loads), cells, seed=1)
    assert (whole.validated, whole.reasons) == (True, ())
    first = (unseen[0].workers, unseen[0].connections, unseen[0].rate)
    rest = [one for one in cells if not one.held_out or (one.workers, one.connections, one.rate) != first]
    cut = model_of(ABOUT._replace(held_out=loads), rest, seed=1)
    assert (cut.validated, cut.reasons) == (
        False,
        (f"only {loads - 1} of {loads} held-out loads was measured",),
    )


def test_a_held_out_load_without_times_is_told_by_them(unseen: list[Cell]) -> None:
    load = (unseen[0].connections, unseen[0].rate)
    untimed = [
        msgspec.structs.replace(one, p99=None) if (one.connections, one.rate) == load else one
        for one in unseen
    ]
    loads = len({(one.workers, one.connections, one.rate) for one in unseen})
    assert missing(unseen, loads) == []
    assert missing(untimed, loads) == [f"only {loads - 1} of {loads} held-out loads has a p99"]


def test_cells_that_are_not_valid_tell_nothing() -> None:
    spoilt = msgspec.structs.replace(model().cells[0], valid=False, cpu=(50.0,), connections=9999)
    assert model_of(ABOUT, [*model().cells, spoilt], seed=3).cpu == model().cpu


def test_two_loads_are_too_few() -> None:
    with pytest.raises(GeneratorError, match="2 loads were measured, at least 3 are needed"):
        model_of(ABOUT, model().cells[:4])
