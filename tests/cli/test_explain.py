"""`wswarm explain` knows what reports print: reasons of failed handshakes, close codes, verdicts, objectives."""

import re
from typing import Any

import pytest

from tests.drive import rfc
from tests.stats.test_causes import CASES
from tests.stats.test_validity import BAD, evidence
from wswarm.cli import pages
from wswarm.cli.explain import explanations
from wswarm.drive.drivers.connection import _CERTIFICATE_REASONS, _OS_REASONS
from wswarm.errors import PlanError
from wswarm.experiment.mends import _BY_REASON
from wswarm.results.probe import Probe
from wswarm.stats import belief, slo
from wswarm.stats.drift import Drift
from wswarm.stats.drops import CLOSE_MEANINGS, OTHER, OURS
from wswarm.stats.random_gaps import Fit
from wswarm.stats.validity import judge

HANDSHAKES = {
    *(answer.outcome for answer in rfc.ANSWERS if answer.outcome != "opens"),
    *_OS_REASONS.values(),
    *_BY_REASON,
    *(f"tls certificate: {kind}" for kind in _CERTIFICATE_REASONS.values()),
    *("http 403", "http 418", "tls: wrong version number", "tls: handshake timed out", "bad upgrade", OTHER),
    *("redirect: in a circle", "redirect: more than 5", "redirect: to an unknown host"),
    *("no answer to the login", "step 2: no answer", "step 3: no token in the message"),
    *("closed 4401 token expired", "step 1: closed 1008", "closed 1006"),
}
VERDICTS: list[dict[str, Any]] = [
    *(found for found, _, _ in BAD.values()),
    {"longest_stop_ns": 3 * 10**9},
    {"blocks": (("chat.py:7", 10**9),), "longest_stop_ns": 10**9},
    {"scenario": "connect", "measured": None, "was_connecting": True},
    {"arrivals": Fit(9.0, 1_000)},
]
DOUBTS = belief.Beliefs(
    probe=Probe(verdict="late", ratio=2.0, later=0.002, later_low=0.001),
    drift=Drift(-0.3, -0.4, -0.2),
    thrown_away=7,
    repeated=3,
)
OBJECTIVES = (
    *("n too small: needs 381, had 100", "not measurable", "the target's process is not known"),
    *("no such figure in this run", "nothing was measured", "less than the clocks of two machines can tell"),
    *("3 of 50 dropped clients never came back", "it may be among the reasons that are counted as other"),
    "handshakes failed for a reason that is none of the documented ones: strange",
)


def heads(what: str) -> list[str]:
    """What the explanations are about."""
    return [one.partition(": ")[0] for one in explanations(what)]


def numberless(text: str) -> str:
    return re.sub(r"[\d,.]+", "n", text.lower())


@pytest.mark.parametrize("reason", sorted(HANDSHAKES))
def test_every_reason_of_a_failed_handshake_is_explained(reason: str) -> None:
    assert any(head.startswith(reason.split(":")[0].split(" ")[0]) for head in heads(reason))


@pytest.mark.parametrize("found", VERDICTS, ids=str)
def test_every_reason_of_a_verdict_is_explained(found: dict[str, Any]) -> None:
    for reason in judge(evidence(**found)).reasons:
        assert any(numberless(head) in numberless(reason) for head in heads(reason)), reason


def test_every_doubt_and_every_cause_of_lateness_is_explained() -> None:
    for reason in (*belief.doubts(DOUBTS), *(case[3] for case in CASES.values())):
        assert explanations(reason)


@pytest.mark.parametrize("why", OBJECTIVES)
def test_why_an_objective_has_no_value_is_explained(why: str) -> None:
    assert explanations(why)


def test_what_may_be_counted_by_an_objective_is_explained() -> None:
    for name in re.sub(r"\(\?:[^)]*\)\?", "", slo.DOCUMENTED.pattern).split("|"):
        reason = name.replace(r"\d+", "503").removesuffix(".*")
        assert ".*" in reason or explanations(reason), reason


@pytest.mark.parametrize("code", [*range(1000, 1017), 2999, 3000, 3003, 3008, 3999, 4000, 4999])
def test_every_close_code_is_explained(code: int) -> None:
    assert all(head.startswith("close code") for head in heads(str(code)))
    assert explanations(f"{code} as the target says it") == explanations(f"close code {code}")


def test_close_codes_are_called_as_in_reports() -> None:
    for code, meaning in CLOSE_MEANINGS.items():
        assert f": {meaning}" in explanations(code)[0]
    assert explanations(OURS)


@pytest.mark.parametrize("said", ["http 403", "HTTP 403", "exit code 98", "98", "waited for a core"])
def test_what_is_asked_for_is_found_as_people_write_it(said: str) -> None:
    assert explanations(said)


def test_what_one_page_alone_tells_is_found_there() -> None:
    assert explanations("happy eyeballs")[-1].endswith("'wswarm help connecting'.")


@pytest.mark.parametrize("said", ["zzz", "5000", "999"])
def test_what_is_not_known_is_no_reason(said: str) -> None:
    with pytest.raises(PlanError, match="nothing is known of"):
        explanations(said)


def test_rows_of_reasons_can_be_asked_for_as_they_are_written() -> None:
    for cells in pages.rows(pages.page("reasons")):
        for key in re.findall(r"`([^`]+)`", cells[0]) or [cells[0].split(" ")[0]]:
            assert explanations(key), key
