"""A question about a load that was not measured, and its answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from wswarm.results.forecast import Outlook
from wswarm.results.sizing import Model
from wswarm.stats.sizing.bounds import check_mechanism
from wswarm.stats.sizing.forecast import curve_of, forecast
from wswarm.stats.sizing.wanted import Said, wanted_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked.

    Attributes:
        rate: Publishes per s in all, or messages of an echo.
        fanout: Subscribers of each publish. `size`: bytes of a message. `None`: as measured.
        workers: `None`: as few as will do.
        connect_rate: Handshakes per s meanwhile.
        processes: Of a generator whose measurement is foretold; `None`: each client reads for itself.
        tls, deflate: Whether it is for what has them; what was measured with them has them anyway.
        slo: Objectives such as `p99<200ms`.
        seed: Of chance: the same gives the same answer.
    """

    connections: int
    rate: float
    fanout: int | None = None
    size: int | None = None
    workers: int | None = None
    connect_rate: float = 0.0
    processes: int | None = None
    tls: bool = False
    deflate: bool = False
    slo: Sequence[str] = ()
    seed: int = 0


def answer(model: Model, asked: Question) -> Outlook:
    """Return the forecast, with its curve over connections.

    Raises:
        PlanError: it can't be answered from that model, and why. ResultError: the model has too few cells.
    """
    check_mechanism(model, tls=asked.tls, deflate=asked.deflate)
    said = Said(**{name: getattr(asked, name) for name in Said._fields})
    outlook = forecast(model, wanted_of(model, said), asked.slo, asked.seed)
    return msgspec.structs.replace(outlook, curve=curve_of(model, outlook))
