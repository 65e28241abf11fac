"""What a look at servers of known behaviour tells."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from itertools import product
from pathlib import Path

import pytest

from tests.end_to_end.instrument import side_by_side
from tests.end_to_end.servers import serve
from wswarm.cli.main import main
from wswarm.drive.host.target import ReferenceApp
from wswarm.errors import PlanError
from wswarm.experiment.inspection import Found, inspect
from wswarm.load.manner import Manner

pytestmark = pytest.mark.xdist_group("conversations")

OWN = """
about = "our chat"
steps = [
  {kind = "expect", value = '{"type":"hello"}', name = "hello"},
  {kind = "take", value = "sid=$.sid"},
  {kind = "say", value = '{"token":"{token|json}","sid":"{sid}"}'},
  {kind = "expect", value = '{"type":"ack"}', name = "token"},
]
message = '{"say":{payload}}'
ends = "line"
settings.token = {about = "of the login", is_secret = true}
"""
TRIES_S = (1.0, 5.0)  # the second on a machine that is busy


def looked(url: str, has_seen: Callable[[Found], bool]) -> Found:
    """Return what a look shows, of a longer one where the first has not seen it."""
    found = inspect(Manner(url=url), TRIES_S[0])
    return found if has_seen(found) else inspect(Manner(url=url), TRIES_S[1])


def printed(url: str, words: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what the command prints, after a longer look where the words are not in it."""
    said = ""
    for seconds in TRIES_S:
        assert main(["inspect", url, "--patience", f"{seconds:g}s"]) == 0
        said = capsys.readouterr().out
        if words in said:
            break
    return said


def words_of(found: Found) -> list[str]:
    """Return what a connection saw that said nothing."""
    return [line.words for line in found.plain.lines]


def test_a_server_that_greets_is_shown_with_its_hello(capsys: pytest.CaptureFixture[str]) -> None:
    with serve("conversing") as server:
        said = printed(server.url, "--expect 'news'", capsys)
    assert '< {"news":[]}' in said
    assert "It speaks none of these by itself" in said
    assert "--expect 'news'" in said


@pytest.mark.parametrize(
    ("name", "echoes", "relays", "advice"),
    [
        ("echo", True, False, "wswarm echo"),
        ("relay", False, True, "wswarm fanout"),
    ],
)
def test_plain_messages_that_come_back_are_told(
    name: str, echoes: bool, relays: bool, advice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve(name) as server:
        said = printed(server.url, advice, capsys)
        found = looked(server.url, lambda seen: (seen.echoes, seen.relays) == (echoes, relays))
    assert (found.echoes, found.relays) == (echoes, relays)
    assert not any(spoken for spoken, _ in found.spoken.values())
    assert advice in said


def test_pings_of_the_target_are_shown() -> None:
    with serve("pushing", push_s=0.2) as server:
        found = looked(server.url, lambda seen: words_of(seen).count("ping (answered)") >= 2)
    assert words_of(found).count("ping (answered)") >= 2
    assert words_of(found).count("pong") >= 2  # one before each ping


def spoken(url: str) -> list[str]:
    """The protocols that a server is found to speak."""
    found = inspect(Manner(url=url), 1.0)
    return [name for name, (is_spoken, _) in found.spoken.items() if is_spoken is not False]


OBJECTIONS = [
    '{"error":"no such command"}',
    '{"error":{"code":400,"message":"no such command"}}',
    '{"id":1,"error":{"code":400,"message":"no such command"}}',
    '{"type":"error","message":"no such command"}',
    "ERROR no such command",
]


def objecting(words: str, greets: bool) -> list[str]:
    """The protocols that a server is found to speak which says nothing else."""
    with serve("answering", greets=[words] if greets else [], answers=[[words]] * 5) as server:
        return spoken(server.url)


@pytest.fixture(scope="module")
def objected() -> Iterator[dict[tuple[str, bool], Future[list[str]]]]:
    """Looks at all of them, some at once: they wait more than they work."""
    calls = {one: partial(objecting, *one) for one in product(OBJECTIONS, (False, True))}
    with side_by_side(calls, at_once=3) as found:
        yield found


@pytest.mark.parametrize("words", OBJECTIONS)
@pytest.mark.parametrize("greets", [False, True])
def test_a_server_that_objects_to_everything_speaks_no_protocol_for_it(
    objected: dict[tuple[str, bool], Future[list[str]]], words: str, *, greets: bool
) -> None:
    assert objected[words, greets].result() == []


@pytest.mark.parametrize(
    ("path", "advice"), [("/ws", "It sends plain messages back"), ("/ws/7", "It relays plain messages")]
)
def test_a_server_that_wraps_what_it_is_sent_speaks_no_protocol_for_it(
    path: str, advice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with ReferenceApp() as app:
        assert spoken(f"{app.url}{path}") == []
        assert advice in printed(f"{app.url}{path}", advice, capsys)


def test_a_profile_of_one_s_own_is_tried_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "chat.toml").write_text(OWN)
    path = str(tmp_path / "chat.toml")
    with serve("conversing") as server:
        options = ["--profile", path, "--set", "token=t-1", "--patience", "5s"]
        assert main(["inspect", server.url, *options]) == 0
    said = capsys.readouterr().out
    assert f"It speaks {path}: our chat" in said
    assert f"wswarm fanout '{server.url}' --profile {path} --set token='…' -c 100 -r 5/s" in said


def test_where_it_opens_instead_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with ReferenceApp() as app:
        assert main(["inspect", app.url, "--patience", "3s"]) == 1
    told = capsys.readouterr()
    assert f"It opens at /ws: look there\n  wswarm inspect '{app.url}/ws'\n" in told.out
    assert "nothing opened: http 403" in told.err


def test_what_does_not_open_is_no_look(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "ws://127.0.0.1:1/", "--patience", "30s"]) == 1
    told = capsys.readouterr()
    assert "nothing opened: refused" in told.err
    assert "wswarm" not in told.out.replace("wswarm inspect", "")


def test_a_service_that_says_nothing_may_be_told_by_http(capsys: pytest.CaptureFixture[str]) -> None:
    with serve("posting") as server:
        advice = f"wswarm fanout '{server.url}' --publish 'POST http://…'"
        assert advice in printed(server.url, advice, capsys)


def test_what_other_connections_said_is_not_what_a_server_says_by_itself() -> None:
    with serve("relay") as server:
        found = inspect(Manner(url=server.url), 1.0)
    assert found.plain.words("<") == []


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--patience", "0s"], "--patience 0"), (["--profile", "nothing"], "'nothing'")],
)
def test_what_can_not_be_is_named(options: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "ws://127.0.0.1:1/", *options]) == PlanError.exit_code
    assert words in capsys.readouterr().err
