"""What the Python interface refuses: in one line, with the value and what to write, before anything is loaded."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

import wswarm
from tests.report import modelled
from wswarm.errors import PlanError

URL = "ws://127.0.0.1:1/"
MODEL = modelled.model()
MEASURES = {
    name: partial(getattr(wswarm, name), URL)
    for name in ("connect", "echo", "fanout", "churn", "slow", "storm")
} | {
    "script": partial(wswarm.script, "session.py", URL),
    "replay": partial(wswarm.replay, "recorded.har", URL),
    "capacity": partial(wswarm.capacity, "echo", URL),
}


@pytest.mark.parametrize("name", MEASURES)
def test_a_text_where_a_number_or_a_list_is_meant_is_refused_by_every_measurement(name: str) -> None:
    for given, mend in (
        ({"duration": "30s"}, "duration: '30s' will not do: write duration=30"),
        ({"connections": "2k"}, "connections: '2k' will not do: write connections=2000"),
        ({"slo": "p99<50ms"}, "slo: 'p99<50ms' will not do: write slo=['p99<50ms']"),
    ):
        with pytest.raises(PlanError) as error:
            MEASURES[name](**given)
        assert str(error.value) == mend


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (partial(wswarm.capacity, "storm", URL), "'storm' is none of these: write echo, fanout or connect"),
        (partial(wswarm.capacity, "echo", 5), "url: 5 will not do: write url='5'"),
        (partial(wswarm.capacity, "echo", URL, budget="5m"), "write budget=300"),
        (partial(wswarm.capacity, "echo", URL, rounds=2.5), "write rounds=2"),
        (partial(wswarm.capacity, "echo", URL, rounds=float("inf")), "write rounds=10"),
        (partial(wswarm.echo, URL, rate="1k/s"), "rate: '1k/s' will not do: write rate=1000"),
        (partial(wswarm.echo, URL, size="1KiB"), "write size=1024"),
        (
            partial(wswarm.echo, URL, headers={"A": "b"}),
            "headers: a dict will not do: write headers=['NAME: VALUE']",
        ),
        (partial(wswarm.echo, URL, closed="yes"), "write closed=True"),
        (partial(wswarm.echo, URL, ping=True), "ping: True will not do: write ping=10"),
        (partial(wswarm.echo, URL, duration="soon"), "duration: 'soon' will not do: write duration=10"),
        (partial(wswarm.echo, URL, steps=["say"]), "write steps=[('say', 'hello')]"),
        (
            partial(wswarm.echo, URL, arrivals="bursty"),
            "'bursty' is none of these: write constant or poisson",
        ),
        (partial(wswarm.echo, URL, ratee=4), "no option 'ratee': did you mean rate?"),  # type: ignore[call-arg] # which is told
        (partial(wswarm.storm, URL, drop="50%"), "drop: '50%' will not do: write drop=0.5"),
        (partial(wswarm.churn, URL, sessions="20/s"), "write sessions=20"),
        (partial(wswarm.slow, URL, read="64KiB"), "write read=65536"),
        (partial(wswarm.size, URL, workers=2), "workers: 2 will not do: write workers=[2]"),
        (
            partial(wswarm.size, URL, connections=50),
            "connections: 50 will not do: write connections=(50, 50)",
        ),
        (partial(wswarm.size, URL, connections="50,1k"), "write connections=(50, 1000)"),
        (partial(wswarm.size, URL, scenario="storm"), "'storm' is none of these: write fanout or echo"),
        (partial(wswarm.size, URL, settings=4), "settings: 4 will not do: write settings={}"),
        (partial(wswarm.size, URL, settings={"warmup": "2s"}), "write warmup=2"),
        (partial(wswarm.forecast, MODEL, connections="200k", rate=10), "write connections=200000"),
        (partial(wswarm.forecast, MODEL, connections=9, rate=10, slo="p99<5ms"), "write slo=['p99<5ms']"),
        (partial(wswarm.forecast, MODEL, rate=10), "connections is missing: write connections=10, say"),
        (
            partial(wswarm.forecast, MODEL, rate=1, conections=4),  # type: ignore[call-arg] # which is told
            "no option 'conections': did you mean conn",
        ),
        (partial(wswarm.forecast, 3, connections=4, rate=1), "model: 3 will not do: write model='3'"),
    ],
)
def test_what_will_not_do_is_told_with_what_would(call: Callable[[], Any], told: str) -> None:
    with pytest.raises(PlanError) as error:
        call()
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_what_may_be_secret_is_not_repeated() -> None:
    with pytest.raises(PlanError) as error:
        wswarm.echo(URL, headers="Authorization: Bearer s3cr3t")  # type: ignore[arg-type]  # which is refused
    told = "headers: 'Authorization:…' will not do: write headers=['Authorization:…']"
    assert str(error.value) == told


def test_what_follows_the_mend_is_taken() -> None:
    options: dict[str, Any] = {"headers": ("A: b",), "slo": ["p99<50ms"]}
    with pytest.raises(wswarm.TargetError, match="nothing listens there"):
        wswarm.echo(URL, steps=[("say", "hello")], connections=1, warmup=0, **options)
