"""Models of targets as the engine would hand them in, made up."""

from typing import Any

import msgspec

from tests.report.sized import cell
from wswarm.results.sizing import (
    BrokerCosts,
    Costs,
    Delay,
    HeldOut,
    Machine,
    Measured,
    Mechanism,
    MemoryCosts,
    Model,
)
from wswarm.results.sizing_progress import SizingProgress

COSTS = Costs(
    per_publish_s=210e-6,
    per_worker_publish_s=60e-6,
    per_delivery_s=6.1e-6,
    per_delivery_busy_s=5.2e-6,
    per_byte_s=0.4e-9,
    per_idle_connection=2.3e-6,
    per_handshake_s=420e-6,
    per_worker=0.004,
)
CELLS = (
    cell(start=2, connections=50, rate=400.0, fanout=50, cpu=(0.21,), deliveries=20_000.0, utilisation=0.21),
    cell(start=3, connections=600, rate=110.0, fanout=600, size=1000, cpu=(0.43,), deliveries=66_000.0),
    cell(start=4, workers=2, connections=170, rate=90.0, fanout=170, cpu=(0.12, 0.1), deliveries=15_300.0),
    cell(start=5, held_out=True, connections=1000, rate=80.0, fanout=1000, cpu=(0.5,), deliveries=80_000.0),
    cell(start=6, valid=False, connections=50, rate=800.0, fanout=50, cpu=(0.5,), p50=None, p99=None),
)


def model(**changes: Any) -> Model:
    """A model of the reference application."""
    whole = Model(
        started_at="2026-07-13T08:12:00Z",
        target="the reference application",
        machine=Machine(cores=2, cpu="some processor", memory=8_000_000_000, descriptors=20_000),
        mechanism=Mechanism(
            scenario="fanout", tls=False, deflate=False, backplane="redis", arrivals="poisson", is_shared=True
        ),
        cpu=COSTS,
        starts=(COSTS,),
        memory=MemoryCosts(base=56_000_000.0, per_connection=14_200.0, kernel_per_connection=3_900.0),
        broker=BrokerCosts(per_publish_s=12e-6, per_worker_s=8e-6),
        delay=Delay(
            stretch=1.1, p50=80e-6, p99=None, last=200e-6, ratios={}, stalls=(0.004,), stalls_per_s=0.02
        ),
        measured=Measured(
            connections=(50, 1000), rate=(80.0, 400.0), fanout=(50, 1000), size=(46, 1000), workers=(1, 2)
        ),
        cells=CELLS,
        held_out=HeldOut(cpu_error=0.041, p50_error=0.12, p99_error=0.19),
        validated=True,
        reasons=("each cell was measured on one server only: more --budget measures each on two",),
    )
    return msgspec.structs.replace(whole, **changes)


def doubtful() -> Model:
    """One whose held-out cells are too far off, or not known."""
    return model(
        held_out=HeldOut(cpu_error=0.04, p50_error=0.31, p99_error=None),
        validated=False,
        broker=None,
        reasons=("p50 of a held-out load is off by 31%, more than 25%", "no held-out load has a p99"),
    )


def progress(cells: int) -> SizingProgress:
    """How sizing stood after so many cells."""
    return SizingProgress(
        elapsed_s=10.0 * cells, budget_s=900.0, doing="hold", cells=CELLS[:cells], wanted=16, left_out=()
    )
