"""The locustfiles of `loadtests`, and one of a user's own: alone, together, from any folder."""

import csv
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path

import pytest
from locust.util.load_locustfile import load_locustfile

from tests.end_to_end.instrument import several_at_once, side_by_side
from tests.locust.harness import locust, until
from tests.locust.served import Served, served
from wswarm.drive.host.target import ReferenceApp
from wswarm.results.run import Run

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
        return opened(one.runs())


def opened(runs: dict[str, Run]) -> dict[str, int]:
    """How many connections each class opened, all of them without a failure."""
    assert all(run.connections.failed == run.connections.dropped == 0 for run in runs.values())
    assert all(run.messages.received > 0 for run in runs.values() if run.messages is not None)
    return {name: run.connections.opened for name, run in runs.items()}


def all_together(folder: Path, _: str) -> dict[str, int]:
    """From another folder, on a target that is started for them."""
    return measured(folder, "-f", str(LOADTESTS), "-u", "8", "--ws-start-target")


def one_of_them(folder: Path, url: str) -> dict[str, int]:
    """One by its name, whose times and deliveries are in the files of Locust and of ours alike."""
    arguments = ("-f", str(LOADTESTS), "ChatUser", "-u", "3", "-H", url, "--csv", "times")
    found = measured(folder, *arguments)
    rows = csv.DictReader((folder / "times_stats.csv").read_text().splitlines())
    (deliveries,) = [int(row["Request Count"]) for row in rows if row["Type"] == "deliver"]
    assert f"ChatUser,deliver,{deliveries}," in (folder / "times_wswarm.csv").read_text()
    return found


def ten_lines(folder: Path, url: str) -> dict[str, int]:
    """Those of the documentation, as the locustfile that is found without being named."""
    ten = documented(folder, "locustfile.py")
    assert len(ten.strip().splitlines()) <= 10
    documented(folder, "members.py")
    (folder / "locustfile.py").write_text(f"{ten}\nfrom members import Member\n")
    return measured(folder, "-u", "6", "-H", url)


Kind = Callable[[Path, str], dict[str, int]]
Found = dict[Kind, Future[dict[str, int]]]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, app: ReferenceApp) -> Iterator[Found]:
    """How many connections each class opened, of all of them side by side: they wait more than they work."""
    kinds: list[Kind] = [all_together, ten_lines, one_of_them]
    folders = {kind: tmp_path_factory.mktemp(kind.__name__) for kind in kinds}
    calls = {kind: partial(kind, folder, app.url) for kind, folder in folders.items()}
    with side_by_side(calls, at_once=3) as futures:
        yield futures


@several_at_once
def test_all_together_from_another_folder_on_a_target_of_their_own(found: Found) -> None:
    assert found[all_together].result() == {
        "ChatUser": 2 + 1,
        "ConnectUser": 2,
        "EchoUser": 2,
        "ItemsUser": 2,
    }


@pytest.fixture(scope="module")
def picker(tmp_path_factory: pytest.TempPathFactory, app: ReferenceApp) -> Iterator[Served]:
    """Locust with all classes of the folder, of which the form picks."""
    folder = tmp_path_factory.mktemp("picker")
    more = ("-f", str(LOADTESTS), "--class-picker", "-H", app.url, "--ws-no-plots")
    with served(folder, *more) as one:
        yield one


@pytest.mark.xdist_group("the class picker")
@pytest.mark.parametrize("name", CLASSES.values())
def test_each_alone_as_the_class_picker_has_it(picker: Served, name: str) -> None:
    picker.start(3, user_classes=name, ws_hold="500ms")
    until(lambda: picker.json("/wswarm/data")["report"] is not None)
    assert opened(picker.locust.runs()) == {name: 3 + (name == "ChatUser")}
    assert [one["name"] for one in picker.json("/wswarm/data")["classes"]] == [name]


@pytest.mark.parametrize(("file", "name"), CLASSES.items())
def test_each_file_alone_has_its_one_class(file: str, name: str) -> None:
    assert list(load_locustfile(str(LOADTESTS / f"{file}.py"))[0]) == [name]


@several_at_once
def test_one_of_the_folder_by_its_name(found: Found) -> None:
    assert found[one_of_them].result() == {"ChatUser": 4}


def documented(folder: Path, name: str) -> str:
    """Write the locustfile of that name that the documentation shows, and return it."""
    shown = re.findall(
        rf"```python\n# {name}\n(.*?)```", (ROOT / "docs" / "locust.md").read_text(), re.DOTALL
    )
    (folder / name).write_text(shown[0])
    return str(shown[0])


@several_at_once
def test_the_ten_lines_and_the_requests_and_replies_that_the_documentation_shows(found: Found) -> None:
    assert found[ten_lines].result() == {"Feed": 2 + 1, "Asking": 2, "Member": 2}


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
    files = f"{LOADTESTS / 'chat.py'},{LOADTESTS / 'echo.py'}"
    assert measured(tmp_path, "-f", files, "-u", "4", "-H", app.url) == {"ChatUser": 2 + 1, "EchoUser": 2}


def test_each_says_how_to_run_it_and_keeps_locust_s_rules() -> None:
    """Locust runs every file whose name does not begin with `_`; names of classes have to differ."""
    files = sorted(LOADTESTS.glob("*.py"))
    assert [file.stem for file in files] == sorted(CLASSES)
    for file in files:
        assert f"locust -f loadtests/{file.name} --headless" in file.read_text()
        assert f"class {CLASSES[file.stem]}(" in file.read_text()
        assert len(file.read_text().splitlines()) <= 12
