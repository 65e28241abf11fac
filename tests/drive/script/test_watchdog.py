"""What keeps the loop from all else is told with its line; what only waits, or has no core, is not."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from wswarm.drive.fleet.last_words import blocked_at, blocked_s, last_line
from wswarm.drive.script.watchdog import Watchdog

SCRIPT = """\
import asyncio, os, sys, time
from wswarm.drive.script.watchdog import Watchdog

async def main(errors):
    dog = Watchdog(__file__, errors)
    dog.start(asyncio.get_running_loop())
    await asyncio.sleep(0.3)
    {work}
    await asyncio.sleep(0.1)
    dog.stop()
    for place, block in dog.blocks().items():
        print(place, block.count, round(block.longest_ns / 1e9, 1))
"""
# As an agent does it: whose lines are on the stack while the loop waits are not the script's.
RUNNER = """\
import asyncio, os, sys
sys.path.insert(0, sys.argv[1])
import session
asyncio.run(session.main(os.open(sys.argv[1] + "/errors", os.O_WRONLY | os.O_CREAT)))
"""
LONG_S = 0.5  # for so long no busy machine leaves one thread of two alone


def blocks_of(work: str, folder: Path) -> dict[str, tuple[int, float]]:
    """What a watchdog tells of a script that does this in its line 8: how often and for how long, s, by place."""
    (folder / "session.py").write_text(SCRIPT.format(work=work))
    done = subprocess.run(
        [sys.executable, "-c", RUNNER, folder], capture_output=True, text=True, check=True, timeout=100
    )
    found = (line.split() for line in done.stdout.splitlines())
    return {place: (int(count), float(longest)) for place, count, longest in found}


def long_ones(blocks: dict[str, tuple[int, float]]) -> dict[str, tuple[int, float]]:
    """Those that no busy machine makes."""
    return {place: block for place, block in blocks.items() if block[1] >= LONG_S}


@pytest.mark.parametrize(
    "work",
    [
        "time.sleep(0.7)",
        "end = time.monotonic() + 0.7; [None for _ in iter(lambda: time.monotonic() < end, False)]",
        "import subprocess; subprocess.run([sys.executable, '-c', 'import time; time.sleep(0.7)'])",
    ],
)
def test_a_line_that_blocks_the_loop_is_told(work: str, tmp_path: Path) -> None:
    told = long_ones(blocks_of(work, tmp_path))
    assert list(told) == ["session.py:8"]
    assert told["session.py:8"][0] == 1
    assert told["session.py:8"][1] >= 0.7


def test_a_script_that_waits_as_it_should_blocks_nobody(tmp_path: Path) -> None:
    assert blocks_of("await asyncio.sleep(0.7)", tmp_path) == {}


def test_a_loop_that_is_blocked_by_others_than_the_script_is_not_told(tmp_path: Path) -> None:
    async def block() -> Watchdog:
        dog = Watchdog(str(tmp_path / "session.py"), os.open(tmp_path / "errors", os.O_WRONLY | os.O_CREAT))
        dog.start(asyncio.get_running_loop())
        end = asyncio.get_running_loop().time() + 0.3
        while asyncio.get_running_loop().time() < end:
            pass
        await asyncio.sleep(0.05)
        dog.stop()
        return dog

    assert asyncio.run(block()).blocks() == {}


@pytest.mark.parametrize(
    ("written", "seconds", "place"),
    [
        ("", 0.0, None),
        ("Traceback (most recent call last):\nValueError: x\n", 0.0, None),
        ("blocked for 1.2 s at session.py:3\nblocked for 2.3 s at session.py:3\n", 2.3, "session.py:3"),
        (
            "Timeout (0:00:03)!\nThread 0x1 (most recent call first):\n"
            f'  File "{Path(os.__file__).with_name("threading.py")}", line 331 in wait\n\n'
            "Thread 0x2 (most recent call first):\n"
            f'  File "{Path(os.__file__).parent}/re/__init__.py", line 166 in match\n'
            '  File "/somewhere/session.py", line 4 in session\n'
            '  File "/somewhere/else.py", line 9 in other\n',
            0.0,
            "session.py:4",
        ),
    ],
)
def test_the_front_end_reads_where_a_process_hangs(written: str, seconds: float, place: str | None) -> None:
    assert blocked_s(written) == seconds
    assert blocked_at(written) == place


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("", ""),
        ('Traceback (most recent call last):\n  File "x.py", line 1, in y\nValueError: z\n', "ValueError: z"),
        ("  | OSError: gone\n  +------------\n", "OSError: gone"),
        (
            'MemoryError\nTimeout (0:00:03)!\nThread 0x1 (most recent call first):\n  File "x.py", line 1 in y\n',
            "MemoryError",
        ),
    ],
)
def test_the_last_words_of_a_process_are_no_part_of_a_stack(written: str, line: str) -> None:
    assert last_line(written) == line
