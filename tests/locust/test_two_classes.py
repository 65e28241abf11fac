"""Two user classes in one room: each knows its own publishers' broadcasts from the other's."""

from pathlib import Path

from tests.end_to_end.servers import serve
from tests.locust.harness import headless, locust
from wswarm.stats import extras

USERS = 4  # of each class
LOCUSTFILE = """
from wswarm.locust import WebSocketUser

class One(WebSocketUser):
    scenario = "fanout"
    url = "{url}"
    rate = 20

class Other(WebSocketUser):
    scenario = "fanout"
    url = "{url}"
    rate = 30
"""


def test_what_another_class_published_is_extra_and_not_a_second_copy(tmp_path: Path) -> None:
    with serve("relay") as server:
        (tmp_path / "locustfile.py").write_text(LOCUSTFILE.format(url=server.url))
        arguments = [*headless("ws://127.0.0.1", 2 * USERS), "--ws-hold", "2s"]
        with locust(tmp_path, "-f", "locustfile.py", *arguments) as one:
            one.ended()
            found = {name: run.messages for name, run in one.runs().items()}
    one, other = found["One"], found["Other"]
    assert one is not None
    assert other is not None
    for own, others in ((one, other), (other, one)):
        assert own.owed == own.received == own.sent * USERS
        assert (own.duplicated, own.lost.silent, own.reordered) == (0, 0, 0)
        assert own.extra_kinds == {extras.OF_OTHERS: others.sent * USERS}
