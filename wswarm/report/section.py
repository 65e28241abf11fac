"""What a report is laid out of: figures with their names, and tables of times."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: its name, its value, and a remark that may be empty."""

    label: str
    value: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Times side by side; every row is a name followed by one cell per column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One block of the report."""

    title: str
    rows: tuple[Row, ...] = ()
    table: Table | None = None
    notes: tuple[str, ...] = ()
