"""Why sessions failed: in the first line of what they raised, without secrets, bounded."""

import json

import pytest

from wswarm.drive.said import KEPT
from wswarm.drive.script.reasons import Reasons, SessionFailed


class Silent(Exception):  # noqa: N818 - an exception that can't even be shown
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("bad\nworse"), "ValueError: bad"),
        (KeyError("name"), "KeyError: 'name'"),
        (RuntimeError(), "RuntimeError"),
        (SessionFailed("no seat left"), "no seat left"),
        (SessionFailed(""), "failed"),
        (ExceptionGroup("several", [ExceptionGroup("more", [OSError("gone")])]), "OSError: gone"),
        (SystemExit(3), "SystemExit: 3"),
        (Silent(), "Silent"),
        (ValueError("\nworse"), "ValueError"),
        (ValueError("a\x1b[2Jb"), "ValueError: a\\x1b[2Jb"),
        (ValueError("x" * 500), "ValueError: " + "x" * 187 + "…"),
    ],
)
def test_a_reason_is_the_exception_s_name_and_first_line(error: BaseException, reason: str) -> None:
    reasons = Reasons({})
    reasons.note(error, {})
    assert reasons.counts == {reason: 1}


def test_alike_ones_are_counted_and_those_beyond_the_first_kinds_are_one() -> None:
    reasons = Reasons({})
    for number in range(KEPT + 10):
        reasons.note(ValueError(number), {})
        reasons.note(ValueError("again"), {})
    assert len(reasons.counts) == KEPT + 1
    assert reasons.counts["ValueError: again"] == KEPT + 10
    assert reasons.counts["other"] == 11


def test_neither_the_settings_secrets_nor_values_of_the_data_are_told() -> None:
    reasons = Reasons({"headers": ("Authorization: Bearer hunter22",)})
    reasons.note(ValueError("hunter22 and bob@example.org in"), {"mail": "bob@example.org", "x": "in"})
    assert reasons.counts == {"ValueError: … and … in": 1}


@pytest.mark.parametrize("value", ['{"pin": "12"}', 'se"cr{e}t', "first\nsecond", "gr\u00fc\u00df dich"])
def test_a_value_is_not_told_however_it_is_written(value: str) -> None:
    for text in (value, json.dumps(value), f"{value}{'x' * 10_000}", f"{'x' * 3_995}{value}"):
        reasons = Reasons({})
        reasons.note(ValueError(text), {"v": value})
        assert not any(value[:5] in reason or value[-5:] in reason for reason in reasons.counts)
