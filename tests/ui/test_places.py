"""No name leads out of the folder."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.conftest import Bench
from wswarm.ui.places import place_of

PARTS = st.sampled_from(
    ("..", ".", "", "runs", "one", "inner", "out", "%2e%2e", "..\\", "~", "\x00", ".bin", "ü", "x" * 300)
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one inside, a link that leads out and one that does not, and a secret beside it."""
    top = tmp_path_factory.mktemp("places").resolve()
    for name in ("runs/one/inner", "runs/.bin/deleted", "secret"):
        (top / name).mkdir(parents=True)
    (top / "runs" / "out").symlink_to(top / "secret")
    (top / "runs" / "latest").symlink_to("one")
    (top / "runs" / "loop").symlink_to("loop")
    return top / "runs"


@given(st.lists(PARTS, max_size=6).map("/".join) | st.text(max_size=30))
def test_a_place_is_inside_and_none_that_is_hidden(root: Path, name: str) -> None:
    place = place_of(root, name)
    if place is not None:
        inside = place.relative_to(root)
        assert place.is_dir()
        assert place == place.resolve()
        assert inside.parts
        assert not any(part.startswith(".") for part in inside.parts)


@pytest.mark.parametrize(
    "name",
    ["..", "../secret", "one/../../secret", "out", "/etc", "//etc", ".bin/deleted", "loop", "a\0b", "", "."],
)
def test_what_leads_elsewhere_is_no_place(root: Path, name: str) -> None:
    assert place_of(root, name) is None


@pytest.mark.parametrize(("name", "found"), [("one", "one"), ("one/inner/", "one/inner"), ("latest", "one")])
def test_what_is_inside_is_found(root: Path, name: str, found: str) -> None:
    assert place_of(root, name) == root / found


@pytest.mark.parametrize(
    "path", ["..%2f..%2fetc", "%2e%2e/%2e%2e/etc/passwd", "..%5c..", "%00", "x" * 5_000, "%ff%fe", ".bin"]
)
def test_addresses_that_lead_out_are_not_found(seen: Bench, path: str) -> None:
    assert "root:" not in seen.get(f"/runs/{path}", 404)
