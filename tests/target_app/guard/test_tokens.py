import hmac

import pytest
from pydantic import SecretStr

from target_app.guard.tokens import Tokens

TOKENS = Tokens({"alice": SecretStr("one"), "bob": SecretStr("two"), "carol": SecretStr("three")})


@pytest.mark.parametrize(
    ("presented", "owner"),
    [
        (["one"], "alice"),
        (["three"], "carol"),
        (["nobody's", "two"], "bob"),
        (["three", "one"], "carol"),
        (["on"], None),
        (["one "], None),
        ([""], None),
        (["\ud800"], None),
        ([], None),
    ],
)
def test_a_token_has_one_owner(presented: list[str], owner: str | None) -> None:
    assert TOKENS.owner(presented) == owner


@pytest.mark.parametrize("token", ["one", "three", "x" * 5000])
def test_every_token_is_compared_with_all_of_them_at_one_length(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[int, int]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return one == other

    monkeypatch.setattr(hmac, "compare_digest", compare)
    TOKENS.owner([token])
    assert compared == [(32, 32)] * 3


def test_the_tokens_themselves_are_not_kept() -> None:
    assert "one" not in repr(vars(TOKENS))
