"""Clients that mean harm, at full size, and what the others feel of them: `python -m benchmarks.attacks`.

Starts the reference application, measures the others undisturbed and under attack in turns, and prints a table: their
p99, how many times the undisturbed one that is (the median over pairs), and what the attackers were told.
It takes some minutes, and a quiet machine. Names of attacks as arguments are done alone; `--server` names another
server of the application than ours.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.attackers import ATTACKS

TOKEN = "let-me-in"
SETTLE_S = 2.0
LONG = {"half_handshakes": 18.0}  # seconds: until after its deadline
HANDSHAKES = ("connect", "-c", "500", "--connect-rate", "100/s", "-d", "1s")
ECHOES = ("echo", "--profile", "echo", "-c", "20", "-r", "400/s", "-d", "5s", "--warmup", "500ms")


SERVERS = {
    "framing": ("wswarm", "serve", "--port", "{port}"),
    "wsproto": ("wswarm", "serve", "--ws", "wsproto", "--port", "{port}"),
    "websockets": ("wswarm", "serve", "--ws", "websockets", "--port", "{port}"),
    "uvicorn": ("uvicorn", "target_app.main:app", "--log-level", "warning", "--port", "{port}"),
    "hypercorn": ("hypercorn", "target_app.main:app", "--bind", "127.0.0.1:{port}"),
    "granian": ("granian", "--interface", "asgi", "target_app.main:app", "--port", "{port}"),
}


@contextmanager
def served(name: str, guard: str, log: Path) -> Iterator[tuple[int, int]]:
    """The port of the reference application under a server, and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", *(part.format(port=port) for part in SERVERS[name])]
    strict = {"TARGET_TOKENS": json.dumps({"others": TOKEN}), "TARGET_MAX_PER_USER": "off"}
    variables = {"TARGET_GUARD": guard, **(strict if guard == "strict" else {})}
    with log.open("wb") as output:
        server = subprocess.Popen(command, env={**os.environ, **variables}, stdout=output, stderr=output)
    try:
        wait_until_it_answers(port)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(30)


def wait_until_it_answers(port: int) -> None:
    """Return when a server accepts connections there."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)


def p99_of_others(port: int, attack: str) -> float | None:
    """What the others wait for their echoes, or their handshakes if those are attacked, in s."""
    is_handshake = attack == "half_handshakes"
    what = HANDSHAKES if is_handshake else ECHOES
    url = f"ws://127.0.0.1:{port}{'/ws' if is_handshake else ''}"
    own = (
        "--bind",
        "127.0.0.2",
        "-H",
        f"Authorization: Bearer {TOKEN}",
        "--print",
        "json",
        "--quiet",
        "--no-plots",
    )
    with tempfile.TemporaryDirectory() as reports:
        command = [sys.executable, "-m", "wswarm", what[0], url, *what[1:], *own, "-o", f"{reports}/run"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode not in (0, 98):
        raise RuntimeError(done.stderr)
    run: dict[str, Any] = json.loads(done.stdout)
    found = run["connections"]["handshake_time"] if is_handshake else run["response_time"]
    return None if found["p99"] is None else float(found["p99"])


def under(attack: str, port: int) -> tuple[float | None, dict[str, int]]:
    """The others' p99 during an attack, and what the attackers were told."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.attackers",
        attack,
        str(port),
        str(LONG.get(attack, 12.0)),
        TOKEN,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as attacker:
        assert attacker.stdout is not None
        assert attacker.stdout.readline() == "ready\n"
        time.sleep(SETTLE_S)
        found = p99_of_others(port, attack)
        return found, json.loads(attacker.stdout.read())


def main() -> None:
    """Attack, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "attacks", nargs="*", metavar="ATTACK", help=f"of {', '.join(ATTACKS)} (default: all)"
    )
    parser.add_argument("--server", choices=SERVERS, default="framing")
    parser.add_argument("--guard", choices=("default", "strict"), default="default")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--log", type=Path, default=Path(os.devnull), help="where the server's log goes")
    parsed = parser.parse_args()
    print(
        "| attack | p99 undisturbed | p99 under attack | ratio | attackers were told |\n|---|---|---|---|---|"
    )
    with served(parsed.server, parsed.guard, parsed.log) as (port, _):
        p99_of_others(port, "")
        for attack in parsed.attacks or ATTACKS:
            pairs: list[tuple[float, float]] = []
            told: dict[str, int] = {}
            for _ in range(parsed.pairs):
                calm = p99_of_others(port, attack)
                hit, told = under(attack, port)
                time.sleep(SETTLE_S)
                if calm and hit:
                    pairs.append((calm, hit))
            calm, hit = (statistics.median(column) * 1e3 for column in zip(*pairs, strict=True))
            ratio = statistics.median(one / other for other, one in pairs)
            ends = ", ".join(f"{how}: {count}" for how, count in sorted(told.items()) if count)
            print(f"| {attack} | {calm:.1f} ms | {hit:.1f} ms | {ratio:.1f} | {ends} |", flush=True)


if __name__ == "__main__":
    main()
