import pytest

from target_app.guard.origin import is_known
from target_app.settings import Settings

LISTED = Settings(origins=frozenset({"https://example.org", "null"}))


@pytest.mark.parametrize(
    ("origin", "host", "settings", "known"),
    [
        ("http://here:8000", "here:8000", Settings(), True),
        ("https://Here:8000", "here:8000", Settings(), True),
        ("http://here", "HERE", Settings(), True),
        ("http://here:8001", "here:8000", Settings(), False),
        ("http://there", "here", Settings(), False),
        ("https://example.org", "here", Settings(), False),
        ("https://example.org", "here", LISTED, True),
        ("http://example.org", "here", LISTED, False),
        ("null", "here", Settings(), False),
        ("null", "here", LISTED, True),
        ("", "", Settings(), False),
        ("http://[", "[", Settings(), False),
        (None, "here", Settings(), True),
        (None, "here", Settings(origin_required=True), False),
    ],
)
def test_a_page_is_known_by_its_host_or_by_the_list(
    origin: str | None, host: str, settings: Settings, known: bool
) -> None:
    assert is_known(origin, host, settings) is known
