"""Users that speak a protocol, of a profile that is known and of one of their own."""

from pathlib import Path

import pytest

from tests.end_to_end.servers import serve
from tests.locust.harness import distributed, headless, locust

pytestmark = pytest.mark.slow

LOCUSTFILE = """
from wswarm.locust import WebSocketUser

class Listening(WebSocketUser):
    scenario, profile, rate = "fanout", {profile!r}, 20
    settings = {{"event": "said"}}
"""
OWN = """
from wswarm.load.profiles.socketio import PROFILE
"""


def test_users_speak_a_protocol(tmp_path: Path) -> None:
    (tmp_path / "locustfile.py").write_text(LOCUSTFILE.format(profile="socketio"))
    with (
        serve("socketio_relay") as server,
        locust(tmp_path, *headless(server.url.rstrip("/"), 5, "--ws-hold", "1s")) as one,
    ):
        code = one.ended()
    run = one.runs()["Listening"]
    assert code == (98 if run.validity.verdict == "invalid" else 0), one.text()
    messages = run.messages
    assert messages is not None
    assert (messages.owed, messages.received, messages.unmarked) == (100, 100, 0)


def test_users_of_many_machines_speak_a_protocol_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(OWN)
    (tmp_path / "locustfile.py").write_text(LOCUSTFILE.format(profile=str(tmp_path / "mine.py")))
    with (
        serve("socketio_relay") as server,
        distributed(tmp_path, *headless(server.url.rstrip("/"), 6, "--ws-hold", "1s")) as (master, _),
    ):
        code = master.ended()
    run = master.runs()["Listening"]
    assert code == (98 if run.validity.verdict == "invalid" else 0), master.text()
    messages = run.messages
    assert messages is not None
    assert (messages.owed, messages.received, messages.unmarked) == (120, 120, 0)


@pytest.mark.parametrize(
    ("settings", "words"),
    [("{}", "needs --event"), ('{"event": "a", "topik": "b"}', "no option 'topik'")],
)
def test_what_a_profile_lacks_is_told(settings: str, words: str, tmp_path: Path) -> None:
    file = LOCUSTFILE.format(profile="socketio").replace('{"event": "said"}', settings)
    (tmp_path / "locustfile.py").write_text(file)
    with locust(tmp_path, *headless("ws://127.0.0.1:1", 2)) as one:
        assert one.ended() == 2
    assert words in one.text()
