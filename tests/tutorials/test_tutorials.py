"""The tutorials: every line is followed as it stands there, and does what the page says."""

import re
from pathlib import Path

import msgspec
import pytest

from tests.protocols.your_service import blocks
from tests.tutorials.followed import Done, follow, lines
from wswarm.results.run import Run

PAGES = sorted((Path(__file__).parents[2] / "docs" / "tutorials").glob("*.md"))


@pytest.fixture(scope="module")
def done(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Done], Path]:
    """What became of the lines of a tutorial, and the folder in which they were followed."""
    folder = tmp_path_factory.mktemp(request.param.stem)
    return follow(request.param, folder), folder


def following(*names: str) -> pytest.MarkDecorator:
    """The tutorials of these names, or all, each followed once by one worker."""
    chosen = [page for page in PAGES if page.stem in names or not names]
    each = [pytest.param(page, id=page.stem, marks=pytest.mark.xdist_group(page.stem)) for page in chosen]
    return pytest.mark.parametrize("done", each, indirect=True)


def runs(folder: Path) -> list[Run]:
    """The runs that were stored in a folder, in order."""
    paths = sorted(folder.glob("reports/2*/**/run.json"))
    return [msgspec.json.decode(path.read_bytes(), type=Run) for path in paths]


@following()
def test_every_line_exits_as_the_tutorial_says(done: tuple[list[Done], Path]) -> None:
    for one in done[0]:
        assert one.is_as_promised(), f"{one.code}: {one.line}\n{one.told}"


@following("first_load_test", "from_k6")
def test_every_message_that_is_owed_comes(done: tuple[list[Done], Path]) -> None:
    counted = [run.messages for run in runs(done[1]) if run.messages is not None and run.messages.sent]
    assert [one.owed - one.received for one in counted] == [0] * len(counted) != []
    assert [(one.unmarked, one.duplicated) for one in counted] == [(0, 0)] * len(counted)


@following("first_load_test")
def test_the_honest_test_shows_the_stall_that_the_polite_one_hides(done: tuple[list[Done], Path]) -> None:
    polite, honest, _ = (run.response_time.p90 for run in runs(done[1]) if run.response_time is not None)
    assert polite is not None
    assert honest is not None
    assert polite < 0.05 < 0.08 < honest


@following("from_artillery")
def test_a_refusal_is_told_in_the_server_s_words(done: tuple[list[Done], Path]) -> None:
    assert any("4403 wrong token" in one.told for one in done[0])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_tutorial_ends_with_something_to_keep(page: Path) -> None:
    assert re.findall(r"^## (.+)$", page.read_text(), re.MULTILINE)[-1] == "Keep it"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_all_that_a_tutorial_gives_a_shell_is_followed(page: Path) -> None:
    fences = re.findall(r"^```(\w*)$", page.read_text(), re.MULTILINE)
    assert not {"bash", "shell", "console", "zsh"} & set(fences)
    assert sum(1 for block in blocks(page.read_text()) for _ in lines(block)) >= 2
