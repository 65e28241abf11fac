import pytest

from target_app.greeting import greeting, guards, url
from target_app.settings import Settings

TOKENS = {"alice": "s3cret", "bob": "s3cret-2"}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (
            Settings(),
            "origin same host; message size 1 MiB; handshake deadline 10 s; drain 10 s; no tokens, caps or rate",
        ),
        (
            Settings(
                guard="strict", tokens=TOKENS, refuse="after", origins=frozenset({"https://example.org"})
            ),
            "origin same host and 1 more; message size 1 MiB; handshake deadline 10 s; drain 10 s; tokens of 2,"
            " refused after accepting; 20 wrong ones a minute per address; 10000"
            " connections per worker; 1000 per address; 100 per user; 100 messages/s per connection",
        ),
        (
            Settings(max_message=1000, origin_required=True, handshake_deadline=0.5, max_per_address=7),
            "origin same host, required; message size 1000 bytes; handshake deadline 0.5 s; drain 10 s;"
            " 7 per address",
        ),
        (
            Settings(max_message=2048, tokens=TOKENS, max_guesses=None),
            "origin same host; message size 2 KiB; handshake deadline 10 s; drain 10 s; tokens of 2, refused before"
            " accepting",
        ),
    ],
)
def test_the_guards_are_told_and_no_token(settings: Settings, told: str) -> None:
    assert guards(settings) == f"guards: {told}"


def test_a_documented_example_has_no_guards_to_tell_of() -> None:
    app = "target_app.documented.chat:app"
    assert greeting(app, url("::1", 80)) == "target_app.documented.chat at http://[::1]:80/ (Ctrl-C stops it)"
    assert greeting(app, url("::1", 80), "wsproto").count("\n") == 0


def test_what_a_protocol_of_uvicorns_own_does_not_keep_is_told() -> None:
    app, base = "target_app.main:app", "http://127.0.0.1:80"
    assert greeting(app, base).count("\n") == 1
    assert greeting(app, base, "wsproto").splitlines()[2] == (
        "not kept with --ws wsproto: a fair share of the server for each client, deadlines of messages and of"
        " silence, pings in the rate"
    )


def test_a_name_stands_as_it_is() -> None:
    assert url("localhost", 8000) == "http://localhost:8000"
    assert url("localhost", 8000, is_secure=True) == "https://localhost:8000"
