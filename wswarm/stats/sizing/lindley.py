"""A queue of one server, first come first served.

Source: the recursion of Lindley (Proc. Cambridge Phil. Soc. 48, 1952) unrolled: job i is done at
C_i + max over k ≤ i of (A_k - C_(k-1)), with A the arrivals and C the cumulated service.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def departures(arrivals: Floats, services: Floats) -> Floats:
    """Return when each job is done, in the order of the last axis.

    Args:
        arrivals: When each could begin. services: How long each takes.
    """
    done = np.cumsum(services, axis=-1)
    free: Floats = done + np.maximum.accumulate(arrivals - (done - services), axis=-1)
    return free
