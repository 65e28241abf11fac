"""Why the generator was late, and the mend that fits."""

import pytest

from wswarm.stats.causes import Surroundings, cause, mend, users

QUIET = Surroundings(
    wait_share=0.001, cores=2, busy_cores=0.5, own_cores=0.2, target_cores=0.2, load=0.4, each=10
)
CROWDED = Surroundings(
    wait_share=0.12, cores=2, busy_cores=2.0, own_cores=0.1, target_cores=0.2, load=5.25, each=10
)
SHARED = Surroundings(
    wait_share=0.05, cores=2, busy_cores=1.9, own_cores=0.4, target_cores=1.4, load=2.0, each=10
)

CASES = {
    "others": (
        CROWDED,
        0.1,
        0.0,
        "it waited for a core for 12% of the time (2.0 of 2 cores busy: 0.1 by the generator, 0.2 by the target,"
        " 1.7 by others; load average 5.2)",
        "stop what else runs on this machine, or use one with more cores",
    ),
    "the target": (
        SHARED,
        0.4,
        0.0,
        "it waited for a core for 5% of the time (1.9 of 2 cores busy: 0.4 by the generator, 1.4 by the target,"
        " 0.1 by others; load average 2.0)",
        "use another machine for target or generator, or lower --rate",
    ),
    "its own work": (
        QUIET,
        0.9,
        0.0,
        "its own work took 90% of a core",
        "lower --rate or more --processes",
    ),
    "the host": (QUIET, 0.1, 0.2, "the host took 20% of this machine's time", "use a quieter machine"),
    "nobody": (
        QUIET,
        0.1,
        0.0,
        "neither its own work (10% of a core) nor waiting for a core (0.1% of the time) explains that: the machine"
        " paused it",
        "run it again on a quieter machine",
    ),
    "unknown": (
        Surroundings(),
        0.1,
        None,
        "its own work took 10% of a core",
        "run it again on a quieter machine",
    ),
}


@pytest.mark.parametrize(("around", "cpu_share", "steal", "why", "what"), CASES.values(), ids=list(CASES))
def test_the_cause_is_named_by_evidence_with_the_mend_that_fits(
    around: Surroundings, cpu_share: float, steal: float | None, why: str, what: str
) -> None:
    assert (cause(around, cpu_share, steal), mend(around, cpu_share, steal)) == (why, what)


@pytest.mark.parametrize(("each", "is_told"), [(10, False), (1_000, False), (1_001, True)])
def test_ten_connections_are_not_told_to_be_fewer(each: int, is_told: bool) -> None:
    around = Surroundings(wait_share=0.0, each=each)
    assert ("fewer connections" in mend(around, 0.9, None)) == is_told


def test_without_a_process_id_the_target_is_counted_among_the_others() -> None:
    around = Surroundings(cores=4, busy_cores=3.0, own_cores=1.0)
    assert users(around) == " (3.0 of 4 cores busy: 1.0 by the generator, 2.0 by target and others)"
    assert users(Surroundings(cores=4, busy_cores=3.0, own_cores=1.0, is_shared=False)).endswith(
        "2.0 by others)"
    )


def test_where_little_is_known_little_is_said() -> None:
    assert users(Surroundings()) == ""
    assert users(Surroundings(load=3.0)) == " (load average 3.0)"
