"""What is listed of a stored report."""

from typing import Literal

import msgspec

Kind = Literal["run", "ab", "compare", "capacity", "size", "forecast", "history", "folder"]

UNREADABLE = "unreadable"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One stored report, or what stands where one should be.

    Attributes:
        name: Its folder, as a path below the folder that is shown, with `/`.
        scenario: Of a run; else the kind of report.
        made_at: ISO 8601, UTC.
        target: The address, without secrets.
        commit: Of a run that which was checked out where it was made; of a comparison that of head.
        verdict: Of a run on itself, of a comparison, or `unreadable`; empty where there is none.
        objectives: How it stands to them, in words; `None` without any. `is_missed`: one is not met.
        failure: How the target failed, if it did.
        p50: Of the time that the scenario is about, s, as is `p99`.
        received: Messages per s. `lost`: messages.
        problem: Why it can't be read, if it can't.
        labels: What people have called it. `note`: what they say of it.
    """

    name: str
    kind: Kind
    scenario: str
    title: str = ""
    made_at: str = ""
    target: str = ""
    commit: str = ""
    verdict: str = ""
    objectives: str | None = None
    is_missed: bool = False
    failure: str | None = None
    connections: int | None = None
    p50: float | None = None
    p99: float | None = None
    received: float | None = None
    lost: int | None = None
    problem: str | None = None
    labels: tuple[str, ...] = ()
    note: str = ""

    @property
    def has_page(self) -> bool:
        """Whether an address leads to it: not to a folder whose name can't be shown."""
        return not (self.problem and self.title)


class Record(msgspec.Struct, frozen=True):
    """What the index keeps of a report.

    Attributes:
        detail: Of a run its figures, of a comparison its entry in a history, of a history all of them; as JSON.
    """

    entry: Entry
    detail: bytes = b""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which reports are wanted; what is empty does not matter.

    Attributes:
        target: Part of the address, however it is written. `commit`: how it begins.
        verdict: As of an entry; `failed`: the target failed, `missed`: an objective is not met.
        label: One of its labels, exactly.
        text: Part of its name.
    """

    scenario: str = ""
    target: str = ""
    commit: str = ""
    verdict: str = ""
    label: str = ""
    text: str = ""

    def is_any(self) -> bool:
        """Return whether anything matters."""
        return any(msgspec.structs.astuple(self))
