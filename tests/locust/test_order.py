"""From a class and the options to what its connections do, and what is said of an attribute that can't be."""

from typing import Any

import pytest
from locust import User, task

from wswarm.errors import PlanError
from wswarm.locust import ChatUser, ConnectUser, EchoUser, ItemsUser, WebSocketUser
from wswarm.locust.options import Options
from wswarm.locust.order import Order, order_for

HOST = "ws://127.0.0.1:8000"
PLAIN = Options(
    rate=None,
    profile=None,
    text=None,
    publishers=None,
    hold=None,
    drain=5.0,
    fail=(),
    report=None,
    plots=False,
    starts_target=False,
    target_pid=None,
)


def made(base: type[WebSocketUser], **attributes: Any) -> type[WebSocketUser]:
    return type("Mine", (base,), {"abstract": False, **attributes})


def ordered(base: type[WebSocketUser], target: str | None = HOST, /, **attributes: Any) -> Order:
    user = made(base, **attributes)
    return order_for(user, user.role(), target, PLAIN)


def with_options(base: type[WebSocketUser], options: dict[str, Any], **attributes: Any) -> Order:
    user = made(base, **attributes)
    chosen = {name: getattr(PLAIN, name) for name in PLAIN.__dataclass_fields__} | options
    return order_for(user, user.role(), HOST, Options(**chosen))


@pytest.mark.parametrize(
    ("base", "role", "address"),
    [
        (EchoUser, "echo", "/ws"),
        (ItemsUser, "echo", "/items/{id}/ws?token=wswarm"),
        (ChatUser, "subscribe", "/ws/{id}"),
        (ConnectUser, "connect", "/ws"),
    ],
)
def test_a_ready_made_class_speaks_to_its_endpoint(base: Any, role: str, address: str) -> None:
    order = ordered(base)
    assert order.role == role
    assert order.plan.address == HOST + address
    assert order.plan.profile == base.profile


def test_the_publishers_of_a_class_with_rooms_are_so_many_in_each() -> None:
    order = ordered(ChatUser, url="/room/{room}", profile=None, rooms=4, publishers=3)
    assert (order.plan.rooms, order.publishers) == (4, 12)


def test_users_that_echo_send_once_a_second_each_unless_told_otherwise() -> None:
    assert ordered(EchoUser).rate_for(50) == 50
    assert ordered(EchoUser, rate_per_user="30/m").rate_for(50) == 25
    assert ordered(EchoUser, rate="2k/s").rate_for(50) == 2000


def test_a_class_of_subscribers_has_a_publisher_whose_rate_is_that_of_the_class() -> None:
    assert (ordered(ChatUser).publishers, ordered(ChatUser).rate_for(1000)) == (1, 5)
    assert ordered(ChatUser, rate=20, publishers=3).publishers == 3
    assert ordered(ChatUser, rate=20).rate_for(1) == ordered(ChatUser, rate=20).rate_for(1000) == 20


def test_no_other_class_publishes() -> None:
    assert [ordered(base).publishers for base in (EchoUser, ItemsUser, ConnectUser)] == [0, 0, 0]


def test_options_overrule_the_class() -> None:
    assert with_options(EchoUser, {"rate": 7.0}, rate_per_user=3).rate_for(50) == 7
    assert with_options(EchoUser, {"profile": "items"}).plan.profile == "items"
    assert with_options(ChatUser, {"publishers": 2}, publishers=5).publishers == 2
    assert with_options(EchoUser, {"text": "a {marker}"}, text="b {marker}").plan.template == b"a {marker}"


def test_a_rate_on_the_command_line_leaves_connections_that_only_hold_alone() -> None:
    assert with_options(ConnectUser, {"rate": 7.0}).rate_for(50) == 0


@pytest.mark.parametrize(
    ("host", "url", "address"),
    [
        ("ws://one:1", "wss://other/feed?id={id}", "wss://other/feed?id={id}"),
        ("ws://one:1", "/feed", "ws://one:1/feed"),
        ("ws://one:1/", "/feed", "ws://one:1/feed"),
        ("http://one:1", "/feed", "ws://one:1/feed"),
        ("https://one", "/feed", "wss://one/feed"),
        ("ws://one:1/ws", None, "ws://one:1/ws"),
        (None, "ws://other/feed", "ws://other/feed"),
        ("ws://one:1", "ws+unix:/run/a.sock:/feed", "ws+unix:/run/a.sock:/feed"),
        ("ws+unix:/run/a.sock", "/feed?x=1", "ws+unix:/run/a.sock:/feed?x=1"),
    ],
)
def test_an_address_is_the_class_s_own_or_its_path_on_the_host(
    host: str | None, url: str | None, address: str
) -> None:
    assert ordered(WebSocketUser, host, scenario="echo", url=url).plan.address == address


def test_the_class_s_own_host_serves_without_one_on_the_command_line() -> None:
    order = ordered(WebSocketUser, None, scenario="echo", host="ws://mine:1", url="/feed")
    assert order.plan.address == "ws://mine:1/feed"


def test_a_class_with_tasks_speaks_for_itself_and_hears_every_message() -> None:
    class Flow(WebSocketUser):
        @task
        def flow(self) -> None:
            self.request("hello", "hi")

    order = order_for(Flow, Flow.role(), HOST, PLAIN)
    assert (order.role, order.is_heard, order.rate_for(10)) == ("script", True, 0)


def test_only_a_class_with_on_message_has_messages_passed_on() -> None:
    assert not ordered(ChatUser).is_heard
    assert ordered(ChatUser, on_message=lambda *_: None).is_heard


def test_other_settings_of_a_plan_reach_it() -> None:
    order = ordered(EchoUser, settings={"headers": ("A: b",), "arrivals": "poisson"})
    assert (order.plan.headers, order.plan.arrivals) == (("A: b",), "poisson")


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ({"rate": "fast"}, "Mine.rate: 'fast' is not a rate"),
        ({"rate": 0}, "Mine.rate 0 must be a number above 0"),
        ({"rate": float("nan")}, "Mine.rate nan must be a number above 0"),
        ({"rate_per_user": -1}, "Mine.rate_per_user -1 must be a number above 0"),
        ({"rate": 5, "rate_per_user": 1}, "Mine: rate and rate_per_user both say how much to send: use one"),
        ({"scenario": "fanout", "rate_per_user": 1}, "Mine: subscribers send nothing"),
        ({"scenario": "fanout", "publishers": 0}, "Mine.publishers 0 must be a whole number above 0"),
        ({"publishers": "two"}, "Mine.publishers 'two' must be a whole number above 0"),
        ({"url": "/r/{room}", "rooms": 0}, "Mine: rooms 0 must be a whole number from 1 to 1,000,000"),
        ({"url": "/r/{room}", "rooms": "two"}, "Mine: rooms: 'two' will not do"),
        ({"rooms": 3}, "Mine: rooms 3, but no {room}"),
        ({"settings": {"rooms": 3}}, "Mine.settings['rooms']: that is for the attribute"),
        ({"publishers": 1.5}, "Mine.publishers 1.5 must be a whole number above 0"),
        ({"scenario": "sing"}, "Mine.scenario 'sing': choose connect, echo or fanout"),
        ({"scenario": None}, "Mine.scenario None: choose connect, echo or fanout, or give the class tasks"),
        ({"profile": "chess"}, "Mine: "),
        ({"text": "no mark"}, "Mine: "),
        ({"text": "{marker:int}"}, "Mine: {marker:int} is for `wswarm echo`; under Locust write {marker}"),
        ({"settings": {"json": '{"id":{marker:int}}'}}, "Mine: {marker:int} is for `wswarm echo`"),
        ({"url": 5}, "Mine.url 5: write an address or a path"),
        ({"url": "ftp://other"}, "Mine: unknown scheme in 'ftp://other'"),
        ({"settings": ["headers"]}, "Mine.settings ['headers']: write a dict"),
        ({"settings": {"header": "A: b"}}, "Mine: no option 'header'"),
        (
            {"settings": {"publish": "POST http://h/"}},
            "Mine.settings['publish']: that is for `wswarm fanout`",
        ),
        ({"settings": {"connections": 5}}, "Mine.settings['connections']: that is for Locust's users"),
        ({"settings": {"url": "ws://x"}}, "Mine.settings['url']: that is for the attribute"),
        ({"settings": {"rate": 5}}, "Mine.settings['rate']: that is for the attribute"),
        ({"settings": {"slo": ("lost==0",)}}, "Mine.settings['slo']: that is for --ws-fail"),
    ],
)
def test_an_attribute_that_cannot_be_is_named_in_one_line_with_its_class(
    attributes: dict[str, Any], told: str
) -> None:
    with pytest.raises(PlanError) as caught:
        ordered(WebSocketUser, **{"scenario": "echo", **attributes})
    assert str(caught.value).startswith(told)
    assert "\n" not in str(caught.value)


def test_without_a_target_the_ways_to_name_one_are_told() -> None:
    with pytest.raises(PlanError, match=r"^Mine has no target: give --host") as caught:
        ordered(EchoUser, None)
    assert "--ws-start-target" in str(caught.value)


def test_the_ready_made_classes_are_abstract_so_that_importing_them_runs_none() -> None:
    bases: list[type[User]] = [WebSocketUser, EchoUser, ItemsUser, ChatUser, ConnectUser]
    assert all(base.abstract for base in bases)

    class Mine(EchoUser):
        pass

    assert not Mine.abstract
