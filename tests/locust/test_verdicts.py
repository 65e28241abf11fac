"""What Locust exits with, and the one line that says why."""

import signal
from pathlib import Path

import pytest
from locust.env import Environment

from tests.locust.harness import CHAT_AND_ECHO, connections_of, headless, locust, until
from wswarm.drive.host.target import ReferenceApp
from wswarm.locust import EchoUser, plugin
from wswarm.results.run import Distribution, Run


def times(run: Run) -> list[Distribution]:
    """Return the distribution of its times, if there is one."""
    found = [run.response_time, run.fanout.delivery_time if run.fanout is not None else None]
    return [one for one in found if one is not None]


ECHO = """
from wswarm.locust import EchoUser

class Echo(EchoUser):
    rate_per_user = 10
"""


@pytest.mark.slow
def test_an_objective_that_is_missed_decides_the_exit_code(tmp_path: Path, app: ReferenceApp) -> None:
    (tmp_path / "locustfile.py").write_text(ECHO)
    objectives = ("--ws-fail", "p50<10s", "--ws-fail", "p50<0.001us")
    with locust(
        tmp_path, "-f", "locustfile.py", *headless(app.url, 3, "--ws-hold", "1s", *objectives)
    ) as one:
        code = one.ended()
        run = one.runs()["Echo"]
    assert [result.met for result in run.slo] == [True, False]
    assert run.rates is not None
    assert (run.rates.offered, run.rates.achieved) == (30, 30)
    assert code == (98 if run.validity.verdict == "invalid" else 99)


@pytest.mark.slow
def test_a_test_that_ends_while_its_users_are_still_coming_has_measured_nothing(
    tmp_path: Path, app: ReferenceApp, started_agents: None
) -> None:
    (tmp_path / "locustfile.py").write_text(CHAT_AND_ECHO)
    with locust(tmp_path, "-f", "locustfile.py", *headless(app.url, 500), "-r", "4") as one:
        until(lambda: sum(map(connections_of, one.agents())) >= 8)
        one.signal(signal.SIGTERM)
        assert one.ended() == 98
        assert "nothing measured" in one.text()
        runs, said = one.runs().values(), one.text()
    assert [run.messages and (run.messages.owed, run.messages.received) for run in runs] == [(0, 0)] * 2
    assert [time.n for run in runs for time in times(run)] == [0] * 2
    assert "connect  Echo" in said
    assert "echo     Echo" not in said


def test_an_option_that_cannot_be_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "locustfile.py").write_text(ECHO)
    options = (*headless("ws://127.0.0.1:9", 1), "--ws-fail", "p99 is fine")
    with locust(tmp_path, "-f", "locustfile.py", *options) as one:
        assert one.ended() == 2
        said = one.text()
    assert "locust: --ws-fail " in said
    assert "Traceback" not in said


def test_a_missing_target_is_told_in_one_line_before_anything_starts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Echo(EchoUser):
        pass

    environment = Environment(user_classes=[Echo], host="")
    with pytest.raises(SystemExit) as ended:
        plugin._on_init(environment, environment.create_local_runner())
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("locust: Echo has no target: give --host")
