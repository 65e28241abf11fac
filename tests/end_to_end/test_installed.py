"""The wheel in an empty environment and an empty folder: what the core does, and what it says of what it lacks."""

import os
import re
import signal
import subprocess
import sys
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

from tests.cli.strangers import closed_port
from tests.end_to_end.environment import ROOT, Environment, build, closure, files, link
from tests.end_to_end.servers import serve
from wswarm.drive.host.served import find_served
from wswarm.version import VERSION

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("installed")]
MOST = 100_000_000  # bytes


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, made of what the source distribution holds."""
    place = tmp_path_factory.mktemp("built")
    packed = build("sdist", ROOT, place / "sdist")
    subprocess.run(["tar", "-xf", str(packed), "-C", str(place)], check=True)
    return build("wheel", place / f"wswarm-{VERSION}", place / "wheel")


@pytest.fixture(scope="module")
def about(wheel: Path) -> Message:
    """What the wheel says of itself."""
    with zipfile.ZipFile(wheel) as packed:
        (name,) = (name for name in packed.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(packed.read(name).decode())


@pytest.fixture(scope="module")
def core(wheel: Path, about: Message, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the core alone."""
    made = Environment(tmp_path_factory.mktemp("core"))
    made.install(wheel)
    link(closure(about.get_all("Requires-Dist", [])).values(), made.packages)
    return made


@pytest.fixture(scope="module")
def app(about: Message, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables by which that environment has what the reference application needs, too."""
    place = tmp_path_factory.mktemp("app")
    link(closure(about.get_all("Requires-Dist", []), "app").values(), place)
    return {"PYTHONPATH": str(place)}


def test_the_wheel_holds_one_package_and_no_other_s_name(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    assert {name.partition("/")[0] for name in names} == {"wswarm", f"wswarm-{VERSION}.dist-info"}
    needed = {
        "py.typed",
        "apps/target_app/main.py",
        "apps/target_app/pages/page.js",
        "docs/exit_codes.md",
        "docs/tutorials/first_load_test.md",
    }
    assert {f"wswarm/{name}" for name in needed} <= set(names)
    assert not [name for name in names if name.endswith(".pyc")]


def test_the_wheel_says_what_is_so(about: Message) -> None:
    assert (about["Name"], about["Version"], about["License-Expression"]) == ("wswarm", VERSION, "MIT")
    assert about["Description-Content-Type"] == "text/markdown"
    assert about.get_all("License-File") == ["LICENSE"]
    assert about.get_all("Project-URL") is None
    supported = re.findall(r"Python :: (3\.\d+)", " ".join(about.get_all("Classifier", [])))
    assert supported == ["3.11", "3.12", "3.13"]


def test_the_core_takes_at_most_100_mb(core: Environment, about: Message) -> None:
    """As its wheels hold it: the bytecode that pip adds comes on top, see docs/install.md."""
    required = closure(about.get_all("Requires-Dist", []))
    own = sum(
        path.stat().st_size for path in (core.packages / "wswarm").rglob("*.*") if path.suffix != ".pyc"
    )
    others = sum(
        Path(str(one.locate_file(str(file)))).stat().st_size
        for one in required.values()
        for file in files(one)
    )
    assert required.keys() >= {"numpy"}
    assert required.keys() & {"setuptools", "pbr"} == set()
    assert own + others <= MOST


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--help"], "usage: wswarm"),
        (["--version"], VERSION),
        (["explain", "98"], "exit code 98"),
        (["explain", "loop", "lag"], "lag"),
        (["help", "vocabulary"], "response time"),
        (["doctor", "-c", "10"], "Nothing stands in the way."),
        (["profiles"], "socketio"),
    ],
)
def test_what_the_core_tells(arguments: list[str], words: str, core: Environment) -> None:
    done = core.run("wswarm", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert words in done.stdout


def test_the_core_measures_without_pictures_and_says_so_once(core: Environment) -> None:
    load = ("-c", "3", "-r", "50/s", "-d", "300ms", "--warmup", "0s", "--quiet", "-o", "run")
    with serve("echo") as server:
        done = core.run("wswarm", "echo", server.url, *load)
    assert done.stderr.count("pip install 'wswarm[plots]'") == 1
    assert done.stderr.count("\n") == 1
    assert done.returncode in (0, 98)  # beside busy neighbours
    assert sorted(path.name for path in (core.folder / "run").iterdir()) == [
        "report.html",
        "run.json",
        "summary.txt",
    ]
    again = core.run("wswarm", "report", "run", "--no-plots")
    assert (again.returncode, again.stderr.count("\n")) == (0, 1)
    assert again.stderr.endswith("pip install 'wswarm[ui]'\n")
    assert again.stdout.startswith("wswarm echo · ")


def test_the_core_says_what_installs_the_rest(core: Environment) -> None:
    for arguments, extra in ((["serve"], "app"), (["run"], "app")):
        done = core.run("wswarm", *arguments)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert done.stderr.endswith(f"pip install 'wswarm[{extra}]'\n")
    done = core.run("python", "-c", "import wswarm.locust")
    assert done.stderr.endswith("pip install 'wswarm[locust]'\n")


def test_with_its_extra_the_reference_application_is_measured(core: Environment, app: dict[str, str]) -> None:
    brief = ("--scenarios", "connect", "-c", "3", "-d", "200ms", "--no-plots", "--quiet", "-o", "suite")
    done = core.run("wswarm", "run", *brief, **app)
    assert done.stderr == ""
    assert (core.folder / "suite" / "connect" / "run.json").exists()


def test_with_its_extra_the_reference_application_is_served_by_workers_and_known(
    core: Environment, app: dict[str, str]
) -> None:
    command = [core.program("wswarm"), "serve", "--port", str(closed_port()), "--workers", "2"]
    variables = {**os.environ, **app}
    with subprocess.Popen(command, cwd=core.folder, env=variables, stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline().startswith(b"target_app.main at ")
            found = find_served(server.pid)
            assert found is not None
            assert found.file == core.packages / "wswarm" / "apps" / "target_app" / "main.py"
            server.send_signal(signal.SIGTERM)
            assert server.wait(60) == 0
        finally:
            server.kill()


def test_nothing_of_this_checkout_was_taken(core: Environment) -> None:
    done = core.run("python", "-c", "import wswarm, sys; print(wswarm.__file__); import target_app")
    assert Path(done.stdout.strip()).is_relative_to(core.packages)
    assert "No module named 'target_app'" in done.stderr
    assert sys.prefix not in done.stdout
