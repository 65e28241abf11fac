"""`wswarm` while it is being loaded."""

import gc
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec

import pytest

from wswarm.__main__ import main
from wswarm.loading import without_collecting


class Interrupting:
    """Finds one module to be interrupted while it is imported."""

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if name == "wswarm.cli.main":
            raise KeyboardInterrupt
        return None


def test_ctrl_c_while_it_is_being_loaded_is_an_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "wswarm.cli.main", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupting(), *sys.meta_path])
    assert main() == 130


@pytest.fixture
def hears_ctrl_c() -> Iterator[None]:
    """As a shell starts programs in the foreground."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("hears_ctrl_c")
def test_a_signal_while_it_is_being_loaded_leaves_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    handlers = []

    class Looking(Interrupting):
        def find_spec(self, name: str, *rest: object) -> ModuleSpec | None:
            if name == "wswarm.cli.main":
                handlers.append(signal.getsignal(signal.SIGINT))
            return super().find_spec(name, *rest)

    monkeypatch.delitem(sys.modules, "wswarm.cli.main", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Looking(), *sys.meta_path])
    before = signal.getsignal(signal.SIGINT)
    assert main() == 130
    assert handlers[0] is not before
    assert signal.getsignal(signal.SIGINT) is before
    left = subprocess.run(
        [sys.executable, "-c", "from wswarm.loading import leave; leave(2, None)"],
        capture_output=True,
        check=False,
    )
    assert (left.returncode, left.stdout, left.stderr) == (130, b"", b"")


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wswarm", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("wswarm ")


def test_nobody_looks_for_garbage_while_modules_are_loaded() -> None:
    with without_collecting():
        assert not gc.isenabled()
        with without_collecting():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
