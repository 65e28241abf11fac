"""What a user says for itself is used, or told: addresses, settings, a goodbye; and attributes that nobody reads."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from locust import task
from locust.env import Environment

from tests.end_to_end.servers import serve
from wswarm.drive.fleet import wire
from wswarm.errors import PlanError
from wswarm.locust import EchoUser, WebSocketUser
from wswarm.locust.manner import Own, OwnManners
from wswarm.locust.options import read_options
from wswarm.locust.order import order_for
from wswarm.locust.worker.strangers import strangers, strangers_of

HOST = "ws://127.0.0.1:9"
SCRIPT = """
import collections, gevent, itertools, sys
from locust import constant, task
from locust.env import Environment
from wswarm.locust import WebSocketUser

URL = sys.argv[1].rstrip("/")
NUMBERS, DONE = itertools.count(), collections.Counter()

class Token(WebSocketUser):
    host, url, wait_time = URL, "/token", constant(0.2)

    def on_start(self):
        self.settings = {"headers": (f"X-Token: {next(NUMBERS)}",)}
        self.connect()

    @task
    def ask(self):
        self.request("hello", "hello", name="hello")
        DONE["hello"] += 1

    def on_stop(self):
        self.send("bye")

class Elsewhere(WebSocketUser):
    host, wait_time = URL + "/nobody-asked-for-this", constant(0.1)

    @task
    def ask(self):
        for _ in range(2):
            self.connect(f"{URL}/first")
            self.request("1", "1")
        self.connect(f"{URL}/second")
        self.request("2", "2")
        DONE["all of it"] += 1
        gevent.sleep(90)

environment = Environment(user_classes=[Token, Elsewhere])  # with no events of Locust's, and none fired
runner = environment.create_local_runner()

def quit_in_the_end():
    while DONE["hello"] < 6 or DONE["all of it"] < 3:  # Locust's events leave out what is asked as the hold begins
        gevent.sleep(0.1)
    runner.quit()

runner.start(6, spawn_rate=100)
gevent.spawn(quit_in_the_end)
runner.greenlet.join()
errors = [error["msg"] for error in runner.exceptions.values()]
print("EXCEPTIONS", errors, "FAILED", environment.stats.total.num_failures)
"""


@pytest.mark.slow
def test_headers_and_addresses_of_each_user_reach_the_server_and_so_does_what_it_says_at_its_end(
    tmp_path: Path,
) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    with serve("headers_echo", keep=1_000) as server:
        done = subprocess.run(
            [sys.executable, "script.py", server.url],
            cwd=tmp_path,
            env=dict(os.environ),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    requests = server.log()["requests"]
    assert "EXCEPTIONS [] FAILED 0" in done.stdout, done.stderr
    tokens = [one for one in requests if one["path"] == "/token"]
    given = [value for one in tokens for name, value in one["headers"] if name == "X-Token"]
    assert sorted(given) == ["0", "1", "2"]
    assert [one["messages"][-1] for one in tokens] == ["bye"] * 3
    elsewhere = sorted(one["path"] for one in requests if one["path"] != "/token")
    assert elsewhere == ["/first"] * 3 + ["/second"] * 3
    assert not (tmp_path / "reports").exists()


class Member(WebSocketUser):
    url = "/ws"

    @task
    def ask(self) -> None:
        """Ask."""


class Echo(EchoUser):
    rate = 10


def own(cls: type[WebSocketUser], **attributes: Any) -> Own | None:
    """What one user says for itself whose attributes are these."""
    environment = Environment(user_classes=[cls], host=HOST)
    order = order_for(cls, cls.role(), HOST, read_options(None))
    group = wire.Group(
        name=cls.__name__, role=cls.role(), manner=order.plan.manner, addresses=[("127.0.0.1", 9)]
    )
    user = object.__new__(cls)
    vars(user).update(attributes)
    return OwnManners(environment).of(user, group)


@pytest.mark.parametrize("cls", [Member, Echo])
def test_a_user_that_says_nothing_for_itself_is_as_its_class(cls: type[WebSocketUser]) -> None:
    assert own(cls) is None
    assert own(cls, mine=1, settings={}) is None


@pytest.mark.parametrize(
    ("attributes", "url", "addresses"),
    [
        ({"url": "/ws?token=7"}, f"{HOST}/ws?token=7", [("127.0.0.1", 9)]),
        ({"url": "ws://127.0.0.2:10/x"}, "ws://127.0.0.2:10/x", [("127.0.0.2", 10)]),
        ({"host": "http://127.0.0.3:11"}, "ws://127.0.0.3:11/ws", [("127.0.0.3", 11)]),
    ],
)
def test_its_own_address_is_used(
    attributes: dict[str, Any], url: str, addresses: list[tuple[str, int]]
) -> None:
    found = own(Member, **attributes)
    assert found is not None
    assert (found.manner.url, found.addresses) == (url, addresses)


def test_its_own_settings_and_text_are_used_and_the_class_says_the_rest() -> None:
    found = own(Echo, settings={"headers": ("A: 1",), "subprotocols": ("v2",)}, text="I am {marker}")
    assert found is not None
    assert (found.manner.headers, found.manner.subprotocols, found.manner.text) == (
        ("A: 1",),
        ("v2",),
        "I am {marker}",
    )
    assert found.manner.profile == "echo"


@pytest.mark.parametrize(
    ("cls", "attributes", "told"),
    [
        (Echo, {"rate": 5}, "Echo.rate 5 is not one user's to say: give it to the class"),
        (
            Echo,
            {"settings": {"arrivals": "poisson"}},
            "Echo.settings['arrivals'] is not one user's to say: give it to the class",
        ),
        (Member, {"settings": {"header": ("A: 1",)}}, "Member: no option 'header'"),
        (Member, {"settings": {"url": "ws://x"}}, "Member.settings['url']: that is for the attribute"),
        (Member, {"url": 5}, "Member.url 5: write an address"),
    ],
)
def test_what_one_user_cannot_say_is_told(
    cls: type[WebSocketUser], attributes: dict[str, Any], told: str
) -> None:
    with pytest.raises(PlanError) as error:
        own(cls, **attributes)
    assert str(error.value).startswith(told)


class Misspelt(EchoUser):
    ulr = "/ws"
    headers = ("A: 1",)
    duration = 3
    heard = 0
    names: tuple[str, ...] = ()

    def on_mesage(self) -> None:
        """Nobody calls this."""


def test_attributes_that_nobody_reads_are_told() -> None:
    assert sorted(strangers(Misspelt)) == [
        "Misspelt.duration is not read here: that is for Locust's run time or --ws-hold",
        "Misspelt.headers is not read here: that is for settings: settings = {'headers': …}",
        "Misspelt.on_mesage is not read: did you mean on_message?",
        "Misspelt.ulr is not read: did you mean url?",
    ]
    user = object.__new__(Echo)
    vars(user).update(environment=None, heard=1, setings={}, _seat=None)
    assert strangers_of(user) == ["Echo.setings is not read: did you mean settings?"]


def test_an_attribute_set_after_connecting_is_told_where_nobody_connects_again() -> None:
    user = object.__new__(Echo)
    vars(user).update(_seat=object())
    with pytest.raises(PlanError, match=r"Echo\.url is set when the connection is open already"):
        user.url = "/elsewhere"
