"""The settings of a measurement: defaults, and every refusal names the value and the mend."""

from typing import Any

import msgspec
import pytest

from wswarm.errors import PlanError
from wswarm.load.plan import PAIRS_LIMIT, SEED_LIMIT, Plan, make_plan

URL = "ws://127.0.0.1:8000/ws"
SECURE = "wss://127.0.0.1:8000/ws"


def refusal(scenario: str, url: Any = URL, **options: Any) -> str:
    """Return what the refused plan's error says."""
    with pytest.raises(PlanError) as refused:
        make_plan(scenario, url, **options)
    return str(refused.value)


@pytest.mark.parametrize(
    ("scenario", "connections", "rate", "warmup"),
    [("connect", 100, None, 0.0), ("echo", 10, 100.0, 1.0), ("fanout", 100, 5.0, 1.0)],
)
def test_each_scenario_has_its_defaults(
    scenario: str, connections: int, rate: float | None, warmup: float
) -> None:
    plan = make_plan(scenario, URL)
    assert (plan.connections, plan.rate, plan.warmup) == (connections, rate, warmup)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("duration", 10.0),
        ("drain", 5.0),
        ("connect_rate", 500.0),
        ("connect_timeout", 10.0),
        ("arrivals", "constant"),
        ("pacing", "auto"),
        ("seed", None),
        ("processes", None),
        ("publishers", 1),
        ("closed", False),
        ("driver", "picows"),
        ("template", b"{marker}"),
    ],
)
def test_what_is_left_out_has_the_documented_default(name: str, value: object) -> None:
    assert getattr(make_plan("echo", URL), name) == value


def test_an_option_given_as_none_counts_as_left_out() -> None:
    assert make_plan("echo", URL, rate=None, connections=None, json=None) == make_plan("echo", URL)


def test_a_given_value_wins_over_the_default() -> None:
    plan = make_plan("fanout", URL, connections=7, rate=3.0, warmup=0.5)
    assert (plan.connections, plan.rate, plan.warmup) == (7, 3.0, 0.5)


def test_a_closed_model_has_no_rate_unless_it_is_given_one() -> None:
    assert make_plan("echo", URL, closed=True).rate is None
    assert make_plan("echo", URL, closed=True, rate=50.0).rate == 50.0


def test_publishers_are_sockets_on_top_of_the_subscribers() -> None:
    assert make_plan("fanout", URL, connections=20, publishers=3).sockets == 23


@pytest.mark.parametrize("scenario", ["connect", "echo"])
def test_without_fanout_there_are_no_publishers_sockets(scenario: str) -> None:
    assert make_plan(scenario, URL, connections=20).sockets == 20
    with pytest.raises(PlanError, match=f"--publishers 3 .* leave it out of {scenario}"):
        make_plan(scenario, URL, publishers=3)


NUMBERS = ["connections", "rate", "duration", "connect_rate", "connect_timeout", "processes", "publishers"]


@pytest.mark.parametrize("name", [*NUMBERS, "target_pid"])
@pytest.mark.parametrize("value", [0, -3])
def test_a_number_that_has_to_be_positive_is_refused_by_name(name: str, value: int) -> None:
    message = refusal("echo", **{name: value})
    assert f"--{name.replace('_', '-')} {value} must be a number above 0" in message


@pytest.mark.parametrize("name", ["rate", "duration", "connect_rate", "connect_timeout"])
@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_a_number_without_an_end_is_refused(name: str, value: float) -> None:
    assert f"{value:g} must be a number above 0" in refusal("echo", **{name: value})


@pytest.mark.parametrize("name", ["warmup", "drain"])
@pytest.mark.parametrize("value", [-0.1, float("inf"), float("nan")])
def test_a_phase_cannot_be_negative_or_endless(name: str, value: float) -> None:
    assert f"--{name} {value:g} must be a number from 0 on" in refusal("echo", **{name: value})


@pytest.mark.parametrize("name", ["warmup", "drain"])
def test_a_phase_may_be_left_out(name: str) -> None:
    assert getattr(make_plan("echo", URL, **{name: 0}), name) == 0


@pytest.mark.parametrize("seed", [-1, SEED_LIMIT])
def test_a_seed_that_no_generator_takes_is_refused(seed: int) -> None:
    assert f"--seed {seed} must be" in refusal("echo", seed=seed)


@pytest.mark.parametrize("seed", [0, SEED_LIMIT - 1])
def test_a_seed_from_zero_on_is_taken(seed: int) -> None:
    assert make_plan("echo", URL, seed=seed).seed == seed


def test_more_processes_than_connections_are_refused() -> None:
    assert "--processes 11 is more than --connections 10" in refusal("echo", connections=10, processes=11)


@pytest.mark.parametrize(("rate", "duration"), [(0.04, 10.0), (1.0, 0.5)])
def test_a_load_without_a_single_message_is_refused(rate: float, duration: float) -> None:
    assert "gives no message: raise one of them" in refusal("echo", rate=rate, duration=duration)


def test_a_load_of_one_message_is_enough() -> None:
    assert make_plan("echo", URL, rate=0.06, duration=10.0).rate == 0.06


def test_a_connect_run_needs_no_message() -> None:
    assert make_plan("connect", URL, rate=0.01, duration=1.0).scenario == "connect"


def test_more_pairs_than_can_be_accounted_for_are_refused_with_the_mend() -> None:
    message = refusal("fanout", connections=PAIRS_LIMIT // 10, publishers=11)
    assert "11 publishers × 1,000,000 subscribers" in message
    assert "use fewer --publishers" in message


def test_as_many_pairs_as_can_be_accounted_for_are_accepted() -> None:
    assert make_plan("fanout", URL, connections=PAIRS_LIMIT // 10, publishers=10).publishers == 10


def test_a_load_of_many_hours_is_accounted_for() -> None:
    assert make_plan("echo", URL, rate=2_000.0, duration=14 * 3_600.0).duration == 50_400
    assert make_plan("fanout", URL, connections=50_000, rate=20.0, duration=14 * 3_600.0).rate == 20


def test_more_messages_than_a_mark_can_number_are_refused() -> None:
    message = refusal("echo", rate=1_000_000.0, duration=4_294.0, warmup=1.0)
    assert "4,295,000,000 messages" in message
    assert "lower one of them" in message


def test_pairs_matter_in_fanout_only() -> None:
    assert make_plan("echo", URL, connections=PAIRS_LIMIT + 1).connections == PAIRS_LIMIT + 1


def test_an_unknown_option_is_named_beside_the_known_ones() -> None:
    message = refusal("echo", conections=10)
    assert "no option 'conections'" in message
    assert "connections" in message


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"connections": "ten"}, ("connections", "'ten'")),
        ({"connections": 1.5}, ("connections", "1.5")),
        ({"rate": "abc"}, ("rate", "'abc'")),
        ({"arrivals": "uniform"}, ("arrivals", "'uniform'")),
        ({"pacing": "none"}, ("pacing", "'none'")),
        ({"driver": "aiohttp"}, ("driver", "'aiohttp'")),
        ({"headers": "X: y"}, ("headers", "'X: y'")),
        ({"connect_rate": "fast"}, ("connect-rate", "'fast'")),
    ],
)
def test_a_value_of_the_wrong_kind_is_named_with_its_option(
    options: dict[str, Any], words: tuple[str, ...]
) -> None:
    message = refusal("echo", **options)
    assert all(word in message for word in words)


def test_an_unknown_scenario_is_named() -> None:
    assert "'ecko'" in refusal("ecko")


def test_a_url_that_is_no_text_is_named() -> None:
    assert "8000" in refusal("echo", 8000)


FULL = {
    "seed": 7,
    "processes": 2,
    "size": 200,
    "json": '{"m":"{marker}","id":{id}}',
    "on_open": ("hello {id}",),
    "headers": ("X-Id: {id}",),
    "cookies": ("a=b",),
    "subprotocols": ("chat",),
    "origin": "https://example.org",
    "cert": "a.pem",
    "key": "b.pem",
    "bind": ("127.0.0.2", "::1"),
    "slo": ("p99<50ms",),
    "target_pid": 1,
}


@pytest.mark.parametrize("options", [{}, FULL])
@pytest.mark.parametrize("scenario", ["connect", "echo", "fanout"])
def test_a_plan_survives_the_way_to_an_agent(scenario: str, options: dict[str, Any]) -> None:
    plan = make_plan(scenario, SECURE, **options)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(plan), type=Plan) == plan


@pytest.mark.parametrize("options", [{}, FULL])
def test_a_plan_survives_the_way_to_a_run_file(options: dict[str, Any]) -> None:
    plan = make_plan("echo", SECURE, **options)
    builtins = msgspec.to_builtins(plan)
    assert msgspec.convert(msgspec.json.decode(msgspec.json.encode(builtins)), Plan) == plan


def test_a_stored_plan_names_every_setting() -> None:
    assert set(msgspec.to_builtins(make_plan("echo", URL))) == set(Plan.__struct_fields__)


@pytest.mark.parametrize(
    ("scenario", "options", "named"),
    [
        ("echo", {"rate": 1e6, "duration": 5000.0}, "--rate 1e+06/s for --duration 5000s"),
        ("echo", {"size": 20_000_000}, "--size 20000000"),
    ],
)
def test_more_than_one_run_can_account_for_is_refused(
    scenario: str, options: dict[str, Any], named: str
) -> None:
    assert named in refusal(scenario, **options)


ROOM_URL = f"{URL}/{{room}}"


def test_publishers_are_so_many_in_each_room() -> None:
    plan = make_plan("fanout", ROOM_URL, connections=20, publishers=3, rooms=4)
    assert (plan.publisher_ids, plan.sockets) == (range(21, 33), 32)


@pytest.mark.parametrize("scenario", ["connect", "echo"])
def test_without_fanout_rooms_add_no_sockets(scenario: str) -> None:
    assert make_plan(scenario, ROOM_URL, connections=20, rooms=4).sockets == 20


@pytest.mark.parametrize("rooms", [0, -1, 1_000_001])
def test_so_many_rooms_are_refused(rooms: int) -> None:
    assert f"--rooms {rooms} must be a whole number from 1 to 1,000,000" in refusal(
        "fanout", ROOM_URL, rooms=rooms
    )


@pytest.mark.parametrize("options", [{}, {"origin": "{room}"}, {"subprotocols": ["{id}"]}])
def test_rooms_that_nothing_tells_apart_are_refused_with_the_mend(options: dict[str, Any]) -> None:
    message = refusal("fanout", rooms=3, **options)
    assert message.startswith("--rooms 3, but no {room}")
    assert "write {room} in the URL" in message


@pytest.mark.parametrize(
    "options",
    [
        {"headers": ["X-Room: {room}"]},
        {"cookies": ["room={room}"]},
        {"on_open": ["join {room}"]},
        {"text": "{room} {marker}"},
        {"json": '{"room": {room}, "text": "{marker}"}'},
    ],
)
def test_rooms_may_be_named_wherever_a_connection_speaks(options: dict[str, Any]) -> None:
    assert make_plan("fanout", URL, rooms=3, **options).rooms == 3


def test_pairs_are_counted_in_each_room() -> None:
    most = {"connections": PAIRS_LIMIT // 10, "publishers": 10}
    assert make_plan("fanout", ROOM_URL, rooms=50, **most).rooms == 50
    message = refusal("fanout", ROOM_URL, rooms=50, **(most | {"publishers": 11}))
    assert "11 publishers of each room × 1,000,000 subscribers" in message


def test_the_size_has_room_for_the_longest_name_of_a_room() -> None:
    text = {"text": "{room}{marker}", "rooms": 1_000, "connections": 1_000}
    assert make_plan("fanout", URL, size=49, **text).size == 49
    assert "takes 49 bytes" in refusal("fanout", URL, size=48, **text)


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"publisher_url": "ws://h/pub"}, "publishers: --rooms 3, but no {room}"),
        ({"publish": "POST http://h/pub", "publish_body": '{"m":"{marker}"}'}, "--publish-body or"),
    ],
)
def test_publishers_elsewhere_have_to_say_their_room_too(options: dict[str, Any], where: str) -> None:
    assert where in refusal("fanout", ROOM_URL, rooms=3, **options)


def test_publishers_that_are_requests_are_one_in_each_room_and_no_sockets() -> None:
    post = {"publish": "POST http://h/{room}", "publish_body": '{"m":"{marker}"}'}
    plan = make_plan("fanout", ROOM_URL, connections=20, rooms=4, **post)
    assert (plan.publisher_ids, plan.sockets) == (range(21, 25), 20)


@pytest.mark.parametrize(
    ("scenario", "options", "message"),
    [
        ("echo", {"drop": 0.5}, "--drop belongs to storm: leave it out of echo"),
        ("fanout", {"stay_law": "fixed"}, "--stay-law belongs to churn: leave it out of fanout"),
        ("storm", {"pairs": 3}, "--pairs belongs to slow: leave it out of storm"),
        ("storm", {"sessions": 3}, "--sessions belongs to churn and script: leave it out of storm"),
    ],
)
def test_a_setting_of_another_scenario_is_refused(
    scenario: str, options: dict[str, object], message: str
) -> None:
    with pytest.raises(PlanError, match=message):
        make_plan(scenario, "ws://h", **options)


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("how", "--how 'x' is none of these: write reset, close, silent or restart"),
        ("signal", "--signal 'x' is none of these: write TERM or KILL"),
        ("probe", "--probe 'x' is none of these: write auto, on or off"),
    ],
)
def test_a_word_that_is_none_of_a_setting_s_is_told_with_those_that_are(option: str, words: str) -> None:
    with pytest.raises(PlanError, match=words):
        make_plan("storm", "ws://h", **{option: "x"})
