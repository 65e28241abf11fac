"""How far forecasts are off on servers whose costs are known: synthetic cells, fitted, held-out loads and one beyond.

Run it: `python -m benchmarks.simulate_sizing [SERVERS]`. A server's costs change from one start to the next; what is
read of CPU and times has noise of its own. Each is measured as `wswarm size` measures, then asked for a load with
three times the connections and twice the workers, which is simulated by itself.
"""

import sys
from math import ceil
from typing import Any, NamedTuple

import msgspec
import numpy as np

from wswarm.results.forecast import Wanted
from wswarm.results.sizing import BrokerCosts, Cell, Costs, Delay, Machine, Mechanism, Model
from wswarm.stats.sizing import costs as known
from wswarm.stats.sizing.broker import service_s
from wswarm.stats.sizing.costs import scaled
from wswarm.stats.sizing.fit import About, model_of
from wswarm.stats.sizing.forecast import forecast
from wswarm.stats.sizing.load import Load
from wswarm.stats.sizing.server import Server, even, times, utilisations

TRUTH = Costs(
    per_publish_s=150e-6,
    per_worker_publish_s=60e-6,
    per_delivery_s=10e-6,
    per_delivery_busy_s=8e-6,
    per_byte_s=2e-9,
    per_idle_connection=4e-6,
    per_handshake_s=500e-6,
    per_worker=0.004,
)
BROKER = BrokerCosts(per_publish_s=20e-6, per_worker_s=10e-6)
DELAY = Delay(stretch=1.1, p50=4e-4, p99=9e-4, last=6e-4, ratios={}, stalls=(0.003, 0.004), stalls_per_s=0.2)
MECHANISM = Mechanism(
    scenario="fanout", tls=False, deflate=False, backplane="redis", arrivals="poisson", is_shared=True
)
ABOUT = About(
    started_at="2026-07-13T08:12:00Z",
    target="a synthetic server",
    machine=Machine(cores=2, cpu="synthetic", memory=8_000_000_000, descriptors=20_000),
    mechanism=MECHANISM,
)
_BUSY = 0.7  # of a core, by each process of the generator
_BASE, _EACH, _KERNEL = 50e6, 14e3, 3900

# Connections, rate, subscribers, size, workers; the last of each kind is held out.
DESIGN = (
    *(
        (200, 20.0, 200, 46, 1),
        (200, 150.0, 200, 46, 1),
        (1000, 10.0, 1000, 46, 1),
        (1000, 45.0, 1000, 46, 1),
    ),
    *(
        (500, 40.0, 500, 500, 1),
        (200, 40.0, 200, 46, 2),
        (1000, 60.0, 1000, 46, 2),
        (1000, 20.0, 100, 500, 2),
    ),
)
HELD_OUT = ((2000, 20.0, 2000, 46, 1), (600, 120.0, 600, 46, 1), (2000, 40.0, 2000, 46, 2))
STARTS = 2


class Noise(NamedTuple):
    """Spreads of ln: of all costs from start to start, of CPU as it is read, of times as they are measured.

    Attributes:
        read_s: That the generator takes to read a delivery, longer than the server takes to send it; 0: no time.
    """

    start: float
    cpu: float
    times: float
    read_s: float = 0.0


NOISES = {
    "none": Noise(0, 0, 0),
    "usual": Noise(0.02, 0.02, 0.05),
    "noisy": Noise(0.05, 0.05, 0.15),
    "slow reader": Noise(0.02, 0.02, 0.05, read_s=15e-6),
}


def cells_of(noise: Noise, rng: np.random.Generator, truth: Costs = TRUTH) -> list[Cell]:
    """Return what measuring such a server gives."""
    rows = [(one, False) for one in DESIGN] + [(one, True) for one in HELD_OUT]
    return [
        _cell(_with_readers(Load(workers, *rest), noise.read_s), start, is_held_out, noise, (truth, rng))
        for start, ((*rest, workers), is_held_out) in enumerate(row for row in rows for _ in range(STARTS))
    ]


def simulated_model(noise: Noise, seed: int, truth: Costs = TRUTH) -> Model:
    """Return the model of such a server."""
    return model_of(ABOUT, cells_of(noise, np.random.default_rng(seed), truth), seed)


def server_of(truth: Costs = TRUTH, read_s: float = 0.0) -> Server:
    """Return the server as it really is, and who reads what it sends."""
    return Server(truth, BROKER, msgspec.structs.replace(DELAY, read_s=read_s), MECHANISM)


def _with_readers(load: Load, read_s: float) -> Load:
    """Return the load with a generator none of whose processes is too busy."""
    return load._replace(readers=max(1, ceil(load.deliveries * read_s / _BUSY)))


def _cell(
    load: Load, start: int, is_held_out: bool, noise: Noise, world: tuple[Costs, np.random.Generator]
) -> Cell:
    truth, rng = world
    own = server_of(scaled(truth, float(np.exp(rng.normal(0, noise.start)))), noise.read_s)
    shares = even(load.workers)
    cpu = [one * float(np.exp(rng.normal(0, noise.cpu))) for one in utilisations(own.costs, load, shares)]
    took = times(own, load, shares, rng)
    p50, p99, last = (one * float(np.exp(rng.normal(0, noise.times))) for one in took)
    handed: dict[str, Any] = {"p50": p50, "p99": p99, "last_p50": last, "utilisation": max(cpu)}
    return Cell(
        start=start,
        workers=load.workers,
        connections=load.connections,
        rate=load.rate,
        fanout=load.fanout,
        size=load.size,
        hold_s=10.0,
        held_out=is_held_out,
        cpu=tuple(cpu),
        deliveries=load.deliveries,
        handshakes=0.0,
        memory=round(_BASE * load.workers + _EACH * load.connections),
        kernel_memory=_KERNEL * load.connections,
        idle_memory=round(_BASE * load.workers),
        broker_cpu=load.rate * service_s(BROKER, load) if load.workers > 1 else None,
        stalls=(0.003, 0.004) * load.workers,
        valid=True,
        readers=load.readers,
        **handed,
    )


class Row(NamedTuple):
    """How far off one server's forecast was, as shares."""

    validated: bool
    held_cpu: float
    held_p99: float
    cpu: float
    p50: float
    p99: float
    last: float
    covered: float


BEYOND = Load(workers=4, connections=6000, rate=80.0, fanout=2000, size=46)


def examine(made: Model, seed: int) -> Row:
    """Return how far off the forecast of a load is that lies beyond all that was measured of such a server."""
    wanted = Wanted(
        connections=BEYOND.connections,
        rate=BEYOND.rate,
        fanout=BEYOND.fanout,
        size=BEYOND.size,
        handshakes=0.0,
        workers=BEYOND.workers,
    )
    found = forecast(made, wanted).forecast
    shares, rng = even(BEYOND.workers), np.random.default_rng(seed + 1)
    truth = times(server_of(), BEYOND, shares, rng, jobs=200_000)
    pairs = [(found.p50, truth.p50), (found.p99, truth.p99), (found.last, truth.last)]
    used = known.cores(TRUTH, BEYOND)
    p50, p99, last = (band.mid / took - 1 for band, took in pairs if band is not None)
    is_within = [
        band.low <= took <= band.high for band, took in [*pairs, (found.cpu, used)] if band is not None
    ]
    held = made.held_out
    return Row(
        made.validated,
        held.cpu_error or 0.0,
        held.p99_error or 0.0,
        found.cpu.mid / used - 1,
        p50,
        p99,
        last,
        float(np.mean(is_within)),
    )


def main() -> None:
    """Print a row per world: the median size of each error, and how often the bands hold the truth."""
    servers = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    for name, noise in NOISES.items():
        rows = np.abs(
            np.array([examine(simulated_model(noise, seed), seed) for seed in range(servers)], np.float64)
        )
        told = dict(zip(Row._fields, np.median(rows, axis=0).tolist(), strict=True))
        told |= {"validated": rows[:, 0].mean(), "covered": rows[:, -1].mean()}
        print(f"{name:11} " + "  ".join(f"{figure} {value:.2f}" for figure, value in told.items()))


if __name__ == "__main__":
    main()
