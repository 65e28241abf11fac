"""`--live`: a page that a browser watches from the first second to the whole report."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import Browser, Page, needs_a_browser
from tests.end_to_end.servers import serve
from wswarm.drive.fleet.start import module_command
from wswarm.report import format as show

pytestmark = [needs_a_browser, pytest.mark.xdist_group("a browser")]
PATIENCE_S = 120.0


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("live") / "report"


@pytest.fixture(scope="module")
def watched(a_browser: Browser, report: Path) -> Iterator[tuple[Page, list[str]]]:
    """Yield the page when the command has ended, and what its status was meanwhile."""
    with serve("fixed_delay", delay=0.01) as server, a_browser.window() as window:
        page = window.page()
        page.shape(390, 844)
        words = ("echo", server.url, "-c", "5", "-r", "100/s", "-d", "4s", "--warmup", "0s", "--live")
        command = module_command("wswarm", *words, "--no-plots", "--quiet", "-o", str(report))
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            told = process.stderr.readline()
            page.open(told.removeprefix("live: ").strip())
            said = "document.querySelector('.status')?.innerText"
            statuses = [str(page.wait(f"{said}?.includes('hold') && {said}"))]
            page.wait("document.documentElement.dataset.live === undefined")
            process.stderr.read()
            process.wait(PATIENCE_S)
        yield page, statuses


def test_the_page_that_was_watched_ends_as_that_of_the_report(
    watched: tuple[Page, list[str]], report: Path
) -> None:
    page, statuses = watched
    run = json.loads((report / "run.json").read_text())
    shown = page.text()
    assert statuses[0].startswith("echo: hold, ")
    assert show.count(run["messages"]["received"]) in shown
    assert show.seconds(run["response_time"]["p50"]) in shown
    assert run["validity"]["verdict"].upper() in shown
    assert page.ask("document.querySelectorAll('figure.chart.percentiles').length") == 1
    assert page.complaints() == []


def test_the_command_it_shows_has_the_run_s_seed(watched: tuple[Page, list[str]], report: Path) -> None:
    page, _ = watched
    seed = json.loads((report / "run.json").read_text())["plan"]["seed"]
    assert f"--seed {seed}" in str(page.ask("document.querySelector('.command code').innerText"))
