"""How seldom the garbage collector stops a server.

A full collection looks at every object, some 140 for each open connection: with 500 open it takes a tenth of a
second, in which nobody is answered, and as Python is set it comes after every 500 that open.
"""

import gc

# New objects until the young are looked at, such collections until the older are, and those until all are.
THRESHOLDS = (10_000, 10, 100)


def collect_seldom() -> None:
    """Never look again at what is there now, and seldom at all the rest.

    Connections don't wait for it: their protocols let go of each other when they end (``target_app.wire``). What
    connections of the documented examples leave behind stays longer.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
