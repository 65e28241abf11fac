"""What the whole suite shares: groups of tests that stay in one worker, and one browser."""

import fcntl
import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

from tests.browser import NO_BROWSER, Browser, browser
from tests.nursery import forks, forks_applications
from wswarm.drive.fleet import started
from wswarm.drive.host.target import ReferenceApp

# The same examples each time, of which more would find nothing new, and as long as a busy machine takes for them.
settings.register_profile("house", max_examples=50, deadline=None, derandomize=True)
settings.load_profile("house")

os.environ["COLUMNS"] = "100"  # reports are wrapped alike, whoever runs the tests and wherever
# A shell lets what it runs in the background hear no Ctrl-C, and all that this starts neither.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _is_compiled() -> bool:
    """Whether the module that is collected last has been compiled as pytest does it."""
    return any(Path(__file__).with_name("website").glob("__pycache__/test_*-pytest-*.pyc"))


@contextmanager
def _compiled_once() -> Iterator[None]:
    """In a fresh clone let one worker compile all that is collected; the others wait, and load it."""
    if sys.dont_write_bytecode or _is_compiled() or "PYTEST_XDIST_WORKER" not in os.environ:
        yield
        return
    with Path(__file__).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_compiled():
            fcntl.flock(lock, fcntl.LOCK_UN)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look for no garbage while thousands of tests are collected, and not among them later: they stay."""
    gc.disable()
    try:
        with _compiled_once():
            return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Append the group to each test's id, where `--dist=loadgroup` looks for it.

    pytest-xdist 3.8 does so itself, but by the attribute `_nodeid`, which pytest 9.2 has replaced by `_id`.
    """
    if not getattr(config.option, "loadgroup", False):
        return
    for item in items:
        for mark in item.iter_markers("xdist_group"):
            suffix = f"@{mark.args[0]}"
            if not item.nodeid.endswith(suffix):
                item._id = type(item._id).parse(item.nodeid + suffix)
    # Groups of several tests come first by themselves; one of a single test takes as long, and would be waited for.
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


@pytest.fixture(scope="session")
def a_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser for all tests that look at pages; each opens windows of its own."""
    with browser(tmp_path_factory.mktemp("browser")) as one:
        yield one


@pytest.fixture(scope="session", autouse=True)
def what_is_started_is_forked() -> Iterator[None]:
    """What measures and is measured in this process begins where importing ends; not so what commands start."""
    with forks(started), forks_applications(ReferenceApp):
        yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not looked at for want of a browser, and how to get one."""
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", ())
        if isinstance(report.longrepr, tuple) and NO_BROWSER in report.longrepr[2]
    ]
    if skipped:
        files = sorted({report.nodeid.partition("::")[0] for report in skipped})
        terminalreporter.write_line(
            f"{len(skipped)} tests of pages were skipped: {NO_BROWSER}: {', '.join(files)}"
        )
