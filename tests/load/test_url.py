"""A target's address as people write it, and as it goes over the wire."""

import pytest

from tests.load.test_plan import refusal
from wswarm.load.plan import make_plan
from wswarm.load.request import request_for
from wswarm.load.url import below, check_url, host_of, on_wire, origin_of, socket_of


@pytest.mark.parametrize(
    ("url", "wire"),
    [
        ("ws://host/a%20b?x=%C3%BC&y={id}", "ws://host/a%20b?x=%C3%BC&y={id}"),
        ("ws://user:pass@host:1/", "ws://user:pass@host:1/"),
        ("ws://[::1]:7155/ws", "ws://[::1]:7155/ws"),
        ("ws://bücher.example/ws", "ws://xn--bcher-kva.example/ws"),
        ("ws://BÜCHER.example:81/", "ws://xn--bcher-kva.example:81/"),
        ("wss://straße.example", "wss://xn--strae-oqa.example"),
        ("ws://例え.テスト/", "ws://xn--r8jz45g.xn--zckzah/"),
        ("ws://xn--bcher-kva.example/", "ws://xn--bcher-kva.example/"),
        ("ws://ü:ß@bücher.example/", "ws://%C3%BC:%C3%9F@xn--bcher-kva.example/"),
        ("ws://host/räume/1?name=ü&a=b/c:d", "ws://host/r%C3%A4ume/1?name=%C3%BC&a=b/c:d"),
        ("ws://[fe80::1%25eth0]:80/ws", "ws://[fe80::1]:80/ws"),
        ("ws://[fe80::1%eth0]/ws", "ws://[fe80::1]/ws"),
        ("ws+unix:/run/app.sock:/ws?a=1", "ws://localhost/ws?a=1"),
        ("ws+unix:///run/app.sock:/ws", "ws://localhost/ws"),
        ("ws+unix:/run/app.sock", "ws://localhost/"),
        ("ws+unix:/run/ä.sock:/ü", "ws://localhost/%C3%BC"),
    ],
)
def test_an_address_goes_over_the_wire_in_ascii_with_neither_zone_nor_file(url: str, wire: str) -> None:
    check_url(url)
    assert on_wire(url) == wire


def test_a_connection_asks_for_the_address_in_ascii() -> None:
    plan = make_plan("echo", "ws://ü:ß@bücher.example/räume/{id}")
    request = request_for(plan, {"id": "7"})
    assert request.url == "ws://xn--bcher-kva.example/r%C3%A4ume/7"
    assert request.headers == (("Authorization", "Basic w7w6w58="),)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("ws://bücher.example/", "xn--bcher-kva.example"),
        ("ws://HOST:1/", "host"),
        ("ws://[fe80::1%25eth0]/", "fe80::1%eth0"),
        ("ws://[fe80::1%eth0]/", "fe80::1%eth0"),
        ("ws://[::1]:1/", "::1"),
        ("ws://127.0.0.1/", "127.0.0.1"),
    ],
)
def test_a_host_is_looked_up_in_ascii_and_an_address_with_its_zone(url: str, host: str) -> None:
    assert host_of(url) == host
    assert socket_of(url) is None


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("ws+unix:/run/app.sock:/ws", "/run/app.sock"),
        ("ws+unix:///run/app.sock:/ws", "/run/app.sock"),
        ("ws+unix:/run/a%20b%3A.sock", "/run/a b:.sock"),
    ],
)
def test_a_socket_file_is_what_stands_before_the_colon(url: str, path: str) -> None:
    assert socket_of(url) == path


@pytest.mark.parametrize(
    ("url", "mend"),
    [
        ("ws+unix://run/app.sock:/ws", "write ws+unix:/path/of/the.sock:/path"),
        ("ws+unix:app.sock:/ws", "write ws+unix:/path/of/the.sock:/path"),
        ("ws+unix:", "write ws+unix:/path/of/the.sock:/path"),
        ("ws+unix:/run/app.sock:ws", "does not begin with /"),
        ("wss+unix:/run/app.sock:/ws", "TLS over a socket file is not supported"),
        ("ws://bü..cher/", "host name that can't be"),
        ("ws://::1:8000/ws", "IPv6 in brackets: [::1]:8000"),
        ("ws://host:99999/", "write scheme://host:port/path"),
        (f"ws://{'ü' * 80}/", "host name that can't be"),
        ("ws://ho\u2028st/", "percent-encode it"),
        ("ws://host/ü\u0085", "percent-encode it"),
        ("ws://host/ü b", "percent-encode it"),
        ("ws://bücher.example/#x", "percent-encode it"),
    ],
)
def test_an_address_that_cannot_be_is_refused_with_the_mend(url: str, mend: str) -> None:
    message = refusal("echo", url)
    assert repr(url) in message
    assert mend in message


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("ws://h:1", "ws://h:1/ws?t=1"),
        ("ws://h/pre/?a=b", "ws://h/pre/ws?a=b&t=1"),
        ("ws+unix:/a.sock", "ws+unix:/a.sock:/ws?t=1"),
        ("ws+unix:///a.sock:/pre/", "ws+unix:/a.sock:/pre/ws?t=1"),
    ],
)
def test_what_is_below_a_base_keeps_its_path_and_query(base: str, url: str) -> None:
    assert below(base, "/ws", "t=1") == url


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("ws://u:p@h:1/ws?t=1", "ws://u:p@h:1"),
        ("ws+unix:///a.sock:/ws?t=1", "ws+unix:/a.sock"),
        ("ws+unix:/b.sock", "ws+unix:/b.sock"),
    ],
)
def test_an_origin_is_an_address_without_its_path(url: str, origin: str) -> None:
    assert origin_of(url) == origin
