"""A model of a target in words and figures, as terminal and page both show it."""

from wswarm.report import format as show
from wswarm.results.forecast import Outlook
from wswarm.results.sizing import Cell, Mechanism, Model, SizedScenario
from wswarm.stats.sizing.heldout import CPU_BOUND, TIME_BOUND

COLUMNS = ("workers", "connections", "rate", "fan-out", "size", "CPU", "p50", "p99", "last", "start", "")

_UNTOLD, _IDLE = "not told apart from the rest", " per s while idle"


def title(model: Model) -> str:
    """Return what was sized, in a line."""
    return title_of(model.mechanism.scenario)


def title_of(scenario: SizedScenario) -> str:
    """Return the same while it is measured."""
    return f"size {scenario}"


def standing(found: Model | Outlook) -> str:
    """Return whether a model, or what follows from it, may be believed beyond what was measured."""
    return "validated" if found.validated else "not validated, shown for shape only"


def errors(model: Model) -> str:
    """Return how far the model is from the cells that it never saw."""
    found = model.held_out
    rows = (("CPU", found.cpu_error, CPU_BOUND), ("p50", found.p50_error, TIME_BOUND))
    return ", ".join(
        f"{name} {_share(error)} (at most {bound:.0%})"
        for name, error, bound in (*rows, ("p99", found.p99_error, TIME_BOUND))
    )


def how(model: Model) -> str:
    """Return of how much it was made."""
    used = [cell for cell in model.cells if cell.valid]
    starts = len({cell.start for cell in used})
    held = sum(cell.held_out for cell in used)
    counted = show.plural(len(used), "cell")
    return f"{counted} on {show.plural(starts, 'start')} of the server, {held} of them held out"


def facts(model: Model) -> list[tuple[str, str]]:
    """Return what the target costs, each with its name."""
    cpu, memory, broker = model.cpu, model.memory, model.broker
    rows = [
        ("held out", errors(model)),
        ("publish", f"{_cpu(cpu.per_publish_s)}{_heard(model)}"),
        ("delivery", _delivery(model)),
        ("byte", f"{1e9 * cpu.per_byte_s:.3g} ns for each delivered" if cpu.per_byte_s else _UNTOLD),
        ("connection", f"{_cpu(cpu.per_idle_connection, _IDLE)}; {_memory(model)}"),
        ("handshake", _cpu(cpu.per_handshake_s)),
        ("worker", f"{cpu.per_worker:.2%} of a core, {show.size(memory.base)} before anybody connects"),
    ]
    if broker is not None:
        per = f"{show.seconds(broker.per_publish_s)} and {show.seconds(broker.per_worker_s)} per worker"
        rows.append(("broker", f"{per} of CPU for a publish"))
    return [*rows, ("measured", measured(model))]


def measured(model: Model) -> str:
    """Return between what the cells lie."""
    seen = model.measured
    workers = "/".join(map(str, seen.workers))
    busiest = max((cell.utilisation for cell in model.cells if cell.valid), default=0.0)
    return (
        f"{_range(*seen.connections)} connections, {_range(*seen.rate)}/s, fan-out {_range(*seen.fanout)},"
        f" {_range(*seen.size)} B, workers {workers}, a worker at most {busiest:.0%} busy"
    )


def mechanism(how: Mechanism) -> list[tuple[str, str]]:
    """Return how messages travel, each part with its name."""
    return [
        ("scenario", how.scenario),
        ("arrivals", how.arrivals),
        ("TLS", "yes" if how.tls else "no"),
        ("compression", "yes" if how.deflate else "no"),
        ("backplane", how.backplane or show.UNKNOWN),
        ("generator", "on the same machine" if how.is_shared else "on another machine"),
    ]


def row(cell: Cell) -> tuple[str, ...]:
    """Return the cells' figures, as `COLUMNS` name them."""
    mark = "held out" if cell.held_out else ""
    return (
        str(cell.workers),
        f"{cell.connections:,}",
        f"{cell.rate:,.4g}/s",
        f"{cell.fanout:,}",
        f"{cell.size:,} B",
        " + ".join(f"{share:.0%}" for share in cell.cpu),
        show.seconds(cell.p50),
        show.seconds(cell.p99),
        show.seconds(cell.last_p50),
        str(cell.start),
        mark if cell.valid else "left out",
    )


def _cpu(value_s: float | None, when: str = "") -> str:
    """Return a cost in words: a regression that finds none has not found that it costs nothing."""
    return f"{show.seconds(value_s)} of CPU{when}" if value_s else f"CPU {_UNTOLD}"


def _heard(model: Model) -> str:
    each_s = model.cpu.per_worker_publish_s
    return f", and {show.seconds(each_s)} in each other worker" if each_s else ""


def _delivery(model: Model) -> str:
    cpu = model.cpu
    each = _cpu(cpu.per_delivery_s)
    if cpu.per_delivery_busy_s == cpu.per_delivery_s:
        return each
    return f"{each} while idle, {show.seconds(cpu.per_delivery_busy_s)} while busy"


def _memory(model: Model) -> str:
    memory = model.memory
    kernel = memory.kernel_per_connection
    beside = "" if kernel is None else f" and {show.size(kernel)} of the kernel's"
    return f"{show.size(memory.per_connection)}{beside}"


def _share(value: float | None) -> str:
    return show.UNKNOWN if value is None else f"{value:.1%}"


def _range(low: float, high: float) -> str:
    return f"{low:,.4g}" if low == high else f"{low:,.4g} to {high:,.4g}"
