"""The summary of a comparison."""

import msgspec
import pytest

from tests.report.comparisons import comparison_of, slices_of
from tests.report.golden import check
from tests.stats.interleaved import counted
from wswarm.report.ab.text import ab_summary
from wswarm.report.columns import WIDE

SLOWER = [1.12, 1.13, 1.125, 1.12]
SAME = [1.0, 1.002, 0.999, 1.001]


@pytest.mark.parametrize(("name", "ratios"), [("regression", SLOWER), ("same", SAME)])
def test_the_summary_reads_as_it_is_kept(name: str, ratios: list[float]) -> None:
    text = ab_summary(comparison_of(slices_of(ratios)))
    check(f"ab-{name}.txt", text)
    assert max(map(len, text.splitlines())) <= WIDE


def test_what_could_not_be_decided_is_said_loudly_with_what_to_do() -> None:
    text = ab_summary(comparison_of(slices_of([1.0, 1.2, 0.9]), is_interrupted=True))
    assert "INCONCLUSIVE (ended early)" in text
    assert "--budget" in text


def test_a_lost_message_of_head_is_the_verdict() -> None:
    slices = slices_of(SAME)
    at = next(index for index, one in enumerate(slices) if one.arm == "head")
    slices[at] = counted(slices[at], lost=1, received=999)
    text = ab_summary(comparison_of(slices))
    assert "REGRESSION: head against base" in text
    assert "head lost 1 of 48,000, base none" in text


def test_slices_that_were_left_out_are_told_with_a_reason() -> None:
    slices = slices_of(SAME)
    slices[0] = msgspec.structs.replace(slices[0], reasons=("the host took 40% of the machine's time",))
    text = ab_summary(comparison_of(slices))
    assert "1 of 96 slices were spoilt and left out: the host took 40% of the machine's time" in text


def test_a_version_that_is_compared_with_itself_is_told() -> None:
    ab = comparison_of(slices_of(SAME))
    assert "Both versions are the same" not in ab_summary(ab)
    head = msgspec.structs.replace(ab.base, arm="head")
    assert "Both versions are the same" in ab_summary(msgspec.structs.replace(ab, head=head))


def test_a_password_in_the_address_is_not_shown() -> None:
    assert "secret" not in ab_summary(comparison_of(slices_of(SAME)))


def test_what_a_server_says_cannot_drive_the_terminal() -> None:
    ab = comparison_of(slices_of(SAME))
    side = msgspec.structs.replace(ab.head, version="\x1b[2J")
    assert "\x1b" not in ab_summary(msgspec.structs.replace(ab, head=side))
