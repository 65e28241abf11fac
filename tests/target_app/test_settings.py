import pytest
from pydantic import ValidationError

from target_app.main import create_app
from target_app.settings import STRICT, Settings


def test_settings_come_from_the_environment_with_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARGET_LAG_WINDOW", "5")
    assert Settings().lag_window == 5


def test_settings_that_are_given_win_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARGET_LAG_WINDOW", "5")
    app = create_app(Settings(lag_window=7))
    assert app.state.loop_lag.reading().window_s == 7


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "soon"])
def test_an_interval_that_cannot_be_waited_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARGET_LAG_INTERVAL", value)
    with pytest.raises(ValidationError, match="lag_interval"):
        Settings()


STRICT_CAPS = ("max_connections", "max_per_address", "max_per_user", "message_rate")


def test_caps_and_rate_are_for_strict() -> None:
    strict = Settings(guard="strict", tokens={"alice": "secret"})
    for name in STRICT_CAPS:
        assert getattr(Settings(), name) is None
        assert getattr(strict, name) == STRICT[name]


def test_what_is_set_wins_over_strict_and_off_is_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {
        "GUARD": "strict",
        "TOKENS": '{"alice": "secret"}',
        "MAX_PER_USER": "3",
        "MESSAGE_RATE": "off",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"TARGET_{name}", value)
    assert (Settings().max_per_user, Settings().message_rate) == (3, None)
    assert Settings().tokens["alice"].get_secret_value() == "secret"


@pytest.mark.parametrize(
    ("tokens", "why"),
    [
        ("", "no JSON"),
        ("{}", 'such as \'{"alice": "a-long-token"}\''),
        ('{"alice": "secret", "bob": "secret"}', "same token"),
        ('{"alice": ""}', "'alice' is empty"),
        ('{"alice": "se cret"}', "a cookie can't"),
        ('{"alice": "sécret"}', "a cookie can't"),
        ('["secret"]', "valid dictionary"),
        ('{"alice": 7}', "valid string"),
        ('{"": "secret"}', "no name"),
        ('{"alice": "secret", "alice": "other"}', "'alice' is there twice"),
    ],
)
def test_tokens_that_cannot_be_are_refused_without_a_word_of_them(
    tokens: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARGET_GUARD", "strict")
    monkeypatch.setenv("TARGET_TOKENS", tokens)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert why in str(refused.value)
    assert "secret" not in str(refused.value)
    assert "sécret" not in str(refused.value)


def test_strict_without_tokens_is_refused() -> None:
    with pytest.raises(ValidationError, match="guard strict asks for users and their tokens"):
        Settings(guard="strict")


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("[]", set()),
        ('["https://example.org", "http://[::1]:8080"]', {"https://example.org", "http://[::1]:8080"}),
        ('["HTTPS://Example.org", "null"]', {"https://example.org", "null"}),
        ('["chrome-extension://abc"]', {"chrome-extension://abc"}),
        ('["http://example.org:443"]', {"http://example.org:443"}),
    ],
)
def test_origins_are_kept_as_browsers_write_them(
    text: str, known: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARGET_ORIGINS", text)
    assert Settings().origins == known


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "example.org",
        "https://example.org/",
        "https://example.org/chat",
        "https://*",
        "https://user@example.org",
        "https://example.org:443",
        "http://example.org:80",
        "",
    ],
)
def test_an_origin_that_no_browser_sends_is_named(origin: str) -> None:
    with pytest.raises(ValidationError, match=r"is no origin; write https://example\.org") as refused:
        Settings(origins=frozenset({origin}))
    assert repr(origin) in str(refused.value)


@pytest.mark.parametrize(
    ("text", "networks"),
    [
        ("[]", []),
        ('["127.0.0.1"]', ["127.0.0.1/32"]),
        ('["10.0.0.0/8", "fd00::1"]', ["10.0.0.0/8", "fd00::1/128"]),
    ],
)
def test_trusted_proxies_are_addresses_and_networks(
    text: str, networks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARGET_TRUSTED_PROXIES", text)
    assert {str(one) for one in Settings().trusted_proxies} == set(networks)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("127.0.0.1", "write a JSON list"),
        ('"127.0.0.1"', "write a JSON list"),
        ('{"127.0.0.1": 1}', "write a JSON list"),
        ('["proxy.example"]', "'proxy.example' is no address"),
        ('["10.0.0.1/8"]', "'10.0.0.1/8' is no address and no network"),
        ('["*"]', "'*' is no address"),
        ("[1]", "1 is no address"),
    ],
)
def test_a_trusted_proxy_that_is_none_is_named(
    text: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARGET_TRUSTED_PROXIES", text)
    with pytest.raises(ValidationError) as caught:
        Settings()
    (error,) = caught.value.errors()
    assert error["loc"] == ("trusted_proxies",)
    assert named in error["msg"]
