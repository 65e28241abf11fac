"""Everything that stands in a measurement's way: one clear line, the right exit code, nothing left behind."""

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.cli.command import BRIEF_MESSAGES, PATIENCE_S, Outcome, in_process, wswarm
from tests.cli.strangers import closed_port, stranger
from tests.end_to_end.servers import Server, serve
from wswarm.cli import measure, scenario, suite
from wswarm.drive.host.files import can_be_raised
from wswarm.drive.host.limits import AGENTS_PER_CORE, cores
from wswarm.errors import TargetError

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("command line: bad input")
Failing = Callable[..., str]


@pytest.fixture
def failing(tmp_path: Path) -> Failing:
    """Runs a command that has to fail with a code, and returns the one line that it says."""

    def run(code: int, *arguments: str, **options: object) -> str:
        command = "echo" if "://" in arguments[0] else arguments[0]
        rest = arguments if command == "echo" else arguments[1:]
        start = wswarm if options else in_process
        end: Outcome = start(command, *BRIEF_MESSAGES, "--quiet", *rest, cwd=tmp_path, **options)
        assert (end.code, end.out, end.err.count("\n")) == (code, "", 1), end
        assert "Traceback" not in end.err
        assert end.err.startswith(f"wswarm {command}: ")
        assert list(tmp_path.iterdir()) == []
        return end.err

    return run


def assert_words(line: str, *words: str) -> None:
    assert not [word for word in words if word not in line], line


def test_a_host_that_does_not_exist_is_named(failing: Failing) -> None:
    assert_words(failing(1, "ws://host.invalid:8000/ws"), "no such host 'host.invalid'", "check the name")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_closed_port_is_named(host: str, failing: Failing) -> None:
    url = f"ws://{host}:{closed_port()}/ws"
    assert_words(failing(1, url), url, "refused (3)", "start the service or correct the port")


def test_an_ipv6_address_is_understood(failing: Failing) -> None:
    assert_words(failing(1, f"ws://[::1]:{closed_port()}/ws"), "ws://[::1]:", "(3)")


def test_a_suite_against_nobody_tells_each_scenario_and_leaves_nothing_behind(tmp_path: Path) -> None:
    url = f"ws://127.0.0.1:{closed_port()}/ws"
    end = in_process("run", url, "--quiet", "-c", "3", cwd=tmp_path)
    assert (end.code, end.out, end.err.count("\n")) == (1, "", 4)
    assert_words(end.err, url, "refused", "connect: ", "echo: ", "fanout: ", "the reasons are above")
    assert list(tmp_path.iterdir()) == []


def test_a_refused_upgrade_is_named_with_its_status(failing: Failing) -> None:
    with serve("refusing", refuse_every=1, statuses=[403]) as server:
        assert_words(failing(1, server.url), server.url, "http 403 (3)", "path", "--origin")


@pytest.mark.parametrize(
    ("path", "status", "driver"), [("/missing", 404, "picows"), ("/private", 403, "websockets")]
)
def test_an_http_server_that_is_no_websocket_server_is_told(
    path: str, status: int, driver: str, failing: Failing
) -> None:
    with stranger("http") as port:
        line = failing(1, f"ws://127.0.0.1:{port}{path}", "--driver", driver)
    assert_words(line, f"http {status} (3)", "check the path")


@pytest.mark.parametrize("kind", ["http", "old http"])
def test_an_answer_that_is_no_upgrade_is_told(kind: str, failing: Failing) -> None:
    with stranger(kind) as port:
        line = failing(1, f"ws://127.0.0.1:{port}/")
    assert_words(line, "(3)", "check", "200")


def test_a_server_that_says_nothing_is_waited_for_as_long_as_allowed(failing: Failing) -> None:
    with stranger("silent") as port:
        line = failing(1, f"ws://127.0.0.1:{port}/", "--connect-timeout", "200ms")
    assert_words(line, "timeout (3)", "raise --connect-timeout")


def test_a_server_that_hangs_up_at_once_is_told(failing: Failing) -> None:
    with stranger("brusque") as port:
        assert_words(failing(1, f"ws://127.0.0.1:{port}/"), "reset (3)", "it hung up")


def test_a_certificate_that_nobody_vouches_for_is_refused_with_the_mend(
    tls: Server, failing: Failing
) -> None:
    assert_words(failing(1, tls.url), "tls certificate", "(3)", "--cacert FILE", "--insecure")


def test_tls_where_plain_was_asked_for_is_told(tls: Server, failing: Failing) -> None:
    assert_words(
        failing(1, tls.url.replace("wss://", "ws://")), "reset (3)", "the port speaks TLS: use wss://"
    )


def test_plain_where_tls_was_asked_for_is_told(echo: Server, failing: Failing) -> None:
    line = failing(1, echo.url.replace("ws://", "wss://"), "--connect-timeout", "300ms")
    assert_words(line, "timeout (3)", "the port speaks plain HTTP, no TLS: use ws://")


def test_certificate_files_that_are_not_there_are_named(tls: Server, failing: Failing) -> None:
    assert_words(failing(2, tls.url, "--cacert", "/no/ca.pem"), "--cacert /no/ca.pem", "No such file", "PEM")
    line = failing(2, tls.url, "--cert", "/no/c.pem", "--key", "/no/k.pem")
    assert_words(line, "--cert /no/c.pem", "--key /no/k.pem", "No such file")


@pytest.mark.parametrize(
    ("folder", "why"),
    [("/proc/here", "No such file"), (__file__, "File exists"), (f"{__file__}/below", "Not a directory")],
)
def test_a_folder_that_cannot_be_written_is_named(folder: str, why: str, failing: Failing) -> None:
    line = failing(2, f"ws://127.0.0.1:{closed_port()}/", "-o", folder)
    assert_words(line, f"-o {folder}", why, "choose another place")


def test_a_folder_below_which_nothing_can_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file")
    end = in_process("echo", "ws://127.0.0.1:1/", "--quiet", cwd=tmp_path)
    assert (end.code, end.err.count("\n")) == (2, 1)
    assert_words(end.err, "reports", "-o DIR")


def test_folders_that_were_there_before_a_failure_stay(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    for folder, left in (("mine", True), ("mine/new/deep", True), ("other/deep", False)):
        end = in_process("echo", "ws://127.0.0.1:1/", "--slo", "x", "--quiet", "-o", folder, cwd=tmp_path)
        assert (end.code, (tmp_path / folder.split("/")[0]).exists()) == (2, left)
    assert [path.name for path in tmp_path.rglob("*")] == ["mine"]


def test_a_process_that_is_not_there_is_named(echo: Server, failing: Failing) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert_words(failing(2, echo.url, "--target-pid", str(ended.pid)), str(ended.pid), "no such process")


def test_source_addresses_that_cannot_be_used_are_named(echo: Server, failing: Failing) -> None:
    assert_words(failing(2, echo.url, "--bind", "8.8.8.8"), "--bind 8.8.8.8", "address of this machine")
    assert_words(failing(2, echo.url, "--bind", "::1"), "--bind ::1", "127.0.0.1", "IP version")


def test_an_objective_that_cannot_be_read_is_named(echo: Server, failing: Failing) -> None:
    assert_words(failing(2, echo.url, "--slo", "nonsense"), "--slo 'nonsense'", "p99<50ms")
    assert_words(failing(2, echo.url, "--slo", "no.figure<1"), "--slo 'no.figure<1'", "no number")


FEW = ("bash", "-c", 'ulimit -n 64 && exec "$@"', "bash")


TOO_MANY = {
    "connect -c 50 --processes 1": ("50 connections in one process", "use --processes 2 to 16"),
    "connect -c 50 --processes 50": ("50 processes need 132", "use --processes 2 to 16"),
    "connect -c 600": ("use -c 512 at most",),
    "fanout -c 3 --publishers 70 -r 50": ("--publishers 70", "use at most 32"),
}


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Outcome], Path]:
    """How each of them ends that would need more than 64 open files, all in one process; and their folder."""
    folder = tmp_path_factory.mktemp("few")
    commands = [f"{command} -d 100ms -o mine ws://127.0.0.1:{closed_port()}/".split() for command in TOO_MANY]
    several = [*FEW, sys.executable, "-m", "tests.cli.several", str(folder), json.dumps(commands)]
    told = subprocess.run(several, cwd=ROOT, stdout=subprocess.PIPE, check=True, timeout=PATIENCE_S).stdout
    ends = [Outcome(*end) for end in json.loads(told)]
    return dict(zip(TOO_MANY, ends, strict=True)), folder


@pytest.mark.parametrize("command", TOO_MANY)
def test_too_few_open_files_are_told_with_the_limit_and_its_mend(
    command: str, few: tuple[dict[str, Outcome], Path]
) -> None:
    ends, folder = few
    end = ends[command]
    assert (end.code, end.out, end.err.count("\n")) == (2, "", 1)
    mend = "raise it (ulimit -n " if can_be_raised() else "raise it (docker run --ulimit nofile="
    assert_words(end.err, "open files", "hard limit is 64", mend, *TOO_MANY[command])
    assert list(folder.iterdir()) == []


def test_the_mend_for_few_open_files_works_when_followed(echo: Server, tmp_path: Path) -> None:
    options = ("-c", "50", "-d", "100ms", "--processes", "2", "--print", "json", "--quiet", "--no-plots")
    end = wswarm("connect", echo.url, *options, cwd=tmp_path, prefix=FEW)
    assert end.code in (0, 98), end
    assert json.loads(end.out)["connections"]["opened"] == 50


def test_more_connections_than_ports_are_refused_with_the_mend(echo: Server, failing: Failing) -> None:
    assert_words(failing(2, echo.url, "-c", "10m"), "-c 10000000", "local ports", "--bind")
    assert_words(failing(2, echo.url, "-c", "9" * 18 + "g"), "local ports", "--bind")


def test_more_processes_than_the_machine_can_bear_are_not_started(echo: Server, failing: Failing) -> None:
    agents = str(AGENTS_PER_CORE * cores() + 1)
    line = failing(2, echo.url, "-c", agents, "--processes", agents)
    assert_words(line, f"--processes {agents} is more", f"at most {int(agents) - 1}", "use fewer")


def test_a_password_in_the_address_is_not_repeated(tmp_path: Path) -> None:
    end = in_process("echo", f"ws://user:hush@127.0.0.1:{closed_port()}/", "-c", "2", cwd=tmp_path)
    assert end.code == 1
    assert "hush" not in end.err
    assert "ws://user:…@127.0.0.1" in end.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--text", r"{marker}\q", "--escape"], ["--text", r"\q", "at character 9", r"\\ for a backslash"]),
        (["--on-open", r"a\x1", "--escape"], ["--on-open", "at character 2"]),
        (["--text", "\udc82{marker}"], ["--text", "not valid UTF-8 at byte 1", "add --binary"]),
        (["--on-open", "\udc82"], ["--on-open", "not valid UTF-8 at byte 1", "--on-open-binary"]),
        (["--message-file", "/nowhere/at/all"], ["--message-file", "'/nowhere/at/all'", "No such file"]),
        (["--message-file", __file__, "--text", "{marker}"], ["--message-file", "use one"]),
    ],
)
def test_a_message_that_can_not_be_sent_is_named_with_the_mend(
    arguments: list[str], words: list[str], failing: Failing
) -> None:
    assert_words(failing(2, "ws://127.0.0.1:1/ws", *arguments), *words)


def test_a_file_of_bytes_needs_binary_frames(
    failing: Failing, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("messages") / "message.bin"
    path.write_bytes(b"\x82{marker}")
    line = failing(2, "ws://127.0.0.1:1/ws", "--message-file", str(path))
    assert_words(line, f"--message-file {path}", "not valid UTF-8 at byte 1", "add --binary")


@pytest.mark.parametrize("command", ["echo", "fanout", "run"])
def test_an_escape_that_is_taken_literally_is_told_before_the_load(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise TargetError("refused")

    monkeypatch.setattr(measure, "measure", refused)
    for module in (scenario, suite):
        monkeypatch.setattr(module, "agents_begun", nullcontext)
    url = "ws://127.0.0.1:1/ws"
    said = (command, url, "--quiet", "-c", "1", "--text", r"{marker}\0", "--on-open-binary", r"\x82")
    first, second, third, *_ = in_process(*said, cwd=tmp_path).err.splitlines()
    assert first == rf"wswarm {command}: --text holds \0 literally; --escape reads it as a character"
    assert_words(second, r"--on-open-binary holds \x82 literally")
    assert_words(third, "refused")
    assert "literally" not in in_process(*said, "--escape", cwd=tmp_path).err
