import pytest

from target_app.guard.credentials import presented, signed


def scope(query: bytes = b"", **headers: str) -> dict[str, object]:
    """Of a connection."""
    pairs = [(key.encode(), value.encode()) for key, value in headers.items()]
    return {"type": "websocket", "path": "/ws", "query_string": query, "headers": pairs}


@pytest.mark.parametrize(
    ("brought", "tokens"),
    [
        (scope(authorization="Bearer t"), ["t"]),
        (scope(authorization="bearer t"), ["t"]),
        (scope(authorization="Basic t"), []),
        (scope(b"token=t%2F1&q=2"), ["t/1"]),
        (scope(b"token=a&token=b"), ["b"]),
        (scope(cookie="a=b; session=t"), ["t"]),
        (scope(cookie='session="t,1"'), ["t,1"]),
        (scope(b"token=q", authorization="Bearer h", cookie="session=c"), ["h", "q", "c"]),
        (scope(b"q=1", cookie="other=c"), []),
    ],
)
def test_tokens_are_brought_in_three_ways(brought: dict[str, object], tokens: list[str]) -> None:
    assert list(presented(brought)) == tokens


def test_behind_the_door_the_users_name_stands_where_tokens_were() -> None:
    brought = scope(
        b"q=1&token=s3cret&%74oken=s3cret", authorization="Bearer s3cret", cookie="a=b; session=s3cret"
    )
    seen = signed(brought, "Zoë; x")
    assert "s3cret" not in str(seen)
    assert seen["query_string"] == b"q=1&token=Zo%C3%AB%3B%20x&%74oken=Zo%C3%AB%3B%20x"
    assert dict(seen["headers"]) == {
        b"authorization": b"Bearer Zo%C3%AB%3B%20x",
        b"cookie": b"a=b; session=Zo%C3%AB%3B%20x",
    }


def test_what_is_no_token_stays_as_it_is() -> None:
    brought = scope(b"a=&b&=c;d", authorization="Basic x", cookie="sessions=1; b; session", host="here")
    assert signed(brought, "alice") == brought


def test_an_empty_token_beside_one_that_is_right_is_the_users_name_too() -> None:
    brought = scope(b"q=1&token", authorization="Bearer s3cret")
    assert signed(brought, "alice")["query_string"] == b"q=1&token=alice"
