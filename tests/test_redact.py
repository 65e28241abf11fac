"""Credentials taken out of what is stored and shown."""

import pytest

from wswarm import redact


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("ws://me:hunter2@host/ws", "ws://me:…@host/ws"),
        ("ws://me:p@ss@host/ws", "ws://me:…@host/ws"),
        ("ws://token@host/ws", "ws://…@host/ws"),
        ("ws://host:80/a@b:c@d", "ws://host:80/a@b:c@d"),
        ("ws://host?q=a@b", "ws://host?q=a@b"),
        ("ws://[::1]:80/ws", "ws://[::1]:80/ws"),
    ],
)
def test_a_password_in_an_address_is_hidden(address: str, shown: str) -> None:
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
