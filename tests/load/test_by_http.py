"""Broadcasts that requests publish: what is asked of whom, and what can't be."""

from typing import Any

import pytest

from tests.load.test_plan import refusal
from wswarm.load.by_http import ByHttp
from wswarm.load.plan import Plan, make_plan

URL, POST = "ws://host/sub", "POST http://host:8000/publish"
BODY = '{"text": "{marker}"}'


def made(**options: Any) -> Plan:
    """Return a fan-out that is published by HTTP."""
    return make_plan("fanout", URL, **{"publish": POST, "publish_body": BODY, **options})


def requests(**options: Any) -> ByHttp:
    """Return its requests."""
    found = made(**options).by_http
    assert found is not None
    return found


def test_a_request_has_method_address_body_and_says_that_it_is_json() -> None:
    found = requests()
    assert (found.method, found.url_for({"id": "7"})) == ("POST", "http://host:8000/publish")
    assert found.body_for({"id": "7"}) == BODY.encode()
    assert found.headers_for({"id": "7"}) == [("Content-Type", "application/json")]


def test_a_content_type_that_is_given_stays() -> None:
    assert requests(publish_headers=("content-type: text/plain",)).headers_for({"id": "1"}) == [
        ("content-type", "text/plain")
    ]


def test_a_request_without_a_body_has_no_content_type() -> None:
    found = requests(publish="GET http://host/say?text={marker}&from={id}", publish_body=None)
    assert found.headers_for({"id": "7"}) == []
    assert found.url_for({"id": "7"}) == "http://host/say?text={marker}&from=7"


def test_the_number_goes_into_address_headers_and_body() -> None:
    found = requests(
        publish="PUT https://host/{id}",
        publish_body='{"i": {id}, "m": "{marker}"}',
        publish_headers=("X: {id}",),
    )
    assert found.url_for({"id": "3"}) == "https://host/3"
    assert found.body_for({"id": "3"}) == b'{"i": 3, "m": "{marker}"}'
    assert ("X", "3") in found.headers_for({"id": "3"})


def test_credentials_in_the_address_go_into_a_header_and_names_into_ascii() -> None:
    found = requests(publish="POST http://me:pw@bücher.example/räume?m={marker}", publish_body=None)
    assert found.url_for({"id": "1"}) == "http://xn--bcher-kva.example/r%C3%A4ume?m={marker}"
    assert ("Authorization", "Basic bWU6cHc=") in found.headers_for({"id": "1"})


def test_requests_take_no_websocket_and_their_publisher_the_number_after_the_subscribers() -> None:
    plan = made(connections=20)
    assert (plan.sockets, list(plan.publisher_ids)) == (20, [21])


def test_a_marker_that_stands_there_several_times_is_looked_for_as_often() -> None:
    plan = made(publish=f"{POST}?id={{marker}}", publish_body='["{marker}", "{marker}"]')
    assert plan.manner.template == b"{marker}" * 3


def test_marks_may_be_whole_numbers() -> None:
    plan = made(publish=f"{POST}?id={{marker:int}}", publish_body='{"id": {marker:int}}')
    assert plan.manner.template == b"{marker:int}" * 2
    assert plan.manner.is_numeric


def test_tls_is_for_the_requests_where_they_alone_use_it() -> None:
    plan = made(publish="POST https://host/publish", insecure=True)
    assert plan.by_http is not None
    assert plan.by_http.insecure
    assert not plan.manner.insecure


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"publish": "http://host/publish"},
            ("--publish 'http://host/publish'", "write --publish 'POST http://"),
        ),
        ({"publish": "post http://host/publish"}, ("no method and address", "write --publish 'POST http://")),
        ({"publish": "POST"}, ("no method and address",)),
        ({"publish": "POST ws://host/publish"}, ("'ws://host/publish'", "begins with http://")),
        ({"publish": "POST ftp://host/publish"}, ("begins with http:// or https://",)),
        ({"publish": "POST http:///publish"}, ("no host", "write http://host:port/path")),
        ({"publish": "POST http://host:0/"}, ("port 0",)),
        ({"publish": "POST http://host/a b"}, ("percent-encode it",)),
        ({"publish": "POST http://host{id}/"}, ("a host can't hold {…}", "behind the host")),
        ({"publish_body": None}, ("sends no {marker}", """as in --publish-body '{"text": "{marker}"}'""")),
        ({"publish_body": '{"text": 1}'}, ("sends no {marker}",)),
        ({"publish_body": "1{marker:int}"}, ("{marker:int} is part of another number",)),
        ({"publish_body": "{marker:int} {marker}"}, ("{marker:int} and {marker} mark the same message",)),
        ({"publish_body": "\udcff{marker}"}, ("--publish-body", "not valid UTF-8", "write it as UTF-8")),
        ({"publish_headers": ("no colon",)}, ("--publish-header 'no colon'", "write 'Name: value'")),
        ({"publish_headers": ("Host: other",)}, ("--publish-header 'host'", "leave it out")),
        ({"publish": None}, ("--publish-body", "write --publish 'POST http://host:port/path'")),
        ({"publish": None, "publish_body": None, "publish_headers": ("X: 1",)}, ("--publish-header",)),
        ({"publishers": 3}, ("--publishers 3", "--publish", "use one")),
        ({"publisher_url": "ws://other/"}, ("--publisher-url", "--publish", "use one")),
        ({"publisher_headers": ("X: 1",)}, ("--publisher-header", "--publish", "use one")),
        ({"text": "{marker}"}, ("--text", "use --publish-body")),
        ({"json": '"{marker}"'}, ("--json", "use --publish-body")),
        ({"size": 100}, ("--size", "use --publish-body")),
        ({"binary": True}, ("--binary", "use --publish-body")),
        ({"publish_body": "{marker}" + "x" * (16 << 20)}, ("--publish-body has 16777224 bytes", "shorter")),
    ],
)
def test_what_cannot_be_is_refused_with_the_mend(options: dict[str, Any], words: tuple[str, ...]) -> None:
    message = refusal("fanout", URL, **{"publish": POST, "publish_body": BODY, **options})
    assert not [word for word in words if word not in message], message


@pytest.mark.parametrize("scenario", ["connect", "echo"])
def test_only_broadcasts_are_published(scenario: str) -> None:
    assert f"leave it out of {scenario}" in refusal(scenario, URL, publish=POST, publish_body=BODY)


def test_a_password_is_in_no_message() -> None:
    assert "hunter2" not in refusal("fanout", URL, publish="POST http://me:hunter2@host/")
