"""README and documentation: their commands can be, and their links lead somewhere."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import parser
from wswarm.cli.scenario import settings_of
from wswarm.load.plan import make_plan

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("reports/*.md")])
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)\s#]*)(?:#([^)\s]+))?\)")


def commands(page: Path) -> Iterator[str]:
    """Yield the `wswarm` commands that a page shows to a shell, each on one line."""
    for kind, content in FENCED.findall(page.read_text()):
        prompt = {"sh": "", "console": "$ "}.get(kind)
        for line in content.replace("\\\n", " ").splitlines():
            if prompt is not None and line.startswith(f"{prompt}wswarm "):
                yield line.removeprefix(prompt)


def anchors(page: Path) -> set[str]:
    """The names of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(
    "command", [one for page in PAGES if page.name != "CHANGELOG.md" for one in commands(page)]
)
def test_every_command_that_is_shown_can_be(command: str) -> None:
    arguments = shlex.split(command, comments=True)[1:]
    parsed = parser().parse_args(arguments)
    if parsed.command in ("connect", "echo", "fanout", "slow") and "--message-file" not in command:
        make_plan(parsed.command, parsed.url, **settings_of(parsed))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for path, anchor in LINK.findall(FENCED.sub("", page.read_text())):
        there = page.parent / path if path else page
        assert there.exists(), path
        assert not anchor or there.suffix != ".md" or anchor in anchors(there), f"{path}#{anchor}"


def test_the_readme_is_read_in_ten_minutes() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150
