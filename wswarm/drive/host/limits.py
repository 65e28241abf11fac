"""What this machine can carry: files, ports, and what to do when it is too little."""

import os
import sys
from math import ceil

from wswarm.drive.drivers.sources import sources_of
from wswarm.drive.host import cgroup
from wswarm.drive.host.files import can_be_raised, file_limit
from wswarm.drive.host.ports import given_away
from wswarm.errors import PlanError
from wswarm.load.plan import Plan
from wswarm.load.url import host_of, socket_of

CONNECTIONS_PER_AGENT = 10_000
FILES_RESERVED = 32  # what a process of ours has open besides its connections: 10 to 20
FILES_PER_AGENT = 2  # that the front end has open: the socket to it, and what it says last
AGENTS_PER_CORE = 32
AT_ONCE = 2_000  # handshakes: uvicorn's queue of connections not yet accepted holds 2,048, those of most others more
UNEVEN = 1.5  # workers that share a listening socket: the fullest has so many times its share


def local_ports() -> int:
    """Return how many local ports one source address has towards one target."""
    return len(given_away())


def sources(plan: Plan) -> tuple[str, ...]:
    """Return the addresses that the plan's connections leave from here, () for any: see `sources_of`."""
    return sources_of(plan, local_ports())


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def room_for_processes() -> tuple[int, str] | None:
    """Return how many more processes and threads may be started here, and the limit; `None`: any number."""
    bound = cgroup.bounds().pids
    if bound is None:
        return None
    most, used = int(bound.most), int(bound.used)
    return max(
        0, most - used
    ), f"{bound.file} of this control group is {most:,}, of which {used:,} are in use"


def agents_for(plan: Plan) -> int:
    """Return how many agents hold the plan's connections.

    Raises:
        PlanError: the connections don't fit the file limit or the local ports, or the agents the cores.
    """
    _check_ports(plan)
    room = max(0, file_limit() - FILES_RESERVED)
    agents = plan.processes or -(-plan.connections // max(1, min(CONNECTIONS_PER_AGENT, room)))
    publishing = plan.sockets - plan.connections
    if publishing > room:
        most = room // plan.rooms
        fewer = f"use at most {most}, or raise it" if most else "raise it"
        in_rooms = f" in each of {plan.rooms:,} rooms" if plan.rooms > 1 else ""
        raise PlanError(
            f"--publishers {plan.publishers}{in_rooms}: they share one process, which needs"
            f" {publishing + FILES_RESERVED} open files, and the hard limit is {file_limit()};"
            f" {fewer} ({_raise_files(publishing)})"
        )
    _check_files(plan, agents, room)
    _check_processes(plan, agents, room)
    return agents


def check_server(connections: int) -> None:
    """Check that a server that is started here, one process, can hold the connections.

    Raises:
        PlanError: it may not open so many files.
    """
    room = file_limit() - FILES_RESERVED
    if connections > room:
        fewer = f"use -c {room}, or raise it" if room > 0 else "raise it"
        workers = (
            f", or start it with several processes (wswarm serve --workers {workers_for(connections, room)}) and"
            " give its URL"
            if room > 0
            else ""
        )
        raise PlanError(
            f"-c {connections}: the application that is started here needs a file for each, and the hard limit of"
            f" open files is {file_limit()}; {fewer} ({_raise_files(connections)}){workers}"
        )


def workers_for(connections: int, room: int) -> int:
    """Return how many processes of a server hold the connections, of which the fullest may have `UNEVEN` its share.

    Args:
        room: Connections that one can hold.
    """
    return 1 if connections <= room else ceil(UNEVEN * connections / room)


def _check_files(plan: Plan, agents: int, room: int) -> None:
    """Check the files of each agent, and those that it takes here to talk to all of them."""
    publishing = 1 if plan.is_published else 0
    most = room // FILES_PER_AGENT - publishing
    fewest, each = -(-plan.connections // max(1, room)), -(-plan.connections // agents)
    if each <= room and agents <= most:
        return
    if 0 < fewest <= most:
        mend = f"use --processes {fewest}" + (f" to {most}" if most > fewest else "")
    elif most > 0:
        mend = f"use -c {room * most} at most"
    else:
        mend = ""
    if each > room:
        what = f"{each} connections in one process need {each + FILES_RESERVED} open files"
    else:
        what = f"{agents} processes need {FILES_PER_AGENT * agents + FILES_RESERVED} open files here"
    wanted = max(plan.connections if mend == "" else each, FILES_PER_AGENT * (agents + publishing))
    raise PlanError(
        f"-c {plan.connections}: {what}, and the hard limit is {file_limit()};"
        f" {mend}{', or ' if mend else ''}raise it ({_raise_files(wanted)})"
    )


def _raise_files(connections: int) -> str:
    files = connections + FILES_RESERVED
    if can_be_raised():
        return f"ulimit -n {files}, as root"
    return f"docker run --ulimit nofile={files}; in here root may not"


def _check_ports(plan: Plan) -> None:
    addresses = max(1, len(sources(plan)))
    ports = local_ports() * addresses
    if plan.sockets > ports and socket_of(plan.url) is None:
        is_localhost = host_of(plan.url) == "localhost" and not plan.bind and sys.platform == "linux"
        by_itself = "write 127.0.0.1 for localhost, which is reached from further addresses by itself, or "
        raise PlanError(
            f"-c {plan.connections} needs {plan.sockets} local ports, and there are {ports}"
            f" (net.ipv4.ip_local_port_range, {local_ports()} for each of {addresses} source address(es)):"
            f" {by_itself if is_localhost else ''}add --bind ADDR, {-(-plan.sockets // local_ports())} in all"
            " (127.0.0.2 and so on reach a loopback target), or widen the range"
        )


def _check_processes(plan: Plan, agents: int, room: int) -> None:
    most = max(AGENTS_PER_CORE * cores(), -(-plan.connections // CONNECTIONS_PER_AGENT))
    if agents > most:
        raise PlanError(
            f"--processes {agents} is more than {cores()} cores can run, at most {most}: use fewer"
            f" (a process holds {min(CONNECTIONS_PER_AGENT, room)} connections), or raise the limit of open files"
        )
    found = room_for_processes()
    needed = agents + plan.is_published
    if found is not None and needed > found[0]:
        free, limit = found
        fewest = -(-plan.connections // max(1, min(CONNECTIONS_PER_AGENT, room)))
        spare = free - plan.is_published
        mend = f"use --processes {fewest}, or raise it" if fewest <= spare and fewest < agents else "raise it"
        raise PlanError(f"{needed} generator processes can't be started: {limit}; {mend}")
