"""The verdict of a run on itself: each threshold just below and just above."""

from typing import Any

import pytest

from wswarm.results.run import Verdict
from wswarm.stats.causes import Surroundings
from wswarm.stats.random_gaps import Fit
from wswarm.stats.silence import Instead
from wswarm.stats.validity import Evidence, judge

MS = 1_000_000


def evidence(**found: Any) -> Evidence:
    """Return the evidence of a flawless echo run with median response time 5 ms, but for what is given."""
    flawless: dict[str, Any] = {
        "scenario": "echo",
        "sent_share": 1.0,
        "send_lag_ns": 100_000,
        "median_ns": 5 * MS,
        "completion_ns": 5 * MS,
        "loop_lag_ns": 100_000,
        "steal": 0.0,
        "busy": 0.5,
        "is_shared": True,
        "measured": 1000,
    }
    return Evidence(**(flawless | found))


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ({}, "valid"),
        ({"sent_share": 0.999}, "valid"),
        ({"sent_share": 0.9989}, "suspect"),
        ({"sent_share": 0.99}, "suspect"),
        ({"sent_share": 0.9899}, "invalid"),
        ({"sent_share": None}, "valid"),
        ({"send_lag_ns": MS, "median_ns": MS}, "valid"),
        ({"send_lag_ns": MS + 1, "median_ns": MS}, "suspect"),
        ({"send_lag_ns": 2 * MS, "median_ns": 20 * MS}, "valid"),
        ({"send_lag_ns": 2 * MS + 1, "median_ns": 20 * MS}, "suspect"),
        ({"send_lag_ns": 10 * MS, "median_ns": MS}, "suspect"),
        ({"send_lag_ns": 10 * MS + 1, "median_ns": MS}, "invalid"),
        ({"send_lag_ns": 20 * MS, "median_ns": 40 * MS}, "suspect"),
        ({"send_lag_ns": 20 * MS + 1, "median_ns": 40 * MS}, "invalid"),
        ({"send_lag_ns": None}, "valid"),
        ({"send_lag_ns": 11 * MS, "median_ns": None}, "invalid"),
        ({"loop_lag_ns": MS, "completion_ns": MS}, "valid"),
        ({"loop_lag_ns": MS + 1, "completion_ns": MS}, "suspect"),
        ({"loop_lag_ns": 2 * MS, "completion_ns": 20 * MS}, "valid"),
        ({"loop_lag_ns": 2 * MS + 1, "completion_ns": 20 * MS}, "suspect"),
        ({"loop_lag_ns": None}, "valid"),
        ({"completion_ns": None, "loop_lag_ns": 9 * MS}, "valid"),
        ({"arrivals": Fit(3.857, 1_000)}, "valid"),
        ({"arrivals": Fit(3.858, 1_000)}, "suspect"),
        ({"arrivals": Fit(9.0, 1_000), "waiting": "for answers"}, "valid"),
        ({"cpu_share": 0.85}, "valid"),
        ({"cpu_share": 0.851}, "suspect"),
        ({"steal": 0.05}, "valid"),
        ({"steal": 0.051}, "suspect"),
        ({"steal": None}, "valid"),
        ({"busy": 0.95}, "valid"),
        ({"busy": 0.951}, "suspect"),
        ({"busy": 1.0, "is_shared": False}, "valid"),
        ({"longest_stop_ns": 250 * MS, "stood_ns": 250 * MS}, "valid"),
        ({"longest_stop_ns": 250 * MS + 1, "stood_ns": 250 * MS + 1}, "invalid"),
        ({"longest_stop_ns": 250 * MS + 1}, "suspect"),
        ({"lost_agents": ("agent 1 was killed",)}, "invalid"),
        ({"opened_share": 0.9999}, "suspect"),
        ({"opened_share": 0.9}, "suspect"),
        ({"opened_share": 0.8999}, "invalid"),
        ({"below_zero": ("response_time -902 ms",)}, "invalid"),
        ({"squeezed": "TCP took 1,300 MB"}, "invalid"),
        ({"measured": 1}, "valid"),
        ({"measured": 0}, "invalid"),
        ({"measured": None, "scenario": "connect"}, "valid"),
        ({"measured": None, "scenario": "connect", "was_connecting": True}, "suspect"),
        ({"measured": 0, "was_connecting": True, "was_cut": True}, "invalid"),
    ],
)
def test_the_verdict_turns_at_the_documented_thresholds(found: dict[str, Any], verdict: Verdict) -> None:
    assert judge(evidence(**found)).verdict == verdict


BUSY = {"cpu_share": 0.8}
BAD = {
    "lost agent": ({"lost_agents": ("agent 1 was killed",)}, "agent 1 was killed", "run it again"),
    "stop": ({"longest_stop_ns": 3 * 10**9, "stood_ns": 3 * 10**9}, "3.00 s", "quieter machine"),
    "nothing": ({"measured": 0}, "nothing measured", "does the target answer"),
    "interrupted": (
        {"measured": 0, "was_connecting": True},
        "interrupted while connecting",
        "let the ramp end",
    ),
    "cut": ({"measured": 0, "was_cut": True}, "nothing measured", "before its hold began"),
    "few sent": ({"sent_share": 0.5, **BUSY}, "50.00%", "lower --rate"),
    "not read": ({"sent_share": 0.5, "blocked": 7}, "7 still waited for room", "lower --rate"),
    "very late": ({"send_lag_ns": 30 * MS, **BUSY}, "30.0 ms late", "--processes"),
    "few opened": ({"opened_share": 0.5, "refused": "http 503: 5"}, "50.0%", "lower -c or --connect-rate"),
    "some unsent": ({"sent_share": 0.995, **BUSY}, "99.50%", "lower --rate"),
    "late": ({"send_lag_ns": 2 * MS, **BUSY}, "2.0 ms late", "lower --rate"),
    "some unopened": ({"opened_share": 0.95}, "95.0%", "see the reasons"),
    "loop": ({"loop_lag_ns": 2 * MS, **BUSY}, "2.0 ms late", "--processes"),
    "cpu": ({"cpu_share": 0.97}, "97%", "--processes"),
    "steal": ({"steal": 0.2}, "20%", "quieter machine"),
    "busy": ({"busy": 0.99}, "99%", "use another one"),
    "clumps": (
        {"arrivals": Fit(12.34, 994), **BUSY},
        "(A² 12.3 over 994 gaps, 3.857 at most)",
        "lower --rate",
    ),
    "short of memory": (
        {"squeezed": "TCP took 1,300 MB"},
        "TCP took 1,300 MB: the kernel squeezes",
        "tcp_mem",
    ),
    "below zero": ({"below_zero": ("response_time -902 ms",)}, "response_time -902 ms", "report it"),
}


@pytest.mark.parametrize(("found", "seen", "mend"), BAD.values(), ids=list(BAD))
def test_a_reason_says_what_was_seen_and_what_to_do(found: dict[str, Any], seen: str, mend: str) -> None:
    (reason,) = judge(evidence(**found)).reasons
    assert seen in reason
    assert mend in reason


def test_a_valid_run_has_no_reasons() -> None:
    assert judge(evidence()).reasons == []


def test_the_worst_reason_decides_and_comes_first() -> None:
    judged = judge(evidence(cpu_share=0.9, measured=0))
    assert judged.verdict == "invalid"
    assert [reason.split(":")[0] for reason in judged.reasons] == [
        "nothing measured",
        "a generator process used 90% of a core",
    ]


def test_one_fault_gives_one_reason_even_when_it_passes_both_thresholds() -> None:
    assert len(judge(evidence(send_lag_ns=30 * MS)).reasons) == 1
    assert len(judge(evidence(sent_share=0.5)).reasons) == 1
    assert len(judge(evidence(opened_share=0.5)).reasons) == 1


@pytest.mark.parametrize("share", [0.9999, 0.99999])
def test_a_few_connections_that_did_not_open_are_not_called_all(share: float) -> None:
    (reason,) = judge(evidence(opened_share=share)).reasons
    assert reason.startswith("99.9%")


def test_a_lag_counts_against_the_median_and_a_loop_lag_against_the_completion() -> None:
    judged = judge(
        evidence(send_lag_ns=2 * MS, median_ns=100 * MS, loop_lag_ns=2 * MS, completion_ns=10 * MS)
    )
    assert len(judged.reasons) == 1
    assert "the generator's loop" in judged.reasons[0]


ESTABLISHED = [
    ({"send_lag_ns": 3_800_000}, "up to 3.8 ms too long, counts stand"),
    ({"loop_lag_ns": 2_500_000}, "up to 2.5 ms too long, counts stand"),
    ({"longest_stop_ns": 3 * 10**9, "stood_ns": 3 * 10**9}, "up to 3.00 s too long, counts stand"),
    ({"cpu_share": 0.9, "loop_lag_ns": 400_000}, "up to 0.4 ms too long, counts stand"),
    ({"steal": 0.1, "loop_lag_ns": None}, "an unknown amount too long, counts stand"),
    ({"busy": 0.99}, "counts stand"),
    ({"sent_share": 0.5}, "a smaller load"),
    ({"opened_share": 0.95}, "a slightly smaller load"),
]


@pytest.mark.parametrize(("found", "affected"), ESTABLISHED)
def test_a_reason_says_what_is_affected_and_by_how_much(found: dict[str, Any], affected: str) -> None:
    (reason,) = judge(evidence(**found)).reasons
    assert affected in reason


def test_two_signs_of_one_lateness_name_its_cause_once() -> None:
    around = Surroundings(wait_share=0.2)
    late, loop = judge(evidence(send_lag_ns=2 * MS, loop_lag_ns=2 * MS, around=around)).reasons
    assert "it waited for a core for 20% of the time" in late
    assert "the same cause" in loop
    assert "waited" not in loop


def test_clumps_have_the_cause_of_the_lateness_that_made_them() -> None:
    reasons = judge(evidence(send_lag_ns=2 * MS, arrivals=Fit(9.0, 500))).reasons
    assert "the same cause" in reasons[1]


def test_a_stop_for_want_of_a_core_is_told_from_one_that_nobody_explains() -> None:
    (waited,) = judge(
        evidence(longest_stop_ns=10**9, stood_ns=10**9, around=Surroundings(wait_share=0.3))
    ).reasons
    (stopped,) = judge(
        evidence(longest_stop_ns=10**9, stood_ns=10**9, around=Surroundings(wait_share=0.0))
    ).reasons
    assert "it waited for a core for 30% of the time" in waited
    assert "waited" not in stopped


def test_nothing_measured_because_the_target_hung_up_is_told_as_that() -> None:
    instead = Instead(hung_up="the target closed 5 of 5 connections before the load began (4401, after 1 ms)")
    (reason,) = judge(evidence(measured=0, was_cut=True, instead=instead)).reasons
    assert reason == f"nothing measured: {instead.hung_up}"
