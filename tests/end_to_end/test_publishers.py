"""Publishers that are not where the subscribers are: another address, another token."""

import pytest

from tests.end_to_end.instrument import run
from tests.end_to_end.servers import serve
from wswarm.errors import TargetError
from wswarm.report import text

BRIEF = {"connections": 5, "rate": 50.0, "duration": 0.5, "warmup": 0.1}
both_drivers = pytest.mark.parametrize("driver", ["picows", "websockets"])


@both_drivers
def test_publishers_have_an_address_and_a_token_of_their_own(driver: str) -> None:
    with serve("posting", token="t0ken-of-theirs") as server:
        found = run(
            "fanout",
            f"{server.url}sub",
            publisher_url=f"{server.url}pub",
            publisher_headers=("authorization: Bearer t0ken-of-theirs",),
            headers=("Authorization: Bearer another", "X-Both: yes"),
            driver=driver,
            **BRIEF,
        )
        facts = server.log()
    assert found.messages is not None
    assert (found.messages.owed, found.messages.received, found.messages.extra) == (125, 125, 0)
    assert (found.connections.requested, facts["connections"], facts["publishers"]) == (6, 5, 1)
    assert found.plan["publisher_headers"] == ["authorization:…"]
    assert f"5 subscribers, 1 publisher at {server.url}pub" in text.summary(found)


def test_publishers_have_a_conversation_of_their_own() -> None:
    with serve("posting") as server:
        found = run(
            "fanout",
            f"{server.url}sub",
            publisher_url=f"{server.url}pub",
            publisher_steps=(("say", "here I am"),),
            **BRIEF,
        )
        facts = server.log()
    assert found.messages is not None
    assert (found.messages.owed, found.messages.received, found.messages.unmarked) == (125, 125, 0)
    assert facts["published"] == 30 + 1


def test_publishers_that_are_refused_are_told_with_their_address() -> None:
    with serve("posting", token="wanted") as server, pytest.raises(TargetError) as refusal:
        run("fanout", f"{server.url}sub", publisher_url=f"{server.url}pub?role=speaker", **BRIEF)
    assert 'http 401 (1): "no token"' in str(refusal.value)
    assert f"{server.url}pub?role=speaker" in str(refusal.value)


def test_the_publishers_may_use_tls_where_the_subscribers_do_not() -> None:
    with serve("posting") as server, serve("posting", secure=True) as secure:
        found = run(
            "fanout",
            f"{server.url}sub",
            publisher_url=f"{secure.url}pub",
            cacert=secure.cacert,
            **(BRIEF | {"drain": 0.2}),
        )
        assert secure.log()["publishers"] == 1
    assert found.connections.opened == 6  # nobody relays from one to the other
    assert found.connections.tls_time is not None
    assert found.connections.tls_time.n == 1
