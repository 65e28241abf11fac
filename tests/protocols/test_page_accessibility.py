"""The page of a run, looked at by axe-core, which comes from npm; skipped by name where there is no Node.js."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.browser import Browser, needs_a_browser
from tests.protocols.programs import FOLDER, install
from tests.report import runs
from wswarm.report.html import render

pytestmark = [needs_a_browser, pytest.mark.xdist_group("a browser")]

SEVERE = {"serious", "critical"}


@pytest.fixture(scope="module")
def axe() -> str:
    if shutil.which("npm") is None:
        pytest.skip("no npm for axe-core: apt-get install nodejs npm")
    install(FOLDER)
    return (FOLDER / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def shown() -> str:
    doubted = runs.echo(
        connections=4,
        rate=20.0,
        duration=2.0,
        validity=runs.verdict("suspect", "the generator was late"),
        slo=runs.objectives(("p99<1ms", 0.004, False), ("p50<1s", 0.001, True), ("lost==0", None, False)),
    )
    return render([doubted, runs.fanout(subscribers=4, rate=5, duration=2)])


@pytest.mark.parametrize(("width", "is_dark"), [(1280, False), (390, True)])
def test_axe_finds_no_serious_violation(
    a_browser: Browser, tmp_path: Path, axe: str, width: int, *, is_dark: bool
) -> None:
    file = tmp_path / "report.html"
    file.write_text(shown(), encoding="utf-8")
    with a_browser.window() as window:
        page = window.page()
        page.shape(width, 900, is_dark=is_dark)
        page.open(file.as_uri())
        page.wait("document.documentElement.dataset.ready === 'yes'")
        page.ask("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        page.ask(f"{axe}; undefined")
        found: list[dict[str, Any]] = page.ask("axe.run().then(result => result.violations)")
    severe = [one for one in found if one["impact"] in SEVERE]
    assert not severe, json.dumps([(one["id"], one["nodes"][0]["html"][:200]) for one in severe], indent=1)
