"""What the server said: of refused handshakes, of connections that it ended, instead of a reply."""

from pathlib import Path

import msgspec
import pytest

from tests.end_to_end.instrument import run
from tests.end_to_end.servers import serve
from wswarm.cli.main import main
from wswarm.errors import TargetError
from wswarm.report import text
from wswarm.results.run import Run

SECRETS = {"headers": ("Authorization: Bearer s3cret-t0ken",), "cookies": ("sid=c00kie-value",)}
both_drivers = pytest.mark.parametrize("driver", ["picows", "websockets"])


def hides_secrets(shown: str) -> bool:
    """Whether nothing of the secrets is in what was shown."""
    return not any(secret in shown.lower() for secret in ("s3cret", "t0ken", "c00kie"))


def all_outputs(found: Run) -> str:
    """The run file and the summary."""
    return msgspec.json.encode(found).decode() + text.summary(found)


@both_drivers
def test_code_reason_count_and_time_of_lost_connections_are_told_first_and_the_run_has_failed(
    driver: str,
) -> None:
    ends = [[3, 4403, "plan expired of {secret}"], [2, 1008, "too many"]]
    with serve("parting", ends=ends, after=1.0) as server:
        found = run("connect", server.url, connections=6, driver=driver, duration=1.6, **SECRETS)
    connections = found.connections
    assert connections.closes == {"4403": 3, "1008": 2}
    assert sorted(connections.close_reasons.values()) == [2, 3]
    assert connections.close_reasons["1008 too many"] == 2
    assert connections.open_time is not None
    assert connections.open_time.n == connections.dropped == 5
    assert connections.open_time.min is not None
    assert connections.handshake_time.max is not None
    # The server's second began during the handshake; its timer may be some milliseconds early.
    assert connections.open_time.min > 0.99 - connections.handshake_time.max
    assert found.notices[0].startswith("the target closed 5 of 6 connections: 3 × 4403 plan expired of ")
    assert found.failure == "it closed 5 of 6 connections before the hold's end"
    assert hides_secrets(all_outputs(found))


@both_drivers
def test_a_few_lost_connections_are_told_and_are_no_failure(driver: str) -> None:
    with serve("parting", ends=[[1, 4000, ""]]) as server:
        found = run("echo", server.url, connections=5, driver=driver)
    assert found.connections.close_reasons == {"4000": 1}
    assert found.notices[0].startswith("the target closed 1 of 5 connections: 4000, after ")
    assert found.failure is None


@both_drivers
def test_what_came_instead_of_replies_is_sampled_and_named_as_the_likely_cause(driver: str) -> None:
    with serve("parting", answer="error") as server:
        found = run("echo", server.url, driver=driver, rate=50, drain=0.5, **SECRETS)
    (sample,) = found.samples.unmarked
    assert sample.startswith('{"error": "no such\\tcommand", "you": "')
    assert found.validity.verdict == "invalid"
    assert " messages came for the 25 that were sent, such as " in found.validity.reasons[0]
    assert hides_secrets(all_outputs(found))


@both_drivers
def test_what_publishers_hear_instead_of_being_relayed_is_told(driver: str) -> None:
    with serve("parting", answer="error") as server:
        found = run("fanout", server.url, driver=driver, rate=50, drain=0.2, **SECRETS)
    assert found.validity.verdict == "invalid"
    (told,) = [one for one in found.notices if one.startswith("to publishers")]
    assert told.startswith('to publishers the target said "{"error": "no such\\tcommand", "you": ')
    assert found.samples.unmarked == []
    assert hides_secrets(all_outputs(found))


@pytest.mark.parametrize("answer", ["upper", "ahead", "ancient"])
def test_text_that_the_target_changes_is_told_from_silence(answer: str) -> None:
    with serve("parting", answer=answer) as server:
        # No warm-up: an answer with a false time is counted where it comes, which may be in the hold.
        found = run("echo", server.url, rate=50, warmup=0, drain=0.5)
    assert found.validity.reasons[0].startswith("nothing measured: the target changes the text: ")
    assert found.messages is not None
    assert found.messages.unmarked + found.messages.extra == found.messages.lost.silent == 25


def test_a_target_that_hangs_up_before_the_load_has_failed_and_what_opened_is_reported() -> None:
    with serve("parting", ends=[[20, 4401, "token expired"]], after=0.0) as server:
        found = run("fanout", server.url, connections=9)
    assert (found.connections.opened, found.connections.dropped) == (10, 10)
    assert found.failure == "it closed 10 of 10 connections before the hold's end"
    assert "(4401 token expired, after" in found.validity.reasons[0]


def test_a_stored_plan_holds_no_secret() -> None:
    with serve("parting") as server:
        found = run("connect", server.url + "?token=s3cret", connections=1, duration=0.1, **SECRETS)
    assert hides_secrets(all_outputs(found))
    assert found.plan["url"].endswith("/?token=…")


def test_what_was_said_before_the_target_hung_up_is_told_with_it() -> None:
    with serve("parting", ends=[[1, 1000, ""]], after=0.4, answer="error") as server:
        found = run("echo", server.url, connections=2, drain=0.5, **SECRETS)
    assert found.notices[1].startswith('unasked, the target said "{"error": "no such\\tcommand"')


@both_drivers
def test_a_refusal_tells_what_the_server_said_and_no_secret(driver: str) -> None:
    body = "plan expired for {secret}, {cookie}"
    with serve("parting", status=403, body=body) as server, pytest.raises(TargetError) as failed:
        run("connect", server.url, driver=driver, **SECRETS)
    assert str(failed.value).startswith('every handshake failed: http 403 (5): "plan expired for ')
    assert hides_secrets(str(failed.value))


SCRIPT = """
async def session(ws):
    await ws.recv()
"""
OF_COMMANDS = {
    "connect": ["-c", "1", "-d", "0.3s", "--trace", "1"],
    "script": ["-c", "1", "-d", "0.3s", "--trace", "1"],
    "inspect": ["--patience", "1s"],
}


@pytest.mark.parametrize("is_refused", [False, True], ids=["closed", "refused"])
@pytest.mark.parametrize("command", OF_COMMANDS)
def test_the_conversation_is_shown_without_secrets_and_control_characters(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    *,
    is_refused: bool,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "session.py").write_text(SCRIPT)
    words = "expired: {secret} {cookie} \x1b]0;x"
    refusal = {"status": 403, "body": words} if is_refused else {"ends": [[9, 4401, words]], "after": 0.1}
    given = ["-H", SECRETS["headers"][0], "--cookie", SECRETS["cookies"][0], *OF_COMMANDS[command]]
    with serve("parting", **refusal) as server:
        main([command, *(["session.py"] if command == "script" else []), server.url, *given])
    told = "".join(capfd.readouterr())
    shown = "with it came: expired: " if is_refused else "closed 4401 expired: "
    assert shown in told
    assert "\x1b" not in told
    assert hides_secrets(told)
    if is_refused and command == "inspect":
        assert 'nothing opened: http 403: "expired: ' in told
