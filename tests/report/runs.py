"""Runs as the engine would hand them in, made up: every figure follows from the arguments and a seed."""

from typing import Any

import msgspec
import numpy as np

from tests.report import parts
from tests.report.parts import distribution, times
from wswarm.results.penalty import Block as SlowBlock
from wswarm.results.penalty import Penalty, Ratio
from wswarm.results.run import (
    Connections,
    Distribution,
    Environment,
    Fanout,
    GeneratorCost,
    Lost,
    Phases,
    Publish,
    Rates,
    Room,
    Rooms,
    Run,
    Samples,
    Scenario,
    Sessions,
    SloResult,
    Stage,
    Step,
    TargetCost,
    Validity,
    Verdict,
)
from wswarm.stats.belief import Beliefs
from wswarm.stats.histogram import Histogram
from wswarm.stats.probe import Pairs, Seen, judged
from wswarm.stats.validity import Evidence, judge
from wswarm.units import NS_PER_S

URL = "ws://127.0.0.1:8000/ws"


def connect(connections: int = 2_000, failed: int = 0, **changes: Any) -> Run:
    """Return a connect run that ramps at 500/s and holds for 10 s."""
    opened = connections - failed
    ramp = connections / 500
    phases = Phases(warmup=ramp, hold=ramp, drain=ramp + 10, end=ramp + 10)
    handshakes = times(opened, 1.1e-3, 0.5)
    return _changed(
        _run("connect", _plan("connect", connections), phases),
        changes,
        connections=parts.connections(connections, failed, handshakes),
        series=parts.series(phases, connections, opened, handshakes, rate=0, answers=np.array([])),
    )


def echo(
    connections: int = 100, rate: float = 1000.0, duration: float = 10.0, lost: int = 0, **changes: Any
) -> Run:
    """Return an echo run whose response times are a little longer than its service times."""
    ramp = connections / 500
    phases = Phases(warmup=ramp, hold=ramp + 1, drain=ramp + 1 + duration, end=ramp + 1.05 + duration)
    offered = round(rate * duration)
    received = offered - lost
    service = times(received)
    lag = times(offered, 60e-6, 0.4, seed=2)
    response = service + lag[:received]
    why = Lost(disconnected=lost // 3, silent=lost - lost // 3)
    handshakes = times(connections, 1.1e-3, 0.5)
    return _changed(
        _run("echo", _plan("echo", connections, rate=rate, duration=duration), phases),
        changes,
        connections=parts.connections(connections, 0, handshakes),
        messages=parts.messages(offered, offered, why),
        rates=Rates(offered=float(rate), achieved=offered / duration, received=received / duration),
        send_lag=distribution(lag),
        service_time=distribution(service),
        response_time=distribution(response),
        series=parts.series(phases, connections, connections, handshakes, rate, response, lost),
    )


def staged(**changes: Any) -> Run:
    """Return an echo run in stages: a baseline, a spike for which nobody was ready, and the time after."""
    seconds = (0.0012, 0.0031), (0.21, 0.62), (0.0013, 0.0044)
    ends, counts, back = (0, 5, 6, 10), (2_500, 2_000, 2_000), (None, 2.0, None)
    rows = [
        Stage(
            from_s=float(ends[place]),
            to_s=float(ends[place + 1]),
            offered=counts[place],
            sent=counts[place],
            received=counts[place] - 3 * (place == 1),
            p50=p50,
            p99=p99,
            back_after_s=back[place],
        )
        for place, (p50, p99) in enumerate(seconds)
    ]
    asked: list[list[float]] = [[0, 500], [5, 500], [1, 3_500], [0, 500], [4, 500]]
    run = echo(rate=650.0, lost=3)
    plan = {**run.plan, "rate": None, "stages": asked}
    return _changed(run, changes, plan=plan, stages=rows)


def fanout(
    subscribers: int = 200, rate: float = 20.0, duration: float = 10.0, lost: int = 0, **changes: Any
) -> Run:
    """Return a fan-out run with one publisher; the lost deliveries are spread over every eighth broadcast."""
    ramp = (subscribers + 1) / 500
    phases = Phases(warmup=ramp, hold=ramp + 1, drain=ramp + 1 + duration, end=ramp + 1.1 + duration)
    broadcasts = round(rate * duration)
    offsets = np.arange(subscribers) * 25e-6 + 0.5e-3
    delivery = np.sort(offsets * times(broadcasts, 1.0, 0.2)[:, None] + times(broadcasts, 0.3e-3)[:, None])
    per_broadcast = parts.broadcasts(delivery, phases.hold, rate, lost)
    incomplete = sum(row.received < row.owed for row in per_broadcast)
    whole = np.array([row.received == row.owed for row in per_broadcast])
    arrived = broadcasts * subscribers - lost
    handshakes = times(subscribers + 1, 1.1e-3, 0.5)
    return _changed(
        _run("fanout", _plan("fanout", subscribers, rate=rate, duration=duration), phases),
        changes,
        connections=parts.connections(subscribers + 1, 0, handshakes),
        messages=parts.messages(broadcasts, broadcasts * subscribers, Lost(disconnected=lost)),
        rates=Rates(offered=float(rate), achieved=float(rate), received=arrived / duration),
        send_lag=distribution(times(broadcasts, 60e-6, 0.4, seed=2)),
        fanout=Fanout(
            publishers=1,
            subscribers=subscribers,
            broadcasts=broadcasts,
            incomplete=incomplete,
            delivery_time=distribution(delivery.ravel()[:arrived]),
            first_delivery=distribution(delivery[:, 0]),
            median_delivery=distribution(np.median(delivery, axis=1)),
            completion_time=distribution(delivery[whole, -1]),
            spread=distribution(delivery[whole, -1] - delivery[whole, 0]),
            per_broadcast=per_broadcast,
        ),
        series=parts.series(
            phases, subscribers + 1, subscribers + 1, handshakes, rate, delivery.ravel(), lost
        ),
    )


def probed(later_s: float, **changes: Any) -> Run:
    """Return a fan-out whose load reads so much later than the quiet probe beside it."""
    seen = times(200, 2e-3, 0.2) * NS_PER_S
    waits = Histogram()
    waits.record(np.full(800, 90_000))
    saw = Seen(4, "", np.zeros((0, 4), np.int64), waits)
    probe = judged(saw, Pairs(seen + later_s * NS_PER_S + np.linspace(-2e4, 2e4, 200), seen), 3_000_000)
    beliefs = Beliefs(probe=probe)
    return fanout(probe=probe, validity=judge(Evidence(scenario="fanout", beliefs=beliefs)), **changes)


def slow(**changes: Any) -> Run:
    """Return a run with two slow readers, who cost the others half as much time again; one was disconnected."""
    run = fanout(subscribers=100, rate=20, duration=25)
    blocks = [
        SlowBlock(
            t=run.phases.hold + began,
            until=run.phases.hold + began + 5,
            is_slow=is_slow,
            slow=2,
            broadcasts=50 if is_slow else 100,
            p50=(0.0063 if is_slow else 0.0042) * (1 + began / 200),
            p99=None,
            max=0.021,
            memory_growth=1_300_000 if is_slow else 0,
        )
        for began, is_slow in ((0, False), (5, True), (12, True), (19, False))
    ]
    penalty = Penalty(
        ratio=1.5,
        low=1.31,
        high=1.72,
        pairs=3,
        compared=2,
        healthy=98,
        slow=2,
        behind=Ratio(ratio=1.02, low=0.97, high=1.07),
        healthy_lost=0,
        disconnected={"1013": 1},
        time_to_disconnect=distribution([5.04]),
        pressed_after=2.4,
        memory_growth=1_300_000.0,
        kernel_memory=6_200_000,
        blocks=blocks,
    )
    asked = {"slow": 0.02, "read": 0.0, "pairs": 3, "swallows": None, "size": 65_536}
    return _changed(run, changes, scenario="slow", plan={**run.plan, **asked}, penalty=penalty)


def in_rooms() -> Run:
    """Return a fan-out run in a hundred rooms, of which one lost messages and got some of another."""
    worst = [
        Room(room="7", owed=200, received=190, lost=10, extra=20, p50=0.0021),
        Room(room="12", owed=2_000, received=2_000, lost=0, extra=0, p50=0.0019, p99=0.0143),
    ]
    run = fanout(lost=10)
    return msgspec.structs.replace(run, plan={**run.plan, "rooms": 100}, rooms=Rooms(rooms=100, worst=worst))


def published(**changes: Any) -> Run:
    """Return a fan-out that was published by HTTP; three requests of 200 were refused."""
    made = fanout(rate=20, duration=10, **changes)
    assert made.fanout is not None
    post = {
        "publish": "POST http://me:hunter2@127.0.0.1:8000/publish",
        "publish_body": '{"text": "{marker}"}',
    }
    return msgspec.structs.replace(
        made,
        plan=made.plan | post,
        fanout=msgspec.structs.replace(made.fanout, publishers=0),
        publish=Publish(
            requests=200,
            statuses={"202": 197, "503": 2, "timeout": 1},
            response_time=distribution(times(199, 2e-3, 0.3, seed=3)),
        ),
        samples=Samples(refusals={"publish 503": "come back\x1b[2J later"}),
    )


def script(connections: int = 50, duration: float = 10.0, **changes: Any) -> Run:
    """Return a script's run: two steps, of which one failed now and then, and some sessions with it."""
    ramp = connections / 500
    phases = Phases(warmup=ramp, hold=ramp, drain=ramp + duration, end=ramp + 0.2 + duration)
    handshakes, answers = times(connections, 1.1e-3, 0.5), times(4_000)
    return _changed(
        _run("script", _plan("script", connections, duration=duration, script="session.py"), phases),
        changes,
        connections=parts.connections(connections, 0, handshakes),
        sessions=Sessions(
            started=connections,
            finished=connections - 7,
            failed=4,
            failures={"TimeoutError: login: no answer within 10 s": 3, "ValueError: no such room": 1},
        ),
        steps={
            "login": Step(count=connections, failed=3, time=distribution(times(connections - 3, 2e-3))),
            "session.py:12": Step(count=4_000, failed=0, time=distribution(answers)),
            "never": Step(count=2, failed=2, time=distribution([])),
        },
        series=parts.series(phases, connections, connections, handshakes, 400, answers),
    )


def replay(connections: int = 50, duration: float = 12.5, **changes: Any) -> Run:
    """Return a replay's run: a recording of six messages sent and eight received, one connection closed midway."""
    ramp = connections / 500
    phases = Phases(warmup=ramp, hold=ramp, drain=ramp + duration, end=ramp + 0.1 + duration)
    handshakes, answers = times(connections, 1.1e-3, 0.5), times(6 * connections, 3e-3)
    said = {"url": "wss://chat.example/ws?token=${recorded_token}", "recording": "session.har", "speed": 2.0}
    made = _plan("replay", connections, duration=duration, **said)
    return _changed(
        _run("replay", made, phases),
        changes,
        connections=parts.connections(connections, 0, handshakes),
        messages=parts.messages(6 * connections, 8 * connections, Lost(disconnected=3)),
        rates=Rates(offered=None, achieved=24.0, received=31.8),
        send_lag=distribution(times(6 * connections, 80e-6, 0.4, seed=2)),
        sessions=Sessions(
            started=connections,
            finished=connections - 1,
            failed=1,
            failures={"closed before message 4 of 6": 1},
        ),
        steps={
            "type=joined": Step(count=connections, failed=0, time=distribution(times(connections, 4e-3))),
            "42 message": Step(count=7 * connections, failed=3, time=distribution(answers)),
        },
        series=parts.series(phases, connections, connections, handshakes, 24, answers),
    )


def verdict(word: Verdict, *reasons: str) -> Validity:
    """Return a verdict with its reasons."""
    return Validity(verdict=word, reasons=list(reasons))


def objectives(*results: tuple[str, float | None, bool]) -> list[SloResult]:
    """Return objectives from (expression, value, met); those without a value had too small a sample."""
    small = "n too small: needs 381, had 100"
    return [
        SloResult(expression=expression, value=value, met=met, why=small if value is None else None)
        for expression, value, met in results
    ]


def nothing_arrived(run: Run) -> Run:
    """Return the echo run as if its target had swallowed every message."""
    assert run.messages is not None
    assert run.rates is not None
    gone = Lost(disconnected=0, silent=run.messages.owed)
    silent = [
        msgspec.structs.replace(second, received=0, lost=second.sent, p50=None, p90=None, p99=None, max=None)
        for second in run.series
    ]
    return msgspec.structs.replace(
        run,
        messages=msgspec.structs.replace(run.messages, received=0, lost=gone),
        rates=msgspec.structs.replace(run.rates, received=0.0),
        service_time=Distribution(n=0),
        response_time=Distribution(n=0),
        series=silent,
        validity=verdict("invalid", "nothing was measured: no reply arrived; does the target answer at all?"),
    )


def _changed(run: Run, changes: dict[str, Any], **figures: Any) -> Run:
    return msgspec.structs.replace(run, **(figures | changes))


def _plan(scenario: str, connections: int, **more: Any) -> dict[str, Any]:
    settings = {
        "connect_rate": 500.0,
        "arrivals": "constant",
        "pacing": "exact",
        "seed": 7,
        "driver": "picows",
    }
    return {
        "scenario": scenario,
        "url": URL,
        "connections": connections,
        "duration": 10.0,
        "warmup": 1.0,
        "headers": (),
        **settings,
        **more,
    }


def _run(scenario: Scenario, plan: dict[str, Any], phases: Phases) -> Run:
    packages = {"picows": "2.3.1", "uvloop": "0.23.0"}
    nothing = Connections(
        requested=0,
        opened=0,
        failed=0,
        peak=0,
        dropped=0,
        failures={},
        closes={},
        handshake_time=distribution([]),
    )
    each = None if scenario == "connect" else 21.4e-6
    return Run(
        scenario=scenario,
        started_at="2026-11-22T14:05:01Z",
        plan=plan,
        environment=Environment(
            cores=2, cpu="Example CPU @ 2.1 GHz", kernel="Linux 6.8", python="3.11.9", packages=packages
        ),
        validity=verdict("valid"),
        phases=phases,
        connections=nothing,
        messages=None,
        rates=None,
        send_lag=None,
        service_time=None,
        response_time=None,
        fanout=None,
        series=[],
        generator=_generator(each),
        target=_target(each),
    )


def _generator(each: float | None) -> GeneratorCost:
    return GeneratorCost(
        processes=1,
        cpu_s=2.14,
        cpu_s_per_message=each,
        peak_rss=58_300_000,
        rss_per_connection=14_200.0,
        loop_lag=distribution(times(2_000, 40e-6)),
        driver="picows",
        pacing="exact",
    )


def _target(each: float | None) -> TargetCost:
    return TargetCost(
        pid=4242,
        cpu_s=3.9,
        cpu_s_per_message=None if each is None else 39e-6,
        peak_rss=91_000_000,
        rss_per_connection=31_900.0,
        command="python -m uvicorn target_app.main:app",
    )
