"""Pages of reports and of the workbench, looked at by axe-core from npm; skipped by name without Node.js."""

import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import Browser, Page, needs_a_browser
from tests.cli.test_ui import workbench
from tests.protocols.programs import FOLDER, install
from tests.report import runs
from tests.report.explored import READY
from tests.report.test_answers_in_a_browser import ASKED
from tests.ui import stored
from wswarm.report.html import render

pytestmark = [needs_a_browser, pytest.mark.xdist_group("a browser")]
WIDTHS = pytest.mark.parametrize("width", [1280, 390])

SEVERE = {"serious", "critical"}


@pytest.fixture(scope="module")
def axe() -> str:
    if shutil.which("npm") is None:
        pytest.skip("no npm for axe-core: apt-get install nodejs npm")
    install(FOLDER)
    return (FOLDER / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def desk(axe: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A workbench over six runs, and one that can't be read; its address."""
    folder = tmp_path_factory.mktemp("workbench") / "runs"
    stored.fill(folder, 6)
    stored.store(folder / "spoilt", "{}")
    with workbench(folder) as (_, url):
        yield url.rstrip("/")


def shown() -> str:
    doubted = runs.echo(
        connections=4,
        rate=20.0,
        duration=2.0,
        validity=runs.verdict("suspect", "the generator was late"),
        slo=runs.objectives(("p99<1ms", 0.004, False), ("p50<1s", 0.001, True), ("lost==0", None, False)),
    )
    return render([doubted, runs.fanout(subscribers=4, rate=5, duration=2)])


def written(folder: Path) -> Iterator[str]:
    """Write the pages of reports of every kind, and yield their addresses."""
    for name, text in {"run": shown(), **{name: asked().page for name, asked in ASKED.items()}}.items():
        file = folder / f"{name}.html"
        file.write_text(text, encoding="utf-8")
        yield file.as_uri()


def severe(page: Page, axe: str, addresses: Iterable[str], width: int) -> str:
    """Return what axe finds seriously wrong under any of the addresses, light or dark, nothing if all is well."""
    found: list[Any] = []
    for address in addresses:
        page.open(address)
        page.wait(f"{READY} || !document.querySelector('script[src*=page]')")
        page.ask("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        page.ask(f"{axe}; undefined")
        for is_dark in (False, True):
            page.shape(width, 900, is_dark=is_dark)
            violations = page.ask("axe.run().then(result => result.violations)")
            bad = [one for one in violations if one["impact"] in SEVERE]
            found += [(address, is_dark, one["id"], one["nodes"][0]["html"][:200]) for one in bad]
    return json.dumps(found, indent=1) if found else ""


@WIDTHS
def test_axe_finds_no_serious_violation(a_browser: Browser, tmp_path: Path, axe: str, width: int) -> None:
    with a_browser.window() as window:
        page = window.page()
        page.shape(width, 900)
        assert not severe(page, axe, written(tmp_path), width)


@WIDTHS
def test_axe_finds_no_serious_violation_in_the_workbench(
    a_browser: Browser, desk: str, axe: str, width: int
) -> None:
    one, other = "2026-01-01T010000Z-echo", "2026-01-01T040000Z-echo"
    paths = (
        *("/", f"/runs/{one}", "/runs/spoilt", f"/compare?run={one}&run={other}", "/compare"),
        *("/trends?figure=p50&scenario=echo", "/trends?figure=p50&scenario=echo&by=commit"),
        *("/start", "/watch", "/bin"),
    )
    with a_browser.window() as window:
        page = window.page()
        page.shape(width, 900)
        assert not severe(page, axe, (f"{desk}{path}" for path in paths), width)
