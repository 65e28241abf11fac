"""What is not installed: told in a line that installs it, or done without."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from wswarm import installation
from wswarm.cli.main import main
from wswarm.testing.swarm import start_command

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "reports" / "sample-run"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
URL = "ws://127.0.0.1:1/"  # where nobody is
Lacking = Callable[[str], None]


@pytest.fixture
def lacking(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Lacking:
    """Takes away what an extra brings, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def take(extra: str) -> None:
        for module in installation.MODULES[extra]:
            monkeypatch.setitem(sys.modules, module, None)

    return take


@pytest.mark.parametrize(
    ("extra", "arguments"),
    [
        ("app", ["serve"]),
        ("app", ["serve", "--app", "documented.chat"]),
        ("app", ["run"]),
        ("app", ["run", "--scenarios", "connect", "-o", "out"]),
        ("app", ["storm", "-c", "10"]),
        ("app", ["capacity", "echo", "--slo", "p99<50ms"]),
        ("app", ["size"]),
        ("app", ["selftest", "aa"]),
        ("otlp", ["echo", URL, "--otlp", "http://127.0.0.1:1", "-o", "out"]),
        (
            "http",
            [
                "fanout",
                URL,
                "--publish",
                "POST http://127.0.0.1:1/",
                "--publish-body",
                "{marker}",
                "-o",
                "out",
            ],
        ),
    ],
)
def test_what_an_extra_is_missing_for_says_how_to_install_it_and_does_nothing_else(
    extra: str, arguments: list[str], lacking: Lacking, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lacking(extra)
    code, shown = main(arguments), capsys.readouterr()
    assert (code, shown.out, shown.err.count("\n")) == (2, "", 1), shown.err
    assert shown.err.startswith(f"wswarm {arguments[0]}: ")
    assert shown.err.endswith(f": pip install 'wswarm[{extra}]'\n")
    assert list(tmp_path.iterdir()) == []


def test_what_is_missing_of_an_extra_is_named(lacking: Lacking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(installation.NotInstalled, match=r"^it needs uvicorn, not installed here: "):
        installation.require("app", "it")
    lacking("plots")
    assert installation.absent("plots") == ["matplotlib"]


def test_a_plan_is_shown_without_what_it_would_take(
    lacking: Lacking, capsys: pytest.CaptureFixture[str]
) -> None:
    lacking("app")
    lacking("plots")
    assert main(["run", "--print", "plan"]) == 0
    assert capsys.readouterr().err == ""


def test_a_report_without_what_draws_says_so_once_and_keeps_the_pictures_that_are_there(
    lacking: Lacking, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(SAMPLE, tmp_path / "run")
    pictures = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*.png")}
    assert len(pictures) > 3
    lacking("plots")
    assert main(["report", "run", "--quiet"]) == 0
    told = "wswarm report: no pictures: drawing needs matplotlib, not installed here: pip install 'wswarm[plots]'\n"
    assert capsys.readouterr() == ("", told)
    assert {path: path.read_bytes() for path in (tmp_path / "run").rglob("*.png")} == pictures


def test_who_wants_no_pictures_is_told_of_none(
    lacking: Lacking, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(SAMPLE / "echo", tmp_path / "run")
    lacking("plots")
    assert main(["report", "run", "--quiet", "--no-plots"]) == 0
    assert capsys.readouterr().err == ""


def test_a_test_suite_is_told_what_serves_its_app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(
        installation.NotInstalled, match=r"'shop:app' needs uvicorn, .*pip install 'wswarm\[app\]'"
    ):
        start_command("shop:app", tmp_path, {}, [])
    assert "{port}" in start_command("python shop.py {port}", tmp_path, {}, []).line


@contextmanager
def without(modules: list[str]) -> Iterator[None]:
    """Leave modules out of those that have been imported, meanwhile."""
    taken = {name: sys.modules.pop(name) for name in list(sys.modules) if name in modules}
    try:
        yield
    finally:
        sys.modules.update(taken)


def test_a_locustfile_without_locust_is_told_how_to_install_it(lacking: Lacking) -> None:
    lacking("locust")
    with (
        without(["wswarm.locust"]),
        pytest.raises(ImportError, match=r"wswarm\.locust needs locust, .*pip install 'wswarm\[locust\]'"),
    ):
        import wswarm.locust  # noqa: F401


IMPORTED = """
import importlib, pkgutil, sys
import wswarm
sys.modules |= dict.fromkeys(sys.argv[1:])
for one in pkgutil.walk_packages(wswarm.__path__, "wswarm.", onerror=lambda name: None):
    try:
        importlib.import_module(one.name)
    except ModuleNotFoundError as error:
        print(one.name)
"""

# What needs an extra when it is imported, which nobody does who has not asked for that extra.
NEEDY = {
    "locust": "wswarm.locust",
    "plots": "wswarm.report.plots",
    "http": "wswarm.drive.http",
    "ui": "wswarm.ui",
    "otlp": "wswarm.report.feeds.otlp",
    "parquet": "wswarm.report.feeds.parquet",
}


def test_all_else_imports_without_any_extra() -> None:
    blocked = [module for modules in installation.MODULES.values() for module in modules]
    command = [sys.executable, "-c", IMPORTED, *blocked]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    failed = done.stdout.split()
    assert {name for name in failed if not name.startswith(tuple(NEEDY.values()))} == set()
    assert {room for room in NEEDY.values() if not any(name.startswith(room) for name in failed)} == set()


def requirements(extra: str) -> set[str]:
    """The packages of an extra, without those of other extras."""
    found = {Requirement(line).name for line in PROJECT["optional-dependencies"][extra]}
    return {re.sub(r"[-.]", "_", name).lower() for name in found - {"wswarm"}}


def test_every_extra_for_users_is_explained() -> None:
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    named = {
        word
        for row in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)
        for word in re.findall(r"`(\w+)`", row)
    }
    assert named == set(PROJECT["optional-dependencies"]) - {"dev", "docs", "protocols"}


@pytest.mark.parametrize("extra", sorted(installation.MODULES))
def test_an_extra_brings_the_modules_that_it_is_asked_for(extra: str) -> None:
    assert requirements(extra) == {module.replace(".", "_") for module in installation.MODULES[extra]}


def test_all_holds_every_extra_for_users_and_the_core_none_of_what_is_asked_for() -> None:
    (everything,) = map(Requirement, PROJECT["optional-dependencies"]["all"])
    of_users = set(PROJECT["optional-dependencies"]) - {"all", "dev", "docs", "protocols"}
    assert everything.extras == of_users >= set(installation.MODULES)
    core = {re.sub(r"[-.]", "_", Requirement(line).name) for line in PROJECT["dependencies"]}
    assert core & {module for modules in installation.MODULES.values() for module in modules} == set()
    assert core & {"pytest", "pytest_benchmark"} == set()


def test_each_pinned_package_takes_the_first_patch_of_the_first_python() -> None:
    first = PROJECT["requires-python"].removeprefix(">=") + ".0"
    refused = []
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        with suppress(PackageNotFoundError):  # of other extras
            (wanted,) = metadata(line.partition("==")[0]).get_all("Requires-Python") or [""]
            if first not in SpecifierSet(wanted):
                refused.append(f"{line} wants Python {wanted}")
    assert refused == []
