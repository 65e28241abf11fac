"""Reports are drawn by a process of their own: after the summary, or beside the next scenario of a suite."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.cli.command import URL, Command, in_process, wait_until
from tests.report import runs
from wswarm.cli import drawing, measure
from wswarm.cli.drawing import Drawing
from wswarm.cli.main import main
from wswarm.drive.fleet.start import module_command
from wswarm.errors import ResultError
from wswarm.load.plan import Plan
from wswarm.report import store
from wswarm.results.progress import Progress
from wswarm.results.run import Run

pytestmark = pytest.mark.xdist_group("command line: drawing")
ECHO = runs.echo(connections=3, rate=10, duration=1)


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """The folder of a run that was never drawn."""
    store.keep(ECHO, tmp_path / "one")
    return tmp_path / "one"


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def drawn_in(folder: Path) -> int:
    """Return how many pictures are in a report's folder and those of its runs, beside whole pages."""
    assert (folder / "report.html").read_text().rstrip().endswith("</html>")
    return len(list(folder.rglob("*.png")))


def replace_the_drawer(monkeypatch: pytest.MonkeyPatch, *command: str) -> None:
    monkeypatch.setattr(drawing, "module_command", lambda *_: list(command))


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(("options", "suffixes"), [((), {".png"}), (("--svg",), {".png", ".svg"})])
def test_pictures_are_png_and_svg_only_if_asked_for(
    options: Sequence[str], suffixes: set[str], tmp_path: Path
) -> None:
    end = in_process("echo", URL, "-o", "mine", *options, cwd=tmp_path)
    assert (end.code, end.out.endswith("\n\nreport: mine/report.html\n")) == (0, True)
    pictures = {
        f"{name}{suffix}" for name in ("connections", "over-time", "percentiles") for suffix in suffixes
    }
    assert names_in(tmp_path / "mine") == {"run.json", "summary.txt", "report.html", *pictures}
    assert (tmp_path / "mine" / "report.html").read_text().count("<canvas>") == 6


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize("options", [(), ("--print", "json")])
def test_the_summary_is_shown_and_all_is_stored_before_anything_is_drawn(
    options: Sequence[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = []

    def begin(self: Drawing) -> None:
        begun.append((sys.stdout.getvalue(), names_in(self.folder)))  # type: ignore[attr-defined]
        self.has_begun = True

    monkeypatch.setattr(Drawing, "begin", begin)
    monkeypatch.setattr(Drawing, "wait", lambda _: begun.append(names_in(tmp_path)))
    end = in_process("echo", URL, "-o", "mine", "--junit", "slo.xml", *options, cwd=tmp_path)
    (shown, kept), outputs = begun
    assert shown == end.out.removesuffix("\nreport: mine/report.html\n") != ""
    assert (kept, outputs) == ({"run.json", "summary.txt"}, {"mine", "slo.xml"})


@pytest.mark.usefixtures("measured")
def test_the_run_file_stands_alone_on_standard_output_also_with_pictures(tmp_path: Path) -> None:
    end = in_process("run", URL, "-o", "mine", "--print", "json", "--quiet", cwd=tmp_path)
    assert (end.code, end.err, end.out.count("\n")) == (0, "", 1)
    assert [run["scenario"] for run in json.loads(end.out)] == ["connect", "echo", "fanout"]
    assert drawn_in(tmp_path / "mine") == 9


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(
    ("command", "why"),
    [
        (
            [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"],
            "what draws them was killed by signal 9",
        ),
        ([sys.executable, "-c", "raise SystemExit(3)"], "what draws them ended with exit code 3"),
        ([sys.executable, "-c", "import sys; sys.exit('no ink')"], "no ink"),
        (["/no/such/program"], "no process can be started: No such file or directory"),
    ],
)
@pytest.mark.parametrize("scenario", ["echo", "run"])
def test_what_can_not_be_drawn_costs_pictures_only_and_says_what_draws_them(
    scenario: str, command: Sequence[str], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_the_drawer(monkeypatch, *command)
    end = in_process(scenario, URL, "-o", "mine", "--junit", "slo.xml", cwd=tmp_path)
    assert (end.code, end.out.count("✓ VALID") > 0) == (1, True)
    assert end.err.splitlines()[-1] == (
        f"wswarm {scenario}: mine: the pictures could not be drawn ({why}); the run files and summaries are safe:"
        " try again with 'wswarm report mine'"
    )
    assert len(store.load(tmp_path / "mine")) == (3 if scenario == "run" else 1)
    assert drawn_in(tmp_path / "mine") == 0
    assert (tmp_path / "slo.xml").exists()


def test_a_page_that_can_not_be_written_is_named(stored: Path) -> None:
    (stored / "report.html").mkdir()
    end = in_process("report", "one", cwd=stored.parent)
    assert (end.code, end.out.startswith("wswarm echo · ")) == (1, True)
    assert "one/report.html can't be written: Is a directory" in end.err
    assert (stored / "connections.png").exists()


def test_nothing_is_drawn_of_what_could_not_be_stored(stored: Path) -> None:
    (stored / "summary.txt").unlink()
    (stored / "summary.txt").mkdir()
    end = in_process("report", "one", cwd=stored.parent)
    assert (end.code, end.out.startswith("wswarm echo · ")) == (1, True)
    assert "one/summary.txt can't be written: Is a directory" in end.err
    assert names_in(stored) == {"run.json", "summary.txt"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody sees whose pipes are open")
def test_ctrl_c_while_drawing_ends_that_alone_and_leaves_a_page_without_pictures(stored: Path) -> None:
    before = (stored / "summary.txt").stat().st_ctime_ns  # a file's number may be used again
    command = Command("report", "one", cwd=stored.parent)

    def drawers() -> list[psutil.Process]:
        found = [psutil.Process(pid) for pid in command.family() if pid != command.process.pid]
        return [one for one in found if one.ppid() == command.process.pid]

    wait_until(drawers, "it draws")
    drawer = drawers()[0]
    drawer.suspend()  # or it might be done before
    assert os.getpgid(drawer.pid) == drawer.pid  # a terminal's Ctrl-C is not for it
    wait_until(lambda: (stored / "summary.txt").stat().st_ctime_ns != before, "all else is done")
    front = psutil.Process(command.process.pid)
    wait_until(lambda: len(pipes_of(front) & pipes_of(drawer)) == 1, "the drawer has been told to begin")
    wait_until(lambda: front.status() == psutil.STATUS_SLEEPING, "it waits")
    command.interrupt()
    end = command.outcome()
    assert end.code == 130
    assert end.err == (
        "wswarm report: not all pictures are drawn: 'wswarm report one' draws them\nwswarm report: interrupted\n"
    )
    assert names_in(stored) == {"run.json", "summary.txt", "report.html"}
    assert drawn_in(stored) == 0


@pytest.mark.usefixtures("measured")
def test_one_ctrl_c_is_enough_once_all_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Drawing, "wait", lambda _: os.kill(os.getpid(), signal.SIGINT))
    end = in_process("echo", URL, "-o", "mine", cwd=tmp_path)
    assert (end.code, end.out.count("wswarm echo · ")) == (130, 1)
    assert "'wswarm report mine' draws them" in end.err
    assert (tmp_path / "mine" / "report.html").exists()


def at(phase: Any, opened: int = 1) -> Progress:
    return Progress(phase=phase, elapsed_s=0, connections_open=opened, connections_requested=1)


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="nothing can be made to stand still")
@pytest.mark.parametrize(
    ("moment", "is_measured"),
    [
        (at("ramp", 0), False),  # its agents are still being loaded
        (at("ramp", 1), True),
        (Progress(phase="ramp", elapsed_s=0, connections_open=0, connections_requested=2, failed=1), True),
        (at("warm-up"), False),
        (at("hold"), True),
        (at("drain"), True),
    ],
)
def test_drawing_stands_still_while_something_is_measured(
    moment: Progress, is_measured: bool, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    with Drawing(stored, beside=True) as one, monkeypatch.context() as patch:
        patch.setattr(os, "killpg", lambda _, number: sent.append(number))
        for progress in (at("warm-up"), moment, moment, at("ramp", 0)):
            one.make_way(progress)
    assert sent == ([signal.SIGSTOP, signal.SIGCONT] if is_measured else [])


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody tells it")
def test_drawing_that_stands_still_ends_with_who_made_it(stored: Path) -> None:
    program = (
        "import os, pathlib, sys\n"
        "from wswarm.cli.drawing import Drawing, can_copy_itself\n"
        "from wswarm.results.progress import Progress\n"
        "assert can_copy_itself()\n"
        "mine = os.pipe()\n"
        f"one = Drawing(pathlib.Path({str(stored)!r}), beside=True)\n"
        "print(one._process.pid, flush=True)\n"
        "sys.stdin.readline()\n"
        "one.make_way(Progress(phase='hold', elapsed_s=0, connections_open=1, connections_requested=1))\n"
        "print('still', flush=True)\n"
        "sys.stdin.readline()\n"
    )
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen([sys.executable, "-c", program], env=alone, **pipes) as maker:
        assert maker.stdin is not None
        assert maker.stdout is not None
        drawer = psutil.Process(int(maker.stdout.readline()))
        wait_until(lambda: "matplotlib" in mapped(drawer), "it is loading")
        assert (
            len(pipes_of(drawer) & pipes_of(psutil.Process(maker.pid))) == 2
        )  # what it hears, and what it says
        maker.stdin.write("\n")
        maker.stdin.flush()
        assert maker.stdout.readline() == "still\n"
        maker.kill()
    wait_until(lambda: not drawer.is_running() or drawer.status() == psutil.STATUS_ZOMBIE, "it has ended")


def pipes_of(process: psutil.Process) -> set[str]:
    """The pipes that the process has open."""
    found = set()
    for one in Path(f"/proc/{process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # it is closed again
            found.add(str(one.readlink()))
    return {link for link in found if link.startswith("pipe:")}


def mapped(process: psutil.Process) -> str:
    """The files that the process has loaded."""
    return Path(f"/proc/{process.pid}/maps").read_text()


def test_what_draws_ends_without_a_word_if_it_is_told_none(stored: Path) -> None:
    before = names_in(stored)
    words = module_command("wswarm.report.drawer", "png", "alone", str(stored))
    end = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert (end.returncode, end.stdout, end.stderr) == (0, b"", b"")
    assert names_in(stored) == before


class Noted(Drawing):
    """Drawing whose beginnings are noted."""

    made: list["Noted"]

    def __init__(self, path: Path, *, drawn: Sequence[str] = (), beside: bool = False, **more: Any) -> None:
        super().__init__(path, drawn=drawn, beside=beside, **more)
        self.words = (path.name, tuple(drawn), beside)
        self.made.append(self)

    def is_done_in_turn(self) -> bool:
        """Whether it is done; it gets a share of a core for that, which beside busy neighbours it does without."""
        if hasattr(os, "SCHED_OTHER") and self._process.poll() is None:
            with suppress(PermissionError):  # not everybody may
                os.sched_setscheduler(self._process.pid, os.SCHED_OTHER, os.sched_param(0))
        return self.is_done()


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Noted]]:
    Noted.made = []
    for module in (measure, sys.modules["wswarm.cli.suite"]):
        monkeypatch.setattr(module, "Drawing", Noted)
    yield Noted.made
    Noted.made = []


@pytest.mark.usefixtures("measured")
def test_the_runs_of_a_suite_are_drawn_beside_those_that_follow(
    tmp_path: Path, noted: list[Noted], monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend: Any = vars(measure)["measure"]
    pages = []

    def later(plan: Plan, tell: Any, *more: Any, **named: Any) -> Run:
        if plan.scenario == "echo":
            tell(at("warm-up"))
            wait_until(noted[0].is_done_in_turn, "the first is drawn")
            pages.append(drawn_in(tmp_path / "mine" / "connect"))
        tell(at("hold"))  # and what is not drawn now is drawn at the end
        return pretend(plan, tell, *more, **named)

    monkeypatch.setattr(measure, "measure", later)
    end = in_process("run", URL, "-o", "mine", cwd=tmp_path)
    assert (end.code, end.err.count("Traceback")) == (0, 0)
    first, *others, last = [one.words for one in noted]
    assert first == ("connect", (), True)
    assert others == [("echo", (), True)]
    assert last == ("mine", ("connect",), False)
    assert pages == [2]
    assert drawn_in(tmp_path / "mine" / "connect") == 2
    assert drawn_in(tmp_path / "mine") == 9


@pytest.mark.usefixtures("measured")
def test_a_suite_that_is_aborted_draws_no_more_and_says_so(
    tmp_path: Path, noted: list[Noted], monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend: Any = vars(measure)["measure"]
    begin = Noted.begin
    monkeypatch.setattr(Noted, "begin", lambda one: begin(one) if one.words[0] == "connect" else None)

    def aborted(plan: Plan, tell: Any, *more: Any, **named: Any) -> Run:
        if plan.scenario == "fanout":
            wait_until(noted[0].is_done_in_turn, "the first is drawn")
            raise KeyboardInterrupt
        return pretend(plan, tell, *more, **named)

    monkeypatch.setattr(measure, "measure", aborted)
    end = in_process("run", URL, "-o", "mine", cwd=tmp_path)
    assert (end.code, [one.words[0] for one in noted]) == (130, ["connect", "echo"])
    assert "wswarm run: not all pictures are drawn: 'wswarm report mine' draws them" in end.err
    assert drawn_in(tmp_path / "mine") == 2
    assert not [one for one in noted if one._process.poll() is None]


def test_a_stored_suite_is_drawn_with_a_page_for_each_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store.keep_suite([runs.connect(), ECHO], tmp_path / "two")
    assert main(["report", "two", "--quiet"]) == 0
    images = {name: drawn_in(tmp_path / "two" / name) for name in ("", "connect", "echo")}
    assert images == {"": 5, "connect": 2, "echo": 3}


def test_waiting_tells_why_it_could_not_be_drawn(stored: Path) -> None:
    (stored / "run.json").write_text("{")
    with Drawing(stored) as one:
        one.begin()
        with pytest.raises(ResultError, match=r"run\.json is not a run file.*wswarm report"):
            one.wait()
