"""`--print plan` of what measures again and again: what would be done is shown, and nothing is."""

import re
from pathlib import Path

import pytest

from tests.cli.command import Outcome, in_process
from tests.experiment.repositories import git, make_repository
from wswarm.cli.arguments import make_parser
from wswarm.cli.parser import commands_of
from wswarm.ui.asked import COMMANDS

SERVERS = ("--base-cmd", "serve {port}", "--head-cmd", "serve {port} --db redis://a:s3cr3t@127.0.0.1/")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with changes that are not committed."""
    made = make_repository(tmp_path_factory.mktemp("a repository") / "service")
    (made / "requirements.txt").write_text("# changed\n")
    return made


def plan(*words: str, folder: Path) -> Outcome:
    return in_process(*words, "--print", "plan", cwd=folder)


def settings(outcome: Outcome) -> dict[str, tuple[str, str]]:
    """What is said of each setting, and where it came from."""
    assert (outcome.code, outcome.err) == (0, "")
    lines = re.findall(r"^#? ?([\w-]+)(?: = |: )(.*?) +# (.*)$", outcome.out, re.MULTILINE)
    return {name: (value, source) for name, value, source in lines}


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("size", "-r", "1,50/s"), {"rate": ('"1,50"', "option"), "size": ('"100,1000"', "default")}),
        (
            ("capacity", "echo", "ws://[::1]:1/", "--slo", "p99<50ms", "--slo", "capacity.value>=2000"),
            {"slo": ('["p99<50ms", "capacity.value>=2000"]', "option")},
        ),
        (("ab", *SERVERS, "--theta", "p99=20%"), {"theta": ('["p99=20%"]', "option")}),
        (("ab", *SERVERS), {"rate": ("what keeps base busy 60% of the time, measured", "default")}),
        (("selftest", "aa", "--gate", "cpu,p99"), {"gate": ('"cpu,p99"', "option")}),
        (
            ("selftest", "ab", "--slow", "cpu:7%"),
            {"slow": ('"cpu:7%"', "option"), "blocks": ("6", "default")},
        ),
        (("selftest", "ab", "--slow", "tail:5ms"), {"slow": ('"tail:0.005s"', "option")}),
    ],
)
def test_the_settings_are_shown_and_nothing_is_written(
    words: tuple[str, ...], shown: dict[str, tuple[str, str]], tmp_path: Path
) -> None:
    found = settings(plan(*words, folder=tmp_path))
    assert {name: found[name] for name in shown} == shown
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [("size", "-c", "0"), ("selftest", "aa", "--slow", "cpu:5%"), ("ab",)])
def test_what_can_not_be_measured_can_not_be_shown(words: tuple[str, ...], tmp_path: Path) -> None:
    outcome = plan(*words, folder=tmp_path)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)


def test_commits_are_looked_up_and_their_repository_stays_as_it_is(repository: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in repository.rglob("*")}
    cache = tmp_path / "cache"
    words = (
        "--base",
        "main",
        "--serve",
        "serve {port}",
        "--url",
        "ws://[::1]:{port}/",
        "--cache",
        str(cache),
    )
    outcome = plan("ab", *words, folder=repository)
    commit = git(repository, "rev-parse", "--short=12", "main")
    assert f"# ab: main ({commit}) → . ({commit} with changes)" in outcome.out
    assert settings(outcome)["serve"] == ('"serve {port}"', "option")
    assert {path: path.stat().st_mtime_ns for path in repository.rglob("*")} == before
    assert not cache.exists()


def test_commits_that_are_not_there_are_told_before(repository: Path) -> None:
    outcome = plan("ab", "--base", "mian", "--serve", "serve {port}", folder=repository)
    assert (outcome.code, outcome.out) == (2, "")
    assert "did you mean main?" in outcome.err


def test_no_secret_is_shown(tmp_path: Path) -> None:
    headers = ("-H", "Authorization: Bearer s3cr3t-token")
    outcome = plan("ab", *SERVERS, "--url", "ws://[::1]:{port}/?token=s3cr3t", *headers, folder=tmp_path)
    assert (outcome.code, outcome.err) == (0, "")
    assert "s3cr3t" not in outcome.out
    assert "s3cr3t" not in plan("size", "ws://a:s3cr3t@127.0.0.1:1/", *headers, folder=tmp_path).out


def test_files_and_variables_of_single_measurements_have_no_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wswarm.toml").write_text('url = "ws://127.0.0.1:1/"\nrate = "40/s"\nconnections = 7')
    monkeypatch.setenv("WSWARM_CONNECTIONS", "9")
    for command in (("size",), ("ab", *SERVERS), ("selftest", "aa")):
        found = settings(plan(*command, folder=tmp_path))
        assert {source for _, source in found.values()} <= {"option", "default"}


@pytest.mark.parametrize("command", [*COMMANDS, "selftest"])
def test_every_command_that_measures_can_show_its_plan(command: str) -> None:
    (shown,) = (one for one in commands_of(make_parser())[command]._actions if one.dest == "print")
    assert "plan" in (shown.choices or ())
