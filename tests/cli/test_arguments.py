"""The options: each reaches the plan, each has its default, and a bad value is named in one line."""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any

import pytest

from wswarm.cli.arguments import make_parser
from wswarm.cli.main import main
from wswarm.cli.reading import read
from wswarm.load.changing import is_of
from wswarm.load.plan import SEED_LIMIT, Plan, make_plan

URL = "ws://127.0.0.1:1/ws"
SECURE = "wss://127.0.0.1:1/ws"

# Option and value, the plan's setting, what it becomes.
SETTINGS: list[tuple[list[str], str, Any]] = [
    (["--stages", "10s:5/s,0s:0/s"], "stages", ((10.0, 5.0), (0.0, 0.0))),
    (["-c", "2k"], "connections", 2000),
    (["--connections", "7"], "connections", 7),
    (["-r", "2k/s"], "rate", 2000.0),
    (["-r", "500"], "rate", 500.0),
    (["--rate", "90/m"], "rate", 1.5),
    (["-d", "1m30s"], "duration", 90.0),
    (["-z", "250ms"], "duration", 0.25),
    (["--duration", "3"], "duration", 3.0),
    (["--warmup", "0"], "warmup", 0.0),
    (["--warmup", "200ms"], "warmup", 0.2),
    (["--drain", "2s"], "drain", 2.0),
    (["--connect-rate", "1k/s"], "connect_rate", 1000.0),
    (["--connect-timeout", "3s"], "connect_timeout", 3.0),
    (["--arrivals", "poisson"], "arrivals", "poisson"),
    (["--pacing", "batched"], "pacing", "batched"),
    (["--pacing", "exact"], "pacing", "exact"),
    (["--seed", "0"], "seed", 0),
    (["--seed", str(SEED_LIMIT - 1)], "seed", SEED_LIMIT - 1),
    (["--processes", "2"], "processes", 2),
    (["--size", "64KiB"], "size", 65_536),
    (["--size", "16k"], "size", 16_000),
    (["--text", "say {marker}"], "text", "say {marker}"),
    (["--json", '{"a":"{marker}"}'], "json", '{"a":"{marker}"}'),
    (["--binary"], "binary", True),
    (["--on-open", "hello", "--on-open", "I am {id}"], "on_open", ("hello", "I am {id}")),
    (
        ["--say", "a", "--expect", "b", "--take", "c=$.d", "--say-binary", "e"],
        "steps",
        (("say", "a"), ("expect", "b"), ("take", "c=$.d"), ("say-binary", "e")),
    ),
    (["--refuse", "a", "--refuse", "/b/"], "refuse", ("a", "/b/")),
    (["--profile", "items"], "profile", "items"),
    (["--profile", "socketio", "--event", "say", "--topic", "a"], "topic", "a"),
    (["--profile", "socketio", "--event", "say"], "event", "say"),
    (
        [
            "--profile",
            "socketio",
            "--event",
            "say",
            "--set",
            "join=a",
            "--set",
            "namespace=/b",
            "--topic",
            "c",
        ],
        "set",
        ("join=a", "namespace=/b"),
    ),
    (["-H", "A: 1", "--header", "B: {id}"], "headers", ("A: 1", "B: {id}")),
    (["--cookie", "a=1", "--cookie", "b={id}"], "cookies", ("a=1", "b={id}")),
    (["--subprotocol", "v1", "--subprotocol", "v2"], "subprotocols", ("v1", "v2")),
    (["--origin", "https://example.org"], "origin", "https://example.org"),
    (["--insecure"], "insecure", True),
    (["--cacert", "ca.pem"], "cacert", "ca.pem"),
    (["--cert", "c.pem", "--key", "k.pem"], "cert", "c.pem"),
    (["--cert", "c.pem", "--key", "k.pem"], "key", "k.pem"),
    (["--bind", "127.0.0.2", "--bind", "127.0.0.3"], "bind", ("127.0.0.2", "127.0.0.3")),
    (["--driver", "websockets", "--deflate"], "deflate", True),
    (["--sni", "chat.example"], "sni", "chat.example"),
    (["--follow"], "follow", True),
    (["--driver", "websockets"], "driver", "websockets"),
    (["--closed"], "closed", True),
    (["--probe", "off"], "probe", "off"),
    (["--target-pid", "1"], "target_pid", 1),
    (["--trace", "2"], "trace", 2),
    (["--slo", "p99<50ms", "--slo", "lost==0"], "slo", ("p99<50ms", "lost==0")),
]

# What a bare command does.
DEFAULTS: dict[str, dict[str, Any]] = {
    "connect": {"connections": 100, "rate": None, "warmup": 0.0, "sockets": 100},
    "echo": {"connections": 10, "rate": 100.0, "warmup": 1.0, "sockets": 10},
    "fanout": {"connections": 100, "rate": 5.0, "warmup": 1.0, "sockets": 101, "publishers": 1},
}
COMMON: dict[str, Any] = {
    "duration": 10.0,
    "drain": 5.0,
    "connect_rate": 500.0,
    "connect_timeout": 10.0,
    "arrivals": "constant",
    "pacing": "auto",
    "driver": "picows",
    "recording": None,
    "socket": None,
    "speed": 1.0,
    "template": b"{marker}",
    "escape": False,
    "on_open_binary": (),
    "ping": None,
    "address": URL,
    "offers": (),
    "is_binary": False,
    "settings": {},
    **dict.fromkeys(
        (
            "seed",
            "processes",
            "size",
            "profile",
            "origin",
            "cacert",
            "cert",
            "key",
            "sni",
            "target_pid",
            "topic",
            "event",
            "protocol",
            "own",
        )
    ),
    **dict.fromkeys(("binary", "insecure", "deflate", "follow", "closed"), False),
    **dict.fromkeys(
        ("on_open", "headers", "cookies", "subprotocols", "bind", "slo", "steps", "refuse", "set"), ()
    ),
    **dict.fromkeys(("data", "script", "sessions", "publish", "publish_body", "publisher_url")),
    **dict.fromkeys(("publish_headers", "publisher_headers", "publisher_steps"), ()),
    "session": "session",
    "trace": 0,
    "stages": (),
    "probe": "auto",
    "trends": False,
}

# Arguments, the exact line on standard error but for its beginning `wswarm COMMAND: `.
_DURATION = "is not a duration: write 250ms, 10s or 1m30s"
_SENDS_NOTHING = "connect sends no messages"
_COUNT = "is not a count: write 1000, 10k or 1m"
_RATE = "is not a rate: write 500/s, 2k/s or 30/m"
BAD: list[tuple[str, list[str], tuple[str, ...]]] = [
    ("fanout", [URL, "--publish", "http://h/"], ("--publish 'http://h/'", "write --publish 'POST http://")),
    ("fanout", [URL, "--publish", "POST http://h/"], ("sends no {marker}", "in --publish-body")),
    ("fanout", [URL, "--publish-body", "{marker}"], ("--publish-body", "write --publish")),
    (
        "fanout",
        [URL, "--publish", "POST http://h/{marker}", "--text", "{marker}"],
        ("--text", "--publish-body"),
    ),
    ("fanout", [URL, "--publisher-url", "ftp://h/"], ("unknown scheme", "'ftp://h/'", "ws://")),
    ("fanout", [URL, "--publisher-header", "A"], ("--publisher-header 'A'", "write 'Name: value'")),
    ("fanout", [URL, "--publisher-take", "a=$.b"], ("--publisher-take", "put --publisher-expect before it")),
    ("echo", ["ftp://host/"], ("unknown scheme", "'ftp://host/'", "ws:// or wss://")),
    ("echo", ["localhost:http"], ("unknown scheme", "'localhost:http'", "ws:// or wss://")),
    ("echo", ["ws://"], ("no host", "'ws://'", "write ws://host:port/path")),
    ("echo", ["ws://h:99999/"], ("'ws://h:99999/'", "Port out of range")),
    ("echo", [URL, "-r", "0"], ("--rate 0", "above 0")),
    ("echo", [URL, "-r", "abc"], ("--rate", "'abc'", _RATE)),
    ("echo", [URL, "-r", "-5"], ("--rate", "'-5'", _RATE)),
    ("echo", [URL, "-r", "nan"], ("--rate", "'nan'", _RATE)),
    ("echo", [URL, "-r", "inf"], ("--rate", "'inf'", _RATE)),
    ("echo", [URL, "-r", "1/h"], ("--rate 0.000277778/s", "--duration 10s", "no message", "raise")),
    ("echo", [URL, "-r", "1000m"], ("--rate 1e+09/s", "lower")),
    ("echo", [URL, "-d", "0"], ("--duration 0", "above 0")),
    ("echo", [URL, "--stages", "30s"], ("--stages", "'30s'", "nothing to reach", "write 30s:1k/s")),
    ("echo", [URL, "--stages", "100/s"], ("--stages", "'100/s'", "has no time", "write 30s:100/s")),
    ("fanout", [URL, "--stages", "-5s:9/s"], ("--stages", "'-5s'", _DURATION)),
    ("echo", [URL, "--stages", "5s:x"], ("--stages", "'x'", _RATE)),
    ("echo", [URL, "--stages", "5s:9/s", "-d", "3s"], ("--duration 3s", "--stages", "leave out --duration")),
    ("echo", [URL, "--stages", "5s:9/s", "-r", "3"], ("--rate 3/s", "--stages", "leave out --rate")),
    ("echo", [URL, "--stages", "5s:9/s", "--closed"], ("--closed", "--stages", "leave out one")),
    ("echo", [URL, "-d", "-5s"], ("--duration", "'-5s'", _DURATION)),
    ("echo", [URL, "-d", "inf"], ("--duration", "'inf'", _DURATION)),
    ("echo", [URL, "-d", "10 s"], ("--duration", "'10 s'", _DURATION)),
    ("echo", [URL, "-d"], ("--duration", "expected one argument")),
    ("echo", [URL, "--warmup", "-1"], ("--warmup", "'-1'", _DURATION)),
    ("echo", [URL, "--drain", "soon"], ("--drain", "'soon'", _DURATION)),
    ("echo", [URL, "-c", "0"], ("--connections 0", "above 0")),
    ("echo", [URL, "-c", "-1"], ("--connections", "'-1'", _COUNT)),
    ("echo", [URL, "-c", "1.5"], ("--connections", "'1.5'", _COUNT)),
    ("echo", [URL, "-c", "nan"], ("--connections", "'nan'", _COUNT)),
    ("echo", [URL, "--connect-rate", "0"], ("--connect-rate 0", "above 0")),
    ("echo", [URL, "--connect-timeout", "0"], ("--connect-timeout 0", "above 0")),
    ("echo", [URL, "--arrivals", "often"], ("--arrivals", "'often'", "constant", "poisson")),
    ("echo", [URL, "--pacing", "fast"], ("--pacing", "'fast'", "auto", "exact", "batched")),
    ("echo", [URL, "--seed", "abc"], ("--seed", "'abc'", "whole number from 0")),
    ("echo", [URL, "--seed", "-1"], ("--seed", "'-1'", "whole number from 0")),
    ("echo", [URL, "--seed", str(SEED_LIMIT)], ("--seed", str(SEED_LIMIT), "whole number")),
    ("echo", [URL, "--processes", "0"], ("--processes 0", "above 0")),
    ("echo", [URL, "--processes", "11"], ("--processes 11", "--connections 10")),
    ("echo", [URL, "--size", "9"], ("--size 9", "too small", "bytes")),
    ("echo", [URL, "--size", "17MiB"], ("--size 17825792", "too large", "16 MiB")),
    ("echo", [URL, "--size", "10g"], ("--size", "'10g'", "write 512, 16k or 64KiB")),
    ("echo", [URL, "--text", "hello"], ("'hello'", "no {marker}", "put it")),
    ("echo", [URL, "--json", "{marker}"], ("--json '{marker}'", "not JSON")),
    ("echo", [URL, "--json", "1", "--text", "2"], ("--text", "--json", "use one")),
    ("echo", [URL, "--profile", "chap"], ("'chap'", "echo, items, chat")),
    ("echo", [URL, "--profile", "chat"], ("'chat'", "--profile echo")),
    ("fanout", [URL, "--profile", "echo"], ("'echo'", "--profile chat")),
    ("echo", [URL, "-H", "nonsense"], ("--header 'nonsense'", "'Name: value'")),
    ("echo", [URL, "--cookie", "nonsense"], ("--cookie '…'", "name=value")),
    ("echo", [URL, "--subprotocol", "a b"], ("--subprotocol 'a b'", "token")),
    ("echo", [URL, "--bind", "nowhere"], ("--bind 'nowhere'", "IP address")),
    ("echo", [SECURE, "--cert", "c.pem"], ("--cert", "--key", "both")),
    ("echo", [URL, "--deflate"], ("--deflate", "--driver websockets")),
    ("echo", [URL, "--driver", "curl"], ("--driver", "'curl'", "picows", "websockets")),
    ("echo", [URL, "--target-pid", "abc"], ("--target-pid", "'abc'", "whole number from 1")),
    ("echo", [URL, "--target-pid", "0"], ("--target-pid", "'0'", "whole number from 1")),
    ("echo", [URL, "--target-pid", "9" * 19], ("--target-pid", "9" * 19, "whole number from 1")),
    ("echo", [URL, "--print", "xml"], ("--print", "'xml'", "json")),
    ("echo", [URL, "-o", ""], ("-o/--output", "''", "-o DIR")),
    ("echo", [], ("URL", "required")),
    ("echo", [URL, "another"], ("another", "no such")),
    ("echo", [URL, "--conn", "5"], ("--conn 5", "no such")),
    ("echo", [URL, "--bogus"], ("--bogus", "no such")),
    ("connect", [URL, "-r", "5"], ("-r 5", "no such", _SENDS_NOTHING)),
    ("connect", [URL, "--warmup", "1s"], ("--warmup 1s", "no such", _SENDS_NOTHING)),
    ("connect", [URL, "--drain=5s"], ("--drain=5s", "no such", _SENDS_NOTHING)),
    ("connect", [URL, "--text", "{marker}"], ("--text {marker}", "no such", _SENDS_NOTHING)),
    ("fanout", [URL, "--closed"], ("--closed", "no such")),
    ("fanout", [URL, "--publishers", "0"], ("--publishers 0", "above 0")),
    ("fanout", [URL, "--publishers", "1k", "-c", "20k"], ("20,000", "--publishers")),
    ("fanout", [URL, "--rooms", "3"], ("--rooms 3", "{room}", "in the URL")),
    ("fanout", [URL + "/{room}", "--rooms", "0"], ("--rooms 0", "from 1 to 1,000,000")),
    ("fanout", [URL + "/{room}", "--rooms", "many"], ("--rooms", "'many'")),
    ("fanout", [URL + "/{room}", "--rooms", "7", "-c", "5"], ("--rooms 7", "at most --rooms 5")),
    ("run", [URL, "--scenarios", "bogus"], ("'bogus'", "connect, echo, fanout")),
    ("run", [URL, "--scenarios", ""], ("''", "connect, echo, fanout")),
    ("run", [URL, "-r", "0"], ("--rate 0", "above 0")),
    ("connect", [URL, "--bogus"], ("--bogus; see",)),
    ("doctor", ["--warmup", "1s"], ("--warmup 1s; see",)),
    ("doctor", ["-c", "0"], ("--connections 0", "above 0")),
    ("doctor", ["-c", "many"], ("--connections", "'many'", _COUNT)),
    ("doctor", ["--connect-rate", "0"], ("--connect-rate 0", "above 0")),
    ("serve", ["--app", "bogus"], ("--app 'bogus'", "documented.chat")),
    ("serve", ["--port", "0"], ("--port", "'0'", "from 1 to 65535")),
    ("serve", ["--port", "http"], ("--port", "'http'", "from 1 to 65535")),
    ("serve", ["--workers", "0"], ("--workers", "'0'", "from 1 to 64")),
    ("serve", ["--ws", "bogus"], ("--ws", "'bogus'", "websockets-sansio")),
    ("report", [], ("RUN", "required")),
]


def plan_of(*arguments: str, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """The plan that the command line would measure."""
    plans: list[Plan] = []

    def stop(plan: Plan, *_: object, **__: object) -> None:
        plans.append(plan)
        raise KeyboardInterrupt

    monkeypatch.setattr("wswarm.cli.measure.measure", stop)
    for module in ("measure", "suite"):
        monkeypatch.setattr(f"wswarm.cli.{module}.check", lambda *_, **__: None)
    for module in ("scenario", "suite"):
        monkeypatch.setattr(f"wswarm.cli.{module}.agents_begun", nullcontext)
    main(arguments)
    return plans[0]


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch, tmp_path) -> Callable[..., Plan]:
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: plan_of(*arguments, "--quiet", monkeypatch=monkeypatch)


@pytest.mark.parametrize(("options", "name", "value"), SETTINGS)
def test_an_option_becomes_the_plans_setting(
    options: list[str], name: str, value: Any, planned: Callable[..., Plan]
) -> None:
    assert getattr(planned("echo", SECURE, *options), name) == value
    assert make_plan("echo", SECURE).__getattribute__(name) != value


def test_publishers_become_the_plans_setting(planned: Callable[..., Plan]) -> None:
    assert planned("fanout", URL, "--publishers", "3").publishers == 3


@pytest.mark.parametrize("scenario", ["connect", "echo", "fanout"])
def test_rooms_become_the_plans_setting(scenario: str, planned: Callable[..., Plan]) -> None:
    assert planned(scenario, URL + "/{room}", "--rooms", "3").rooms == 3


@pytest.mark.parametrize(
    ("options", "name", "value"),
    [
        (["--publisher-url", "ws://other/"], "publisher_url", "ws://other/"),
        (["--publisher-header", "A: 1", "--publisher-header", "B: 2"], "publisher_headers", ("A: 1", "B: 2")),
        (
            ["--publisher-expect", "hello", "--publisher-take", "a=$.b", "--publisher-say", "{a}"],
            "publisher_steps",
            (("expect", "hello"), ("take", "a=$.b"), ("say", "{a}")),
        ),
        (["--publish", "PUT http://h/{marker}"], "publish", "PUT http://h/{marker}"),
        (["--publish", "POST http://h/", "--publish-body", "{marker}"], "publish_body", "{marker}"),
        (["--publish", "GET http://h/{marker}", "--publish-header", "A: 1"], "publish_headers", ("A: 1",)),
    ],
)
def test_what_is_said_of_publishers_becomes_the_plans_setting(
    options: list[str], name: str, value: Any, planned: Callable[..., Plan]
) -> None:
    assert getattr(planned("fanout", URL, *options), name) == value


@pytest.mark.parametrize("scenario", DEFAULTS)
def test_a_bare_command_has_the_documented_defaults(scenario: str, planned: Callable[..., Plan]) -> None:
    plan = planned(scenario, URL)
    expected = {**COMMON, **DEFAULTS[scenario]}
    assert {name: getattr(plan, name) for name in expected} == expected
    assert {name for name in plan.__struct_fields__ if is_of(name, scenario)} <= {
        *expected,
        "scenario",
        "url",
        "text",
        "json",
        "publishers",
        "rooms",
    }


def test_a_closed_model_without_a_rate_is_as_fast_as_replies_come(planned: Callable[..., Plan]) -> None:
    assert planned("echo", URL, "--closed").rate is None
    assert planned("echo", URL, "--closed", "-r", "5").rate == 5


def test_a_suite_measures_all_scenarios_unless_some_are_named() -> None:
    parser = make_parser()
    assert parser.parse_args(["run"]).scenarios == "connect,echo,fanout"
    assert parser.parse_args(["run"]).url is None
    assert parser.parse_args(["run", URL, "--scenarios", "echo"]).url == URL


@pytest.mark.parametrize(
    "line", ["run ws://h --scenarios echo", "echo ws://h --say hi --say ho", "echo ws://h -r x", "help"]
)
def test_what_was_read_before_changes_nothing(line: str, planned: Callable[..., Plan]) -> None:
    plan = planned("echo", URL, "--say", "one")
    with suppress(SystemExit):
        read(line.split())
    assert planned("echo", URL, "--say", "one") == plan


def test_a_closed_model_in_a_suite_is_the_echos(planned: Callable[..., Plan]) -> None:
    assert planned("run", URL, "--closed", "--scenarios", "echo,fanout").closed
    assert not planned("run", URL, "--closed", "--scenarios", "fanout").closed


@pytest.mark.parametrize(("command", "arguments", "words"), BAD)
def test_a_bad_value_is_named_in_one_line_with_the_mend(
    command: str,
    arguments: list[str],
    words: tuple[str, ...],
    tmp_path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        code = main([command, *arguments])
    except SystemExit as end:
        code = end.code  # type: ignore[assignment]
    shown = capsys.readouterr()
    assert (code, shown.out, shown.err.count("\n")) == (2, "", 1)
    assert shown.err.startswith(f"wswarm {command}: ")
    assert not [word for word in words if word not in shown.err], shown.err
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["measure"])
    shown = capsys.readouterr()
    assert (end.value.code, shown.out, shown.err.count("\n")) == (2, "", 1)
    assert "'measure'" in shown.err
    assert "wswarm --help" in shown.err
