"""A storm, made up for what a reader sees of it."""

from typing import Any

import msgspec
import numpy as np

from tests.report import runs
from wswarm.results.recovery import Bystanders, Counted, KernelQueue
from wswarm.results.run import Run
from wswarm.stats.findings import STILL_OPEN, UNKNOWN, Effort, Findings, Sockets, pack
from wswarm.stats.recovery import recovery
from wswarm.stats.returns import Returns
from wswarm.units import NS_PER_S

_EFFORT = Effort(cpu_s=0, cpu_share=0, rss_before=0, rss_open=0, rss_peak=0, loop_lag=b"", longest_stop_ns=0)


def storm(never: int = 0, **changes: Any) -> Run:
    """Return a run in which 500 of 1,000 were dropped, and came back within two seconds but for some."""
    run = runs.fanout(subscribers=1_000, rate=20, duration=12)
    back_ns = np.sort(np.random.default_rng(1).integers(600_000_000, 2_000_000_000, 500))
    back_ns[500 - never :] = STILL_OPEN
    is_back = back_ns != STILL_OPEN
    ticks = np.zeros(200, np.int64)
    np.add.at(ticks, back_ns[is_back] // 10_000_000 - 1, 1)
    opened_ns = back_ns[is_back] - 20_000_000
    found = Findings(
        sockets=Sockets(requested=0),
        effort=_EFFORT,
        returns=Returns(
            dropped_ns=pack(np.zeros(500, np.int64)),
            ready_ns=pack(back_ns),
            back_ns=pack(back_ns),
            attempts=pack(np.full(500, 2)),
            missed=pack(np.where(is_back, back_ns // 50_000_000, UNKNOWN)),
            attempts_per_tick=pack(2 * ticks),
            handshakes_per_tick=pack(ticks),
            refused={"http 503": 500},
            queued=5,
        ),
        again=Sockets(
            requested=len(opened_ns), started_ns=pack(opened_ns - 4_000_000), opened_ns=pack(opened_ns)
        ),
    )
    beside = Bystanders(before=0.0042, during=0.081, after=0.0045, back_after_s=3.0)
    before, after = Counted(before=7, after=7), Counted(before=7, after=19)
    kernel = KernelQueue(listen_overflows=after, listen_drops=after, syn_drops=before, syn_cookies=before)
    asked = {"drop": 0.5, "how": "reset", "reconnect": "socketio", "duration": 81.0}
    return msgspec.structs.replace(
        run,
        scenario="storm",
        plan={**run.plan, **asked},
        recovery=recovery([found], 0, beside, kernel),
        **changes,
    )


def nobody_dropped() -> Run:
    """Return one that was interrupted before the drop."""
    nobody = Bystanders(before=None, during=None, after=None, back_after_s=None)
    return msgspec.structs.replace(storm(), recovery=recovery([], 0 * NS_PER_S, nobody, None))
