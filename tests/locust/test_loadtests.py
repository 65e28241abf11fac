"""The locustfiles of `loadtests`, and one of a user's own: alone, together, from any folder."""

import csv
import re
from pathlib import Path

import pytest

from tests.locust.harness import locust
from wswarm.drive.target import ReferenceApp

ROOT = Path(__file__).parents[2]
LOADTESTS = ROOT / "loadtests"
CLASSES = {"echo": "EchoUser", "items": "ItemsUser", "chat": "ChatUser", "connect": "ConnectUser"}
NOT_VALID = 98  # a busy machine may make a brief test invalid: what was measured is there all the same
BRIEF = ("--headless", "--only-summary", "-r", "100", "--ws-no-plots", "--ws-hold", "1s")

pytestmark = pytest.mark.slow


def measured(folder: Path, *arguments: str) -> dict[str, int]:
    """Run Locust in the folder and return how many connections each class opened, all of them without a failure."""
    with locust(folder, *arguments, *BRIEF) as one:
        assert one.ended() in (0, NOT_VALID), one.text()
        runs = one.runs()
    assert all(run.connections.failed == run.connections.dropped == 0 for run in runs.values())
    assert all(run.messages.received > 0 for run in runs.values() if run.messages is not None)
    return {name: run.connections.opened for name, run in runs.items()}


def test_all_together_from_another_folder_on_a_target_of_their_own(tmp_path: Path) -> None:
    opened = measured(tmp_path, "-f", str(LOADTESTS), "-u", "8", "--ws-start-target")
    assert opened == {"ChatUser": 2 + 1, "ConnectUser": 2, "EchoUser": 2, "ItemsUser": 2}


@pytest.mark.parametrize(("file", "name"), CLASSES.items())
def test_each_alone(tmp_path: Path, app: ReferenceApp, file: str, name: str) -> None:
    opened = measured(tmp_path, "-f", str(LOADTESTS / f"{file}.py"), "-u", "3", "-H", app.url)
    assert opened == {name: 3 + (name == "ChatUser")}


def test_one_of_the_folder_by_its_name(tmp_path: Path, app: ReferenceApp) -> None:
    arguments = ("-f", str(LOADTESTS), "ChatUser", "-u", "3", "-H", app.url, "--csv", "times")
    assert measured(tmp_path, *arguments) == {"ChatUser": 4}
    rows = csv.DictReader((tmp_path / "times_stats.csv").read_text().splitlines())
    (deliveries,) = [int(row["Request Count"]) for row in rows if row["Type"] == "deliver"]
    assert f"ChatUser,deliver,{deliveries}," in (tmp_path / "times_wswarm.csv").read_text()


def documented(folder: Path, name: str) -> str:
    """Write the locustfile of that name that the documentation shows, and return it."""
    shown = re.findall(
        rf"```python\n# {name}\n(.*?)```", (ROOT / "docs" / "locust.md").read_text(), re.DOTALL
    )
    (folder / name).write_text(shown[0])
    return str(shown[0])


def test_the_ten_lines_that_the_documentation_shows(tmp_path: Path, app: ReferenceApp) -> None:
    assert len(documented(tmp_path, "locustfile.py").strip().splitlines()) <= 10
    assert measured(tmp_path, "-u", "4", "-H", app.url) == {"Feed": 2 + 1, "Asking": 2}


def test_the_requests_and_replies_that_the_documentation_shows(tmp_path: Path, app: ReferenceApp) -> None:
    documented(tmp_path, "members.py")
    assert measured(tmp_path, "-f", "members.py", "-u", "3", "-H", app.url) == {"Member": 3}


def test_the_shape_that_the_documentation_shows(tmp_path: Path, app: ReferenceApp) -> None:
    shape = documented(tmp_path, "steps.py").replace("100 *", "3 *").replace("// 10)", "// 1)")
    (tmp_path / "steps.py").write_text(shape)
    assert measured(tmp_path, "-f", "steps.py", "-H", app.url)["Chat"] > 3 + 1


def test_without_uvloop_the_agents_run_on_asyncio(
    tmp_path: Path, app: ReferenceApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    shadow = tmp_path / "shadow"
    shadow.mkdir()
    (shadow / "uvloop.py").write_text("raise ImportError('not installed')\n")
    monkeypatch.setenv("PYTHONPATH", str(shadow))
    opened = measured(tmp_path, "-f", str(LOADTESTS), "ChatUser", "EchoUser", "-u", "4", "-H", app.url)
    assert opened == {"ChatUser": 2 + 1, "EchoUser": 2}


def test_each_says_how_to_run_it_and_keeps_locust_s_rules() -> None:
    """Locust runs every file whose name does not begin with `_`; names of classes have to differ."""
    files = sorted(LOADTESTS.glob("*.py"))
    assert [file.stem for file in files] == sorted(CLASSES)
    for file in files:
        assert f"locust -f loadtests/{file.name} --headless" in file.read_text()
        assert f"class {CLASSES[file.stem]}(" in file.read_text()
        assert len(file.read_text().splitlines()) <= 12
