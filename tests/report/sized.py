"""Cells and models of a made-up target whose costs are known."""

from functools import cache
from typing import Any

import msgspec

from benchmarks.simulate_sizing import MECHANISM, NOISES, simulated_model
from wswarm.results.forecast import Band, Forecast, Limit, Objective, Outlook, Wanted
from wswarm.results.sizing import Cell, HeldOut, Model
from wswarm.stats.sizing.forecast import curve_of, forecast


def cell(**changes: Any) -> Cell:
    """A cell of one worker with 100 connections that all hear 20 broadcasts per s."""
    known: dict[str, Any] = {
        "start": 0,
        "workers": 1,
        "connections": 100,
        "rate": 20.0,
        "fanout": 100,
        "size": 46,
        "hold_s": 10.0,
        "held_out": False,
        "cpu": (0.02,),
        "deliveries": 2000.0,
        "handshakes": 0.0,
        "memory": 60_000_000,
        "kernel_memory": None,
        "idle_memory": 58_000_000,
        "broker_cpu": None,
        "stalls": (),
        "p50": 0.001,
        "p99": 0.002,
        "last_p50": 0.0015,
        "valid": True,
        "utilisation": 0.02,
    }
    return Cell(**known | changes)


@cache
def model() -> Model:
    """What measuring a made-up server of 1 and 2 workers with a broker gives."""
    return simulated_model(NOISES["usual"], 3)


@cache
def quiet() -> Model:
    """The same of one without noise."""
    return simulated_model(NOISES["none"], 1)


def wanted(**changes: Any) -> Wanted:
    """A load that one worker carries."""
    known: dict[str, Any] = {"connections": 4000, "rate": 20.0, "fanout": 2000, "size": 46}
    return Wanted(**{"handshakes": 0.0, "workers": None} | known | changes)


@cache
def outlook() -> Outlook:
    """What that server takes for 6,000 connections, with objectives."""
    found = forecast(model(), wanted(connections=6000, fanout=1000, rate=50.0), ("p99<200ms", "last<=1s"))
    return msgspec.structs.replace(found, curve=curve_of(model(), found))


def foretold() -> Outlook:
    """A forecast whose figures are written down."""
    met = Objective(expression="p99<200ms", figure="p99", limit=0.2, high=0.0789, met=True)
    return Outlook(
        forecast=Forecast(
            workers=2,
            cpu=Band(low=1.02, mid=1.07, high=1.15),
            memory=Band(low=201e6, mid=208e6, high=214e6),
            p50=Band(low=0.0091, mid=0.0104, high=0.0119),
            p99=Band(low=0.0412, mid=0.0555, high=0.0789),
            last=Band(low=0.0151, mid=0.0164, high=0.0193),
            broker_cpu=0.0042,
            busiest=Band(low=0.53, mid=0.56, high=0.61),
            gives_in_first="CPU of a worker",
        ),
        wanted=wanted(connections=6000, rate=100.0, fanout=1000),
        slo=(met,),
        limits=(
            Limit(name="CPU of a worker", used=0.56, limit=0.85, share=0.659),
            Limit(name="memory of the machine", used=208e6, limit=8e9, share=0.026),
            Limit(name="descriptors of a worker", used=4564, limit=20_000, share=0.228),
            Limit(name="p99<200ms", used=0.0789, limit=0.2, share=0.39),
        ),
        validated=True,
        held_out=HeldOut(cpu_error=0.04, p50_error=0.12, p99_error=0.19),
        reasons=(),
        notices=(
            "measured with the generator on the server's machine: CPU holds the network's part of both",
        ),
        target="uvicorn app:app --port {port} --workers {workers}",
        measured_at="2026-07-13T08:12:00Z",
        mechanism=MECHANISM,
        cells=22,
        seed=0,
    )
