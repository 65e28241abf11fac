"""Lost and duplicated messages: a regression at once where base has none."""

import msgspec
import pytest

from tests.stats.interleaved import counted, experiment, swapped
from wswarm.stats.compare.faults import Faults, compare_faults
from wswarm.stats.compare.slices import Slice


def lossy(base: list[int], head: list[int], kind: str = "lost") -> list[Slice]:
    """Return slices whose first of each arm and generation lost so many messages."""
    left = {("base", at): lost for at, lost in enumerate(base)}
    left |= {("head", at): lost for at, lost in enumerate(head)}
    return [
        counted(one, **{kind: left.pop((one.arm, one.generation), 0)})
        for one in experiment([1.0] * len(base))
    ]


def compared(slices: list[Slice], kind: str = "lost", is_look: bool = True) -> Faults:
    """Return the comparison at the default alpha."""
    return compare_faults(slices, kind, 0.01, is_look=is_look)


@pytest.mark.parametrize("kind", ["lost", "duplicated"])
@pytest.mark.parametrize("is_look", [True, False])
def test_one_message_of_head_where_base_has_none_is_a_regression_without_statistics(
    kind: str, is_look: bool
) -> None:
    found = compared(lossy([0], [1], kind), kind, is_look)
    assert found.verdict == "regression"
    assert found.reason == f"head {kind} 1 of 12,000, base none"
    assert found.head_share == pytest.approx(1 / 12_000)


def test_where_head_has_none_there_is_no_regression() -> None:
    assert compared(lossy([0, 0], [0, 0])).verdict == "no regression"
    assert compared(lossy([3, 0], [0, 0])).verdict == "no regression"


@pytest.mark.parametrize(
    ("base", "head", "verdict"),
    [
        ([20, 21, 19, 20], [60, 62, 61, 60], "regression"),
        ([60, 62, 61, 60], [20, 21, 19, 20], "improved"),
        ([20, 21, 19, 20], [21, 20, 20, 19], "no regression"),
        ([1, 0, 0, 0], [0, 2, 0, 0], "inconclusive"),
        ([200, 0, 0, 0], [0, 0, 900, 0], "inconclusive"),
        ([1], [900], "inconclusive"),
    ],
)
def test_where_both_lose_the_shares_are_compared_by_generation(
    base: list[int], head: list[int], verdict: str
) -> None:
    found = compared(lossy(base, head))
    assert found.verdict == verdict
    assert found.reason.startswith(f"both versions lost messages: base {sum(base)}, head {sum(head)}")


def test_where_both_lose_nothing_is_judged_between_looks() -> None:
    assert compared(lossy([20, 21, 19, 20], [60, 62, 61, 60]), is_look=False).verdict == "inconclusive"


def test_losses_in_a_slice_that_the_generator_spoilt_are_left_out_and_told() -> None:
    slices = [
        msgspec.structs.replace(one, reasons=("stood still",)) if one.counts.lost else one
        for one in lossy([0, 0], [7, 0])
    ]
    found = compared(slices)
    assert (found.verdict, found.head, found.head_left_out) == ("no regression", 0, 7)
    assert found.reason == "head lost none of 23,000; in spoilt slices base 0, head 7"


def test_swapping_the_versions_turns_a_regression_of_both_into_an_improvement() -> None:
    slices = lossy([20, 21, 19, 20], [60, 62, 61, 60])
    assert (compared(slices).verdict, compared(swapped(slices)).verdict) == ("regression", "improved")


def test_what_too_much_load_loses_is_no_fault() -> None:
    slices = [msgspec.structs.replace(one, load="overload") for one in lossy([0, 0], [9, 0])]
    assert compared([*lossy([0, 0], [0, 0]), *slices]).verdict == "no regression"
