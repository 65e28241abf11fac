"""The life of a server process: start, one line when it listens, one line of facts when it stops."""

import asyncio
import gc
import json
import logging
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any, Protocol

import uvloop

HOST = "127.0.0.1"
BACKLOG = 4096
ERRORS_KEPT = 20
LAST_TURNS = 50


class Program(Protocol):
    """What a server's module offers: one class, built with the parameters given to ``serve``."""

    async def listen(self) -> dict[str, Any]:
        """Starts listening; what the first line says, at least ``port`` and ``url``."""
        ...

    def facts(self) -> dict[str, Any]:
        """What the server did so far, ready for JSON."""
        ...


def run(program_type: Callable[..., Program]) -> None:
    """Live until SIGTERM or until standard input ends; parameters are the JSON object in ``argv[1]``.

    Collects no garbage: a collection would be a pause that no server's description mentions.
    """
    program = program_type(**json.loads(sys.argv[1]))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C for the test run; our input ends with it
    gc.disable()
    uvloop.run(_live(program))


async def _live(program: Program) -> None:
    stop = asyncio.Event()
    errors = _Errors()
    logging.getLogger().addHandler(errors)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(errors.on_loop_exception)
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_reader(sys.stdin.fileno(), stop.set)  # nobody writes to it: readable means ended
    write_line(await program.listen())
    await stop.wait()
    for _ in range(LAST_TURNS):  # what had come before the word to stop is read, however late it has its turn
        await asyncio.sleep(0)
    loop.remove_reader(sys.stdin.fileno())
    write_line({**program.facts(), "errors": errors.seen})


def address(port: int, scheme: str = "ws") -> dict[str, Any]:
    """The first line of a server that listens on ``port``."""
    return {"port": port, "url": f"{scheme}://{HOST}:{port}/"}


def write_line(content: dict[str, Any]) -> None:
    """Put one JSON object on standard output, at once."""
    sys.stdout.write(json.dumps(content) + "\n")
    sys.stdout.flush()


def summarise(values_ns: list[int]) -> dict[str, int | None]:
    """``n``, ``min``, ``p50``, ``p99`` and ``max`` in ns, nearest rank; ``None`` where there is no value."""
    ranked = sorted(values_ns)
    n = len(ranked)

    def quantile(q: float) -> int | None:
        return ranked[min(n - 1, int(q * n))] if n else None

    return {"n": n, "min": quantile(0), "p50": quantile(0.5), "p99": quantile(0.99), "max": quantile(1)}


class _Errors(logging.Handler):
    """Keeps what went wrong inside, but not what a client did to its own connection."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._keep(self.format(record), record.exc_info[1] if record.exc_info else None)

    def on_loop_exception(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        exception = context.get("exception")
        self._keep(f"{context['message']}: {exception!r}", exception)

    def _keep(self, text: str, exception: BaseException | None) -> None:
        is_clients_doing = _is_of_the_system(exception) or "handshake failed" in text
        if not is_clients_doing and len(self.seen) < ERRORS_KEPT:
            self.seen.append(text)


def _is_of_the_system(exception: BaseException | None) -> bool:
    """Whether it is an error of the operating system, or a group of nothing else."""
    if isinstance(exception, BaseExceptionGroup):
        return exception.split(OSError)[1] is None
    return isinstance(exception, OSError)
