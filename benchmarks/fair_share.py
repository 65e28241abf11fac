"""What each server does for one client before it answers another: `python -m benchmarks.fair_share [SERVER…]`.

One client sends pings, or tiny messages, as fast as it can; another asks for an echo 40 times. Printed is the CPU
that the server spends on each answer, the median and the most, in ms: unlike the time it takes, it is
much the same on a busy machine. Linux alone.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from websockets.sync.client import connect

from benchmarks.attacks import SERVERS, served

ATTACKS = (None, "pings", "tiny_messages")
QUESTIONS = 40
SECONDS = 20.0  # of an attack; some servers answer one question in that


def family(pid: int) -> list[int]:
    """A process and those that it has started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def cpu_ms(processes: list[int]) -> float:
    """What they have spent, all threads together."""
    threads = (thread for pid in processes for thread in Path(f"/proc/{pid}/task").iterdir())
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e6


def spent(port: int, processes: list[int], attack: str | None) -> list[float]:
    """The CPU of each answer, in ms."""
    found: list[float] = []
    with connect(f"ws://127.0.0.1:{port}/ws", proxy=None, compression=None, ping_interval=None) as client:
        command = [sys.executable, "-m", "benchmarks.attackers", str(attack), str(port), str(SECONDS)]
        attacker = subprocess.Popen(command, stdout=subprocess.PIPE) if attack else None
        if attacker is not None and attacker.stdout is not None:
            attacker.stdout.readline()
            time.sleep(0.2)
        end = time.monotonic() + SECONDS
        while len(found) < QUESTIONS and time.monotonic() < end:
            before = cpu_ms(processes)
            client.send("x")
            client.recv(10 * SECONDS)
            found.append(cpu_ms(processes) - before)
            time.sleep(0.005)
        if attacker is not None:
            attacker.kill()
            attacker.communicate()
    return found


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = f"of {', '.join(SERVERS)} (default: all)"
    parser.add_argument("servers", nargs="*", metavar="SERVER", choices=[[], *SERVERS], help=names)
    print("| server | beside | answers | CPU of an answer, median | most |\n|---|---|---|---|---|")
    for name in parser.parse_args().servers or SERVERS:
        for attack in ATTACKS:
            with served(name, "default", Path(os.devnull)) as (port, pid):
                found = spent(port, family(pid), attack)
            middle, most = statistics.median(found), max(found)
            print(
                f"| {name} | {attack or 'nobody'} | {len(found)} | {middle:.1f} ms | {most:.1f} ms |",
                flush=True,
            )


if __name__ == "__main__":
    main()
