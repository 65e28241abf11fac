"""Starts a module of ours as a process of its own that the folder it is started in has no say in.

`python -m` looks for modules in that folder first: a `random.py` of the user's there would end every run, and in a
checkout of this project its code would run in place of the installed one. So this file is run by its path, with
`-P`, and what it runs comes from beside itself.
"""

import os
import runpy
import sys
from pathlib import Path


def module_command(module: str, *arguments: str) -> list[str]:
    """Return the command line that runs a module of the installation that this one belongs to."""
    return [sys.executable, "-P", __file__, module, *arguments]


def main() -> None:
    """Run the module that the command line names, as `python -m` would."""
    root = str(Path(__file__).resolve().parents[3])
    if root not in map(os.path.realpath, sys.path):  # it runs from a folder that was never installed
        sys.path.insert(_after_the_library(), root)
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _after_the_library() -> int:
    """Return where in `sys.path` installed packages begin."""
    places = [at for at, path in enumerate(sys.path) if "site-packages" in path or "dist-packages" in path]
    return min(places, default=len(sys.path))


if __name__ == "__main__":
    main()
