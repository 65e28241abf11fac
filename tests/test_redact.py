"""Credentials taken out of what is stored and shown."""

from html import escape
from json import dumps
from typing import Any
from urllib.parse import quote

import pytest

from wswarm.load.fill import fill_address
from wswarm.results import redact
from wswarm.results.redact import Redactor, Values


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("ws://me:hunter2@host/ws", "ws://me:…@host/ws"),
        ("at ws://host/?token=…: no such", "at ws://host/?token=…: no such"),
        ("ws://me:p@ss@host/ws", "ws://me:…@host/ws"),
        ("ws://token@host/ws", "ws://…@host/ws"),
        ("ws://host:80/a@b:c@d", "ws://host:80/a@b:c@d"),
        ("ws://host?q=a@b", "ws://host?q=a@b"),
        ("ws://[::1]:80/ws", "ws://[::1]:80/ws"),
        ("ws://host/ws?room=1&token=s3cret&q=x", "ws://host/ws?room=1&token=…&q=x"),
        ("ws://host/ws?access_token=s3cret: refused", "ws://host/ws?access_token=… refused"),
        ("ws://host/ws?apiKey=s3cret", "ws://host/ws?apiKey=…"),
        ("ws://host/ws?token={id}", "ws://host/ws?token={id}"),
        ("ws://host/ws?monkey=5&author=me", "ws://host/ws?monkey=5&author=me"),
    ],
)
def test_the_secrets_of_an_address_are_hidden(address: str, shown: str) -> None:
    assert redact.address(address) == shown


def test_cookies_and_telling_headers_lose_their_values_and_others_keep_them() -> None:
    settings = {
        "url": "ws://me:s3cret@host/",
        "headers": ["Authorization: Bearer s3cret", "X-Api-Key: s3cret", "X-Env: test"],
        "cookies": ["sid=s3cret"],
        "rate": 5.0,
    }
    assert redact.plan(settings) == {
        "url": "ws://me:…@host/",
        "headers": ["Authorization:…", "X-Api-Key:…", "X-Env: test"],
        "cookies": ["sid=…"],
        "rate": 5.0,
    }


def test_a_plan_without_them_stays_as_it_is() -> None:
    assert redact.plan({"url": None, "size": 3}) == {"url": None, "size": 3}


def test_a_secret_is_hidden_in_the_messages_of_a_plan_too_and_one_that_a_message_names() -> None:
    shown = redact.plan(
        {
            "cookies": ["sid=s3cret"],
            "on_open": ('{"type": "auth", "token": "t0ken"}', '{"again": "t0ken", "sid": "s3cret"}'),
            "json": '{"key": "orders", "text": "{marker}"}',
        }
    )
    assert shown["on_open"] == ['{"type": "auth", "token": "…"}', '{"again": "…", "sid": "…"}']
    assert shown["json"] == '{"key": "orders", "text": "{marker}"}'


def test_what_was_hidden_once_is_hidden_again_without_harm() -> None:
    settings = {"url": "ws://a:s3cret@h/?token=t", "headers": ["X-Key: s3cret"], "cookies": ["a=bcd"]}
    once = redact.plan(settings)
    assert redact.plan(once) == once


SECRETS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a bearer token": ({"headers": ["Authorization: Bearer t0k/en+"]}, ["t0k/en+", "t0k%2Fen%2B", "T0K/EN+"]),
    "a basic one": ({"headers": ["Authorization: Basic bWU6aHVudGVyMg=="]}, ["bWU6aHVudGVyMg==", "hunter2"]),
    "a key": ({"headers": ['X-API-Key: s3cr&t"x']}, ['s3cr&t"x', "s3cr&amp;t&quot;x", 's3cr&t\\"x']),
    "a cookie": ({"cookies": ["sid=s3 cret"]}, ["s3 cret", "s3%20cret", "s3+cret"]),
    "a header of cookies": ({"headers": ["Cookie: a=first; b=second"]}, ["first", "second"]),
    "an address": ({"url": "ws://me:hunt%21er@h/"}, ["hunt!er", "bWU6aHVudCFlcg=="]),
    "a parameter": ({"url": "ws://h/?token=a%20b"}, ["a%20b", "a b"]),
    "a number in it": ({"cookies": ["sid=user-{id}-s3cret"]}, ["user-17-s3cret", "USER-3-S3CRET"]),
}


@pytest.mark.parametrize(("settings", "said"), SECRETS.values(), ids=list(SECRETS))
def test_a_server_that_repeats_a_secret_is_not_quoted_with_it(
    settings: dict[str, Any], said: list[str]
) -> None:
    hide = Redactor(settings)
    assert [hide(f"no access with <{one}>!") for one in said] == ["no access with <…>!"] * len(said)


@pytest.mark.parametrize(
    "value", ['{"user":"ann","token":"t 1"}', "{secret}", "${SECRET}", "se{cr}et 1", "a:b/c@d e", 'grü"ß']
)
def test_a_value_is_hidden_whatever_braces_it_holds_and_however_it_is_escaped(value: str) -> None:
    hide = Redactor({}, [value])
    said = [
        value,
        fill_address("{v}", {"v": value}),
        quote(value, safe=""),
        dumps(value)[1:-1],
        dumps(value, ensure_ascii=False)[1:-1],
        escape(value),
    ]
    assert [hide(f"<{one}>") for one in said] == ["<…>"] * len(said)


def test_a_value_of_a_shell_that_is_not_utf_8_is_hidden() -> None:
    assert Redactor({}, ["caf\udce9"])("<caf\udce9> <caf%E9>") == "<…> <…>"


def test_a_text_that_was_cut_in_the_midst_of_a_secret_does_not_keep_its_beginning() -> None:
    hide = Redactor({"cookies": ["sid=0123456789"]})
    assert hide("not you, 0123456", is_cut=True) == "not you, …"
    assert hide("not you, 0123456") == "not you, 0123456"


JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize("end", ["", "...", '"}', "… (more in the log)", "/else"])
@pytest.mark.parametrize(
    ("settings", "secret"),
    [
        ({"headers": [f"Authorization: Bearer {JWT}"]}, JWT),
        ({"headers": [f"Authorization: bearer {JWT}"]}, JWT.lower()),
        ({"headers": ['X-Api-Key: ab"cd/ef ghijk']}, "ab%22cd%2Fef%20ghijk"),
        ({"url": "ws://me:hunter2pass@h/"}, "bWU6aHVudGVyMnBhc3M="),
        ({"cookies": ["sid=s3cret-of-{id}-in-full"]}, "s3cret-of-17-in-full"),
        ({"cookies": ["sid={id}-s3cret-in-full"]}, "17-s3cret-in-full"),
    ],
)
def test_what_a_server_has_cut_of_a_secret_is_hidden_wherever_it_stands(
    settings: dict[str, Any], secret: str, end: str
) -> None:
    hide, sizes = Redactor(settings), range(11, len(secret))
    assert {hide(f"{{expired: {secret[:size]}{end}").partition("…")[0] for size in sizes} == {"{expired: "}
    assert not [size for size in sizes if secret[size - 3 : size] in hide(f"no {secret[:size]}{end}")]


@pytest.mark.parametrize(
    "text",
    [
        'Bearer realm="x", Bearer token wanted',
        '{"user":"bob","token":"x"} is no {"user":',
        "ws://127.0.0.1:9/ is elsewhere: wss://exa",
        "tok-SEC is no beginning of eight",
    ],
)
def test_what_many_secrets_begin_with_is_no_secret(text: str) -> None:
    values = [
        "Bearer tok-SECRETVALUE-42",
        '{"user":"ann","token":"t 1"}',
        "ws://127.0.0.1:80/x",
        "wss://example/",
    ]
    assert Redactor({"headers": ["Authorization: Bearer tok-SECRETVALUE-42"]}, values)(text) == text


def test_beginnings_of_one_of_many_values_are_hidden() -> None:
    values = Values()
    values.add(f"s3cret-{number:05}" for number in range(2_000))
    assert values("no s3cret-0, s3cret-0012 is out, and s3cret-") == "no …, … is out, and s3cret-"


def test_beginnings_end_where_they_end_though_letters_grow_in_lower_case() -> None:
    assert Redactor({"cookies": ["a=İstanbul-0123"]})("İİ İstanbul-0 İ") == "İİ … İ"


def test_a_plan_of_ones_own_is_not_taken_for_a_cut_secret() -> None:
    shown = redact.plan({"url": "ws://h/relaying", "cookies": ["sid=relaying-1"], "text": "relaying"})
    assert (shown["url"], shown["text"]) == ("ws://h/relaying", "relaying")


def test_a_secret_of_three_letters_is_hidden_only_as_a_word_and_a_shorter_one_is_none() -> None:
    hide = Redactor({"cookies": ["a=abc", "b=1"]})
    assert hide("abc in abcd, 1") == "… in abcd, 1"


def test_a_plan_without_secrets_changes_no_text() -> None:
    assert Redactor({"url": "ws://h/", "headers": ["X-Env: test"]})("test") == "test"


def test_secrets_of_publishers_are_hidden_wherever_they_stand() -> None:
    plan = {
        "url": "ws://host/",
        "publisher_url": "ws://me:hunter2@host/?token=s3cret-one",
        "publisher_headers": ["Authorization: Bearer s3cret-two", "X-Plain: yes"],
        "publish": "POST http://me:hunter3@host/?api_key=s3cret-three",
        "publish_headers": ["X-Api-Key: s3cret-four"],
        "publish_body": '{"password": "s3cret-five", "text": "{marker}"}',
        "on_open": ["hunter2 s3cret-one s3cret-two", "hunter3 s3cret-three s3cret-four s3cret-five"],
    }
    assert redact.plan(plan) == {
        "url": "ws://host/",
        "publish": "POST http://me:…@host/?api_key=…",
        "publish_headers": ["X-Api-Key:…"],
        "publish_body": '{"password": "…", "text": "{marker}"}',
        "publisher_url": "ws://me:…@host/?token=…",
        "publisher_headers": ["Authorization:…", "X-Plain: yes"],
        "on_open": ["… … …", "… … … …"],
    }


def test_what_a_message_calls_a_secret_is_hidden_in_it() -> None:
    assert redact.message('{"token":"abc","id":"abc","n":1}') == '{"token":"\u2026","id":"abc","n":1}'
    assert redact.message('{"key":"a","sessionToken": "b c"}') == '{"key":"a","sessionToken": "\u2026"}'


def test_a_message_of_a_megabyte_that_is_one_word_is_read_once() -> None:
    text = "x" * 1_000_000
    assert redact.plan({"text": text, "publish_body": text}) == {"text": text, "publish_body": text}
