import json
from typing import Any

import pytest

from tests.target_app.server import Server, receive

NOTHING = {"path": "x", "query": 1, "header": None, "cookie": None, "text": "hi"}


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        ("/parameters/x/ws", {}, {}),
        ("/parameters/caf%C3%A9/ws", {}, {"path": "café"}),
        ("/parameters/x/ws?times=1", {}, {"query": 1}),
        ("/parameters/x/ws", {"X-Request-ID": "r1"}, {"header": "r1"}),
        ("/parameters/x/ws", {"Cookie": "other=1; session=s1"}, {"cookie": "s1"}),
    ],
    ids=["none", "Path", "Query", "Header", "Cookie"],
)
def test_each_kind_of_parameter_reaches_the_endpoint(
    main: Server, path: str, headers: dict[str, str], expected: dict[str, Any]
) -> None:
    with main.connect(path, additional_headers=headers) as client:
        client.send("hi")
        assert json.loads(receive(client)[0]) == NOTHING | expected


def test_the_query_says_how_many_replies_come(main: Server) -> None:
    with main.connect("/parameters/x/ws?times=3") as client:
        client.send("one")
        client.send("two")
        replies = [json.loads(reply)["text"] for reply in receive(client, 6)]
    assert replies == ["one"] * 3 + ["two"] * 3


@pytest.mark.parametrize(
    "path", ["/parameters/x/ws?times=0", "/parameters/x/ws?times=many", f"/parameters/{'x' * 65}/ws"]
)
def test_a_value_out_of_range_is_403(main: Server, path: str) -> None:
    assert main.refusal(path) == 403
