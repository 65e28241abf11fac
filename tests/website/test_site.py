"""The site: it can be built without a warning, has every page, and stands alone."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import wswarm
from website.__main__ import build
from website.pages import CHECKOUT, lay_out, reference

pytestmark = pytest.mark.xdist_group("website")  # one worker builds it
NAMED = re.findall(r"\s(\S+\.md)$", (CHECKOUT / "website" / "mkdocs.yml").read_text(), re.MULTILINE)
LOADED = {"script", "link", "img", "iframe"}  # whose addresses a browser fetches by itself


class Page(HTMLParser):
    """A page of the site: what it leads to, what it loads, and the anchors in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.links: set[str] = set()
        self.loaded: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of an element's address and name."""
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.add(value)
                if tag in LOADED:
                    self.loaded.add(value)
            elif name in ("id", "name") and value:
                self.anchors.add(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built."""
    folder = tmp_path_factory.mktemp("website")
    assert build(folder) == 0
    return folder / "site"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    """Its pages by their paths; what is shown for a page that is not there is none of them."""
    return {path: Page(path) for path in site.rglob("*.html") if path.name != "404.html"}


def test_every_page_of_the_documentation_has_a_place_in_the_navigation() -> None:
    written = {str(path.relative_to(CHECKOUT)) for path in (CHECKOUT / "docs").rglob("*.md")}
    assert written - set(NAMED) == set(), "name them under nav in website/mkdocs.yml"


def test_the_navigation_names_what_there_is_and_nothing_twice(tmp_path: Path) -> None:
    lay_out(tmp_path)
    assert [name for name in NAMED if not (tmp_path / "pages" / name).exists()] == []
    assert len(NAMED) == len(set(NAMED))


def test_all_of_the_reference_is_in_the_site(site: Path) -> None:
    built = {str(path.relative_to(site).with_suffix(".md")) for path in site.rglob("*.html")}
    assert set(reference()) <= built


def test_the_page_of_the_python_interface_says_what_each_name_does(site: Path) -> None:
    headings = Page(site / "reference" / "api.html").anchors
    assert headings >= {f"wswarm.{name}" for name in wswarm.__all__}


def test_a_page_loads_nothing_from_elsewhere(pages: dict[Path, Page]) -> None:
    loaded = {address for page in pages.values() for address in page.loaded}
    assert {address for address in loaded if urlsplit(address).netloc} == set()


def test_every_link_of_a_built_page_leads_to_a_file_and_a_place_in_it(pages: dict[Path, Page]) -> None:
    assert list(broken(pages)) == []


def broken(pages: dict[Path, Page]) -> Iterator[str]:
    """Yield the links that lead nowhere, with the names of their pages."""
    for page in pages.values():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            there = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path
            there = there / "index.html" if there.is_dir() else there
            other = pages.get(there)
            if not there.is_file() or (other and parts.fragment not in other.anchors | {"", "__skip"}):
                yield f"{page.path.name}: {link}"
