"""Profiles of a user's own, in TOML and in Python, against the server that converses."""

from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.instrument import run
from tests.end_to_end.servers import serve
from wswarm.errors import PlanError, ResultError, SwarmError
from wswarm.experiment.own_profile import with_own_profile
from wswarm.load.plan import make_plan

TOML = """
about = "our chat"
message = '{"say":{payload},"to":"{topic|json}"}'
chatter = ['{"type":"presence"}', '{"news":[]}']
refusals = [{pattern = '{"error":"Not authorized: bad one"}', words = "$.error"}]
answers = [{to = "/^ping$/", message = "pong"}]
timers = [{every = "{beat}", message = "tick"}]
ends = "line"
subscriber_needs = ["topic"]
steps = [
  {kind = "expect", value = '{"type":"hello"}', name = "hello"},
  {kind = "take", value = "sid=$.sid"},
  {kind = "say", value = '{"token":"{token|json}","sid":"{sid}"}'},
  {kind = "expect", value = '{"type":"ack","sid":"{sid}"}', name = "login"},
]
publisher_steps = [
  {kind = "expect", value = '{"type":"hello"}', name = "hello"},
  {kind = "take", value = "sid=$.sid"},
  {kind = "say", value = '{"token":"{token|json}","sid":"{sid}"}'},
  {kind = "expect", value = '{"type":"ack","sid":"{sid}"}', name = "login"},
]
[settings]
topic = {about = "the room"}
token = {about = "of the login", is_secret = true}
beat = {about = "how often a tick is sent", default = "100ms"}
"""
PYTHON = """
import tomllib
from collections.abc import Mapping
import msgspec
from wswarm.load.profiles.protocol import Protocol

def derive(values: Mapping[str, str]) -> Mapping[str, str]:
    return {"token": values["user"].upper() + "-token"}

def wrap(said: bytes) -> bytes:
    return said.replace(b"say", b"SAY")

DATA = tomllib.loads('''IN_TOML''')
DATA["settings"] = {"topic": {"about": "the room"}, "user": {"about": "who"}, "beat": {"about": "", "default": "0"}}
PROFILE = msgspec.structs.replace(
    msgspec.convert({"name": "mine", **DATA}, Protocol), derive=derive, wrap=wrap
)
""".replace("IN_TOML", TOML.replace("\\", "\\\\"))


def written(folder: Path, name: str, content: str) -> str:
    path = folder / name
    path.write_text(content)
    return str(path)


def options(path: str, *settings: str) -> dict[str, Any]:
    return with_own_profile({"profile": path, "topic": 'room "1"', "set": settings})


def test_a_profile_in_toml_converses_answers_and_publishes(tmp_path: Path) -> None:
    path = written(tmp_path, "chat.toml", TOML)
    with serve("conversing", ping_s=0.3, pong_s=60) as server:
        found = run(
            "fanout", server.url, connections=10, rate=20, duration=1.0, **options(path, "token=abc-99")
        )
        facts = server.log()
    assert found.messages is not None
    assert (found.messages.owed, found.messages.received, found.messages.unmarked) == (200, 200, 0)
    assert found.connections.dropped == 0
    assert set(facts["tokens"]) == {"abc-99"}
    assert facts["ticks"] > 10
    assert facts["pongs"] >= 2 * 11  # whoever has not said it is not asked again
    assert (found.plan["profile"], found.plan["set"]) == (path, ["token=…"])
    assert "own" not in found.plan


def test_a_profile_in_python_has_functions_of_its_own_in_every_process(tmp_path: Path) -> None:
    path = written(tmp_path, "chat.py", PYTHON)
    with serve("conversing") as server:
        found = run("fanout", server.url, connections=5, rate=20, duration=0.5, **options(path, "user=eve"))
        facts = server.log()
    assert found.messages is not None
    assert (found.messages.owed, found.messages.received) == (50, 50)
    assert set(facts["tokens"]) == {"EVE-token"}


@pytest.mark.parametrize(
    ("name", "content", "kind", "words"),
    [
        ("a.toml", None, ResultError, "can't be read: No such file"),
        ("a.toml", "about = ", PlanError, "is not TOML"),
        ("a.toml", "abuot = 'x'", PlanError, "no key 'abuot'; the keys are name, about"),
        ("a.toml", "steps = [{kind = 'shout', value = 'x'}]", PlanError, "Invalid enum value 'shout'"),
        ("a.toml", "settings = {pin = {about = '', is_secret = true}}", PlanError, "'pin' does not say so"),
        ("a.py", "x = 1", PlanError, "has no PROFILE = Protocol"),
        ("a.py", "\nx = 1 / 0", PlanError, "line 2: ZeroDivisionError"),
        ("a.py", "\n\nx = (", PlanError, "line 3: SyntaxError"),
    ],
)
def test_a_file_that_is_no_profile_is_told_in_one_line(
    name: str, content: str | None, kind: type[SwarmError], words: str, tmp_path: Path
) -> None:
    path = str(tmp_path / name)
    if content is not None:
        written(tmp_path, name, content)
    with pytest.raises(kind) as raised:
        make_plan("connect", "ws://127.0.0.1:1", **options(path))
    assert str(raised.value).startswith(f"--profile {path}")
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)
