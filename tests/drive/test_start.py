"""What a process of ours runs does not depend on the files that lie about where it is started."""

import subprocess
import sys
from pathlib import Path

import pytest

from wswarm.drive.fleet import start
from wswarm.drive.fleet.start import module_command


def last_line(folder: Path, *command: str) -> str:
    """What a command says last in a folder."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().splitlines()[-1]


@pytest.mark.parametrize("name", ["random.py", "numpy.py", "picows.py", "wswarm/__init__.py"])
def test_modules_of_the_users_folder_are_not_taken_for_ours(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("raise SystemExit('a file of the folder was run')")
    said = last_line(tmp_path, *module_command("wswarm.drive.agent", "no descriptor"))
    assert said == "ValueError: invalid literal for int() with base 10: 'no descriptor'"


def test_what_runs_is_the_package_that_it_was_started_from_installed_or_not(tmp_path: Path) -> None:
    package = tmp_path / "wswarm"
    (package / "drive" / "fleet").mkdir(parents=True)
    for folder in (package, package / "drive", package / "drive" / "fleet"):
        (folder / "__init__.py").touch()
    (package / "drive" / "fleet" / "start.py").write_text(Path(start.__file__).read_text())
    (package / "drive" / "agent.py").write_text("import sys\nprint(__file__, *sys.argv[1:])")
    command = [sys.executable, "-P", str(package / "drive" / "fleet" / "start.py"), "wswarm.drive.agent", "7"]
    assert last_line(tmp_path.parent, *command) == f"{package / 'drive' / 'agent.py'} 7"
