"""What each picture shows, in words: a title, the content for those who can't see it, how to read it."""

from dataclasses import dataclass

from wswarm.report import format as show
from wswarm.report import trends
from wswarm.report.slow import times
from wswarm.results.run import Distribution, Run

READINGS = {
    "connections": "The area should reach the dashed line and stay there; a slope after the ramp means that"
    " connections were lost.",
    "percentiles": "Go right to the share of messages that matters to you and read off the time they stayed"
    " below; a line that rises steeply at the right has a long tail.",
    "over-time": "A level picture is a service at ease; steps, teeth or a rising edge are stalls and queues."
    " The topmost line is the slowest message of each second.",
    "slow": "A bar per block at the median of its broadcasts. Where the red bars stand above the blue ones, healthy"
    " clients wait for slow ones.",
    "fanout": "How long each broadcast took to reach its first, its median and its last subscriber: far apart, the"
    " target takes long from one subscriber to the next.",
    "storm": "How many of the dropped have had a message again, and what they tried for it: where attempts stand high"
    " above handshakes, most were in vain.",
    "stages": "Above, times of what was due in each second: where p99 stays up after a stage, its queue is still"
    " there. Below, the rate that was asked for, and what came back.",
    "probe": "Where the load's line runs above the probe's, what came lay unread for so long.",
    "histogram": "How many took how long, on the axis of time that the percentiles have: a second hump is a second"
    " way through the target, such as a queue, a pause or another worker.",
    "rates": "What was sent and what came; where what came falls behind and then overtakes, it waited in between.",
    "handshakes": "Each dot is a connection, when it was ready: a slope upwards is a target that tires of it.",
    "attempts": "What clients tried to come back; where attempts stand high above handshakes, most were in vain.",
    "trends": "Each dot is the median of a thirtieth of the time; a line within its shade that could as well be"
    " level is no trend.",
}
SAID = 6  # steps
HANDSHAKE_READING = (
    "Go right to the share of connections that matters to you and read off the time their"
    " handshake stayed below."
)
POPULATION_READING = (
    "The area wavers about the dashed line, by the square root of it; where it stays below, sessions were refused,"
    " or the target ended them early. Handshakes that take ever longer tell a target that tires of them."
)
STAGES_READING = (
    "The area should follow the dashed line; where it lags, handshakes take long or fail, where it stays above,"
    " connections that said goodbye are not let go."
)


@dataclass(frozen=True, slots=True)
class Caption:
    """The words that go with one picture."""

    alt: str
    reading: str


def caption(run: Run, picture: str) -> Caption:
    """Return the words for `picture`, by its name."""
    reading = READINGS[picture]
    if picture == "connections" and run.population is not None:
        reading = POPULATION_READING
    if picture == "connections" and run.stages and run.scenario == "connect":
        reading = STAGES_READING
    if picture == "percentiles" and run.fanout is None and run.scenario in ("connect", "churn"):
        reading = HANDSHAKE_READING
    return Caption(alt=_ALTS[picture](run), reading=reading)


def _connections(run: Run) -> str:
    seen, population = run.connections, run.population
    if population is not None:
        return (
            f"Sessions open over time: {show.number(population.mean)} on the average of"
            f" {show.number(population.expected)} expected, {show.count(seen.peak)} at the peak,"
            f" {show.count(population.refused)} refused."
        )
    return (
        f"Open connections over time: {show.count(seen.peak)} at the peak of"
        f" {show.count(seen.requested)} requested, {show.count(seen.failed)} failed,"
        f" {show.count(seen.dropped)} dropped."
    )


def _percentiles(run: Run) -> str:
    if run.fanout is not None and not run.steps:
        return f"Percentile curves. {_levels('Delivery', run.fanout.delivery_time)}" + _levels(
            " Completion", run.fanout.completion_time
        )
    if run.scenario in ("connect", "churn"):
        return f"Percentile curves. {_levels('Handshake', run.connections.handshake_time)}"
    if run.steps:
        told = " ".join(
            _levels(show.printable(name), step.time) for name, step in list(run.steps.items())[:SAID]
        )
        return f"Percentile curves of the steps. {told}"
    return (
        f"Percentile curves. {_levels('Response', run.response_time)}{_levels(' Service', run.service_time)}"
    )


def _over_time(run: Run) -> str:
    if run.steps:
        steps = show.plural(len(run.steps), "step")
        failed = show.count(sum(one.failed for one in run.steps.values()))
        return f"Times of {steps} together by second; steps failed {failed} times."
    seen = run.fanout.delivery_time if run.fanout is not None else run.response_time
    lost = 0 if run.messages is None else run.messages.lost.disconnected + run.messages.lost.silent
    return f"Times by second. {_levels('Over the hold', seen)} {show.plural(lost, 'message')} lost."


def _fanout(run: Run) -> str:
    if run.fanout is None:
        return ""
    return (
        f"First, median and last delivery of {show.plural(run.fanout.broadcasts, 'broadcast')},"
        f" {show.count(run.fanout.incomplete)} of them incomplete, and the distribution of delivery and"
        " completion times."
    )


def _storm(run: Run) -> str:
    if run.recovery is None:
        return ""
    seen = run.recovery
    half, most = (
        show.UNKNOWN if one is None else show.seconds(one) for one in (seen.time.p50, seen.time.p90)
    )
    return (
        f"The share of {show.plural(seen.dropped, 'dropped client')} that is back, over time: half after {half}, nine"
        f" of ten after {most}, {show.count(seen.never)} never; and attempts and handshakes per second."
    )


def _slow(run: Run) -> str:
    if run.penalty is None:
        return ""
    return (
        f"Completion times of {show.plural(run.penalty.healthy, 'healthy subscriber')} in"
        f" {show.plural(len(run.penalty.blocks), 'block')}: penalty {times(run.penalty.ratio)} while"
        f" {show.plural(run.penalty.slow, 'slow reader')} did not keep up."
    )


def _stages(run: Run) -> str:
    told = [f"{n + 1}: p99 {show.percentile(one.p99)}" for n, one in enumerate(run.stages[:SAID])]
    return f"Times and rates over {show.plural(len(run.stages), 'stage')}. {', '.join(told)}."


def _trends(run: Run) -> str:
    told = ", ".join(
        f"{trends.NAMES.get(one.figure, one.figure)} {trends.verdict(one)}" for one in run.trends
    )
    return f"Trends over the hold: {told}."


def _histogram(run: Run) -> str:
    return _percentiles(run).replace("Percentile curves", "Histogram", 1)


def _rates(run: Run) -> str:
    if run.messages is None:
        return "Messages sent and received in each second."
    seen = run.messages
    return (
        f"{show.count(seen.sent)} sent, {show.count(seen.received)} received in the hold, second by second."
    )


def _levels(name: str, seen: Distribution | None) -> str:
    if seen is None or not seen.n:
        return f"{name}: nothing measured."
    p50, p99 = show.percentile(seen.p50), show.percentile(seen.p99)
    return f"{name}: p50 {p50}, p99 {p99}, max {show.seconds(seen.max)}."


def _probe(run: Run) -> str:
    if run.probe is None:
        return ""
    told = f"{_levels('Load', run.probe.beside)}{_levels(' Probe', run.probe.time)}"
    return f"Percentile curves of {show.plural(run.probe.pairs, 'pair')}. {told}"


_ALTS = {
    "connections": _connections,
    "percentiles": _percentiles,
    "over-time": _over_time,
    "fanout": _fanout,
    "storm": _storm,
    "slow": _slow,
    "stages": _stages,
    "trends": _trends,
    "probe": _probe,
    "histogram": _histogram,
    "rates": _rates,
    "handshakes": _connections,
    "attempts": _storm,
}
