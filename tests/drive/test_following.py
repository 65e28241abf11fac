"""Redirects: where they lead, and what goes along."""

import pytest

from wswarm.drive.drivers.connection import HandshakeFailed
from wswarm.drive.drivers.following import redirected, websocket_address
from wswarm.load.request import Request

SECRETS = (("Authorization", "Basic eA=="), ("Cookie", "a=b"), ("X-Api-Key", "k"))
PLAIN = (("X-Plain", "p"), ("Origin", "http://o"))


def request(url: str, *headers: tuple[str, str]) -> Request:
    """Return a request with those headers."""
    return Request(url, headers)


@pytest.mark.parametrize(
    ("location", "address"),
    [
        ("http://h:1/ws/", "ws://h:1/ws/"),
        ("https://h/ws/", "wss://h/ws/"),
        ("wss://h/ws/", "wss://h/ws/"),
        ("/ws/", "ws://a:7/ws/"),
        ("ws/?q=1#x", "ws://a:7/b/ws/?q=1"),
        ("//h/ws", "ws://h/ws"),
        ("ftp://h/", None),
        ("http://", None),
        ("http://h:port/", None),
    ],
)
def test_a_redirect_leads_to_an_address_of_a_websocket(location: str, address: str | None) -> None:
    assert websocket_address("ws://a:7/b/c?d", location) == address


@pytest.mark.parametrize(
    ("location", "kept"),
    [
        ("/other", (*SECRETS, *PLAIN)),
        ("http://a:8/", (*SECRETS, *PLAIN)),
        ("http://b/", PLAIN),
        ("http://me:pw@b/", (*PLAIN, ("Authorization", "Basic bWU6cHc="))),
    ],
)
def test_secrets_go_to_the_same_host_only(location: str, kept: tuple[tuple[str, str], ...]) -> None:
    assert redirected(request("ws://a:7/", *SECRETS, *PLAIN), location).headers == kept


def test_a_host_header_is_of_the_first_host_only() -> None:
    assert redirected(request("ws://a/", ("Host", "chat.example")), "http://b/").headers == ()


def test_no_secret_leaves_tls() -> None:
    with pytest.raises(HandshakeFailed, match="redirect: from wss:// to ws:// with credentials"):
        redirected(request("wss://a/", *SECRETS), "http://a/")
    assert redirected(request("wss://a/", *PLAIN), "http://a/").url == "ws://a/"


def test_a_redirect_to_what_is_no_websocket_says_so() -> None:
    with pytest.raises(HandshakeFailed, match="redirect: to an address that is no ws://"):
        redirected(request("ws://a/"), "ftp://b/")
