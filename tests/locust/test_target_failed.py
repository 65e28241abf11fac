"""Locust at a target that hangs up on all: told first, exit code 95."""

from pathlib import Path

from tests.end_to_end.servers import serve
from tests.locust.harness import headless, locust

ECHO = """
from wswarm.locust import WebSocketUser

class Echo(WebSocketUser):
    scenario = "echo"
    rate_per_user = 10
    settings = {"headers": ("Authorization: Bearer s3cret-t0ken",)}
"""


def test_a_target_that_closes_every_connection_is_told_with_its_words(tmp_path: Path) -> None:
    (tmp_path / "locustfile.py").write_text(ECHO)
    with serve("parting", ends=[[3, 4401, "no {secret}"]], after=2.0) as server:
        options = headless(server.url, 3, "--ws-hold", "3s")
        with locust(tmp_path, "-f", "locustfile.py", *options) as one:
            code = one.ended()
            run, said = one.runs()["Echo"], one.text()
    assert code == 95
    assert run.failure == "it closed 3 of 3 connections before the hold's end"
    assert run.notices[0].startswith("the target closed 3 of 3 connections: 4401 no ")
    assert "dropped: 4401 no" in said
    assert "s3cret" not in said
    assert not any("--ws-rate" in reason and "sent" in reason for reason in run.validity.reasons)
