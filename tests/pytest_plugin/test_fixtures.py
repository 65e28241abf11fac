"""The app under test and its swarms, in suites as users would write them."""

from importlib.metadata import entry_points

import psutil
import pytest

from tests.pytest_plugin.suites import BRIEF, FASTAPI, run, suite

pytest_plugins = ["pytester"]

MEASURES = """
def test_echo(ws_swarm):
    result = ws_swarm.echo("/ws", **BRIEF)
    assert result.run.messages.received == 50
    assert not result.meets("lost>0")
"""


def test_installing_the_package_gives_the_fixtures() -> None:
    (found,) = [entry for entry in entry_points(group="pytest11") if entry.name == "wswarm"]
    assert found.value == "wswarm.testing.plugin"


def test_each_scenario_and_bytes_measure_the_app_and_what_it_costs(pytester: pytest.Pytester) -> None:
    suite(
        pytester,
        """
def test_all(ws_swarm, ws_server):
    found = [ws_swarm.connect("/ws", connections=4, duration=0.2), ws_swarm.echo("ws", **BRIEF),
             ws_swarm.fanout("/chat", **BRIEF), ws_swarm.echo("/bytes", text=b"\\x00\\xff{marker}", **BRIEF),
             ws_swarm.churn("/ws", sessions=20, stay=0.5, duration=1),
             ws_swarm.slow("/chat", slow=0.25, pairs=1, swallows=0, **BRIEF)]
    assert [result.run.scenario for result in found] == ["connect", "echo", "fanout", "echo", "churn", "slow"]
    assert found[4].run.population.sessions == 30
    assert (found[5].run.penalty.slow, found[5].run.penalty.healthy, found[5].run.penalty.pairs) == (1, 3, 1)
    assert found[2].run.messages.received == 200
    assert found[3].run.messages.received == 50
    assert all(result.run.target.pid == ws_server.pid for result in found)
    assert found[1].summary.startswith("wswarm echo · " + ws_server.url + "/ws")
    assert repr(found[1]).startswith("<wswarm echo ws://127.0.0.1:")
    brief = {"connections": 4, "rate": 50, "warmup": 0.1, "before": 0.1, "after": 0.1}
    restarted = ws_swarm.storm("/chat", how="restart", reconnect="fixed:100ms", **brief)
    assert (restarted.run.recovery.dropped, restarted.run.recovery.recovered) == (4, 4)
    assert restarted.run.target.pid != ws_server.pid
    assert ws_server.is_running
""",
        service=FASTAPI,
    )
    run(pytester, "--ws-app", "service:app", autoload=True).assert_outcomes(passed=1)


def test_publishers_may_be_told_another_path_of_the_app_or_one_for_requests(
    pytester: pytest.Pytester,
) -> None:
    suite(
        pytester,
        """
def test_all(ws_swarm, ws_server):
    by_http = ws_swarm.fanout("/chat", publish="POST /publish", publish_body='{"text": "{marker}"}', **BRIEF).run
    assert (by_http.publish.statuses, by_http.messages.received) == ({"202": 50}, 200)
    assert by_http.plan["publish"] == f"POST {ws_server.http_url}/publish"
    elsewhere = ws_swarm.fanout("/chat?of=listeners", publisher_url="/chat?of=speakers", **BRIEF).run
    assert elsewhere.messages.received == 200
    assert elsewhere.plan["publisher_url"] == f"{ws_server.url}/chat?of=speakers"
""",
    )
    run(pytester, "--ws-app", "service:app").assert_outcomes(passed=1)


def test_the_app_can_be_named_in_every_way(pytester: pytest.Pytester) -> None:
    """By the configuration, here a command, and by a module's own fixture; by a fixture of the session elsewhere."""
    command = "python -m uvicorn service:app --log-level warning --port {port}"
    suite(pytester, MEASURES, ini=f"ws_app = {command}\nws_scope = module")
    words = ["python", "-m", "uvicorn", "service:app", "--port", "{port}"]
    named = {"an_import": "service:app", "a_factory": "service:factory()", "words": words}
    fixture = "import pytest\n@pytest.fixture(scope='module')\ndef ws_app(): return "
    for name, app in named.items():
        pytester.makepyfile(**{f"test_{name}": f"BRIEF = {BRIEF}\n{fixture}{app!r}\n{MEASURES}"})
    run(pytester).assert_outcomes(passed=1 + len(named))


def test_the_app_ends_with_the_session_and_with_it_whatever_it_has_started(pytester: pytest.Pytester) -> None:
    suite(
        pytester,
        """
import pathlib, psutil
def test_pids(ws_server):
    process = psutil.Process(ws_server.pid)
    children = process.children(recursive=True)
    assert children
    pathlib.Path("pids").write_text(" ".join(str(one.pid) for one in (process, *children)))
""",
        ini='ws_app = sh -c "python -m uvicorn service:app --port {port}; true"',
    )
    run(pytester).assert_outcomes(passed=1)
    pids = [int(pid) for pid in (pytester.path / "pids").read_text().split()]
    assert len(pids) == 2
    assert [one.pid for one in psutil.process_iter() if one.pid in pids and not is_zombie(one)] == []


def is_zombie(process: psutil.Process) -> bool:
    """Whether it has ended, and only its parent, of an orphan the machine's first process, does not know yet."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_the_app_is_found_where_the_tests_find_it_and_its_environment_can_be_set(
    pytester: pytest.Pytester,
) -> None:
    suite(
        pytester,
        MEASURES
        + """
from urllib.request import urlopen
def test_environment(ws_server):
    with urlopen(ws_server.http_url + "/environment/COLOUR") as answer:
        assert answer.read() == b'"blue"'
""",
        ini="ws_app = service:app\npythonpath = src",
        conftest="import pytest\n@pytest.fixture(scope='session')\ndef ws_environment(): return {'COLOUR': 'blue'}",
    )
    (pytester.mkdir("src") / "service.py").write_text((pytester.path / "service.py").read_text())
    (pytester.path / "service.py").unlink()
    run(pytester).assert_outcomes(passed=2)


def test_two_apps_can_be_compared_by_a_parametrised_fixture(pytester: pytest.Pytester) -> None:
    suite(
        pytester,
        MEASURES + "\ndef test_server(ws_server, ws_app):\n    assert ws_server.app == ws_app\n",
        conftest="""
import pytest
@pytest.fixture(scope="session", params=["service:app", "service:factory()"])
def ws_app(request): return request.param
""",
    )
    run(pytester).assert_outcomes(passed=4)


def test_an_app_overridden_for_one_module_is_not_silently_measured_as_the_other(
    pytester: pytest.Pytester,
) -> None:
    suite(pytester, MEASURES, ini="ws_app = service:app")
    pytester.makepyfile(
        test_stranger="""
import pytest
@pytest.fixture(scope="session")
def ws_app(): return "service:factory()"
def test_other(ws_swarm):
    assert ws_swarm.app == "service:factory()"
    assert ws_swarm.echo("/ws", connections=2, duration=0.2).run.messages.lost.silent == 0
"""
    )
    refused = run(pytester)
    refused.assert_outcomes(passed=1, failed=1)
    refused.stdout.fnmatch_lines(["*overrides ws_app*service:factory()*ws_scope = module*"])
    run(pytester, "-o", "ws_scope=module").assert_outcomes(passed=2)


def test_a_whole_address_needs_no_app(pytester: pytest.Pytester) -> None:
    suite(
        pytester,
        """
def test_address(ws_server):
    pass
def test_other(ws_swarm):
    with __import__("pytest").raises(Exception, match="not one|refused"):
        ws_swarm.connect("ws://127.0.0.1:9/", connections=1, duration=0.1)
""",
    )
    result = run(pytester)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["wswarm does not know the app under test: give --ws-app *"])


def test_tests_that_measure_can_be_left_out_by_their_marker(pytester: pytest.Pytester) -> None:
    suite(pytester, MEASURES + "\ndef test_quick(): pass\n", ini="ws_app = service:app")
    run(pytester, "-m", "not wswarm").assert_outcomes(passed=1, deselected=1)
    run(pytester, "--markers").stdout.fnmatch_lines(["@pytest.mark.wswarm: *"])


def test_a_scope_that_pytest_does_not_know_is_a_usage_error(pytester: pytest.Pytester) -> None:
    suite(pytester, MEASURES, ini="ws_scope = forever")
    result = run(pytester)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*ws_scope 'forever' is none of session, package, module*"])
