"""A user class with rooms: each user is owed what is published to its own, at whichever worker it is."""

from pathlib import Path

import pytest

from tests.end_to_end.servers import serve
from tests.locust.harness import forking, headless, locust
from wswarm.stats import extras

ROOMS, USERS, PUBLISHERS = 4, 8, 2
LOCUSTFILE = """
from wswarm.locust import WebSocketUser

class Member(WebSocketUser):
    scenario = "fanout"
    url = "{url}room/{{room}}"
    rooms = {rooms}
    publishers = {publishers}
    rate = 40
"""


@pytest.mark.parametrize("workers", [0, 2], ids=["one process", "two workers"])
def test_a_class_with_rooms_counts_what_came_into_the_wrong_one(tmp_path: Path, workers: int) -> None:
    with serve("room_relay", rooms=ROOMS, leak_every=10) as server:
        text = LOCUSTFILE.format(url=server.url, rooms=ROOMS, publishers=PUBLISHERS)
        (tmp_path / "locustfile.py").write_text(text)
        arguments = [*headless("ws://127.0.0.1", USERS), "--ws-hold", "2s", *forking(workers)]
        with locust(tmp_path, "-f", "locustfile.py", *arguments) as one:
            one.ended()
            run = one.runs()["Member"]
    found, members = run.messages, USERS // ROOMS
    assert found is not None
    assert run.fanout is not None
    assert run.rooms is not None
    assert found.owed == found.received == found.sent * members
    assert (found.lost.silent, found.duplicated, found.reordered) == (0, 0, 0)
    assert found.extra_kinds == {extras.OTHER_ROOM: found.extra}
    assert found.sent // 10 - 1 <= found.extra / members <= found.sent // 10 + 1
    assert (run.plan["publishers"], run.fanout.publishers) == (PUBLISHERS, PUBLISHERS * ROOMS)
    assert run.rooms.rooms == len(run.rooms.worst) == ROOMS
    assert sum(room.owed for room in run.rooms.worst) == found.owed
    assert sum(room.extra for room in run.rooms.worst) == found.extra
