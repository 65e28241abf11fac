"""What each piece of work costs a target, as it is stored and handed on, and what that was found from."""

from typing import Annotated, Literal

import msgspec

MODEL_SCHEMA = "wswarm/model@1"

Arrivals = Literal["constant", "poisson"]
SizedScenario = Literal["echo", "fanout"]
Amount = Annotated[float, msgspec.Meta(ge=0)]  # s, cores, events per s
Whole = Annotated[int, msgspec.Meta(ge=0)]
Number = Annotated[int, msgspec.Meta(ge=1)]


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One load, held by one start of a server: what it cost and how long it took; means over the hold.

    Attributes:
        start: Number of the server's start: cells of one start share what changes from start to start.
        workers: Processes of the server that accept connections.
        rate: Publishes per s in all; of an echo, messages.
        fanout: Subscribers of each publish; of an echo 1.
        size: Bytes of a message.
        hold_s: How long it was.
        held_out: Whether the fit never sees it.
        cpu: Cores used by each process of the server.
        deliveries: Per s, or replies; `handshakes`: per s of the hold.
        memory: Resident bytes of all processes; `idle_memory`: of those before anybody connected.
        kernel_memory: What the kernel kept for the server's ends of the connections.
        broker_cpu: Cores.
        stalls: Of the server's loops, each longer than 2 ms, s; `None`: the load does not show them.
        p50: Delivery or response time, s; `last_p50`: median completion time, s.
        utilisation: Of a core, by the busiest process.
        readers: Processes of the generator that read for the connections.
    """

    start: Whole
    workers: Number
    connections: Number
    rate: Amount
    fanout: Number
    size: Whole
    hold_s: Amount
    held_out: bool
    cpu: tuple[Amount, ...]
    deliveries: Amount
    handshakes: Amount
    memory: Whole
    kernel_memory: Whole | None
    idle_memory: Whole
    broker_cpu: Amount | None
    stalls: tuple[Amount, ...] | None
    p50: Amount | None
    p99: Amount | None
    last_p50: Amount | None
    valid: bool
    utilisation: Amount
    readers: Number = 1


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """CPU that a server needs: s per event, or cores for what is merely there.

    What was not varied is part of what was: without several sizes a delivery's bytes are part of the delivery.

    Attributes:
        per_publish_s: Of the worker that receives it; of an echo, per message.
        per_worker_publish_s: Of each worker that hears of it from the others.
        per_delivery_s: Per subscriber, while the process is idle; `per_delivery_busy_s`: while it is busy all the
            time. Between them it goes with the utilisation: a busy loop does more each time it wakes up.
        per_byte_s: Per byte delivered.
        per_idle_connection: Cores for each that is open: pings and timers.
        per_handshake_s: `None`: it was not measured.
        per_worker: Cores for each process.
    """

    per_publish_s: Amount
    per_worker_publish_s: Amount
    per_delivery_s: Amount
    per_delivery_busy_s: Amount
    per_byte_s: Amount
    per_idle_connection: Amount
    per_handshake_s: Amount | None
    per_worker: Amount


class MemoryCosts(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes: `base` of each worker, and per connection resident and in the kernel (`None`: not known)."""

    base: Amount
    per_connection: Amount
    kernel_per_connection: Amount | None


class BrokerCosts(msgspec.Struct, frozen=True, kw_only=True):
    """CPU of the broker, s: per publish, and for each worker that hears of it."""

    per_publish_s: Amount
    per_worker_s: Amount


class Delay(msgspec.Struct, frozen=True, kw_only=True):
    """What the times have beside waiting and service.

    Attributes:
        stretch: How many s a process takes for one s of CPU, on the machine that was measured.
        p50: What is left over once the queue is accounted for, s: network, kernel, generator. `p99`, `last` likewise.
            `None`: no cell has that figure.
        ratios: By figure, of each cell that has it: what was measured over what the fit gives.
        stalls: Lengths of the loops' stalls that were seen, s; `stalls_per_s`: how often a worker has one;
            `None`: no load shows it.
        read_s: What a process of the generator took to read a delivery, one after another, s; 0: that did not show.
    """

    stretch: Annotated[float, msgspec.Meta(ge=1)]
    p50: Amount | None
    p99: Amount | None
    last: Amount | None
    ratios: dict[str, tuple[Amount, ...]]
    stalls: tuple[Amount, ...]
    stalls_per_s: Amount | None
    read_s: Amount = 0.0


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """Between what the cells lie, lowest and highest; `workers`: each number that there was."""

    connections: tuple[Number, Number]
    rate: tuple[Amount, Amount]
    fanout: tuple[Number, Number]
    size: tuple[Whole, Whole]
    workers: tuple[Number, ...]


class HeldOut(msgspec.Struct, frozen=True, kw_only=True):
    """How far the fit is from the cells that it has never seen: the greatest, as a share; `None`: not known."""

    cpu_error: Amount | None
    p50_error: Amount | None
    p99_error: Amount | None


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """Where the server ran: `memory` in bytes, `descriptors` that a process may open."""

    cores: Number
    cpu: str
    memory: Number | None = None
    descriptors: Number | None = None


class Mechanism(msgspec.Struct, frozen=True, kw_only=True):
    """How messages travel: what no number says anything of but what was measured.

    Attributes:
        scenario: Whether a message goes back to its sender or out to subscribers.
        backplane: How several workers hear of each other's publishes, in a word; `None`: not known.
        arrivals: How publishes came.
        is_shared: Whether the generator was on the server's machine.
    """

    scenario: SizedScenario
    tls: bool
    deflate: bool
    backplane: str | None
    arrivals: Arrivals
    is_shared: bool


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured, and what follows from it.

    Attributes:
        target: Its address or command, without secrets.
        cpu: Of a server as they are on the average; `starts`: of each start by itself.
        broker: `None`: there is none, or its CPU is not known.
        validated: Whether the cells that were held out are within the bounds.
        reasons: Why they are not, and what else limits it.
    """

    schema: str = MODEL_SCHEMA
    started_at: str
    target: str
    machine: Machine
    mechanism: Mechanism
    cpu: Costs
    starts: tuple[Costs, ...]
    memory: MemoryCosts
    broker: BrokerCosts | None
    delay: Delay
    measured: Measured
    cells: tuple[Cell, ...]
    held_out: HeldOut
    validated: bool
    reasons: tuple[str, ...]
