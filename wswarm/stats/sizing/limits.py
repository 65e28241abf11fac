"""What there is only so much of, and how much of it a forecast takes."""

from collections.abc import Sequence

from wswarm.results.forecast import Forecast, Limit, Objective, Wanted
from wswarm.results.sizing import Machine, Model
from wswarm.stats.sizing.bounds import FULL

_UNEVEN = 1.5  # times the even share: connections of the worker that has most of them
_LITTLE_LESS = 0.99  # or somebody who asks for what was measured, rounded, would be told that it is less
_SPARE = 64  # descriptors that a worker has open besides


def limits_of(
    machine: Machine, found: Forecast, connections: int, objectives: Sequence[Objective]
) -> list[Limit]:
    """Return the limits, those of the machine as it was measured among them, as far as they are known."""
    known = [
        ("CPU of a worker", found.busiest.mid, FULL),
        ("cores of the machine", found.cpu.mid, float(machine.cores)),
    ]
    if found.broker_cpu is not None:
        known.append(("CPU of the broker", found.broker_cpu, FULL))
    if machine.memory is not None:
        known.append(("memory of the machine", found.memory.mid, float(machine.memory)))
    if machine.descriptors is not None:
        uneven = _UNEVEN if found.workers > 1 else 1.0
        opened = connections / found.workers * uneven + _SPARE
        known.append(("descriptors of a worker", opened, float(machine.descriptors)))
    known += [(one.expression, one.high, one.limit) for one in objectives]
    return [
        Limit(name=name, used=used, limit=limit, share=used / limit if limit else float("inf"))
        for name, used, limit in known
    ]


def notices_of(model: Model, found: Forecast, limits: Sequence[Limit], wanted: Wanted) -> list[str]:
    """Return what to know of a forecast, most important first."""
    told = []
    over = [one for one in limits if one.share > 1 and one.name.endswith("machine")]
    if over:
        names = " and ".join(one.name for one in over)
        told.append(f"more than the {names} that was measured: it takes larger or several machines")
    if wanted.rate < _LITTLE_LESS * model.measured.rate[0]:
        told.append(
            f"{wanted.rate:.4g}/s is less than any rate that was measured, {model.measured.rate[0]:.4g}/s: times"
            " may be longer, as a process that is woken seldom finds its caches cold"
        )
    cores, processes = model.machine.cores, found.workers + (wanted.processes or 0)
    if processes > cores:
        told.append(
            f"times are those of a machine with a core for each of {processes} processes; the one that was"
            f" measured has {cores}, and they will be longer there"
        )
    if found.workers > 1 and found.broker_cpu is None:
        told.append("the broker's CPU was not measured: whether it carries this is not known")
    if model.memory.kernel_per_connection is None:
        told.append("memory is without the kernel's, some 4 KB per socket: it was not measured")
    read_s = model.delay.read_s
    if read_s and wanted.processes is None:
        told.append(
            f"times are those of clients that each read for themselves; a generator takes {1e6 * read_s:.3g} µs"
            " to read a delivery, one after another, and measures longer ones: --processes 1 foretells those"
        )
    if model.mechanism.is_shared:
        told.append(
            "measured with the generator on the server's machine: CPU holds the network's part of both, times those"
            " of a shared machine"
        )
    return told
