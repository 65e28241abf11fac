"""Which exit code runs deserve when several hold."""

import msgspec
import pytest

from tests.report import runs
from wswarm import exit_codes
from wswarm.results.run import Run

SOUND = runs.echo(rate=10, duration=1)
INVALID = msgspec.structs.replace(SOUND, validity=runs.verdict("invalid", "why"))
MISSED = msgspec.structs.replace(SOUND, slo=runs.objectives(("p99<1ms", 0.1, False)))
FAILED = msgspec.structs.replace(INVALID, failure="it closed 5 of 5 connections before the hold's end")


@pytest.mark.parametrize(
    ("measured", "is_interrupted", "code"),
    [
        ([SOUND], False, 0),
        ([SOUND, MISSED], False, 99),
        ([MISSED, INVALID], False, 98),
        ([INVALID, FAILED, MISSED], False, 95),
        ([SOUND, FAILED], False, 95),
        ([FAILED], True, 130),
    ],
)
def test_the_weightiest_holds(measured: list[Run], is_interrupted: bool, code: int) -> None:
    assert exit_codes.of_runs(measured, is_interrupted=is_interrupted) == code
