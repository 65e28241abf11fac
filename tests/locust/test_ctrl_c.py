"""Ctrl-C ends no greenlet but the main one, whose answer it is."""

import json
import subprocess
import sys

import pytest

# A greenlet works in turns of 100 ms; Ctrl-C comes in the midst of one, when nobody else has a turn.
PRESSED = """
import signal, sys, time
from gevent import monkey; monkey.patch_all()
import gevent, json
from wswarm.locust.ctrl_c import leave_to_main

def press(times):
    for _ in range(times):
        signal.raise_signal(signal.SIGINT)

def work():
    for turn in range(4):
        began = time.monotonic()
        while time.monotonic() - began < 0.1:
            pass
        if turn == 1:
            press(int(sys.argv[1]))
        gevent.sleep(0)
    return "all of it"

leave_to_main()
greenlet = gevent.spawn(work)
told = []
try:
    greenlet.join()
except KeyboardInterrupt:
    told.append("main")
greenlet.join()
try:
    press(1)
except KeyboardInterrupt:
    told.append("main, in its own turn")
print(json.dumps([told, greenlet.value]))
"""


def told(*arguments: str) -> tuple[list[str], str | None]:
    """What the main greenlet was told, and what the working one came to."""
    done = subprocess.run(
        [sys.executable, "-c", PRESSED, *arguments], check=True, capture_output=True, text=True
    )
    heard, value = json.loads(done.stdout)
    return heard, value


def test_a_greenlet_in_whose_turn_it_is_pressed_goes_on_and_the_main_one_is_told() -> None:
    assert told("1") == (["main", "main, in its own turn"], "all of it")


def test_pressed_again_before_the_main_greenlet_has_its_turn_it_ends_what_keeps_it_from_that() -> None:
    assert told("2") == (["main", "main, in its own turn"], None)


@pytest.mark.parametrize("theirs", ["signal.SIG_IGN", "print"])
def test_whoever_has_a_handler_of_their_own_keeps_it(theirs: str) -> None:
    code = (
        f"import signal\nsignal.signal(signal.SIGINT, {theirs})\nfrom wswarm.locust.ctrl_c import leave_to_main\n"
        f"leave_to_main()\nassert signal.getsignal(signal.SIGINT) is {theirs}"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
