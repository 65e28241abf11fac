"""Scripts from a test: a file, or a function beside the test."""

import pytest

from tests.pytest_plugin.suites import run, suite

pytest_plugins = ["pytester"]

TEST = """
import pytest
from words import HELLO
import wswarm

async def talk(ws: wswarm.ScriptSocket) -> None:
    await ws.request(HELLO, HELLO, name="hello")

def test_function(ws_swarm):
    result = ws_swarm.script(talk, "/ws", connections=3, duration=0.2)
    assert result.meets("sessions.finished==3", "sessions.failed==0", "steps.hello.count==3")
    assert result.run.target is not None
    assert "Steps" in result.summary

def test_file(ws_swarm, tmp_path):
    (tmp_path / "session.py").write_text("async def session(ws):\\n    ws.fail('no')\\n")
    result = ws_swarm.script(tmp_path / "session.py", "/ws", connections=2, duration=0.2)
    assert result.run.sessions.failures == {"no": 2}

def test_within(ws_swarm):
    async def session(ws): pass
    with pytest.raises(wswarm.PlanError, match="at the top level of a file"):
        ws_swarm.script(session, "/ws")
    with pytest.raises(wswarm.PlanError, match="can't be read"):
        ws_swarm.script("nowhere.py", "/ws")
"""


def test_a_script_is_a_file_or_a_function_of_one(pytester: pytest.Pytester) -> None:
    suite(pytester, TEST, ini="ws_app = service:app")
    pytester.makepyfile(words="HELLO = 'hello there'")
    run(pytester).assert_outcomes(passed=3)
