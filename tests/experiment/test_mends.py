"""What to do about handshakes that failed: the mend fits the reason."""

import socket

import pytest

from wswarm.experiment.mends import mend
from wswarm.load.manner import Manner
from wswarm.load.plan import make_plan

URL = "ws://127.0.0.1:9/ws"


@pytest.fixture(scope="module")
def manner() -> Manner:
    """A way to connect; nothing here does."""
    return make_plan("connect", URL).manner


@pytest.mark.parametrize(
    ("asked", "listens"), [("127.0.0.1", "[::1]"), ("localhost", "[::1]"), ("[::1]", "127.0.0.1")]
)
def test_a_service_on_the_other_loopback_address_alone_is_found(asked: str, listens: str) -> None:
    try:
        server = socket.create_server(
            (listens.strip("[]"), 0), family=socket.AF_INET6 if ":" in listens else socket.AF_INET
        )
    except OSError:
        pytest.skip("this machine has no IPv6")
    with server:
        port = server.getsockname()[1]
        refused = make_plan("connect", f"ws://u:p@{asked}:{port}/ws?a=b").manner
        assert mend("refused", "", refused).endswith(f"use ws://u:p@{listens}:{port}/ws?a=b")
    assert mend("refused", "", refused).startswith("nothing listens there")


@pytest.mark.parametrize(
    ("reason", "said", "words"),
    [
        ("http 401", "", "credentials (-H, --cookie)"),
        ("http 200", "", "no WebSocket is there: check the path, and that each proxy"),
        ("http 204", "", "no WebSocket is there"),
        ("http 426", "", "wants another version than 13"),
        ("http 429", "", "lower -c or --connect-rate"),
        ("http 502", "", "does not reach the service behind it"),
        ("http 503", "", "lower -c or --connect-rate"),
        ("http 504", "", "no answer from the service behind it"),
        ("http 500", "", "see its log"),
        ("http 599", "", "see its log"),
        ("http 301", "/ws/", f"use {URL}/, or --follow"),
        ("http 302", "http://127.0.0.1:9/ws", "it leads to itself: give what it wants to see first"),
        ("http 302", "https://login.example/", "use wss://login.example/, or --follow; if a login is there, give"),
        ("http 302", "mailto:a@b", "no WebSocket can be there: give the address of the WebSocket itself"),
        ("redirect: in a circle", "", "a cookie or credentials (--cookie, -H)"),
        ("redirect: more than 5", "", "give the address of the WebSocket itself"),
        ("bad upgrade: Sec-WebSocket-Protocol: mqtt (not offered)", "", "offer it with --subprotocol mqtt"),
        ("bad upgrade: Sec-WebSocket-Protocol: a, b (not offered)", "", "its answer breaks RFC 6455"),
        ("bad upgrade: Sec-WebSocket-Extensions: x (not offered)", "", "--deflate --driver websockets"),
        ("bad upgrade: wrong Sec-WebSocket-Accept", "", "does a cache or proxy between answer for it?"),
        ("bad upgrade: no Upgrade header", "", "its answer breaks RFC 6455"),
        ("no http answer: HTTP/2", "", "no WebSocket is opened over HTTP/2 here: have the service"),
        ("tls: tlsv1 alert no application protocol", "", "no WebSocket is opened over HTTP/2 here"),
    ],
)  # fmt: skip
def test_the_mend_fits_the_reason(manner: Manner, reason: str, said: str, words: str) -> None:
    assert words in mend(reason, said, manner)
