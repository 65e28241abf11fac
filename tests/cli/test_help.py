"""The help: it fits a terminal, and tells every option with its unit and default."""

import os
import re
from pathlib import Path

import pytest

from tests.cli.command import parser
from wswarm.cli import pages

FOLDER = Path(__file__).parents[1] / "golden" / "help"
COMMANDS = (
    *("", "run", "connect", "echo", "fanout", "profiles", "serve", "doctor", "report", "compare", "trend"),
    *("ab", "selftest", "script", "replay", "import", "inspect", "churn", "slow", "storm"),
    *("capacity", "forecast", "size"),
    *("init", "help", "explain", "completion", "ui"),
)
MEASURING = ("run", "connect", "echo", "fanout", "churn", "script")
SENDING = ("run", "echo", "fanout", "churn")
FOR_CI = (*MEASURING, "compare")

# Every option with the commands that have it.
OPTIONS = {
    "-c --connections -d --duration -z --connect-rate --connect-timeout --processes": MEASURING,
    "-r --rate --warmup --drain --arrivals --pacing --seed": SENDING,
    "--size --text --json --message-file --binary": SENDING,
    "--on-open-binary --escape": MEASURING,
    "--trace --prometheus --otlp --statsd --events --samples --samples-limit": MEASURING,
    "--say --say-binary --expect --take --refuse --data": [*MEASURING, "ab"],
    "--topic --event --set": [*MEASURING, "ab"],
    "--on-open --profile -H --cookie --subprotocol --follow": MEASURING,
    "--origin --insecure --cacert --cert --key --sni": MEASURING,
    "--deflate --bind --driver --target-pid --slo -o --output --no-plots --svg --quiet --print": MEASURING,
    "--markdown --junit --github --smaller-is-better --bencher": FOR_CI,
    "--history --allow-unpaired --strict -o --output --no-plots --svg --quiet --print": ("compare",),
    "--no-plots --svg": ("report", "trend", "ab"),
    "--drop --how --reconnect --before --patience --after --signal": ("storm",),
    "-c --connections -r --rate --warmup --drain --connect-rate --connect-timeout --processes": ("storm",),
    "--text --json --binary --say --expect --profile -H --publish --publisher-url --slo -o --print": (
        "storm",
    ),
    "--closed": ("run", "echo"),
    "--publishers --publisher-url --publisher-header": ("run", "fanout", "churn"),
    "--publisher-say --publisher-say-binary --publisher-expect --publisher-take": ("run", "fanout", "churn"),
    "--publish --publish-body --publish-header": ("run", "fanout", "churn"),
    "--sessions --stay --stay-law": ("churn",),
    "--scenarios": ("run",),
    "--sessions --session --warmup --drain --seed": ("script",),
    "-c --connections --speed --socket --drain --connect-rate --connect-timeout --processes": ("replay",),
    "-H --cookie --subprotocol --origin --insecure --slo -o --print --markdown --trace --events": ("replay",),
    "-o --output --socket": ("import",),
    "--app --port --workers --ws": ("serve",),
    "-c --connections": ("doctor",),
    "--base --head --serve --base-cmd --head-cmd --url --strict --cache --print": ("ab",),
    "--profile -H --cookie --subprotocol --bind --driver --text --message-file --size --publishers --escape": (
        "ab",
    ),
    "--scenario --budget --gate --theta --blocks --slice --seed --no-pin -o --quiet": ("ab", "selftest"),
    "-c --connections -r --rate --arrivals --drain": ("ab", "selftest"),
    "--decisions --slow --neighbour --print": ("selftest",),
    "--slo --serve --rounds --budget -d --duration --target-pid -c --connections -r --rate": ("capacity",),
    "--arrivals --seed --warmup --drain --connect-rate --processes --publishers --publish --probe": (
        "capacity",
    ),
    "--text --size --profile -H --say --origin -o --output --no-plots --svg --quiet --print": ("capacity",),
    "--serve --workers --budget --scenario --target-pid -c --connections -r --rate --size --rooms": ("size",),
    "-d --duration --starts --arrivals --seed --warmup --drain --connect-rate --processes --publishers": (
        "size",
    ),
    "--text --profile -H --say --publish --origin -o --output --no-plots --svg --quiet --print": ("size",),
    "-c --connections -r --rate --fanout --size --workers --connect-rate --tls --deflate --slo --seed": (
        "forecast",
    ),
    "-o --output --no-plots --svg --quiet --print": ("forecast",),
    "--port --host --no-open": ("ui",),
    "--version": ("",),
}
DEFAULTS = [
    ("connect", "--connections", "100"),
    ("churn", "--sessions", "10/s"),
    ("churn", "--stay", "20s"),
    ("churn", "--stay-law", "exponential"),
    ("script", "--connections", "10, with --sessions 1000"),
    ("storm", "--drop", "50%; a restart drops all"),
    ("storm", "--reconnect", "full:1s,30s"),
    ("storm", "--patience", "60s"),
    ("script", "--warmup", "0s"),
    ("script", "--drain", "5s"),
    ("script", "--seed", "random"),
    ("script", "--session", "session"),
    ("script", "--sessions", "each connection lives one"),
    ("echo", "--connections", "10"),
    ("fanout", "--connections", "100"),
    ("run", "--connections", "connect 100, echo 10, fanout 100"),
    ("echo", "--rate", "100/s"),
    ("fanout", "--rate", "5/s"),
    ("run", "--rate", "echo 100/s, fanout 5/s"),
    *[(name, "--duration", "10s") for name in MEASURING],
    *[(name, "--connect-rate", "500/s") for name in MEASURING],
    *[(name, "--connect-timeout", "10s") for name in MEASURING],
    *[(name, "--processes", "one per 10k") for name in MEASURING],
    *[(name, "--driver", "picows") for name in MEASURING],
    *[(name, "--samples-limit", "1m") for name in MEASURING],
    *[(name, "--output", "reports/<UTC time>-<scenario>") for name in MEASURING],
    *[(name, "--target-pid", "of the application that wswarm started") for name in MEASURING],
    *[(name, "--warmup", "1s") for name in SENDING],
    *[(name, "--drain", "5s") for name in SENDING],
    *[(name, "--arrivals", "constant") for name in SENDING],
    *[(name, "--pacing", "auto") for name in SENDING],
    *[(name, "--seed", "random") for name in SENDING],
    *[(name, "--text", "{marker} alone") for name in SENDING],
    ("fanout", "--publishers", "1"),
    ("fanout", "--publisher-url", "URL"),
    ("run", "--scenarios", "connect,echo,fanout"),
    ("replay", "--connections", "10"),
    ("replay", "--speed", "1"),
    ("replay", "--socket", "most messages"),
    ("replay", "--drain", "5s"),
    ("import", "--output", "session.py"),
    ("compare", "--output", "reports/<UTC time>-compare"),
    ("trend", "--output", "beside FILE"),
    ("serve", "--app", "main"),
    ("serve", "--port", "8000"),
    ("ui", "--port", "8765"),
    ("ui", "--host", "127.0.0.1"),
    ("serve", "--workers", "1"),
    ("doctor", "--connections", "1000"),
    ("ab", "--budget", "6m"),
    ("ab", "--gate", "cpu"),
    ("ab", "--theta", "5%, p99 10%"),
    ("ab", "--blocks", "6"),
    ("ab", "--connections", "echo 50, fanout 100"),
    ("capacity", "--rounds", "4"),
    ("capacity", "--budget", "15m"),
    ("capacity", "--rate", "echo 100/s, fanout 5/s"),
    ("capacity", "--arrivals", "poisson"),
    ("capacity", "--output", "reports/<UTC time>-capacity"),
    ("size", "--workers", "1"),
    ("size", "--budget", "15m"),
    ("size", "--starts", "2"),
    ("size", "--connections", "50,1000"),
    ("size", "--size", "100,1000"),
    ("size", "--arrivals", "poisson"),
    ("size", "--output", "reports/<UTC time>-size"),
    ("forecast", "--workers", "as few as will do"),
    ("forecast", "--output", "reports/<UTC time>-forecast"),
    ("selftest", "--decisions", "10"),
    ("selftest", "--slow", "cpu:10%"),
    ("selftest", "--budget", "96s"),
]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("COLUMNS", "80")

    def show(command: str) -> str:
        with pytest.raises(SystemExit) as end:
            parser().parse_args([*command.split(), "--help"])
        assert end.value.code == 0
        return capsys.readouterr().out

    return show


def normal(text: str) -> str:
    """The help but for what differs between versions of Python: the usage, which is generated, and wrapping.

    Python 3.13 writes `-o, --output DIR` where 3.11 and 3.12 write `-o DIR, --output DIR`.
    """
    body = text[text.index("\n\n") :]
    return " ".join(re.sub(r" (?:'[^']+'|[A-Z]+)(?=, --?\w)", "", body).split())


def entry(text: str, option: str) -> str:
    """What the help says about an option, in one line."""
    body = text[text.index("\n\n") :]
    (found,) = re.findall(
        rf"^  (?:-\w[^\n]*, )?{option}(?![\w-]).*?(?=\n  -|\n\n|\Z)", body, re.DOTALL | re.MULTILINE
    )
    return " ".join(found.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_reads_as_it_is_kept(command: str, shown) -> None:
    path = FOLDER / f"{command or 'wswarm'}.txt"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(shown(command), encoding="utf-8")
    assert normal(shown(command)) == normal(path.read_text(encoding="utf-8"))


def test_every_command_has_its_golden_file_and_no_other_has() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {name or "wswarm" for name in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_line_of_the_help_is_wider_than_a_terminal(command: str, shown) -> None:
    assert max(map(len, shown(command).splitlines())) <= 80


def test_every_option_is_documented_where_it_works(shown) -> None:
    for options, commands in OPTIONS.items():
        for command in commands:
            words = set(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", shown(command)))
            assert words >= set(options.split()), command


@pytest.mark.parametrize(("command", "option", "default"), DEFAULTS)
def test_the_help_names_the_default(command: str, option: str, default: str, shown) -> None:
    assert f"(default: {default})" in entry(shown(command), option)


@pytest.mark.parametrize("command", MEASURING)
def test_options_stand_in_groups(command: str, shown) -> None:
    groups = re.findall(r"^(\w[\w ]*):$", shown(command), re.MULTILINE)
    message = ["message"] if command in SENDING else []
    publishing = ["publishing by HTTP"] if command in ("run", "fanout", "churn") else []
    assert groups == [
        "positional arguments",
        "options",
        "load",
        *message,
        *publishing,
        "protocol",
        "conversation",
        "connection",
        "origin and TLS",
        "result",
        "while it runs",
        "for CI",
    ]


@pytest.mark.parametrize("command", MEASURING)
def test_the_help_names_units_and_exit_codes(command: str, shown) -> None:
    text = normal(shown(command))
    for unit in ("250ms 10s 1m30s", "10k 1m", "500/s 2k/s 30/m", "64KiB"):
        assert unit in text
    for code in (0, 1, 2, 95, 98, 99, 130):
        assert f" {code} " in text[text.index("Exit codes") :]


def test_the_help_of_all_names_every_exit_code(shown) -> None:
    text = normal(shown(""))
    codes = [cells[0] for cells in pages.rows(pages.page("exit_codes"))]
    assert re.findall(r"[:;] (\d+) ", text[text.index("Exit codes") :]) == codes


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_has_a_help_text(command: str, shown) -> None:
    text = shown(command)
    options = re.findall(r"^  (?:-\w[^\n]*, )?(--[a-z-]+)", text, re.MULTILINE)
    assert len(options) >= 1
    for option in options:
        assert re.search(r"\S +\w|\n {10,}\w", entry(text, option).partition(option)[2]), option
