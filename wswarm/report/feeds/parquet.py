"""The times of single messages as a table of Parquet."""

from io import BufferedWriter

import numpy as np
import pyarrow
from pyarrow.parquet import ParquetWriter

from wswarm.report.feeds.reading import Source
from wswarm.stats.findings import Int64s
from wswarm.stats.kept import UNKNOWN_NS, Sampled
from wswarm.units import NS_PER_S

COLUMNS = ("scenario", "name", "connection", "number", "intended", "sent", "received")
_TYPES = (*[pyarrow.string()] * 2, *[pyarrow.int64()] * 2, *[pyarrow.float64()] * 3)
_SCHEMA = pyarrow.schema(list(zip(COLUMNS, _TYPES, strict=True)))


class Table:
    """A row for each message."""

    def __init__(self, file: BufferedWriter) -> None:
        self._file = file
        self._tables: list[pyarrow.Table] = []

    def add(self, source: Source, found: Sampled) -> None:
        """As `samples.Written.add`."""
        kept = found.kept
        named = [[one] * len(kept.rows) for one in (source.scenario, source.name)]
        times = [_seconds(one) for one in (kept.intended_ns, kept.sent_ns, kept.received_ns)]
        columns = [*map(pyarrow.array, named), pyarrow.array(kept.rows), pyarrow.array(kept.numbers), *times]
        self._tables.append(pyarrow.Table.from_arrays(columns, schema=_SCHEMA))

    def close(self) -> None:
        """As `samples.Written.close`."""
        with ParquetWriter(self._file, _SCHEMA) as writer:
            for table in self._tables:
                writer.write_table(table)


def _seconds(moments_ns: Int64s) -> "pyarrow.Array":
    is_unknown = moments_ns == UNKNOWN_NS
    return pyarrow.array(np.asarray(moments_ns / NS_PER_S), mask=is_unknown)
