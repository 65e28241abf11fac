"""What Locust exits with, and the one line that says why."""

from pathlib import Path

import msgspec
import pytest

from tests.locust.harness import headless, locust
from tests.report import runs
from wswarm.drive.target import ReferenceApp
from wswarm.locust.outcome import exit_code
from wswarm.run import Lost

ECHO = """
from wswarm.locust import EchoUser

class Echo(EchoUser):
    rate_per_user = 10
"""
MET, MISSED = runs.objectives(("p99<1s", 0.01, True)), runs.objectives(("p99<1ms", 0.01, False))
LOSING = runs.echo(lost=3)
REFUSED = runs.echo(connections=10)
REFUSED = msgspec.structs.replace(REFUSED, connections=msgspec.structs.replace(REFUSED.connections, failed=2))


@pytest.mark.parametrize(
    ("run", "objectives", "others", "code"),
    [
        (runs.echo(), (), False, None),
        (runs.echo(slo=MET), ("p99<1s",), False, 0),
        (runs.echo(slo=MET), ("p99<1s",), True, None),
        (runs.echo(slo=MISSED), ("p99<1ms",), True, 99),
        (msgspec.structs.replace(LOSING, slo=MET), ("p99<1s",), False, None),
        (msgspec.structs.replace(LOSING, slo=MET), ("p99<1s", "lost<10"), False, 0),
        (msgspec.structs.replace(REFUSED, slo=MET), ("p99<1s",), False, None),
        (msgspec.structs.replace(REFUSED, slo=MET), ("p99<1s", "connections.failed<5"), False, 0),
        (msgspec.structs.replace(REFUSED, slo=MET), ("p99<1s", "lost<10"), False, None),
        (runs.echo(slo=MISSED, validity=runs.verdict("invalid", "why")), ("p99<1ms",), False, 98),
    ],
    ids=lambda value: str(value) if not hasattr(value, "scenario") else "run",
)
def test_objectives_decide_about_the_failures_that_they_speak_of(run, objectives, others, code):
    assert exit_code([run], objectives, has_other_errors=others) == code


def test_no_run_is_no_valid_test():
    assert exit_code([], (), has_other_errors=False) == 98


def test_losses_of_the_table_are_those_of_the_run():
    assert LOSING.messages is not None
    assert LOSING.messages.lost == Lost(disconnected=3)


@pytest.mark.slow
@pytest.mark.parametrize(("objective", "wanted"), [("p50<10s", 0), ("p50<1ns", 99)])
def test_an_objective_that_is_met_or_missed_decides_the_exit_code(
    tmp_path: Path, app: ReferenceApp, objective: str, wanted: int
) -> None:
    (tmp_path / "locustfile.py").write_text(ECHO)
    options = headless(app.url, 3, "--ws-hold", "1s", "--ws-fail", objective)
    with locust(tmp_path, "-f", "locustfile.py", *options) as one:
        code = one.ended()
        run = one.runs()["Echo"]
    assert [result.met for result in run.slo] == [wanted == 0]
    assert code == (98 if run.validity.verdict == "invalid" else wanted)


@pytest.mark.slow
def test_a_test_that_ends_while_its_users_are_still_coming_has_measured_nothing(
    tmp_path: Path, app: ReferenceApp
) -> None:
    (tmp_path / "locustfile.py").write_text(ECHO)
    options = [*headless(app.url, 50), "-r", "1", "-t", "3s"]
    with locust(tmp_path, "-f", "locustfile.py", *options) as one:
        assert one.ended() == 98
        assert "nothing measured" in one.text()


@pytest.mark.parametrize(
    ("option", "line"),
    [
        (("--ws-rate", "often"), "locust: --ws-rate: "),
        (("--ws-profile", "nope"), "locust: --ws-profile 'nope': no such profile"),
        (("--ws-fail", "p99 is fine"), "locust: --ws-fail "),
        (("--ws-hold", "0s"), "locust: --ws-hold 0s must be above 0"),
        (("-H", ""), "locust: Echo has no target: give --host"),
    ],
)
def test_an_option_that_cannot_be_is_told_in_one_line(
    tmp_path: Path, option: tuple[str, str], line: str
) -> None:
    (tmp_path / "locustfile.py").write_text(ECHO)
    with locust(tmp_path, "-f", "locustfile.py", *headless("ws://127.0.0.1:9", 1), *option) as one:
        assert one.ended() == 2
        said = one.text()
    assert line in said
    assert "Traceback" not in said
