import io
import re
import subprocess
import sys

import pytest

from wswarm.report.live import Live
from wswarm.report.standing import line
from wswarm.results.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


def at(elapsed_s, phase="hold", **more):
    return Progress(phase=phase, elapsed_s=elapsed_s, connections_open=98, connections_requested=100, **more)


def test_off_a_terminal_there_is_a_line_every_five_seconds_and_at_each_phase():
    out = io.StringIO()
    with Live("echo", 12.0, out) as live:
        live.update(at(0.0, "ramp"))
        for tenths in range(1, 121):
            live.update(at(tenths / 10))
    lines = out.getvalue().splitlines()
    assert lines[0] == "echo"
    assert [text.split("]")[0] for text in lines[1:]] == ["[0/12 s", "[0/12 s", "[5/12 s", "[10/12 s"]
    assert "\x1b" not in out.getvalue()


def test_a_line_tells_what_is_known_and_no_more():
    assert line(at(0.4, "ramp"), None) == "[0 s] ramp: connections 98/100"
    full = at(9.6, failed=2, sent=1000, received=999, rate=100.0, p50_s=0.0003, p99_s=0.002, lost=1)
    assert line(full, 12.0) == (
        "[10/12 s] hold: connections 98/100, failed 2, sent 1,000, received 999, rate 100/s, p50 300 µs,"
        " p99 2.00 ms, lost so far 1"
    )


def test_in_a_storm_a_line_tells_how_many_are_back():
    told = line(at(9.6, swept=50, back=30, sent=1000, received=999), 12.0)
    assert told == "[10/12 s] hold: connections 98/100, back 30/50, sent 1,000, received 999"


def test_on_a_terminal_the_display_renews_itself_at_most_four_times_a_second():
    out = Terminal()
    with Live("echo", 12.0, out) as live:
        for hundredths in range(100):
            live.update(at(hundredths / 100))
    assert 4 <= len(re.findall(r"0 / 12 s|1 / 12 s", out.getvalue())) <= 6


def test_colours_are_left_out_when_asked(monkeypatch):
    def colours():
        out = Terminal()
        with Live("echo", 12.0, out) as live:
            live.update(at(1.0, failed=2))
        return re.findall(r"\x1b\[(?:3|9)\dm", out.getvalue())

    assert colours()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colours()


def test_a_dumb_terminal_gets_plain_lines(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    out = Terminal()
    with Live("echo", 12.0, out) as live:
        live.update(at(1.0))
    assert out.getvalue() == "echo\n[1/12 s] hold: connections 98/100\n"


def test_quiet_is_quiet():
    out = Terminal()
    with Live("echo", 12.0, out, quiet=True) as live:
        live.update(at(1.0))
    assert out.getvalue() == ""


def test_by_default_it_writes_to_standard_error_only(capsys):
    with Live("echo", None) as live:
        live.update(at(1.0))
    caught = capsys.readouterr()
    assert caught.out == ""
    assert "connections 98/100" in caught.err


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_the_terminal_is_restored_however_the_run_ends(error):
    def interrupted():
        with Live("echo", 12.0, out) as live:
            live.update(at(1.0))
            raise error

    out = Terminal()
    with pytest.raises(error):
        interrupted()
    text = out.getvalue()
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")


def test_an_update_after_the_end_shows_nothing():
    out = io.StringIO()
    with Live("echo", 12.0, out) as live:
        pass
    live.update(at(1.0))
    assert out.getvalue() == "echo\n"


def test_a_title_cannot_drive_the_terminal():
    out = io.StringIO()
    with Live("a\x1b]0;owned\x07", 12.0, out):
        pass
    assert out.getvalue() == "a\\x1b]0;owned\\x07\n"


def test_lines_are_printed_without_what_a_terminal_needs():
    program = (
        "import io, sys\n"
        "from wswarm.report.live import Live\n"
        "with Live('echo', None, io.StringIO()): pass\n"
        "print('rich' in sys.modules)"
    )
    end = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert end.stdout == "False\n"
