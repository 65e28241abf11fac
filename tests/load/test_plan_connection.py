"""How connections are made: addresses, headers and their like, none of which may smuggle in another."""

from typing import Any

import pytest

from tests.load.test_plan import SECURE, URL, refusal
from wswarm.load.plan import make_plan
from wswarm.load.url import check_url

INJECTIONS = ["\r\nEvil: 1", "\nEvil: 1", "\rEvil: 1", "\x00", "\x7f", "\x1b[2J", "\u2028", "\x85"]


@pytest.mark.parametrize(
    "url",
    [
        "ws://host",
        "wss://host:443/path?query=1&b=%20",
        "ws://127.0.0.1:1/",
        "ws://[::1]:65535/ws",
        "ws://user:secret@host/ws",
        "ws://host/items/{id}/ws?token={id}",
        "WS://HOST/",
    ],
)
def test_a_complete_address_is_accepted(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    ("url", "mend"),
    [
        ("http://host/ws", "begins with ws://"),
        ("https://host/ws", "begins with wss://"),
        ("ftp://host", "ws:// or wss://"),
        ("host:8000/ws", "ws:// or wss://"),
        ("/ws", "ws:// or wss://"),
        ("", "ws:// or wss://"),
        ("ws://", "write ws://host:port/path"),
        ("ws:///ws", "write ws://host:port/path"),
        ("ws://:8000/ws", "write ws://host:port/path"),
        ("ws://host:0/", "give the port that the service listens on"),
        ("ws://host:65536/", "not an address"),
        ("ws://host:http/", "not an address"),
        ("ws://[::1/", "not an address"),
        ("ws://host/#top", "percent-encode it"),
        ("ws://host/#", "percent-encode it"),
        ("ws://host/a b", "percent-encode it"),
    ],
)
def test_an_address_that_cannot_be_connected_to_is_refused_with_the_mend(url: str, mend: str) -> None:
    message = refusal("echo", url)
    assert repr(url) in message
    assert mend in message


@pytest.mark.parametrize("injection", INJECTIONS)
@pytest.mark.parametrize("place", ["ws://host{}/ws", "ws://host/ws{}", "ws://host/?q={}", "ws://u{}:p@host/"])
def test_no_control_character_gets_into_a_request_by_the_url(place: str, injection: str) -> None:
    url = place.replace("{}", injection)
    assert repr(url) in refusal("echo", url)


@pytest.mark.parametrize(
    "header",
    ["X-Id: {id}", "Authorization: Bearer abc", "X-Empty:", "X-Colon: a:b", "x!#$%&'*+-.^_`|~9: ok", "X:\ta"],
)
def test_a_header_with_a_token_for_a_name_is_accepted(header: str) -> None:
    assert make_plan("echo", URL, headers=[header]).headers == (header,)


@pytest.mark.parametrize(
    "header",
    ["", "X", ": value", "X Y: z", "X\u00e9: z", "X-\u212a: z", "X-{id}: z", "X;: z", "\tX: z", "X : z"],
)
def test_a_header_without_a_token_for_a_name_is_refused(header: str) -> None:
    message = refusal("echo", headers=[header])
    assert repr(header) in message
    assert "write 'Name: value'" in message


@pytest.mark.parametrize("injection", INJECTIONS)
@pytest.mark.parametrize("place", ["X{}: a", "X: a{}b", "X: {id}{}b"])
def test_no_header_smuggles_in_another(place: str, injection: str) -> None:
    header = place.replace("{}", injection)
    assert repr(header) in refusal("echo", headers=["Good: 1", header])


@pytest.mark.parametrize(
    "name", ["Upgrade", "Connection", "Sec-WebSocket-Key", "sec-websocket-protocol", "SEC-WEBSOCKET-VERSION"]
)
def test_headers_of_the_handshake_itself_are_refused_with_the_option_instead(name: str) -> None:
    assert "use --subprotocol, --deflate or --origin" in refusal("echo", headers=[f"{name}: x"])


@pytest.mark.parametrize("cookie", ["a=b", "session={id}", "a=", "a=b=c", 'a="b"'])
def test_a_cookie_is_a_name_and_a_value(cookie: str) -> None:
    assert make_plan("echo", URL, cookies=[cookie]).cookies == (cookie,)


@pytest.mark.parametrize(
    "cookie", ["", "a", "a=b; c=d", "a=b;", *(f"a={{id}}{injection}" for injection in INJECTIONS)]
)
def test_what_is_not_one_cookie_is_refused(cookie: str) -> None:
    message = refusal("echo", cookies=[cookie])
    assert message.startswith(
        f"--cookie {cookie.partition('=')[0]!r}"[:-1] if "=" in cookie else "--cookie '…'"
    )
    assert "c=d" not in message
    assert "write name=value" in message


@pytest.mark.parametrize(
    "protocol", ["", "a b", "a,b", "a/b", "a;b", "\u212a", *(f"chat{injection}" for injection in INJECTIONS)]
)
def test_a_subprotocol_that_is_no_token_is_refused(protocol: str) -> None:
    assert repr(protocol) in refusal("echo", subprotocols=[protocol])


def test_subprotocols_are_tokens() -> None:
    plan = make_plan("echo", URL, subprotocols=["graphql-ws", "v1.chat"])
    assert plan.subprotocols == ("graphql-ws", "v1.chat")


@pytest.mark.parametrize("injection", INJECTIONS)
def test_no_origin_smuggles_in_a_header(injection: str) -> None:
    origin = f"https://example.org{injection}"
    assert repr(origin) in refusal("echo", origin=origin)


@pytest.mark.parametrize("options", [{"cert": "a.pem"}, {"key": "a.pem"}])
def test_a_certificate_and_its_key_go_together(options: dict[str, Any]) -> None:
    assert "--cert and --key go together: give both files" in refusal("echo", SECURE, **options)


@pytest.mark.parametrize(
    "options", [{"insecure": True}, {"cacert": "a.pem"}, {"cert": "a.pem", "key": "b.pem"}]
)
def test_tls_settings_without_tls_are_refused(options: dict[str, Any]) -> None:
    assert "write wss://" in refusal("echo", **options)


def test_compression_needs_the_driver_that_has_it() -> None:
    assert "--deflate needs --driver websockets" in refusal("echo", deflate=True)
    assert make_plan("echo", URL, deflate=True, driver="websockets").deflate


@pytest.mark.parametrize("address", ["localhost", "127.1", "", "127.0.0.1:80", "eth0"])
def test_a_source_address_has_to_be_an_ip_address(address: str) -> None:
    assert f"--bind {address!r} is not an IP address" in refusal("echo", bind=[address])


def test_a_header_that_is_refused_is_named_without_its_secret() -> None:
    message = refusal("echo", headers=["Authorization Bearer s3cret"])
    assert "--header 'Authorization …' is not a header" in message
    assert "s3cret" not in message


PUBLISHERS = {
    "publisher_url": "ws://other/pub",
    "publisher_headers": ("X-Role: speaker",),
    "publisher_steps": (("say", "hello"),),
}


@pytest.mark.parametrize("option", PUBLISHERS)
@pytest.mark.parametrize("scenario", ["connect", "echo"])
def test_what_is_said_of_publishers_is_refused_where_there_are_none(scenario: str, option: str) -> None:
    message = refusal(scenario, URL, **{option: PUBLISHERS[option]})
    assert f"--{option.replace('_', '-').removesuffix('s').replace('step', 'say')}" in message
    assert f"leave it out of {scenario}" in message


@pytest.mark.parametrize("header", ["Content-Length: 5", "transfer-encoding: chunked"])
def test_a_header_that_announces_a_body_is_refused(header: str) -> None:
    assert f"--header {header!r} announces a body" in refusal("echo", headers=[header])


def test_an_origin_given_twice_is_refused() -> None:
    message = refusal("echo", headers=["origin: https://a.example"], origin="https://b.example")
    assert "both give the origin" in message


@pytest.mark.parametrize("header", ["no colon", "Bad Name: x", "X: a\nb", "Upgrade: other"])
def test_publishers_headers_are_checked_by_their_own_name(header: str) -> None:
    assert "--publisher-header" in refusal("fanout", URL, publisher_headers=(header,))


def test_publishers_are_elsewhere_with_their_headers_in_place_of_those_of_the_same_name() -> None:
    headers = ("Authorization: theirs", "X-Both: 1")
    plan = make_plan(
        "fanout",
        URL,
        headers=headers,
        publisher_url="ws://other/",
        publisher_headers=("authorization: ours",),
    )
    assert (plan.manner.url, plan.manner.headers) == (URL, headers)
    assert plan.publishing.url == "ws://other/"
    assert plan.publishing.headers == ("X-Both: 1", "authorization: ours")


@pytest.mark.parametrize(
    ("url", "publisher_url"), [("ws://host/", "wss://other/"), ("wss://host/", "ws://other/")]
)
def test_options_of_tls_are_for_whoever_uses_it(url: str, publisher_url: str) -> None:
    plan = make_plan("fanout", url, publisher_url=publisher_url, insecure=True)
    assert plan.manner.insecure == url.startswith("wss")
    assert plan.publishing.insecure == publisher_url.startswith("wss")


def test_publishers_have_a_conversation_of_their_own_in_place_of_that_of_all() -> None:
    plan = make_plan(
        "fanout", URL, on_open=("hi",), steps=(("expect", "welcome"),), publisher_steps=(("say", "I speak"),)
    )
    assert [step.value for step in plan.publishing.steps] == ["I speak"]
    assert plan.publishing.on_open == ()
    assert ([step.value for step in plan.manner.steps], plan.manner.on_open) == (["welcome"], ("hi",))
    shared = make_plan("fanout", URL, on_open=("hi",), steps=(("expect", "welcome"),))
    assert shared.publishing == shared.manner


@pytest.mark.parametrize("step", [("take", "a=$.b"), ("expect", "/(/"), ("say", "\udcff")])
def test_a_conversation_of_publishers_is_checked_by_its_own_names(step: tuple[str, str]) -> None:
    message = refusal("fanout", URL, publisher_steps=(step,))
    assert f"--publisher-{step[0]}" in message
    assert f" --{step[0]}" not in message


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        (("Host: a", "host: b"), "--header 'host: b' gives host a second value"),
        (("Origin: http://a", "X-A: 1", "ORIGIN: http://b"), "--header 'ORIGIN: http://b' gives"),
        (("Authorization: Bearer one", "authorization: two"), "--header 'authorization:…' gives"),
    ],
)
def test_a_header_that_may_stand_once_has_one_value(headers: tuple[str, ...], words: str) -> None:
    message = refusal("echo", headers=headers)
    assert words in message
    assert "leave one out" in message


def test_so_have_those_of_publishers() -> None:
    twice = ("Content-Type: a/b", "content-type: c/d")
    assert "--publisher-header 'content-type: c/d'" in refusal("fanout", publisher_headers=twice)
    by_http = refusal("fanout", publish="POST http://h/{marker}", publish_headers=twice)
    assert "--publish-header 'content-type: c/d'" in by_http


@pytest.mark.parametrize(
    "headers", [("Cookie: a=1", "Cookie: b=2"), ("X-A: 1", "x-a: 2"), ("Host: a", "host:a")]
)
def test_other_headers_may_stand_twice_and_so_may_one_value(headers: tuple[str, ...]) -> None:
    assert make_plan("echo", URL, headers=headers).headers == headers


@pytest.mark.parametrize("host", [".", "..", "b..example", ".example", f"{'a' * 64}.example", "ü..example"])
def test_a_host_that_no_name_can_be_is_told_with_what_is_wrong(host: str) -> None:
    message = refusal("echo", f"ws://{host}:80/ws")
    assert f"'ws://{host}:80/ws' has a host name that can't be: " in message
    assert "codec" not in message
    assert "write it as it is registered" in message


@pytest.mark.parametrize("host", ["a.", f"{'a' * 63}.example", "[::1]", "a_b.example", "localhost"])
def test_a_host_that_a_name_can_be_is_taken(host: str) -> None:
    check_url(f"ws://{host}:80/ws")
