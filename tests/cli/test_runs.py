"""Real measurements from the command line: report files, standard output, exit codes."""

import io
import json
import os
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator

from tests.cli.command import BRIEF_MESSAGES, Outcome, in_process, wswarm
from tests.end_to_end.servers import Server, serve
from wswarm.cli.main import main
from wswarm.results.run import json_schema

pytestmark = pytest.mark.xdist_group("command line: runs")
FILES = {"run.json", "summary.txt", "report.html"}
SUITE = ("-d", "400ms", "--warmup", "100ms", "--drain", "30s", "-c", "5", "-r", "20", "--no-plots")


def checked(run: dict[str, Any]) -> dict[str, Any]:
    """The run file, once it is known to be one."""
    Draft202012Validator(json_schema()).validate(run)
    return run


def folders(path: Path) -> list[str]:
    """The names of the report folders below `path`, the link aside."""
    return sorted(folder.name for folder in (path / "reports").iterdir() if not folder.is_symlink())


def assert_ends_with(code: int, end: Outcome, *runs: dict[str, Any]) -> None:
    """Check the exit code; a disturbed machine makes a run invalid, and then it is 98."""
    is_invalid = any(run["validity"]["verdict"] == "invalid" for run in runs)
    assert end.code == (98 if is_invalid else code), end
    assert "Traceback" not in end.err


def test_an_echo_run_says_all_and_leaves_a_report_and_a_link_to_it(echo: Server, tmp_path: Path) -> None:
    end = in_process("echo", echo.url, *BRIEF_MESSAGES, cwd=tmp_path)
    (name,) = folders(tmp_path)
    folder = tmp_path / "reports" / name
    run = checked(json.loads((folder / "run.json").read_text()))
    assert_ends_with(0, end, run)
    assert name.endswith("Z-echo")
    assert (tmp_path / "reports" / "latest").readlink() == Path(name)
    assert end.out.startswith(f"wswarm echo · {echo.url}\n")
    assert end.out.endswith(f"\nreport: reports/{name}/report.html\n")
    assert end.err.startswith(f"echo {echo.url}\n[0/0 s] ramp: connections 0/3\n")
    assert (run["plan"]["seed"] is not None, run["messages"]["sent"]) == (True, 15)


class Told(NamedTuple):
    """How an echo run ended, what it said, and the folder it was in."""

    end: Outcome
    folder: Path

    @property
    def run(self) -> dict[str, Any]:
        """The run file."""
        return checked(json.loads((self.folder / "mine" / "run.json").read_text()))


@pytest.fixture(scope="module")
def fast_enough(echo: Server, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A run that meets its objectives, as JSON."""
    folder = tmp_path_factory.mktemp("json")
    options = ("--slo", "p50<30s", "--slo", "lost==0", "--print", "json", "-o", "mine")
    return Told(in_process("echo", echo.url, *BRIEF_MESSAGES, *options, cwd=folder), folder)


@pytest.fixture(scope="module")
def too_slow(echo: Server, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A run that misses one of its objectives, with all that CI reads."""
    folder = tmp_path_factory.mktemp("ci")
    files = ("--junit", "j.xml", "--markdown", "s.md", "--smaller-is-better", "g.json", "--bencher", "b.json")
    options = ("--slo", "p50<1us", "--slo", "lost==0", "--github", "--quiet", "-o", "mine", *files)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_STEP_SUMMARY", str(folder / "step.md"))
        return Told(in_process("echo", echo.url, *BRIEF_MESSAGES, *options, cwd=folder), folder)


def test_json_stands_alone_on_standard_output(fast_enough: Told) -> None:
    end, folder = fast_enough
    assert checked(json.loads(end.out)) == fast_enough.run
    assert end.out.count("\n") == 1
    assert [path.name for path in folder.iterdir()] == ["mine"]
    assert {path.name for path in (folder / "mine").iterdir()} == FILES


def test_quiet_says_nothing_and_pictures_are_drawn_unless_refused(echo: Server, tmp_path: Path) -> None:
    with_pictures = [argument for argument in BRIEF_MESSAGES if argument != "--no-plots"]
    end = in_process("echo", echo.url, *with_pictures, "--quiet", "-o", "mine", cwd=tmp_path)
    assert (end.out, end.err) == ("", "")
    assert {path.name for path in (tmp_path / "mine").iterdir()} > FILES
    assert list((tmp_path / "mine").glob("*.png"))


@pytest.mark.parametrize(("name", "code", "met"), [("fast_enough", 0, True), ("too_slow", 99, False)])
def test_objectives_decide_the_exit_code(
    name: str, code: int, met: bool, request: pytest.FixtureRequest
) -> None:
    told: Told = request.getfixturevalue(name)
    assert_ends_with(code, told.end, told.run)
    assert [result["met"] for result in told.run["slo"]] == [met, True]


def test_a_measurement_writes_what_ci_reads(too_slow: Told) -> None:
    end, folder = too_slow
    assert "::error title=wswarm.echo%3A p50<1us::p50<1us missed: " in end.out
    assert '<failure type="failed" message="p50&lt;1us missed: ' in (folder / "j.xml").read_text()
    assert "| echo | `p50<1us` | " in (folder / "s.md").read_text()
    assert (folder / "step.md").read_text() == (folder / "s.md").read_text()
    for name in ("g.json", "b.json"):
        assert "echo response time p50" in (folder / name).read_text()


def test_an_output_that_has_no_place_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    end = in_process("echo", "ws://127.0.0.1:1/", "--junit", "no/where.xml", cwd=tmp_path)
    assert (end.code, end.err.count("\n")) == (2, 1)
    assert "--junit no/where.xml can't be written: there is no folder no" in end.err
    assert list(tmp_path.iterdir()) == []


def test_a_fan_out_that_nobody_receives_is_no_measurement(echo: Server, tmp_path: Path) -> None:
    end = in_process(
        "fanout",
        echo.url,
        *BRIEF_MESSAGES,
        "--drain",
        "500ms",
        "--slo",
        "lost==0",
        "--print",
        "json",
        cwd=tmp_path,
    )
    run = checked(json.loads(end.out))
    assert (end.code, run["validity"]["verdict"]) == (98, "invalid")
    assert run["messages"]["received"] == 0


def test_a_fan_out_is_measured(relay: Server, tmp_path: Path) -> None:
    options = ("--print", "json", "--quiet", "--target-pid", str(relay.pid))
    end = in_process("fanout", relay.url, *BRIEF_MESSAGES, *options, cwd=tmp_path)
    run = checked(json.loads(end.out))
    assert_ends_with(0, end, run)
    assert (run["connections"]["requested"], run["target"]["pid"]) == (4, relay.pid)
    assert run["messages"]["received"] == run["messages"]["owed"] == 45


def test_some_refused_handshakes_are_told_but_no_failure(tmp_path: Path) -> None:
    with serve("refusing", refuse_every=20, statuses=[503]) as server:
        options = ("-c", "20", "-d", "200ms", "--no-plots", "-o", "told")
        end = in_process("connect", server.url, *options, cwd=tmp_path)
    run = json.loads((tmp_path / "told" / "run.json").read_text())
    assert_ends_with(0, end, run)
    assert run["connections"]["failures"] == {"http 503": 1}
    assert "http 503" in end.out


def test_a_reader_that_has_seen_enough_changes_nothing(echo: Server, tmp_path: Path) -> None:
    to_head = ("bash", "-c", '"$@" | true; exit ${PIPESTATUS[0]}', "bash")
    end = wswarm(
        "echo",
        echo.url,
        *BRIEF_MESSAGES,
        "--quiet",
        "--print",
        "json",
        "-o",
        "a",
        cwd=tmp_path,
        prefix=to_head,
    )
    assert_ends_with(0, end, json.loads((tmp_path / "a" / "run.json").read_text()))
    assert (end.out, end.err) == ("", "")


def test_a_full_disk_under_standard_output_is_told(tmp_path: Path) -> None:
    to_full = ("bash", "-c", '"$@" > /dev/full', "bash")
    end = wswarm("doctor", cwd=tmp_path, prefix=to_full)
    assert (end.code, end.err.count("\n")) == (1, 1)
    assert "stdout can't be written: No space left" in end.err
    assert wswarm("--help", cwd=tmp_path, prefix=to_full)[1:] == ("", "")


def test_a_terminal_that_knows_only_ascii_is_no_obstacle() -> None:
    written = io.BytesIO()
    terminal, err = io.TextIOWrapper(written, encoding="ascii"), io.StringIO()
    with redirect_stdout(terminal), redirect_stderr(err):
        main(["doctor"])
        terminal.flush()
    assert b"event loop" in written.getvalue()
    assert err.getvalue() == ""


def test_run_without_a_url_measures_the_reference_application(tmp_path: Path) -> None:
    end = in_process("run", *SUITE, "--print", "json", cwd=tmp_path)
    runs = [checked(run) for run in json.loads(end.out)]
    assert_ends_with(0, end, *runs)
    assert [run["scenario"] for run in runs] == ["connect", "echo", "fanout"]
    assert all(run["target"]["cpu_s"] is not None for run in runs)
    assert all(run["messages"]["lost"] == {"disconnected": 0, "silent": 0} for run in runs[1:])
    (name,) = folders(tmp_path)
    folder = tmp_path / "reports" / name
    assert os.fspath((tmp_path / "reports" / "latest").readlink()) == name
    assert {path.name for path in folder.iterdir()} == {
        *("connect", "echo", "fanout", "index.json", "summary.txt", "report.html")
    }
    assert [json.loads((folder / run["scenario"] / "run.json").read_text()) for run in runs] == runs


def test_run_measures_the_scenarios_that_are_named_of_any_service(relay: Server, tmp_path: Path) -> None:
    end = in_process("run", relay.url, *SUITE, "--scenarios", "fanout, connect", "-o", "mine", cwd=tmp_path)
    runs = [json.loads((tmp_path / "mine" / name / "run.json").read_text()) for name in ("connect", "fanout")]
    assert_ends_with(0, end, *runs)
    assert {path.name for path in (tmp_path / "mine").iterdir() if path.is_dir()} == {"connect", "fanout"}
    for words in ("wswarm connect · ", "wswarm fanout · ", "wswarm run · ", "report: mine/report.html"):
        assert words in end.out
