"""Which figures of a run a reader sees, in which order; the summary and the page lay them out."""

from collections.abc import Iterable, Sequence

from wswarm.report import format as show
from wswarm.report import remarks, rooms
from wswarm.report.changing import changing_sections
from wswarm.report.headline import Standing, arrival, is_closed, standing
from wswarm.report.scripted import script_sections
from wswarm.report.section import Row as Row
from wswarm.report.section import Section as Section
from wswarm.report.section import Table as Table
from wswarm.results.run import Distribution, Fanout, GeneratorCost, Run, SloResult, TargetCost
from wswarm.stats.answers import is_taken
from wswarm.stats.histogram import is_supported
from wswarm.stats.slo import kind_of

HANDSHAKE_COLUMNS = ("min", "mean", "p50", "p95", "p99", "max")
TIME_COLUMNS = ("min", "mean", "p50", "p90", "p95", "p99", "p99.9", "p99.99", "max")

BETWEEN_MACHINES = ("delivery", "first", "median", "completion", "spread")

SUITE_NOTE = "p50, p99, max: handshake time (connect), response time (echo), delivery time (fanout)"

STANDING_SIGNS: dict[Standing, str] = {"met": "✓", "missed": "✗", "not measurable": "?"}


def sections(run: Run) -> list[Section]:
    """Return what matters in the run's scenario; measures that are absent leave no trace."""
    found = [
        _connections(run),
        *script_sections(run),
        _messages(run),
        _rates(run),
        _publish(run),
        _times(run),
        _rooms(run),
        *changing_sections(run),
        _generator(run.generator, arrival(run)),
        _target(run.target, arrival(run)),
        _objectives(run),
    ]
    return [section for section in found if section is not None]


def _connections(run: Run) -> Section:
    seen = run.connections
    rows = [
        Row("requested", show.count(seen.requested)),
        Row("opened", show.count(seen.opened), f"{show.share(seen.opened, seen.requested)} of requested"),
        Row("failed", show.count(seen.failed), remarks.failures(run)),
        Row("peak", show.count(seen.peak), "open at once"),
        Row("dropped", show.count(seen.dropped), remarks.drops(seen)),
    ]
    if len(seen.addresses) > 1:
        rows.insert(2, Row("addresses", show.count(len(seen.addresses)), remarks.counted(seen.addresses)))
    if seen.pings is not None:
        rows.append(Row("pings", show.count(seen.pings), remarks.pings(seen)))
    if seen.subprotocols:
        agreed = sum(seen.subprotocols.values()) - seen.subprotocols.get("none", 0)
        rows.append(
            Row("subprotocol", show.count(agreed), f"agreed on: {remarks.counted(seen.subprotocols)}")
        )
    times = {
        "handshake": seen.handshake_time,
        "tcp": seen.tcp_time,
        "tls": seen.tls_time,
        "upgrade": seen.upgrade_time,
        "ready": seen.ready_time if seen.ready_time != seen.handshake_time else None,
        "ping": seen.ping_time,
    }
    return Section("Connections", tuple(rows), _table(HANDSHAKE_COLUMNS, times))


def _messages(run: Run) -> Section | None:
    seen = run.messages
    if seen is None:
        return None
    lost = seen.lost.disconnected + seen.lost.silent
    why = f"{seen.lost.disconnected:,} disconnected, {seen.lost.silent:,} silent" if lost else ""
    arrivals = _arrivals(run)
    rows = [
        Row("offered", show.count(seen.offered), "broadcasts" if run.fanout is not None else ""),
        Row("sent", show.count(seen.sent), remarks.unsent(seen)),
        Row("owed", show.count(seen.owed), arrivals),
        Row("received", show.count(seen.received), f"{show.share(seen.received, seen.owed)} of owed"),
        Row("lost", show.count(lost), why),
        Row("duplicated", show.count(seen.duplicated)),
        Row("reordered", show.count(seen.reordered)),
        Row("extra", show.count(seen.extra), remarks.extra(seen)),
        Row("unmarked", show.count(seen.unmarked), remarks.unmarked(run)),
    ]
    if seen.unclear:
        rows.append(Row("unclear", show.count(seen.unclear), "did not come, and may not have been due"))
    if seen.protocol:
        rows.append(Row("protocol", show.count(seen.protocol), "of the conversation around the load"))
    if run.fanout is not None:
        of_all = f"of {show.plural(run.fanout.broadcasts, 'broadcast')}"
        rows.append(Row("incomplete", show.count(run.fanout.incomplete), of_all))
    return Section("Messages", tuple(rows))


def _arrivals(run: Run) -> str:
    """Return what is owed and received."""
    if run.fanout is not None:
        return "deliveries"
    return "messages of the recording" if run.scenario == "replay" else "replies"


def _rates(run: Run) -> Section | None:
    seen = run.rates
    if seen is None:
        return None
    rows = [
        Row("achieved", show.rate(seen.achieved), "sent"),
        Row("received", show.rate(seen.received), _arrivals(run)),
    ]
    if seen.offered is not None:
        rows.insert(0, Row("offered", show.rate(seen.offered), "by the schedule"))
    return Section("Rates", tuple(rows))


def _publish(run: Run) -> Section | None:
    seen = run.publish
    if seen is None:
        return None
    taken, refused = (
        {status: count for status, count in seen.statuses.items() if is_taken(status) is was_taken}
        for was_taken in (True, False)
    )
    rows = [
        Row("requests", show.count(seen.requests)),
        Row("taken", show.count(sum(taken.values())), remarks.counted(taken)),
        Row("failed", show.count(sum(refused.values())), remarks.requests(refused, run)),
    ]
    return Section("Publishing by HTTP", tuple(rows), _table(TIME_COLUMNS, {"answer": seen.response_time}))


def _times(run: Run) -> Section | None:
    measured: dict[str, Distribution | None] = {}
    notes: list[str] = []
    if run.fanout is None:
        measured |= {"response": run.response_time, "service": run.service_time}
    else:
        measured |= {
            "delivery": run.fanout.delivery_time,
            "service": run.service_time,
            "first": run.fanout.first_delivery,
            "median": run.fanout.median_delivery,
            "completion": run.fanout.completion_time,
            "spread": run.fanout.spread,
        }
        notes += [*_fanout_notes(run.fanout), *clock_notes(run)]
    if is_closed(run):
        notes.append(
            "closed model: the next send waits for the reply, so stalls of the target are under-counted"
        )
    table = _table(TIME_COLUMNS, measured | {"send lag": run.send_lag}, run.clock_error)
    if table is None:
        return None
    return Section("Times", (), table, tuple(notes))


def _rooms(run: Run) -> Section | None:
    seen = run.rooms
    return Section("Rooms", (), Table(rooms.COLUMNS, rooms.rows(seen)), (rooms.note(seen),)) if seen else None


def _fanout_notes(seen: Fanout) -> list[str]:
    whole = show.plural(seen.completion_time.n, "complete broadcast")
    return [
        f"delivery: {show.count(seen.delivery_time.n)} deliveries, correlated within a broadcast",
        f"first, median: {show.plural(seen.first_delivery.n, 'broadcast')}; completion, spread: {whole}",
    ]


def clock_notes(run: Run) -> list[str]:
    """Return how sure the times between machines are, if any are."""
    if run.clock_error is None:
        return []
    error = show.seconds(run.clock_error)
    return [f"times between machines: clocks compared to within {error}; what is less is not given"]


def _table(
    columns: tuple[str, ...], measured: dict[str, Distribution | None], clock_error: float | None = None
) -> Table | None:
    """Return the distributions that hold any value, or `None` if none does."""
    rows = tuple(
        (
            name,
            *(_cell(seen, column, clock_error if name in BETWEEN_MACHINES else None) for column in columns),
        )
        for name, seen in measured.items()
        if seen is not None and seen.n > 0
    )
    return Table(columns, rows) if rows else None


def _cell(seen: Distribution, column: str, clock_error: float | None) -> str:
    value = getattr(seen, column.replace(".", "_"))
    has_figure = not column.startswith("p") or is_supported(seen.n, float(column[1:]))
    if value is None and clock_error is not None and has_figure:
        return f"< {show.seconds(clock_error)}"
    return show.percentile(value) if column.startswith("p") else show.seconds(value)


def _generator(cost: GeneratorCost, arrived: str) -> Section:
    rows = [
        Row("processes", show.count(cost.processes), f"{cost.driver}, {cost.pacing} pacing"),
        *_cost(cost, arrived),
    ]
    lag = cost.loop_lag
    if lag.n:
        rest = f"p99 {show.percentile(lag.p99)}, max {show.seconds(lag.max)}"
        rows.append(Row("loop lag p50", show.percentile(lag.p50), rest))
    return Section("Generator", tuple(rows))


def _target(cost: TargetCost | None, arrived: str) -> Section | None:
    if cost is None:
        return None
    command = show.printable(cost.command or "")
    return Section("Target", (Row("process id", str(cost.pid), command), *_cost(cost, arrived)))


def _cost(cost: GeneratorCost | TargetCost, arrived: str) -> Iterable[Row]:
    each, per_socket = cost.cpu_s_per_message, cost.rss_per_connection
    yield Row("CPU", show.seconds(cost.cpu_s), "" if each is None else f"{show.seconds(each)} per {arrived}")
    remark = "" if per_socket is None else f"{show.size(per_socket)} per connection"
    yield Row("peak RSS", show.size(cost.peak_rss), remark)


def _objectives(run: Run) -> Section | None:
    rows = tuple(
        Row(
            f"{STANDING_SIGNS[standing(result)]} {show.printable(result.expression)}",
            objective_value(result.expression, result.value),
            objective_result(result),
        )
        for result in run.slo
    )
    return Section("Objectives", rows) if rows else None


def objective_result(result: SloResult) -> str:
    """Return in words what came of an objective: `met`, `missed`, or `not measurable` and why."""
    found = standing(result)
    return f"{found}: {show.printable(result.why)}" if found == "not measurable" and result.why else found


def objective_value(expression: str, value: float | None) -> str:
    """Return an objective's value in the kind of unit that its figure has."""
    kind = kind_of(expression)
    shown = {"time": show.seconds, "size": show.size, "rate": show.rate}.get(kind, show.number)
    return shown(value)


def suite_table(runs: Sequence[Run]) -> Table:
    """Return the runs of a suite side by side, one row each."""
    columns = ("verdict", "opened", "sent", "received", "lost", "p50", "p99", "max")
    return Table(columns, tuple(_suite_row(run) for run in runs))


def _suite_row(run: Run) -> tuple[str, ...]:
    seen = main_time(run)
    times = (show.UNKNOWN,) * 3
    if seen is not None and seen.n:
        times = (show.percentile(seen.p50), show.percentile(seen.p99), show.seconds(seen.max))
    opened = f"{run.connections.opened:,}/{run.connections.requested:,}"
    counts = (show.UNKNOWN,) * 3
    if run.messages is not None:
        lost = run.messages.lost.disconnected + run.messages.lost.silent
        counts = (show.count(run.messages.sent), show.count(run.messages.received), show.count(lost))
    return (run.name or run.scenario, run.validity.verdict.upper(), opened, *counts, *times)


def main_time(run: Run) -> Distribution | None:
    """Return the time that the scenario is about: of handshakes, responses or deliveries."""
    if run.scenario == "connect":
        return run.connections.handshake_time
    return run.fanout.delivery_time if run.fanout is not None else run.response_time
