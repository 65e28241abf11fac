"""A forecast in words and figures, as terminal and page both show it."""

from collections.abc import Callable

from wswarm.report import format as show
from wswarm.report.sizing.words import standing as standing
from wswarm.results.forecast import Band, Limit, Outlook
from wswarm.results.sizing import HeldOut

FIGURE_COLUMNS = ("figure", "low", "likely", "high")
LIMIT_COLUMNS = ("limit", "used", "of", "share")


def wanted(outlook: Outlook) -> str:
    """Return the load in words: `2,000 connections, 20/s to 2,000 subscribers each, 46 B`."""
    load = outlook.wanted
    if outlook.mechanism.scenario == "echo":
        what = f"{show.rate(load.rate)} messages of {show.size(load.size)} and as many replies"
    else:
        what = (
            f"{show.rate(load.rate)} to {show.plural(load.fanout, 'subscriber')} each, {show.size(load.size)}"
        )
    besides = f", {show.rate(load.handshakes)} handshakes" if load.handshakes else ""
    if load.processes is not None:
        besides += f", as a generator of {show.plural(load.processes, 'process')} measures it"
    return f"{show.plural(load.connections, 'connection')}, {what}{besides}"


def headline(outlook: Outlook) -> str:
    """Return the answer: `2 workers, 0.83 cores, 134 MB`."""
    found = outlook.forecast
    used = f"{cores(found.cpu.mid)} cores"
    return f"{show.plural(found.workers, 'worker')}, {used}, {show.size(found.memory.mid)}"


def cores(value: float) -> str:
    """Return cores with three significant digits."""
    return show.number(float(f"{value:.3g}"))


def off(found: HeldOut) -> str:
    """Return how far the model was off where it had not been measured."""
    errors = {"CPU": found.cpu_error, "p50": found.p50_error, "p99": found.p99_error}
    told = [f"{name} by {error:.0%}" if error is not None else f"{name} –" for name, error in errors.items()]
    return f"held-out loads were off: {', '.join(told)}"


def objective(outlook: Outlook) -> list[str]:
    """Return what came of each objective."""
    return [
        f"{one.expression} {'met' if one.met else 'missed'}: in 95 of 100 draws at most {show.seconds(one.high)}"
        for one in outlook.slo
    ]


def figures(outlook: Outlook) -> list[tuple[str, ...]]:
    """Return a row of cells per figure, as `FIGURE_COLUMNS` name them."""
    found, is_echo = outlook.forecast, outlook.mechanism.scenario == "echo"
    time = "response time" if is_echo else "delivery time"
    rows = [
        _row("CPU, cores", found.cpu, cores),
        _row("busiest worker, of a core", found.busiest, cores),
        _row("memory", found.memory, show.size),
        _row(f"{time} p50", found.p50, show.seconds),
        _row(f"{time} p99", found.p99, show.seconds),
    ]
    if not is_echo:
        rows.append(_row("completion time p50 (last)", found.last, show.seconds))
    if found.broker_cpu is not None:
        rows.append(("broker, of a core", "", cores(found.broker_cpu), ""))
    return rows


def limit(one: Limit) -> tuple[str, ...]:
    """Return the cells of a limit, as `LIMIT_COLUMNS` name them."""
    unit = _unit(one)
    return (one.name, unit(one.used), unit(one.limit), f"{one.share:.0%}")


def remarks(outlook: Outlook) -> list[str]:
    """Return what to know of it: why it is not validated, what else limits it."""
    return [show.printable(one) for one in (*outlook.reasons, *outlook.notices)]


def _row(name: str, band: Band | None, unit: Callable[[float], str]) -> tuple[str, ...]:
    if band is None:
        return (name, show.UNKNOWN, show.UNKNOWN, show.UNKNOWN)
    return (name, unit(band.low), unit(band.mid), unit(band.high))


def _unit(one: Limit) -> Callable[[float], str]:
    if one.name.startswith("memory"):
        return show.size
    if one.name.startswith("descriptors"):
        return lambda value: show.count(round(value))
    if one.name.startswith(("CPU", "cores")):
        return cores
    return show.seconds
