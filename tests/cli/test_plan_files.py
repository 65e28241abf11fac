"""Plan files, files of defaults and variables: what is measured, and where each setting came from."""

import re
from pathlib import Path

import msgspec
import pytest

from tests.cli.command import URL, Outcome, in_process
from tests.end_to_end.servers import serve
from wswarm.cli.main import main
from wswarm.results.run import Run

PLAN = f"""
url = "{URL}"
rate = "40/s"
header = ["X-Token: ${{TOKEN}}", "X-Team: blue"]
slo = ["lost==0"]

[scenarios.connect]
connections = 20

[scenarios.echo]
connect-rate = 700

[scenarios.busy]
scenario = "echo"
rate = "400/s"
closed = false
"""


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOKEN", "s3cr3t-token")


def shown(*arguments: str) -> dict[str, tuple[str, str]]:
    """What `--print plan` says of each setting: its value, and where it came from; later scenarios go before."""
    outcome = in_process(*arguments, "--print", "plan", cwd=Path.cwd())
    assert (outcome.code, outcome.err) == (0, "")
    lines = re.findall(r"^#? ?([\w-]+)(?: = |: )(.*?) +# (.*)$", outcome.out, re.MULTILINE)
    return {name: (value, source) for name, value, source in lines}


def refused(*arguments: str) -> Outcome:
    """How a command ended that can't be: with nothing measured, and one line."""
    outcome = in_process(*arguments, "--print", "plan", cwd=Path.cwd())
    assert (outcome.out, outcome.err.count("\n")) == ("", 1)
    return outcome


def write(name: str, content: str) -> str:
    Path(name).write_text(content, encoding="utf-8")
    return name


def test_each_setting_comes_from_the_first_that_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        "pyproject.toml",
        "[tool.wswarm]\nseed = 1\nrate = 1\nduration = 1\nwarmup = 1\nconnections = 1\ndrain = 1",
    )
    write("wswarm.toml", "rate = 2\nduration = 2\nwarmup = 2\nconnections = 2\ndrain = 2")
    write("a.toml", f"url = '{URL}'\nrate = 3\nduration = 3\nwarmup = 3\n[scenarios.echo]\nconnections = 3")
    monkeypatch.setenv("WSWARM_RATE", "4/s")
    monkeypatch.setenv("WSWARM_DURATION", "4s")
    found = shown("run", "a.toml", "-d", "5s")
    assert {name: found[name] for name in ("duration", "rate", "warmup", "connections", "drain", "seed")} == {
        "duration": ('"5s"', "option"),
        "rate": ('"4/s"', "environment WSWARM_RATE"),
        "warmup": ('"3s"', "a.toml"),
        "connections": ("3", "a.toml [scenarios.echo]"),
        "drain": ('"2s"', "wswarm.toml"),
        "seed": ("1", "[tool.wswarm] in pyproject.toml"),
    }
    assert found["connect-rate"] == ('"500/s"', "default")


@pytest.mark.parametrize(
    "command",
    [
        *("connect", "echo", "fanout", "churn", "storm", "capacity echo", "capacity connect"),
        "slow -c 50 --size 64KiB -d 5m",
        *("run", "run --scenarios echo"),
    ],
)
def test_every_command_that_measures_shows_its_plan(command: str) -> None:
    found = shown(*command.split(), URL, "--connect-rate", "70/s")
    assert found["connect-rate"] == ('"70/s"', "option")
    assert found["url"] == (f'"{URL}"', "option")


def test_a_script_shows_its_plan() -> None:
    write("load.py", "async def session(ws):\n    ...\n")
    found = shown("script", "load.py", URL)
    assert (found["script"], found["session"]) == (('"load.py"', "option"), ('"session"', "default"))


def test_a_plan_that_is_shown_is_a_plan_that_shows_the_same() -> None:
    write("plan.toml", PLAN)
    values = in_process("run", "plan.toml", "--print", "plan", "--seed", "7", cwd=Path.cwd()).out
    write("copy.toml", values)
    again = in_process("run", "copy.toml", "--print", "plan", cwd=Path.cwd()).out
    assert [line.rpartition("#")[0].rstrip() for line in again.splitlines()] == [
        line.rpartition("#")[0].rstrip() for line in values.splitlines()
    ]


@pytest.mark.parametrize(
    ("options", "line"),
    [((), "# scenarios: echo,two  # plan.toml"), (("--scenarios", "two"), "# scenarios: two  # option")],
)
def test_a_plan_that_is_shown_names_the_scenarios_that_run(options: tuple[str, ...], line: str) -> None:
    write("plan.toml", f"url = '{URL}'\n[scenarios.echo]\n[scenarios.two]\nscenario = 'fanout'")
    outcome = in_process("run", "plan.toml", *options, "--print", "plan", cwd=Path.cwd())
    assert line in [
        " # ".join(re.split(r" +# ", one)).replace(" # ", "  # ") for one in outcome.out.splitlines()
    ]


SECRETS = [
    ("-H", "Authorization: Bearer s3cr3t-token"),
    ("--cookie", "sid=s3cr3t-token"),
    ("--profile", "stomp", "--topic", "a", "--set", "password=s3cr3t-token"),
    ("--on-open", '{"token": "s3cr3t-token"}'),
    ("--say", '{"password": "s3cr3t-token"}'),
    ("-H", "X-Any: ${TOKEN}"),
]


@pytest.mark.parametrize("options", SECRETS)
def test_a_plan_that_is_shown_holds_no_secret(options: tuple[str, ...]) -> None:
    outcome = in_process("fanout", URL, *options, "--print", "plan", cwd=Path.cwd())
    assert (outcome.code, outcome.err) == (0, "")
    assert "s3cr3t" not in outcome.out


def test_neither_does_it_show_what_an_address_holds() -> None:
    outcome = in_process(
        "echo", "ws://ann:s3cr3t@127.0.0.1:1/?token=s3cr3t-token", "--print", "plan", cwd=Path.cwd()
    )
    assert "s3cr3t" not in outcome.out


def test_rows_of_data_are_no_part_of_a_plan_that_is_shown() -> None:
    write("people.csv", "key\n" + "s3cr3t-token\n" * 10)
    found = shown("echo", URL, "--data", "people.csv", "-H", "X-Key: {key}")
    assert found["data"] == ('"people.csv"', "option")


def test_the_steps_of_a_file_keep_their_order() -> None:
    steps = '[{say = "a"}, {expect = "b"}, {say = "c"}, {take = "d=$.e"}]'
    write("wswarm.toml", "steps = [{say = 'a'}, {expect = 'b'}, {say = 'c'}, {take = 'd=$.e'}]")
    assert shown("echo", URL)["steps"][0] == steps


BAD = [
    ("rte = 5", 2, "no setting 'rte'", "did you mean rate?"),
    ("bogus = 5", 2, "no setting 'bogus'", "connect-rate"),
    ("rate = true", 2, "rate = true", "in quotes"),
    ("rate = [5]", 2, "rate = […]", "not a list"),
    ("rate = {a = 5}", 2, "rate = {…}", "in quotes"),
    ("rate = 'fast'", 2, "rate: 'fast' is not a rate", "write 500/s"),
    ("arrivals = 'often'", 2, "'often' is none of constant, poisson", "none of"),
    ("arrivals = 'poison'", 2, "'poison'", "did you mean poisson?"),
    ("binary = 'yes'", 2, "binary = 'yes'", "true nor false"),
    ("header = [5, ['a']]", 2, "header = […]", "in quotes"),
    ("steps = 'a'", 2, "steps is a list", "[{say ="),
    ("rate = ", 2, "is not TOML", "mend that place"),
    ("[scenarios.ehco]", 2, "no scenario 'ehco'", "did you mean echo?"),
    ("[scenarios.echo]\nscenario = 'bogus'", 2, "no scenario 'bogus'", "one of connect"),
    ("[scenarios.connect]\nrate = 5", 2, "connect has no setting 'rate'", "leave it out"),
    ("[scenarios.echo]\noutput = 'a'", 2, "output is of the whole run", "put it above"),
    ("[scenarios.echo]\nrats = 5", 2, "no setting 'rats'", "did you mean rate?"),
    ("[scenarios.'../a']\nscenario = 'echo'", 2, "scenario '../a'", "letters"),
    ("[scenarios]\necho = 5", 2, "scenarios.echo = 5 is no table", "[scenarios.echo]"),
    ("[scenarios.script]", 2, "script names no file", 'script = "FILE.py"'),
    ("header = ['A: ${UNSET_X}']", 2, "${UNSET_X} is not set", "export UNSET_X"),
    ("[scenarios.echo]\nslo = ['p99<']", 2, "'p99<'", "write"),
]


@pytest.mark.parametrize(("content", "code", "what", "mend"), BAD)
def test_what_is_wrong_in_a_plan_is_named_with_its_mend(
    content: str, code: int, what: str, mend: str
) -> None:
    outcome = refused("run", write("plan.toml", content))
    assert outcome.code == code
    assert what in outcome.err
    assert mend in outcome.err


@pytest.mark.parametrize(
    ("file", "content", "command", "where"),
    [
        ("pyproject.toml", "[tool.wswarm]\n{}", "echo", "[tool.wswarm] in pyproject.toml: "),
        ("wswarm.toml", "{}", "capacity echo", "wswarm.toml: "),
        ("wswarm.toml", "{}\n[scenarios.echo]", "run", "wswarm.toml: "),
        ("wswarm.toml", "[scenarios.echo]\n{}", "run", "wswarm.toml [scenarios.echo]: "),
        (None, "", "echo", "WSWARM_{0}: "),
        (None, "", "option", "--"),
    ],
)
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("slo", "p99<50", "slo 'p99<50': a time"), ("bind", "a b", "bind 'a b' is not")],
)
def test_what_a_plan_can_not_have_is_told_of_where_it_stands(
    file: str | None,
    content: str,
    command: str,
    where: str,
    name: str,
    value: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if file is not None:
        write(file, content.format(f"{name} = ['{value}']"))
    elif command == "echo":
        monkeypatch.setenv(f"WSWARM_{name.upper()}", value)
    given = ("echo", f"--{name}", value) if command == "option" else command.split()
    outcome = refused(*given, *(() if command == "run" else (URL,)))
    assert outcome.code == 2
    assert f": {where.format(name.upper())}{words}" in outcome.err


def test_a_plan_that_is_not_there_can_t_be_measured() -> None:
    outcome = refused("run", "plan.toml")
    assert outcome.code == 1
    assert "plan.toml can't be read: No such file" in outcome.err


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("WSWARM_CONNECT_RATE", "fast", ("WSWARM_CONNECT_RATE: 'fast' is not a rate", "write 500/s")),
        ("WSWARM_BINARY", "perhaps", ("WSWARM_BINARY: 'perhaps' is neither", "true")),
        ("WSWARM_ARRIVALS", "often", ("WSWARM_ARRIVALS: 'often' is none of", "poisson")),
    ],
)
def test_a_bad_variable_is_named(
    name: str, value: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    outcome = refused("echo", URL)
    assert outcome.code == 2
    assert not [word for word in words if word not in outcome.err]


def test_variables_are_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WSWARM_URL", URL)
    monkeypatch.setenv("WSWARM_HEADER", "X-Team: blue")
    monkeypatch.setenv("WSWARM_BINARY", "true")
    monkeypatch.setenv("WSWARM_SEED", "")
    found = shown("echo")
    assert found["url"] == (f'"{URL}"', "environment WSWARM_URL")
    assert found["header"] == ('["X-Team: blue"]', "environment WSWARM_HEADER")
    assert found["binary"][0] == "true"
    assert found["seed"][1] == "default"


def test_a_variable_that_is_nearly_a_setting_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WSWARM_CONECT_RATE", "5")
    monkeypatch.setenv("WSWARM_OF_SOMEBODY", "5")
    outcome = in_process("echo", URL, "--print", "plan", cwd=Path.cwd())
    assert outcome.err == (
        "wswarm echo: WSWARM_CONECT_RATE is no setting: did you mean WSWARM_CONNECT_RATE?\n"
    )


def test_defaults_are_looked_for_up_to_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    write("wswarm.toml", "rate = 2")
    write("pyproject.toml", "[tool.wswarm]\nseed = 3")
    Path("a/b").mkdir(parents=True)
    monkeypatch.chdir("a/b")
    found = shown("echo", URL)
    assert (found["rate"][0], found["seed"][0]) == ('"2/s"', "3")
    write("wswarm.toml", "rate = 4")
    assert shown("echo", URL)["rate"] == ('"4/s"', "wswarm.toml")


def test_a_server_that_is_started_takes_the_place_of_an_address_in_a_file() -> None:
    write("wswarm.toml", f"url = '{URL}'")
    found = shown("capacity", "echo", "--serve", "python -m http.server {port}")
    assert found["url"][0] == '"ws://127.0.0.1:{port}"'


@pytest.mark.parametrize("content", ["\ufeffrate = 2", "rate = 2\r\n"])
def test_files_of_other_systems_are_read(content: str) -> None:
    Path("wswarm.toml").write_bytes(content.encode())
    assert shown("echo", URL)["rate"][0] == '"2/s"'


def test_outside_of_a_project_nobody_else_s_defaults_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    write("wswarm.toml", "rate = 2")
    Path("a").mkdir()
    monkeypatch.chdir("a")
    assert shown("echo", URL)["rate"] == ('"100/s"', "default")


def test_a_scenario_of_the_defaults_holds_for_its_command() -> None:
    write("wswarm.toml", "rate = 2\n[scenarios.echo]\nrate = 3")
    assert shown("echo", URL)["rate"] == ('"3/s"', "wswarm.toml [scenarios.echo]")
    assert shown("fanout", URL)["rate"] == ('"2/s"', "wswarm.toml")


def test_the_scenarios_of_the_defaults_are_what_run_measures() -> None:
    write("wswarm.toml", f"url = '{URL}'\n[scenarios.busy]\nscenario = 'echo'")
    assert "[scenarios.busy]" in in_process("run", "--print", "plan", cwd=Path.cwd()).out


def test_some_scenarios_of_a_plan_can_be_chosen() -> None:
    write("plan.toml", PLAN)
    out = in_process("run", "plan.toml", "--scenarios", "busy", "--print", "plan", cwd=Path.cwd()).out
    assert re.findall(r"^\[scenarios\.(.*)\]$", out, re.MULTILINE) == ["busy"]
    assert "did you mean busy?" in refused("run", "plan.toml", "--scenarios", "bussy").err


def test_a_suite_has_the_settings_of_a_plan_without_scenarios() -> None:
    out = in_process(
        "run", write("a.toml", f"url = '{URL}'\nrate = 7"), "--print", "plan", cwd=Path.cwd()
    ).out
    assert re.findall(r"^\[scenarios\.(.*)\]$", out, re.MULTILINE) == ["connect", "echo", "fanout"]


def test_an_objective_for_all_is_held_against_those_that_can_have_it() -> None:
    write("plan.toml", PLAN + "slo = ['p50<1s']")
    out = in_process("run", "plan.toml", "--print", "plan", cwd=Path.cwd()).out
    assert re.findall(r"^(?:# )?slo(?: =|:) (.*?) +#", out, re.MULTILINE) == [
        "none",
        '["lost==0"]',
        '["p50<1s"]',
    ]


def test_a_file_to_begin_with_is_a_plan_once_its_lines_are_taken_in() -> None:
    assert in_process("init", cwd=Path.cwd()).code == 0
    path = Path("wswarm.toml")
    assert shown("run", "wswarm.toml")["connections"] == ("100", "default")
    path.write_text(re.sub(r"^# ", "", path.read_text(), flags=re.MULTILINE))
    out = in_process("run", "wswarm.toml", "--print", "plan", cwd=Path.cwd()).out
    assert re.findall(r"^\[scenarios\.(.*)\]$", out, re.MULTILINE) == ["connect", "echo", "busy", "fanout"]


def test_a_file_to_begin_with_is_never_written_over(capsys: pytest.CaptureFixture[str]) -> None:
    write("wswarm.toml", "rate = 5")
    assert main(["init"]) == 2
    assert "wswarm.toml is there already" in capsys.readouterr().err
    assert Path("wswarm.toml").read_text() == "rate = 5"


@pytest.mark.slow
def test_a_plan_measures_its_scenarios_one_after_another() -> None:
    Path("headers").write_text("X-Key: s3cr3t-of-a-file\n")
    with serve("headers_echo") as server:
        content = PLAN.replace(URL, server.url).replace("= 20", "= 3").replace('"X-Team: blue"', '"@headers"')
        write("plan.toml", 'duration = "200ms"\nwarmup = 0\nno-plots = true\noutput = "out"' + content)
        assert in_process("run", "plan.toml", "--quiet", cwd=Path.cwd()).code in (0, 98)
        headers = [dict(one["headers"]) for one in server.log()["requests"]]
    runs = [
        msgspec.json.decode((Path("out") / name / "run.json").read_bytes(), type=Run)
        for name in ("connect", "echo", "busy")
    ]
    assert [(run.name, run.scenario, run.messages and run.messages.sent) for run in runs] == [
        (None, "connect", None),
        (None, "echo", 8),
        ("busy", "echo", 80),
    ]
    assert {(one["X-Token"], one["X-Key"]) for one in headers} == {("s3cr3t-token", "s3cr3t-of-a-file")}
    assert "s3cr3t" not in "".join(path.read_text() for path in Path("out").rglob("*.*") if path.is_file())


def test_what_a_report_shows_as_its_command_gives_the_same_plan() -> None:
    assert shown("echo", URL, "--seed", "5") == shown("echo", URL, "--seed", "5")


def test_a_file_that_is_no_plan_is_not_taken_for_a_host(tmp_path: Path) -> None:
    (tmp_path / "k.json").write_text("{}")
    end = in_process("run", "k.json", cwd=tmp_path)
    assert (end.code, end.err.count("\n")) == (2, 1)
    assert "'k.json' is a file, and no plan: plans are TOML and end in .toml; a host of that name" in end.err


def test_an_address_too_long_for_a_file_s_name_is_an_address(tmp_path: Path) -> None:
    end = in_process("run", f"127.0.0.1:1/{'x' * 5_000}", "--print", "plan", cwd=tmp_path)
    assert (end.code, end.err) == (0, "")
