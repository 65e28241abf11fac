"""What this machine can carry: files, ports, and what to do when it is too little."""

import os
import sys
from pathlib import Path

from wswarm.drive.files import file_limit
from wswarm.errors import PlanError
from wswarm.load.plan import Plan
from wswarm.load.url import socket_of

CONNECTIONS_PER_AGENT = 10_000
FILES_RESERVED = 64
AGENTS_PER_CORE = 32
_DEFAULT_PORTS = (32_768, 60_999)
_DYNAMIC_PORTS = (49_152, 65_535)  # of macOS and Windows, by default


def local_ports() -> int:
    """Return how many local ports one source address has towards one target."""
    try:
        low, high = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    except (OSError, ValueError):
        low, high = _DEFAULT_PORTS if sys.platform == "linux" else _DYNAMIC_PORTS
    return high - low + 1


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def agents_for(plan: Plan) -> int:
    """Return how many agents hold the plan's connections.

    Raises:
        PlanError: the connections don't fit the file limit or the local ports, or the agents the cores.
    """
    room = file_limit() - FILES_RESERVED
    agents = plan.processes or -(-plan.connections // max(1, min(CONNECTIONS_PER_AGENT, room)))
    each = -(-plan.connections // agents)
    if plan.scenario == "fanout" and plan.publishers > room:
        raise PlanError(
            f"--publishers {plan.publishers}: they share one process, and the hard limit of open files is"
            f" {file_limit()}; use fewer or raise it (ulimit -Hn, as root)"
        )
    if each > room:
        raise PlanError(
            f"-c {plan.connections}: {each} connections in one process need {each + FILES_RESERVED} open files,"
            f" and the hard limit is {file_limit()}; use --processes {-(-plan.connections // max(1, room))}"
            f" or raise it (ulimit -Hn, as root)"
        )
    ports = local_ports() * max(1, len(plan.bind))
    if plan.sockets > ports and socket_of(plan.url) is None:
        raise PlanError(
            f"-c {plan.connections} needs more local ports than the {ports} of {max(1, len(plan.bind))} source"
            f" address(es): add --bind ADDR, {-(-plan.sockets // local_ports())} in all (127.0.0.2 and so on reach"
            f" a loopback target), or widen net.ipv4.ip_local_port_range"
        )
    most = max(AGENTS_PER_CORE * cores(), -(-plan.connections // CONNECTIONS_PER_AGENT))
    if agents > most:
        raise PlanError(
            f"--processes {agents} is more than {cores()} cores can run, at most {most}: use fewer"
            f" (a process holds {min(CONNECTIONS_PER_AGENT, room)} connections), or raise the limit of open files"
        )
    return agents
