"""The few figures that one looks for first."""

import pytest

from tests.report import churned, runs, stormed
from wswarm.report.highlights import highlights
from wswarm.results.run import Run


@pytest.mark.parametrize(
    ("run", "first"),
    [
        (
            stormed.storm(never=20),
            [("back", "480 of 500"), ("T50", "1.31 s"), ("T90", "1.86 s"), ("bystanders p99", "81.0 ms")],
        ),
        (stormed.nobody_dropped(), [("delivery p50", "12.9 ms")]),
        (runs.slow(), [("penalty", "1.5 ×"), ("disconnected", "1 of 2")]),
        (churned.churn(), [("sessions at once", "1,006 of 1,000"), ("refused", "0")]),
        (runs.echo(), [("response p50", "465 µs")]),
        (runs.connect(), [("handshake p50", "1.09 ms")]),
    ],
    ids=["storm", "no storm", "slow", "churn", "echo", "connect"],
)
def test_what_the_scenario_is_about_comes_first(run: Run, first: list[tuple[str, str]]) -> None:
    found = highlights(run)
    assert found[0][0] == "opened"
    assert found[1 : len(first) + 1] == first


def test_a_fan_out_has_what_it_lost() -> None:
    assert highlights(runs.fanout(lost=3))[-1] == ("lost", "3")
