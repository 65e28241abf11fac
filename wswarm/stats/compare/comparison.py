"""The result of a comparison of two versions: every slice of load on both, and the verdict, as one JSON object.

Times are seconds, sizes bytes, CPU seconds. Unknown is `None`, never 0. All ratios are head / base.
"""

from typing import Any, Literal

import msgspec

from wswarm.results.run import Environment
from wswarm.stats.compare.ab import Comparison, Design
from wswarm.stats.compare.slices import Arm, Slice

AB_SCHEMA = "wswarm/ab@1"
REFERENCE, REFERENCE_URL = "wswarm serve --port {port}", "ws://127.0.0.1:{port}"

Doing = Literal["starting", "calibrating", "measuring"]


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two versions.

    Attributes:
        version: What it was called on the command line: a commit, `.`, or the command.
        commit: Full hash, `None` where a command was given.
        has_changes: Whether it is the working tree with changes that are not committed.
        command: What started its server, `{port}` in it.
        served: The file that its server turned out to serve: in its worktree `target_app/main.py`, in its environment
            `site-packages/…`, otherwise from where wswarm ran; `None` if that could not be told.
        python: Of its own environment, `None` where it has none of ours; likewise `packages`.
    """

    arm: Arm
    version: str
    commit: str | None = None
    has_changes: bool = False
    command: str = ""
    served: str | None = None
    python: str | None = None
    packages: dict[str, str] = {}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How the slices were made; times in s.

    Attributes:
        budget: Longest time for all.
        blocks: Of four slices, in each generation; `closed_blocks`: likewise, of those that measure capacity.
        slice: Length of the load of a slice; `pause`: least time without load before it.
        seed: Of the order of the slices and of start, of hash seeds and of arrivals.
        rate: Messages per s in open slices, `None` if it was to be measured and was not. `overload`: in slices with
            too much to deliver in time; `None` where there are none.
        server_cores: That the servers ran on, none: not pinned; likewise `generator_cores`.
    """

    budget: float
    blocks: int
    closed_blocks: int
    slice: float
    pause: float
    seed: int
    rate: float | None
    is_rate_given: bool
    overload: float | None = None
    server_cores: tuple[int, ...] = ()
    generator_cores: tuple[int, ...] = ()


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One slice, and all that was seen beside its figures.

    Attributes:
        t: When its load began, s since the experiment.
        received_rate: Replies or deliveries per s of its load.
        server_cpu_s: CPU of the server with all its children, from before the load until all had arrived.
        server_wait_s: How long they were ready to run and had no core.
        server_rss: Resident bytes of them all at its end.
        generator_cpu_s: CPU of its agents. `loop_lag_p99`: how late their loops were.
        send_lag_p99: How late messages were sent.
        steal: Share of the machine's time that its host gave to others.
        dropped: Connections that were lost during the slice.
        times: All response or delivery times, HdrHistogram V2 compressed encoding, base64.
    """

    slice: Slice
    t: float
    received_rate: float
    server_cpu_s: float | None
    server_wait_s: float | None
    server_rss: int | None
    generator_cpu_s: float
    loop_lag_p99: float | None
    send_lag_p99: float | None
    steal: float | None
    dropped: int
    times: str


class Generation(msgspec.Struct, frozen=True, kw_only=True):
    """A pair of fresh server processes.

    Attributes:
        t: When they began to be started, s since the experiment.
        first: The arm that was started first.
        hash_seeds: PYTHONHASHSEED of each.
    """

    t: float
    first: Arm
    hash_seeds: dict[Arm, int]


class Ab(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison of two versions, as `ab.json` holds it.

    Attributes:
        session: Marks slices that were measured in turn: figures of two sessions are not comparable like this.
        plan: Every setting of the load, as used; the URL has `{port}` in it.
        generations: When each pair of fresh servers began to be started, s since the experiment, and the order.
        elapsed: Length of the experiment.
        is_interrupted: Whether somebody ended it early.
        comparison: The verdict on all slices.
        slices: In the order in which they were made.
    """

    schema: str = AB_SCHEMA
    session: str
    scenario: Literal["echo", "fanout"]
    started_at: str
    environment: Environment
    base: Side
    head: Side
    plan: dict[str, Any]
    settings: Settings
    design: Design
    generations: list[Generation]
    elapsed: float
    is_interrupted: bool
    comparison: Comparison
    slices: list[Record]


class AbProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How a comparison stands while it goes on.

    Attributes:
        doing: What is done now.
        generation: From 1; `most` of them at most.
        slices: Done in the generation, of `slices_wanted`.
        elapsed: s since the beginning, of `budget`.
        comparison: After the last generation, `None` before the first has ended.
    """

    doing: Doing
    generation: int
    most: int
    slices: int
    slices_wanted: int
    elapsed: float
    budget: float
    comparison: Comparison | None = None
