"""How to speak to the reference application."""

import pytest

from tests.load.test_plan import refusal
from wswarm.load.plan import make_plan
from wswarm.load.profiles import NAMES

BASE = "ws://127.0.0.1:8000"


def address(name: str, base: str) -> str:
    """Where connections of the profile lead."""
    return make_plan("connect", base, profile=name).address


@pytest.mark.parametrize(
    ("name", "scenario", "address"),
    [
        ("echo", "echo", f"{BASE}/ws"),
        ("items", "echo", f"{BASE}/items/{{id}}/ws?token=wswarm"),
        ("chat", "fanout", f"{BASE}/ws/{{id}}"),
        ("chat", "connect", f"{BASE}/ws/{{id}}"),
    ],
)
def test_a_profile_adds_its_path_to_the_base(name: str, scenario: str, address: str) -> None:
    assert make_plan(scenario, BASE, profile=name).address == address


@pytest.mark.parametrize("base", [f"{BASE}/prefix", f"{BASE}/prefix/"])
def test_a_profile_keeps_the_base_path(base: str) -> None:
    assert make_plan("echo", base, profile="echo").address == f"{BASE}/prefix/ws"


def test_a_profile_keeps_the_base_query() -> None:
    assert address("items", f"{BASE}?a=1") == f"{BASE}/items/{{id}}/ws?a=1&token=wswarm"


def test_a_profile_keeps_credentials() -> None:
    assert address("echo", "wss://u:p@host") == "wss://u:p@host/ws"


def test_without_a_profile_the_url_is_the_address() -> None:
    assert make_plan("echo", f"{BASE}/any").address == f"{BASE}/any"


def test_an_unknown_profile_is_refused_with_the_known_ones() -> None:
    assert "no profile 'chatt': choose one of echo, items, chat" in refusal("echo", profile="chatt")


def test_the_chat_is_no_echo_because_several_replies_are_marked() -> None:
    assert "use fanout, or --profile echo" in refusal("echo", profile="chat")


@pytest.mark.parametrize("name", ["echo", "items"])
def test_a_service_that_answers_only_the_sender_has_no_fanout(name: str) -> None:
    assert "use --profile chat" in refusal("fanout", profile=name)


@pytest.mark.parametrize("name", NAMES)
def test_every_profile_can_be_connected_to(name: str) -> None:
    assert make_plan("connect", BASE, profile=name).profile == name
