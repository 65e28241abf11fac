"""`wswarm script` as a user meets it: what is wrong with a file or an option in one line, a run to its exit."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.command import Outcome, in_process
from tests.cli.strangers import closed_port
from tests.end_to_end.servers import Server

PAGE = Path(__file__).parents[2] / "docs" / "scripts.md"
ASK = "async def session(ws):\n    await ws.request('a', 'a', name='ask')\n"
BRIEF = ("-c", "2", "-d", "300ms", "--no-plots", "--quiet")
DISTURBED = 98  # a machine that is too busy makes any run invalid
Run = Callable[..., Outcome]


@pytest.fixture
def script(tmp_path: Path) -> Run:
    """Runs `wswarm script` on a file of that text."""

    def run(text: str | None, *arguments: str) -> Outcome:
        if text is not None:
            (tmp_path / "session.py").write_text(text)
        return in_process("script", "session.py", *arguments, cwd=tmp_path)

    return run


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "'session.py' can't be read: No such file or directory; name a Python file"),
        ("async def session(ws:\n", "session.py:1: '(' was never closed"),
        (
            "def session(ws):\n    pass\n",
            "session.py:1: session is not async: write 'async def session(ws):'",
        ),
        ("x = 1\n", "session.py has no function 'session': write 'async def session(ws):'"),
        (f"import nowhere_to_be_found\n{ASK}", "session.py:1: ModuleNotFoundError: No module named"),
    ],
)
def test_a_bad_file_is_told_in_one_line(text: str | None, told: str, script: Run, echo: Server) -> None:
    end = script(text, echo.url, *BRIEF)
    assert (end.code, end.out, end.err.count("\n")) == (2, "", 1)
    assert end.err.startswith(f"wswarm script: {told}")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--sessions", "0/s"), "--sessions 0 must be a number above 0"),
        (
            ("--sessions", "1/m"),
            "--sessions 0.0166667/s for --duration 0.3s gives no session: raise one of them",
        ),
        (
            ("--sessions", "900k/s", "-d", "1m"),
            "is 54,000,000 sessions, more than 1,000,000: lower one of them",
        ),
        (("--session", "visit"), "session.py has no function 'visit': write 'async def visit(ws):'"),
        (("--rate", "5/s"), "no such option or argument: --rate 5/s"),
        (("--slo", "p99<5ms"), "write steps.NAME.time.p99 for that of one"),
        (("--slo", "steps.ask.tme.p99<5ms"), "a run file has no number 'steps.ask.tme.p99'"),
    ],
)
def test_a_bad_option_is_told_in_one_line(
    arguments: tuple[str, ...], told: str, script: Run, echo: Server
) -> None:
    end = script(ASK, echo.url, *BRIEF, *arguments)
    assert (end.code, end.out, end.err.count("\n")) == (2, "", 1)
    assert told in end.err


def test_nobody_there_is_exit_code_1(script: Run) -> None:
    for more in ((), ("--sessions", "20/s")):
        end = script(ASK, f"ws://127.0.0.1:{closed_port()}/", *BRIEF, *more)
        assert (end.code, end.out, end.err.count("\n")) == (1, "", 1)
        assert "refused" in end.err


def test_failed_sessions_alone_are_exit_code_0_and_their_objective_99(script: Run, echo: Server) -> None:
    text = f"{ASK}    raise ValueError('no')\n"
    assert script(text, echo.url, *BRIEF).code in (0, DISTURBED)
    end = script(text, echo.url, *BRIEF, "--slo", "sessions.failed==0", "--print", "json")
    found = json.loads(end.out)
    assert end.code in (99, DISTURBED)
    assert found["sessions"] == {
        "started": 2, "finished": 0, "failed": 2, "failures": {"ValueError: no": 2}, "refused": 0
    }  # fmt: skip
    assert found["steps"]["ask"]["count"] == 2
    assert found["slo"] == [{"expression": "sessions.failed==0", "value": 2, "met": False, "why": None}]


def test_objectives_name_steps_and_reasons(script: Run, echo: Server) -> None:
    text = f"{ASK}    ws.fail('no seat left')\n"
    objectives = (
        "steps.ask.time.max<50s",
        'sessions.failures."no seat left"==2',
        "sessions.failures.other==0",
    )
    end = script(text, echo.url, *BRIEF, *(word for one in objectives for word in ("--slo", one)))
    assert end.code in (0, DISTURBED)


def test_without_an_address_the_script_s_own_is_measured(script: Run, echo: Server) -> None:
    end = script(f"URL = {echo.url!r}\n{ASK}", *BRIEF, "--print", "json")
    assert json.loads(end.out)["plan"]["url"] == echo.url


def test_without_any_address_the_reference_application_is_measured(script: Run) -> None:
    text = "async def session(ws):\n    await ws.request('hello', 'hello', name='ask')\n"
    found = json.loads(script(text, *BRIEF, "--print", "json").out)
    assert found["sessions"]["finished"] == 2
    assert found["target"]["cpu_s"] is not None


def test_the_report_has_the_steps_with_their_pictures(script: Run, echo: Server, tmp_path: Path) -> None:
    end = script(ASK, echo.url, "-c", "3", "-d", "1s", "--quiet", "-o", str(tmp_path / "report"))
    assert end.code in (0, DISTURBED)
    names = {path.name for path in (tmp_path / "report").iterdir()}
    assert names >= {"run.json", "report.html", "summary.txt", "percentiles.png", "over-time.png"}
    assert "Steps" in (tmp_path / "report" / "report.html").read_text()


@pytest.mark.parametrize("number", range(len(re.findall(r"```python\n", PAGE.read_text()))))
def test_the_scripts_of_the_page_run(number: int, script: Run, echo: Server) -> None:
    text = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)[number]
    if "async def session(ws)" not in text:
        pytest.skip("a fragment of another front end")
    end = script(text, echo.url, *BRIEF, "--print", "json")
    found = json.loads(end.out)
    assert end.code in (0, DISTURBED)
    assert found["sessions"]["failures"] == {}
    assert found["sessions"]["finished"] == 2
