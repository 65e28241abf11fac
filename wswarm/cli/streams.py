"""Standard streams that were closed before Python began (`>&-`)."""

import os
import sys


def open_closed() -> None:
    """Open nothing in place of them.

    Else what is printed to the one goes to the other, and the next file that is opened gets its number, on which
    processes of ours write.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened == number:
                os.set_inheritable(opened, True)
            setattr(sys, name, os.fdopen(opened, "w" if number else "r", encoding="utf-8"))
