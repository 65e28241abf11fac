"""What a shell's user is used to: suggestions, colours, narrow terminals, completion, words explained."""

import io
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli import shells
from tests.cli.command import URL, Outcome, in_process
from tests.report import compared, runs, searched
from wswarm.cli import pages
from wswarm.cli.colours import are_wanted, coloured
from wswarm.cli.explain import explanations
from wswarm.cli.main import main
from wswarm.cli.plain import plain
from wswarm.exit_codes import INVALID
from wswarm.report.capacity.text import summary as search_summary
from wswarm.report.compare.text import summary as comparison_summary
from wswarm.report.text import suite_summary, summary
from wswarm.results.run import Run

_CODE = re.compile(r"^\s*```.*?^\s*```$", re.DOTALL | re.MULTILINE)
_WORD = re.compile(r"\w+")
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def run(*arguments: str) -> Outcome:
    return in_process(*arguments, cwd=Path.cwd())


def test_wswarm_alone_shows_the_help() -> None:
    assert run() == run("--help")
    assert run().code == 0


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("ehco", URL), "no such command: 'ehco': did you mean echo?"),
        (("echo", URL, "--conect-rate", "5"), "--conect-rate 5: did you mean --connect-rate?"),
        (("echo", URL, "--arrivals", "poison"), "'poison': did you mean poisson?"),
        (("echo", URL, "--profile", "stomb"), "did you mean stomp?"),
        (("help", "conecting"), "no topic 'conecting': did you mean connecting?"),
        (("explain", "lop lag"), "'lop lag': did you mean loop lag?"),
    ],
)
def test_who_mistypes_is_told_what_there_is(arguments: tuple[str, ...], meant: str) -> None:
    outcome = run(*arguments)
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert meant in outcome.err


def test_what_is_like_nothing_is_not_guessed_at() -> None:
    assert "did you mean" not in run("measure").err
    assert "choose from run, connect" in run("measure").err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("variables", "on_terminal", "in_pipe"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "0"}, True, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        ({"CLICOLOR": "0"}, False, False),
        ({"CLICOLOR": "1"}, True, False),
        ({"CLICOLOR_FORCE": "1"}, True, True),
        ({"TERM": "dumb"}, False, False),
    ],
)
def test_colours_are_where_the_user_wants_them(
    variables: dict[str, str], on_terminal: bool, in_pipe: bool
) -> None:
    assert are_wanted(Terminal(), variables) is on_terminal
    assert are_wanted(io.StringIO(), variables) is in_pipe


@given(st.text(st.sampled_from("✓✗!? VALID\nregression–:Messages"), max_size=60))
def test_without_its_colours_a_text_is_what_it_was(text: str) -> None:
    assert ESCAPES.sub("", coloured(text)) == text


def test_the_verdict_stands_out() -> None:
    lines = coloured(summary(runs.fanout())).splitlines()
    assert "\x1b[32m✓ VALID\x1b[0m" in lines
    assert "\x1b[1mMessages\x1b[0m" in lines


def test_a_file_has_no_colours(measured: set[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    outcome = run("fanout", URL, "--no-plots", "-o", "out")
    assert "\x1b[32m" in outcome.out
    assert "\x1b" not in "".join(path.read_text() for path in Path("out").iterdir())


@pytest.mark.parametrize("make", [runs.connect, runs.echo, runs.fanout, runs.staged, runs.slow])
def test_a_summary_fits_sixty_columns_and_says_all_that_it_says_on_a_hundred(make: Callable[[], Run]) -> None:
    run = make()
    narrow = summary(run, 60) + suite_summary([run], width=60)
    assert max(map(len, narrow.splitlines())) <= 60
    words = set((summary(run) + suite_summary([run])).split())
    assert {word for word in words if not word.startswith("ws://")} - set(narrow.split()) == set()


def test_a_comparison_fits_sixty_columns() -> None:
    text = comparison_summary(compared.REGRESSION, compared.CONTEXT, 60)
    assert max(map(len, text.splitlines())) <= 60
    assert {"regression", "[+10.7", "52,107/s", "46,777/s"} <= set(text.split())


def test_a_search_fits_sixty_columns() -> None:
    assert max(map(len, search_summary(searched.search(), 60).splitlines())) <= 60


@pytest.mark.parametrize("page", [*pages.page_names(), *pages.tutorial_names()])
def test_a_page_fits_sixty_columns_and_says_all_that_it_says_on_a_wide_terminal(page: str) -> None:
    markdown = pages.page(page)
    narrow, wide = (_CODE.sub("", plain(markdown, width)) for width in (60, 10_000))
    assert [line for line in narrow.splitlines() if len(line) > 60 and " " in line.strip()] == []
    heads = " ".join(re.findall(r"^.*$(?=\n *\|[ :|-]+$)", wide, re.MULTILINE))
    assert Counter(_WORD.findall(wide)) - Counter(_WORD.findall(heads)) <= Counter(_WORD.findall(narrow))


@pytest.mark.parametrize("command", ["doctor -c 20k", "doctor -c 2m --connect-rate 100k/s", "profiles"])
@pytest.mark.parametrize("width", [60, 80, 100])
def test_what_lists_fits_the_terminal(command: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert max(map(len, run(*command.split()).out.splitlines())) <= width


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("http://h:80/a", "ws://h:80/a"),
        ("HTTPS://h/a?b=1", "wss://h/a?b=1"),
        ("localhost:8000/ws", "ws://localhost:8000/ws"),
        ("[::1]:8000", "ws://[::1]:8000"),
        ("ws://h/a", "ws://h/a"),
    ],
)
def test_an_address_is_understood_as_people_write_it(written: str, meant: str) -> None:
    assert f'url = "{meant}"' in run("echo", written, "--print", "plan").out


def test_headers_can_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("headers").write_text("X-Team: s3cr3t-blue\n\nX-Any: s3cr3t-any\n")
    outcome = run("echo", URL, "-H", "@headers", "--print", "plan")
    assert 'header = ["X-Team: ${file:headers#1}", "X-Any: ${file:headers#3}"]' in outcome.out
    assert "s3cr3t" not in outcome.out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, ("@headers can't be read: No such file", "name a file")),
        ("no header s3cr3t\n", ("line 1 is not a header", "write 'Name: value'")),
        ("\n", ("has no header", "write 'Name: value'")),
    ],
)
def test_a_file_without_headers_is_told(
    content: str | None, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    if content is not None:
        Path("headers").write_text(content)
    outcome = run("echo", URL, "-H", "@headers", "--print", "plan")
    assert (outcome.code, outcome.out) == (2, "")
    assert not [word for word in words if word not in outcome.err]
    assert "s3cr3t" not in outcome.err


def test_a_secret_s_file_that_is_not_there_is_told() -> None:
    outcome = run("echo", URL, "--cookie", "sid=${file:nowhere}", "--print", "plan")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "${file:nowhere} can't be read: No such file" in outcome.err


def test_help_shows_a_part_of_the_options() -> None:
    out = run("echo", "--help", "connecting").out
    assert out.startswith("connection:\n")
    assert "--cookie" in out
    assert "--rate" not in out


@pytest.mark.parametrize("topic", ["echo", "connecting", "vocabulary", "first_load_test"])
def test_help_has_topics(topic: str) -> None:
    assert run("help", topic).code == 0
    assert re.search(rf"\b{topic}\b", run("help").out)


def test_help_shows_a_page_without_its_links() -> None:
    out = run("help", "connecting").out
    assert "happy eyeballs, RFC 8305" in out
    assert "](" not in out


@pytest.mark.parametrize("code", [0, 1, 2, 95, 96, 97, INVALID, 99, 130])
def test_every_exit_code_is_explained(code: int) -> None:
    assert run("explain", str(code)).out.startswith(f"exit code {code}: ")


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("loop lag", "how late an agent's event loop"),
        ("Handshake Time", "TCP connect start"),
        ("suspect", "judges itself"),
        ("silent", "the receiver's connection was lost"),
    ],
)
def test_terms_and_reasons_are_explained(term: str, words: str) -> None:
    assert words in " ".join(run("explain", *term.split()).out.split())


def test_every_term_of_the_vocabulary_is_explained() -> None:
    for cells in pages.rows(pages.page("vocabulary")):
        assert explanations(cells[0].split(", ")[0]), cells[0]


COMPLETED = {
    "wswarm ec": "echo",
    "wswarm echo --connect-r": "--connect-rate",
    "wswarm echo ws://127.0.0.1:1/ --driv": "--driver",
    "wswarm echo --arrivals poi": "poisson",
    "wswarm echo --profile stomp-": "stomp-simple",
    "wswarm forecast --work": "--workers",
    "wswarm help vocab": "vocabulary",
    "wswarm completion f": "fish",
}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands_options_and_values(shell: str, tmp_path: Path) -> None:
    complete = {"bash": shells.in_bash, "zsh": shells.in_zsh, "fish": shells.in_fish}[shell]
    found = complete(run("completion", shell).out, list(COMPLETED), tmp_path)
    assert dict(zip(COMPLETED, found, strict=True)) == {line: [word] for line, word in COMPLETED.items()}


def test_a_plan_of_no_shell_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["completion", "tcsh"])
    assert "bash, zsh, fish" in capsys.readouterr().err
