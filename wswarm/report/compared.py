"""Which times of a run are held against each other."""

from collections.abc import Mapping

from wswarm.report import format as show
from wswarm.results.run import Distribution, Run

MOST = 6
NAME_LENGTH = 24


def compared(run: Run) -> Mapping[str, Distribution | None]:
    """Return what the run's percentiles are about, the figure that counts first."""
    if run.fanout is not None and not run.steps:
        return {"delivery": run.fanout.delivery_time, "completion": run.fanout.completion_time}
    if run.scenario in ("connect", "churn"):
        seen = run.connections
        return {
            "handshake": seen.handshake_time,
            "tcp": seen.tcp_time,
            "tls": seen.tls_time,
            "upgrade": seen.upgrade_time,
        }
    if run.steps:  # those that were taken most often
        often = sorted(run.steps.items(), key=lambda item: -item[1].time.n)[:MOST]
        return {show.shortened(show.printable(name), NAME_LENGTH): step.time for name, step in often}
    return {"response": run.response_time, "service": run.service_time}
