"""What a test that fails tells: the objective, the summary, the app's log, and no more."""

import pytest

from tests.pytest_plugin.suites import run, suite

pytest_plugins = ["pytester"]

INI = "ws_app = service:app"


def test_a_missed_objective_is_named_with_its_value_above_the_summary(pytester: pytest.Pytester) -> None:
    suite(
        pytester,
        """
def test_slow(ws_swarm):
    result = ws_swarm.echo("/ws", **BRIEF)
    assert result.meets("p50<0.001ms", "lost==0")
""",
        ini=INI,
    )
    result = run(pytester, "--junit-xml=junit.xml")
    result.assert_outcomes(failed=1)
    result.stdout.re_match_lines(
        [
            r"E +(AssertionError: )?assert <missed: p50<0.001ms \(was \S+ [mµ]?s\)(; .*)?",
            r"-+ wswarm echo ws://127.0.0.1:\d+/ws -+",
            r"wswarm echo · ws://127.0.0.1:\d+/ws",
            r"Connections",
            r"  opened +4 ",
            r"FAILED test_service.py::test_slow - (AssertionError: )?assert <missed: .*",
        ]
    )
    assert "Connections" in (pytester.path / "junit.xml").read_text()


def test_a_run_of_a_fixture_is_shown_by_each_test_that_judges_it(pytester: pytest.Pytester) -> None:
    suite(
        pytester,
        """
import pytest
@pytest.fixture(scope="module")
def found(ws_swarm):
    return ws_swarm.echo("/ws", **BRIEF)
def test_one(found):
    assert found.meets("lost>0")
def test_two(found):
    assert not found.meets("lost>0")
def test_three(found):
    assert found.run.messages.sent == 1
""",
        ini=INI,
    )
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=2)
    assert str(result.stdout).count("wswarm echo · ") == 1


def test_an_app_that_can_t_be_imported_is_told_by_its_last_words_once(pytester: pytest.Pytester) -> None:
    suite(
        pytester,
        """
def test_one(ws_server): pass
def test_two(ws_server): pass
def test_three(ws_swarm): ws_swarm.echo("/ws")
""",
        ini="ws_app = broken:app",
    )
    (pytester.path / "broken.py").write_text("import a_module_that_nobody_has\n")
    result = run(pytester)
    result.assert_outcomes(errors=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "the app 'broken:app' did not start: it ended with exit code 1; its last words:",
            "  ModuleNotFoundError: No module named 'a_module_that_nobody_has'",
            "*ERROR at setup of test_two*",
            "the app 'broken:app' did not start: *(told before)",
        ]
    )
    text = str(result.stdout)
    told, _, _ = text.partition("short test summary info")  # which CI has pytest print in full
    assert told.count("ModuleNotFoundError: No module named") == 1
    assert "def ws_server" not in text
    assert "pytest_plugin.py" not in text


def test_an_app_that_does_not_start_says_why(pytester: pytest.Pytester) -> None:
    told = {
        "service:nothing": '*Attribute "nothing" not found in module "service".*',
        "no-such-program {port}": "the app's command 'no-such-program {port}' can't be started: *",
        "python -c pass": "*the command 'python -c pass' has no {port}: *",
    }
    suite(pytester, "", ini="ws_scope = module")
    fixture = "import pytest\n@pytest.fixture(scope='module')\ndef ws_app(): return "
    for number, app in enumerate(told):
        pytester.makepyfile(**{f"test_{number}": f"{fixture}{app!r}\ndef test_one(ws_server): pass\n"})
    result = run(pytester)
    result.assert_outcomes(errors=len(told))
    for line in told.values():
        result.stdout.fnmatch_lines([line])


def test_an_app_that_does_not_listen_in_time_says_what_it_said(pytester: pytest.Pytester) -> None:
    ini = 'ws_app = sh -c "echo waiting; sleep 60; : {port}"\nws_start_timeout = 1'
    suite(pytester, "def test_one(ws_server): pass", ini=ini)
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*does not listen on port * after 1 s; its last words:"])


def test_what_the_app_logged_during_a_test_is_shown_when_that_fails(pytester: pytest.Pytester) -> None:
    suite(
        pytester,
        """
def test_first(ws_swarm):
    ws_swarm.connect("/loud", connections=1, duration=0.1)
def test_second(ws_swarm):
    ws_swarm.connect("/loud", connections=2, duration=0.1)
    assert False, "on purpose"
""",
        ini=INI,
    )
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*log of the app 'service:app'*", "somebody came in"])
    assert str(result.stdout).count("somebody came in") == 2


def test_an_app_that_ended_is_not_measured_again(pytester: pytest.Pytester) -> None:
    suite(
        pytester,
        """
def test_kills(ws_swarm):
    assert not ws_swarm.echo("/fatal", **BRIEF).meets("lost==0")
def test_after(ws_swarm):
    ws_swarm.echo("/ws", **BRIEF)
""",
        ini=INI,
    )
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E*TargetError: the app 'service:app' has ended with exit code 3*"])


def test_a_mistake_of_the_test_s_author_ends_at_his_own_line(pytester: pytest.Pytester) -> None:
    told = {
        "found.meets('p99 is fine')": "*PlanError: objective 'p99 is fine' is not an objective: *",
        "found.meets('nonsense<3')": "*PlanError: objective 'nonsense<3': a run file has no number *",
        "found.meets()": "*PlanError: no objective: write *",
        "ws_swarm.echo('/ws', haste=3)": "*PlanError: no option 'haste'; the options are *",
    }
    found = (
        "import pytest\n@pytest.fixture(scope='module')\n"
        "def found(ws_swarm): return ws_swarm.echo('/ws', **BRIEF)\n"
    )
    tests = [f"def test_{n}(ws_swarm, found):\n    assert {line}\n" for n, line in enumerate(told)]
    suite(pytester, found + "".join(tests), ini=INI)
    result = run(pytester)
    result.assert_outcomes(failed=len(told))
    for line in told.values():
        result.stdout.fnmatch_lines([line])
    assert "testing.py" not in str(result.stdout)
    assert "def _measure" not in str(result.stdout)
