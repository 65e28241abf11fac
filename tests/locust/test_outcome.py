"""How Locust exits: invalid before missed, objectives before Locust's own count of failures."""

import msgspec
import pytest

from tests.report import runs
from wswarm.locust.master.outcome import INVALID, MISSED, exit_code, worse
from wswarm.results.run import Run, SloResult, Validity

SOUND = runs.echo()
LOSSY = runs.echo(lost=30)
REFUSED = runs.connect(connections=200, failed=20)


def judged(run: Run, *met: bool, verdict: str = "valid") -> Run:
    """Return the run with objectives of which these are met."""
    results = [
        SloResult(expression=f"objective {place}", value=1.0, met=one) for place, one in enumerate(met)
    ]
    return msgspec.structs.replace(run, slo=results, validity=Validity(verdict=verdict, reasons=[]))


@pytest.mark.parametrize(
    ("measured", "objectives", "has_other_errors", "code"),
    [
        # Nothing, or nothing that can be believed.
        ([], [], False, INVALID),
        ([], ["p99<1s"], False, INVALID),
        ([judged(SOUND, verdict="invalid")], [], False, INVALID),
        ([judged(SOUND, True, verdict="invalid")], ["p99<1s"], False, INVALID),
        ([judged(SOUND, False, verdict="invalid")], ["p99<1s"], False, INVALID),
        ([judged(SOUND), judged(SOUND, verdict="invalid")], [], False, INVALID),
        # An objective that is missed.
        ([judged(SOUND, False)], ["p99<1s"], False, MISSED),
        ([judged(SOUND, True, False)], ["p99<1s", "lost==0"], False, MISSED),
        ([judged(SOUND, True), judged(SOUND, False)], ["p99<1s"], False, MISSED),
        ([judged(SOUND, False)], ["p99<1s"], True, MISSED),
        # No objective: Locust decides, 1 if anything failed.
        ([judged(SOUND)], [], False, None),
        ([judged(LOSSY)], [], False, None),
        ([judged(SOUND, verdict="suspect")], [], False, None),
        # Objectives that are met: failures that none of them is about are Locust's to judge.
        ([judged(SOUND, True)], ["p99<1s"], False, 0),
        ([judged(SOUND, True, verdict="suspect")], ["p99<1s"], False, 0),
        ([judged(LOSSY, True)], ["p99<1s"], False, None),
        ([judged(LOSSY, True)], ["lost<50"], False, 0),
        ([judged(LOSSY, True)], ["messages.lost.silent<50"], False, 0),
        ([judged(REFUSED, True)], ["p99<1s"], False, None),
        ([judged(REFUSED, True)], ["connections.failed<=20"], False, 0),
        ([judged(REFUSED, True)], ['connections.failures."http 403"<=20'], False, 0),
        ([judged(LOSSY, True), judged(REFUSED, True)], ["lost<50"], False, None),
        ([judged(LOSSY, True), judged(REFUSED, True)], ["lost<50", "connections.failed<=20"], False, 0),
        ([judged(SOUND, True)], ["p99<1s"], True, None),
    ],
)
def test_the_exit_code(
    measured: list[Run], objectives: list[str], has_other_errors: bool, code: int | None
) -> None:
    assert exit_code(measured, objectives, has_other_errors=has_other_errors) == code


@pytest.mark.parametrize(
    ("before", "code", "wanted"),
    [
        (None, None, None),
        (None, 0, 0),
        (0, None, None),
        (0, MISSED, MISSED),
        (MISSED, 0, MISSED),
        (MISSED, INVALID, INVALID),
        (INVALID, MISSED, INVALID),
        (INVALID, None, INVALID),
        (1, 0, 1),
        (1, MISSED, MISSED),
        (3, None, 3),
    ],
)
def test_the_worst_of_several_tests_decides(before: int | None, code: int | None, wanted: int | None) -> None:
    assert worse(before, code) == wanted
