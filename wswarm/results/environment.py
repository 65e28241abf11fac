"""Where a run was made, as the run file has it."""

import msgspec


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """Where the run was made.

    Attributes:
        cores: Those that the generator may use.
        cpu: The processor's name.
        kernel: The system and its version.
        python: Python's version.
        packages: Versions of the packages that take part in measuring, by name.
        git: The commit that the current folder is at, with `+` where files differ; `None` outside of a repository.
        host: The machine's name. `memory`: bytes that may be used there. `load`: its load average of the last minute
            when the run ended, the run's own work among it.
        limits: Of `open files` in a process, of `local ports` towards one address, of `processes` in the control
            group.
    """

    cores: int
    cpu: str
    kernel: str
    python: str
    packages: dict[str, str]
    git: str | None = None
    host: str | None = None
    memory: int | None = None
    load: float | None = None
    limits: dict[str, int] = {}
