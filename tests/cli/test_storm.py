"""`wswarm storm` of the reference application with several workers."""

import json
from pathlib import Path

import pytest

from tests.cli.command import URL, in_process, wswarm
from tests.target_app.backplane.servers import RedisServer

RESTART = ("storm", "--how", "restart", "--workers", "2")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("storm", "--workers", "2"), "set TARGET_BACKPLANE=redis://"),
        (("storm", URL, "--workers", "2"), "--workers 2 is of the reference application: leave URL out"),
    ],
)
def test_workers_need_a_backplane_and_no_url(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TARGET_BACKPLANE", raising=False)
    end = in_process(*arguments, cwd=tmp_path)
    assert (end.code, end.out) == (2, "")
    assert said in end.err


def test_several_workers_over_a_backplane_are_restarted_and_all_clients_come_back(tmp_path: Path) -> None:
    redis = RedisServer()
    try:
        redis.start()
        load = ("-c", "6", "-r", "20", "--before", "100ms", "--after", "500ms", "--reconnect", "fixed:300ms")
        shown = ("--print", "json", "--quiet", "--no-plots")
        env = {"TARGET_BACKPLANE": redis.url}
        end = wswarm(*RESTART, *load, *shown, cwd=tmp_path, env=env)
    finally:
        redis.close()
    assert end.code in (0, 98), end.err
    run = json.loads(end.out)
    recovery = run["recovery"]
    assert (recovery["dropped"], recovery["recovered"], recovery["never"]) == (6, 6, 0)
    assert run["messages"]["lost"]["silent"] == 0
    assert "--workers 2" in run["target"]["command"]
