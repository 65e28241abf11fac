"""What can be sized, and what is refused."""

from typing import Any

import pytest

from wswarm.errors import PlanError
from wswarm.experiment.sizing.setting import make_setting

URL = "ws://127.0.0.1:1/{room}"
REDIS = "redis://127.0.0.1:6379/0"


@pytest.mark.parametrize(
    ("url", "options", "words"),
    [
        (URL, {"workers": (1, 2)}, "give --serve 'CMD {port} {workers}'"),
        (None, {"workers": (1, 2)}, "set TARGET_BACKPLANE=redis://"),
        (None, {"workers": (0,)}, "--workers 0: each must be a whole number from 1 to 64"),
        (None, {"serve": "python app.py"}, "has no {port}"),
        (None, {"serve": "python app.py {port}", "workers": (1, 2)}, "has no {workers}: put it where"),
        (URL, {"serve": "python app.py {port}"}, "write it where the port of --serve goes"),
        ("ws://127.0.0.1:{port}/", {}, "has {port}: add --serve 'CMD {port}', or name the port"),
        (URL, {"connections": (100.0, 50.0)}, "--connections 100,50: the lowest comes first: write 50,100"),
        (URL, {"connections": (0.0, 50.0)}, "--connections 0,50: 0 must be a number above 0"),
        (URL, {"rate": (9.0, 5.0)}, "--rate 9,5: the lowest comes first: write 5,9"),
        (URL, {"size": (10.0, 100.0)}, "--size 10 is too small"),
        (URL, {"budget": 0.0}, "--budget 0s must be a time above 0"),
        (URL, {"duration": 0.1}, "use -d 0.5s or more"),
        (URL, {"starts": 0}, "--starts 0 must be a whole number from 1 to 20"),
        (URL, {"closed": True}, "--closed has no place in sizing"),
        (URL, {"slo": ("p99<50ms",)}, "--slo has no place in sizing"),
        ("ws://127.0.0.1:1/", {"rooms": 4}, "write {room} in"),
        (URL, {"rooms": 0}, "--rooms 0 must be a whole number of 1 or more"),
        (
            URL,
            {"connections": (50.0, 100.0), "processes": 60},
            "--processes 60 is more than --connections 50",
        ),
        (URL, {"scenario": "echo", "publishers": 3}, "--publishers 3: echo has no broadcasts: leave it out"),
        (URL, {"rooms": 5000}, "--rooms 5000 is more than --connections 1000"),
    ],
)
def test_what_can_not_be_sized_is_refused_with_a_mend(
    url: str | None, options: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TARGET_BACKPLANE", raising=False)
    with pytest.raises(PlanError) as error:
        make_setting(url, **options)
    assert words in str(error.value)


def test_the_reference_application_has_a_profile_for_either_scenario(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TARGET_BACKPLANE", raising=False)
    assert make_setting().options["profile"] == "chat"
    assert make_setting(scenario="echo").options["profile"] == "echo"
    assert make_setting(scenario="echo", workers=(1, 2)).workers == (1, 2)


def test_with_a_backplane_the_reference_application_may_have_more_workers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TARGET_BACKPLANE", REDIS)
    setting = make_setting(workers=(2, 1, 2))
    assert setting.workers == (1, 2)
    assert setting.backplane == "redis"


def test_a_command_s_secrets_are_not_told() -> None:
    setting = make_setting(serve="serve {port} redis://user:hush@host/")
    assert "hush" not in setting.target


@pytest.mark.parametrize(
    ("url", "serve", "fresh"),
    [
        (None, None, True),
        (None, "serve {port}", True),
        (URL, None, False),
        ("ws://127.0.0.1:{port}/", "x {port}", True),
    ],
)
def test_a_server_that_is_ours_is_fresh_for_each_cell(
    url: str | None, serve: str | None, fresh: bool
) -> None:
    assert make_setting(url, serve=serve).is_fresh is fresh


def test_arrivals_are_random_unless_told() -> None:
    assert make_setting(URL).plan().arrivals == "poisson"
    assert make_setting(URL, arrivals="constant").plan().arrivals == "constant"
