"""Why the generator was late, by evidence, and the mend that fits: its own work, or a wait for a core."""

from dataclasses import dataclass

_WAITED = 0.01  # a wait for so much of the time can make one time in a hundred late
_WORKED = 0.5  # half a core: what comes in the midst of it waits
_CROWDED = 1_000  # connections of one process: fewer make a difference
_OTHERS = 0.2  # cores; less is what any machine does by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the generator and its machine were doing over the hold; `None` is unknown.

    Attributes:
        wait_share: How long the agent that waited most was ready to run and had no core, of the hold.
        cores: Of the machine. `busy_cores`: of them in use; `own_cores`: by the generator, `target_cores`: by the
            target, if it is on this machine.
        is_shared: Whether the target is on this machine.
        load: Its load average over the last minute.
        each: Connections of one agent.
    """

    wait_share: float | None = None
    cores: int | None = None
    busy_cores: float | None = None
    own_cores: float = 0.0
    target_cores: float | None = None
    is_shared: bool = True
    load: float | None = None
    each: int = 0

    @property
    def other_cores(self) -> float | None:
        """Cores that neither generator nor target used; `None` if unknown."""
        if self.busy_cores is None:
            return None
        return max(0.0, self.busy_cores - self.own_cores - (self.target_cores or 0.0))


def cause(around: Surroundings, cpu_share: float, steal: float | None, *, names_users: bool = True) -> str:
    """Return why a generator whose busiest agent used `cpu_share` of a core was late, as a clause.

    Args:
        names_users: Whether to say who used the cores that it waited for.
    """
    found = []
    if around.wait_share is not None and around.wait_share >= _WAITED:
        found.append(
            f"it waited for a core for {around.wait_share:.0%} of the time{users(around) if names_users else ''}"
        )
    if steal is not None and steal >= _WAITED:
        found.append(f"the host took {steal:.0%} of this machine's time")
    if cpu_share >= _WORKED:
        found.append(f"its own work took {cpu_share:.0%} of a core")
    if found:
        return " and ".join(found)
    if around.wait_share is None:
        return f"its own work took {cpu_share:.0%} of a core"
    return (
        f"neither its own work ({cpu_share:.0%} of a core) nor waiting for a core"
        f" ({around.wait_share:.1%} of the time) explains that: the machine paused it"
    )


def mend(around: Surroundings, cpu_share: float, steal: float | None) -> str:
    """Return what to do about that cause."""
    if around.wait_share is not None and around.wait_share >= _WAITED and cpu_share < 0.85:
        return room(around)
    if cpu_share >= _WORKED:
        fewer = "lower --rate, or use fewer connections" if around.each > _CROWDED else "lower --rate"
        return f"{fewer} or more --processes"
    if steal is not None and steal >= _WAITED:
        return "use a quieter machine"
    return "run it again on a quieter machine"


def users(around: Surroundings) -> str:
    """Return who used the cores, in brackets; nothing if nobody can tell."""
    if around.cores is None or around.busy_cores is None:
        return "" if around.load is None else f" (load average {around.load:.1f})"
    parts = [f"{around.own_cores:.1f} by the generator"]
    parts += [f"{around.target_cores:.1f} by the target"] if around.target_cores is not None else []
    others = around.other_cores or 0.0
    name = "others" if around.target_cores is not None or not around.is_shared else "target and others"
    parts.append(f"{others:.1f} by {name}")
    load = f"; load average {around.load:.1f}" if around.load is not None else ""
    return f" ({around.busy_cores:.1f} of {around.cores} cores busy: {', '.join(parts)}{load})"


def room(around: Surroundings) -> str:
    """Return how to give the generator a core: by whom it is kept from one."""
    others, target = around.other_cores, around.target_cores
    if others is not None and others > _OTHERS and (target is not None and others >= target):
        return "stop what else runs on this machine, or use one with more cores"
    if target is not None and target > (others or 0.0):
        return "use another machine for target or generator, or lower --rate"
    return "stop what else runs on this machine, or use another one"
