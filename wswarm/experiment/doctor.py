"""Can this machine do that? Each limit, what it has to be, and how to raise it."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from wswarm.drive import clock
from wswarm.drive.host import cgroup, files, limits
from wswarm.drive.host.lazy import psutil

GENERATOR_BYTES = 16_000
TARGET_BYTES = 60_000
KERNEL_BYTES = 10_000  # of both ends on one machine: sockets, files, inodes; in no process's memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One limit of the machine.

    Attributes:
        found: What the machine has, in words.
        is_enough: `None`: can't be told here, and `mend` says why and how to find out.
        mend: What to do when it is not enough.
    """

    name: str
    found: str
    needed: str
    is_enough: bool | None
    mend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What the checks look at; `None` where the system does not tell.

    Attributes:
        files: Hard limit of open files of one process.
        ports: Local ports towards one target from one address.
        backlog: Longest queue of connections not yet accepted. `syn_backlog`: of half-open ones.
        memory: Free bytes.
        conntrack: Connections that the firewall can track.
        cpus: Cores' worth of time that a container may use. `processes`: How many more may be started.
        is_contained: Whether the memory is that which a container may still use.
        has_fine_timer: Whether sends can be timed finer than 1 ms.
        has_uvloop: Whether the fast event loop is installed.
    """

    files: int
    ports: int
    backlog: int | None
    syn_backlog: int | None
    memory: int
    cores: int
    conntrack: int | None
    has_fine_timer: bool
    has_uvloop: bool
    cpus: float | None = None
    processes: int | None = None
    is_contained: bool = False


def inspect() -> Machine:
    """Return what this machine has."""
    bounds = cgroup.bounds()
    memory, pids = bounds.memory, limits.room_for_processes()
    free = psutil.virtual_memory().available
    return Machine(
        cpus=bounds.cpus.most if bounds.cpus is not None else None,
        is_contained=memory is not None and memory.most - memory.used < free,
        processes=pids[0] if pids is not None else None,
        files=files.file_limit(),
        ports=limits.local_ports(),
        backlog=_kernel_number("net/core/somaxconn"),
        syn_backlog=_kernel_number("net/ipv4/tcp_max_syn_backlog"),
        memory=free if memory is None else min(free, max(0, int(memory.most - memory.used))),
        cores=limits.cores(),
        conntrack=_kernel_number("net/netfilter/nf_conntrack_max"),
        has_fine_timer=clock.has_kernel_timer(),
        has_uvloop=_can_import("uvloop"),
    )


def examine(machine: Machine, connections: int, connect_rate: float) -> list[Check]:
    """Return every check for that many connections, opened at `connect_rate` per s."""
    return [*_hard_limits(machine, connections), *_comforts(machine, connections, connect_rate)]


def _files(machine: Machine, connections: int) -> list[Check]:
    room = max(1, machine.files - limits.FILES_RESERVED)
    each = min(connections, limits.CONNECTIONS_PER_AGENT, room)
    workers = limits.workers_for(connections, room)
    return [
        Check(
            name="open files, generator",
            found=_files_found(machine),
            needed=f"{each + limits.FILES_RESERVED:,} ({-(-connections // each)} processes)",
            is_enough=-(-connections // each) <= limits.AGENTS_PER_CORE * machine.cores,
            mend="raise the hard limit: 'nofile' in /etc/security/limits.conf, --ulimit nofile=N of a container;"
            " where you may not, more machines: each process holds no more than that, and here are too few cores for"
            " so many",
        ),
        Check(
            name="open files, local target",
            found=_files_found(machine),
            needed=f"{connections + limits.FILES_RESERVED:,}"
            + (f", or {workers} workers" if workers > 1 else ""),
            is_enough=machine.files >= connections + limits.FILES_RESERVED or None,
            mend="this is what we may open; the target's own limit counts, 'Max open files' in /proc/PID/limits: if"
            f" it is no higher raise it; where you may not, start {workers} workers, of which the fullest may have"
            f" {limits.UNEVEN:g} times its share, or run the target elsewhere",
        ),
    ]


def _files_found(machine: Machine) -> str:
    return "no limit" if machine.files >= files.NO_LIMIT else f"{machine.files:,} per process"


def _hard_limits(machine: Machine, connections: int) -> list[Check]:
    addresses = -(-2 * connections // machine.ports)
    memory = connections * (GENERATOR_BYTES + TARGET_BYTES + KERNEL_BYTES)
    return [
        *_files(machine, connections),
        Check(
            name="local ports",
            found=f"{machine.ports:,} per source address",
            needed=f"{2 * connections:,}: of more than half a free one is found slowly",
            is_enough=machine.ports >= 2 * connections or None,
            mend="it depends on where the target is: none is missed towards 127.0.0.1 on Linux, which is reached from"
            f" further addresses by itself; else --bind with {addresses} source addresses, or widen"
            " net.ipv4.ip_local_port_range",
        ),
        Check(
            name="memory",
            found=f"{machine.memory / 1e9:.1f} GB free" + " (of the container)" * machine.is_contained,
            needed=f"{memory / 1e9:.1f} GB for generator, target and the kernel's sockets",
            is_enough=machine.memory >= memory,
            mend="fewer connections, or the target on another machine"
            + ("; or raise the container's limit (memory.max, docker run --memory)" * machine.is_contained),
        ),
        Check(
            name="tracked connections",
            found="no tracking" if machine.conntrack is None else f"{machine.conntrack:,}",
            needed=f"{connections:,}",
            is_enough=machine.conntrack is None or machine.conntrack >= connections,
            mend="raise net.netfilter.nf_conntrack_max",
        ),
    ]


def _comforts(machine: Machine, connections: int, connect_rate: float) -> list[Check]:
    burst = min(connections, round(connect_rate), limits.AT_ONCE)
    return [
        Check(
            name="accept queue",
            found="unknown" if machine.backlog is None else f"{machine.backlog:,}",
            needed=f"{burst:,} (one second of connecting, {limits.AT_ONCE:,} at most)",
            is_enough=None if machine.backlog is None else machine.backlog >= burst,
            mend=_told(machine.backlog, "net.core.somaxconn")
            + "raise net.core.somaxconn and the server's backlog, or lower --connect-rate",
        ),
        Check(
            name="half-open queue",
            found="unknown" if machine.syn_backlog is None else f"{machine.syn_backlog:,}",
            needed=f"{burst:,}",
            is_enough=None if machine.syn_backlog is None else machine.syn_backlog >= burst,
            mend=_told(machine.syn_backlog, "net.ipv4.tcp_max_syn_backlog")
            + "raise net.ipv4.tcp_max_syn_backlog, or lower --connect-rate",
        ),
        _core_check(machine),
        *_processes(machine, connections),
        Check(
            name="timer",
            found="timerfd, some 30 µs" if machine.has_fine_timer else "the event loop's, 1 ms",
            needed="finer than 1 ms",
            is_enough=machine.has_fine_timer,
            mend="run the generator on Linux",
        ),
        Check(
            name="event loop",
            found="uvloop" if machine.has_uvloop else "asyncio",
            needed="uvloop",
            is_enough=machine.has_uvloop,
            mend="pip install uvloop",
        ),
    ]


def _core_check(machine: Machine) -> Check:
    return Check(
        name="cores",
        found=_cores(machine),
        needed="2: one for the target, one for the generator",
        is_enough=min(machine.cores, machine.cpus or machine.cores) >= 2,
        mend="use a machine with more cores, or two machines"
        if machine.cpus is None
        else "raise the container's share (cpu.max, docker run --cpus 2), or use two machines",
    )


def _processes(machine: Machine, connections: int) -> list[Check]:
    if machine.processes is None:
        return []
    needed = -(-connections // limits.CONNECTIONS_PER_AGENT) + 1
    return [
        Check(
            name="processes",
            found=f"{machine.processes:,} more (pids.max)",
            needed=f"{needed:,}",
            is_enough=machine.processes >= needed,
            mend="raise the container's limit of processes: pids.max, docker run --pids-limit",
        )
    ]


def _cores(machine: Machine) -> str:
    if machine.cpus is None or machine.cpus >= machine.cores:
        return str(machine.cores)
    return f"{machine.cpus:g} of {machine.cores} (cpu.max)"


def _told(value: int | None, name: str) -> str:
    """Return that the system does not tell the value, where it doesn't."""
    return (
        "" if value is not None else f"this system does not tell {name} (sysctl {name}); if it is too low: "
    )


def _kernel_number(name: str) -> int | None:
    try:
        return int(Path("/proc/sys", name).read_text())
    except (OSError, ValueError):
        return None


def _can_import(name: str) -> bool:
    return find_spec(name) is not None
