"""A recording as agents are told to play it: where to, and as whom."""

from typing import Any

import pytest

from tests.load.recordings import recording
from wswarm.load.replay import Replay, filled_subprotocols, opening_of, values_of
from wswarm.load.score import Score, score_of

LONG = "abcDEF12345678901234567"


def score(**more: Any) -> Score:
    return score_of(recording("> a", **({"url": "ws://old/ws?token=abc", "origin": "http://old"} | more)))


@pytest.mark.parametrize(
    ("url", "meant", "origin"),
    [
        (None, "ws://old/ws?token=${recorded_token}", "http://old"),
        ("wss://new:99", "wss://new:99/ws?token=${recorded_token}", "https://new:99"),
        ("ws://new/", "ws://new/ws?token=${recorded_token}", "http://new"),
        ("ws://new/other/{token}", "ws://new/other/{token}", "http://new"),
        ("ws://new/?a=1", "ws://new/?a=1", "http://new"),
    ],
)
def test_another_address_takes_the_recorded_path_if_it_has_none(url: str, meant: str, origin: str) -> None:
    settings = opening_of(score(), url, {})
    assert (settings["url"], settings["origin"]) == (meant, origin)


def test_an_origin_of_somebody_else_is_kept() -> None:
    assert opening_of(score(origin="https://www.old"), "ws://new", {})["origin"] == "https://www.old"


def test_what_the_user_gives_takes_the_place_of_what_was_recorded() -> None:
    recorded = score(
        headers=(("Authorization", "Bearer be4rer"), ("X-Kept", "1")),
        cookies=("a=1", "b=2"),
        subprotocols=("v1",),
    )
    own = {"headers": ("authorization: mine",), "cookies": ("b=3",), "origin": "http://me", "deflate": True}
    settings = opening_of(recorded, None, own)
    assert settings["headers"] == ("X-Kept: 1", "authorization: mine")
    assert settings["cookies"] == ("a=${recorded_a}", "b=3")
    assert (settings["origin"], settings["subprotocols"], settings["deflate"]) == ("http://me", ("v1",), True)
    assert opening_of(recorded, None, {"subprotocols": ("v2",)})["subprotocols"] == ("v2",)


def test_a_secret_subprotocol_goes_by_a_name_that_can_stand_in_its_place() -> None:
    recorded = score(subprotocols=("chat", LONG))
    names = opening_of(recorded, None, {})["subprotocols"]
    assert names == ("chat", "$recorded_subprotocol")
    assert filled_subprotocols(names, values_of(recorded)) == ("chat", LONG)


def test_secrets_stand_in_no_setting() -> None:
    recorded = score(headers=(("Authorization", "Bearer be4rer"),), cookies=("sid=c00kie",))
    told = str(opening_of(recorded, None, {}))
    assert not [value for value in values_of(recorded).values() if value in told]
    assert set(values_of(recorded).values()) == {"abc", "be4rer", "c00kie"}


def test_a_secret_is_hidden_as_a_server_reads_it_too() -> None:
    headers = (("Authorization", "Basic bWU6aHVudGVyMg=="),)
    values = values_of(score(url="ws://old/ws?token=a%2Fb+c", headers=headers))
    assert {"a%2Fb+c", "a/b+c", "a/b c", "bWU6aHVudGVyMg==", "hunter2"} <= set(values.values())


def test_twice_the_speed_takes_half_the_time() -> None:
    told = score_of(recording("> a", "> b", "> c"))
    assert Replay(score=told, speed=2).length_ns == 100_000_000
