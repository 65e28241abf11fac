"""One number that every exporter spells its way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Metric:
    """One number.

    Attributes:
        name: `messages.sent`. `unit`: `s`, or empty for what is counted.
        what: Says what it is, in a sentence.
    """

    name: str
    kind: Literal["counter", "gauge"]
    what: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    unit: Literal["", "s"] = ""
