"""What a look at servers of known behaviour tells."""

from collections.abc import Callable

import pytest

from tests.end_to_end.servers import serve
from wswarm.cli.main import main
from wswarm.errors import PlanError
from wswarm.experiment.inspection import WORDS, Found, inspect
from wswarm.load.manner import Manner

pytestmark = pytest.mark.xdist_group("conversations")

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
        found = looked(server.url, lambda seen: words_of(seen).count("pong") >= 2)
    assert words_of(found).count("ping (answered)") >= 2
    assert words_of(found).count("pong") >= 2


def test_what_does_not_open_is_no_look(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "ws://127.0.0.1:1/", "--patience", "300ms"]) == 1
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
    assert not [line.words for line in found.plain.lines if "CONNECT" in line.words or WORDS in line.words]


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--patience", "0s"], "--patience 0"), (["--profile", "nothing"], "'nothing'")],
)
def test_what_can_not_be_is_named(options: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "ws://127.0.0.1:1/", *options]) == PlanError.exit_code
    assert words in capsys.readouterr().err
