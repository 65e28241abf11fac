"""What can be an address, and what is told of one that cannot."""

import re

import pytest

from target_app.backplane.address import told
from target_app.backplane.choose import choose
from target_app.backplane.protocol import AddressError, BackplaneError


@pytest.mark.parametrize(
    "url",
    [
        *("", "memory", "redis:", "kafka://x", "broadcaster+x://", "broadcaster+redis://host:port"),
        *(
            "redis://host:port",
            "redis://host:65536",
            "redis://host:0",
            "redis://[::1",
            "redis://host?sokcet=1",
            "redis://host?retry=3",
        ),
        *("postgresql://host:port/db", "postgresql://one:1,two:x/db"),
    ],
)
def test_an_address_of_nothing_is_an_error(url: str) -> None:
    with pytest.raises(AddressError):
        choose(url)


@pytest.mark.parametrize(
    "url",
    [
        *("redis://", "redis://:p%40ss@host", "redis://[::1]:6379/0", "unix:///tmp/a@b.sock?db=1"),
        *("postgresql:///db", "postgresql://me:pa@ss@one:1,two:2/db?application_name=x", "rediss://host:"),
    ],
)
def test_an_address_that_can_be_one_is_none(url: str) -> None:
    choose(url)


@pytest.mark.parametrize(
    "kind", ["redis", "postgresql", "broadcaster+redis", "broadcaster+postgres", "mysql"]
)
@pytest.mark.parametrize(
    "rest", ["me:sec/ret@host", "me:12#sec@host", "me:sec?ret@host:1", ":sec:ret@host:port", "ret:sec"]
)
def test_no_part_of_a_password_is_told(kind: str, rest: str) -> None:
    with pytest.raises(BackplaneError) as caught:
        choose(f"{kind}://{rest}")
    assert not {"sec", "ret"} & set(re.findall("[a-z]+", str(caught.value).replace("redis-py", "")))


@pytest.mark.parametrize("name", ["ssl_ca_certs", "ssl_certfile", "sslrootcert", "sslkey"])
def test_a_file_of_tls_that_is_not_there_is_named(name: str) -> None:
    kind = "rediss" if "_" in name else "postgresql"
    with pytest.raises(AddressError, match=f"{name}=/no/where.pem"):
        choose(f"{kind}://me:secret@host/0?{name}=/no/where.pem")


@pytest.mark.parametrize("form", ["p@ss word", "p%40ss%20word", "to\nken"])
def test_what_a_backend_says_is_one_line_without_the_secrets_of_the_address(form: str) -> None:
    url = "redis://me:p%40ss%20word@host:1/0?ssl_password=to%0Aken"
    assert "word" not in told(ValueError(f"no {form} here"), url)
    assert "\n" not in told(ValueError("one\n  two"), url)


def test_an_unknown_address_is_not_repeated_because_it_may_hold_a_password() -> None:
    with pytest.raises(BackplaneError) as caught:
        choose("mysql://user:secret@host")
    assert "secret" not in str(caught.value)
