"""`wswarm` while it is being loaded."""

import subprocess
import sys
from importlib.machinery import ModuleSpec

import pytest

from wswarm.__main__ import main


class Interrupting:
    """Finds one module to be interrupted while it is imported."""

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if name == "wswarm.cli":
            raise KeyboardInterrupt
        return None


def test_ctrl_c_while_it_is_being_loaded_is_an_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "wswarm.cli", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupting(), *sys.meta_path])
    assert main() == 130


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wswarm", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("wswarm ")
