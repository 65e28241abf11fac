"""What a message costs the generator, in pairs with the least that a client can cost.

    python -m benchmarks.generator_cost fanout|closed|open|socketio [--pairs N] [--hold S] [--pacing P] [--also DIR]
    python -m benchmarks.generator_cost fanout|closed|open --with '--samples {folder}/s.jsonl' --with --live

Each side is a process of its own and is started anew each time; they take turns in changing order, and the ratio is
the median over pairs. The yardstick is `yardsticks.counting_loop`: a bare picows loop that only counts. In the open
model at 10,000 messages/s there is none; that of Socket.IO's fan-out is one of bare markers. DIR is another checkout,
measured in the same minutes. Options after `--with` are held against the same run without them; who serves a page is
asked for it once a second.
"""

import argparse
import os
import re
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

from benchmarks.pairs import counting_echo, counting_fanout
from tests.end_to_end.servers import serve
from wswarm.load.marker import MARKER_SIZE
from wswarm.report import store

_HERE = Path(__file__).parents[1]
_SAYS = "Client #1001 says: "  # as the reference chat puts it before what is said
_SUBSCRIBERS, _RATE = 1000, 20
_MEASURED = (0, 98)  # 98: on a busy machine its times are not valid; its CPU time is
_US = 1e6


class Cost(NamedTuple):
    """CPU seconds of all agents per message, the send lag's p50, s, and what all other processes of it spent, s."""

    cpu_s: float
    lag_p50_s: float | None = None
    front_s: float | None = None


def instrument(checkout: Path, arguments: Sequence[str]) -> Cost:
    """Return what a run of that checkout's `wswarm` cost."""
    with tempfile.TemporaryDirectory() as folder:
        words = [one.replace("{folder}", folder) for one in arguments]
        command = [sys.executable, "-m", "wswarm", *words, "--quiet", "--no-plots", "-o", folder + "/run"]
        before_s = _spent_s()
        with subprocess.Popen(
            command,
            cwd=checkout,
            env={**os.environ, "PYTHONPATH": str(checkout)},
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stderr is not None
            told = "".join(_watched(process.stderr))
        assert process.returncode in _MEASURED, told
        spent_s = _spent_s() - before_s
        (run,) = store.load(Path(folder, "run", "run.json"))
    assert run.messages is not None
    assert run.messages.owed == run.messages.received > 0, (checkout, run.messages, run.notices)
    assert run.generator.cpu_s_per_message is not None
    front_s = spent_s - run.generator.cpu_s
    return Cost(run.generator.cpu_s_per_message, run.send_lag.p50 if run.send_lag else None, front_s)


def _spent_s() -> float:
    """Return the CPU time of all processes that were started from here and are over."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _watched(lines: Iterable[str]) -> Iterator[str]:
    """Yield what is said; once that is where the page is, somebody looks at it."""
    for line in lines:
        yield line
        if found := re.search(r"http://\S+", line):
            threading.Thread(target=_look, args=(found[0],), daemon=True).start()


def _look(url: str) -> None:
    with suppress(OSError):
        while True:
            urlopen(url).read()
            time.sleep(1.0)


def arguments_of(kind: str, url: str, hold_s: float, pacing: str) -> list[str]:
    """Return the arguments of a run of that kind."""
    seconds = f"{hold_s:g}s"
    if kind == "fanout":
        many = ["-c", str(_SUBSCRIBERS), "-r", f"{_RATE}/s", "--connect-rate", "1000"]
        return ["fanout", url, *many, "-d", seconds, "--text", _SAYS + "{marker}"]
    if kind == "bare":
        return [
            "fanout",
            url,
            "-c",
            str(_SUBSCRIBERS),
            "-r",
            f"{_RATE}/s",
            "--connect-rate",
            "1000",
            "-d",
            seconds,
        ]
    if kind == "closed":
        return ["echo", url, "--closed", "-c", "50", "-d", seconds]
    return ["echo", url, "-c", "50", "-r", "10k/s", "-d", seconds, *(["--pacing", pacing] if pacing else [])]


def yardstick(kind: str, url: str, hold_s: float) -> Cost:
    """Return what the bare loop costs."""
    if kind == "fanout":
        size = len(_SAYS) + MARKER_SIZE
        return Cost(counting_fanout(url, _SUBSCRIBERS, _RATE, round(_RATE * hold_s), size))
    return Cost(counting_echo(url, 50, hold_s, MARKER_SIZE))


def taken_in_turns(sides: dict[str, Callable[[], Cost]], rounds: int) -> dict[str, list[Cost]]:
    """Return the costs of each side, as many as rounds, the first of a round changing."""
    costs: dict[str, list[Cost]] = {name: [] for name in sides}
    names = list(sides)
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            costs[name].append(sides[name]())
    return costs


def show(costs: dict[str, list[Cost]]) -> None:
    """Print the median of each side, and its ratio to the last."""
    base = list(costs.values())[-1]
    for name, own in costs.items():
        ratios = sorted(one.cpu_s / other.cpu_s for one, other in zip(own, base, strict=True))
        median_us = statistics.median(one.cpu_s for one in own) * _US
        lags = [one.lag_p50_s for one in own if one.lag_p50_s is not None]
        lag = f"   send lag p50 {statistics.median(lags) * _US:.0f} µs" if lags else ""
        spread = f"ratio {statistics.median(ratios):.3f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        least_us = min(one.cpu_s for one in own) * _US
        fronts = [one.front_s for one in own if one.front_s is not None]
        front = f"   others {statistics.median(fronts):.2f} s" if fronts else ""
        print(f"{name:32} {median_us:6.2f} µs (least {least_us:.2f})   {spread}{lag}{front}")


def against_bare(stack: ExitStack, hold_s: float) -> dict[str, Callable[[], Cost]]:
    """Return what runs a fan-out over Socket.IO and one of bare markers."""
    relay, socketio = (stack.enter_context(serve(name)) for name in ("relay", "socketio_relay"))
    bare = arguments_of("bare", relay.url, hold_s, "")
    profile = ["--profile", "socketio", "--event", "said"]
    own = [*arguments_of("bare", socketio.url.rstrip("/"), hold_s, ""), *profile]
    return {"socketio": lambda: instrument(_HERE, own), "bare": lambda: instrument(_HERE, bare)}


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=("fanout", "closed", "open", "socketio"))
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--hold", type=float, default=3.0)
    parser.add_argument("--pacing", action="append", default=[])
    parser.add_argument("--also", type=Path, action="append", default=[])
    parser.add_argument("--with", dest="options", action="append", default=[])
    chosen = parser.parse_args()
    kind, hold_s = chosen.kind, chosen.hold
    if kind == "socketio":
        show(taken_in_turns(against_bare(stack := ExitStack(), hold_s), chosen.pairs))
        stack.close()
        return
    with serve("relay" if kind == "fanout" else "echo") as server:
        sides: dict[str, Callable[[], Cost]] = {}
        for options in chosen.options:
            words = [*arguments_of(kind, server.url, hold_s, ""), *shlex.split(options)]
            sides[options] = lambda told=words: instrument(_HERE, told)  # type: ignore[misc]
        for pacing in chosen.pacing or [""]:
            for checkout in (_HERE, *chosen.also):
                arguments = arguments_of(kind, server.url, hold_s, pacing)
                name = " ".join(filter(None, ("this" if checkout == _HERE else str(checkout), pacing)))
                sides[name] = lambda at=checkout, told=arguments: instrument(at, told)  # type: ignore[misc]
        if kind != "open" and not chosen.options:
            sides["yardstick"] = lambda: yardstick(kind, server.url, hold_s)
        show(taken_in_turns(sides, chosen.pairs))


if __name__ == "__main__":
    main()
