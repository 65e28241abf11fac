"""Who may import whom, who may read the clock, and how long anything may get."""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.xdist_group("architecture")  # one worker parses the files
FRONT = ("api", "aside", "sizing", "cli", "ui", "locust", "testing", "loading", "__init__", "__main__")
LEAVES = {
    *("errors", "units", "results", "exit_codes", "installation", "reference", "suggestions", "version"),
    "bounded",
}

# The drawing of the house: what each room may import besides itself.
ALLOWED = {
    "errors": set[str](),
    "reference": set[str](),
    "suggestions": set[str](),
    "version": set[str](),
    "results": set[str](),
    "exit_codes": {"results"},
    "units": {"errors"},
    "installation": {"errors"},
    "bounded": {"errors"},
    "load": LEAVES,
    "stats": LEAVES,
    "drive": LEAVES | {"load", "stats"},
    "experiment": LEAVES | {"load", "stats", "drive"},
    "report": LEAVES | {"stats"},
} | {name: LEAVES | {"experiment", "report", *FRONT} for name in FRONT}
for room in ("cli", "ui"):
    ALLOWED[room] |= {"stats"}  # a comparison of stored results is neither an experiment nor a report

# Under Locust the agents run beside its workers, and what leads them beside its master.
ALLOWED["locust"] |= {"load", "stats", "drive"}

LED = {"clock", "drivers.address", "drivers.tls", "fleet", "host"}  # what of `drive` it does that with

# What a front end needs from deeper rooms: the words of a plan, and the server that `serve` becomes.
SANCTIONED = {
    ("wswarm/__init__.py", "wswarm.drive.script.socket"),
    ("wswarm/api.py", "wswarm.load.plan"),
    ("wswarm/api.py", "wswarm.load.typed"),
    ("wswarm/sizing.py", "wswarm.load.typed"),
    ("wswarm/cli/audience.py", "wswarm.load.plan"),
    ("wswarm/cli/measure.py", "wswarm.load.plan"),
    ("wswarm/cli/measure.py", "wswarm.drive.host.target"),
    ("wswarm/cli/measure.py", "wswarm.drive.fleet.started"),
    ("wswarm/cli/scenario.py", "wswarm.load.plan"),
    ("wswarm/cli/planned.py", "wswarm.load.plan"),
    ("wswarm/cli/shown_repeated.py", "wswarm.load.plan"),
    ("wswarm/cli/drawing.py", "wswarm.drive.fleet.start"),
    ("wswarm/cli/answers.py", "wswarm.drive.fleet.start"),
    ("wswarm/cli/profiles.py", "wswarm.load.profiles"),
    ("wswarm/cli/profiles.py", "wswarm.load.profiles.protocol"),
    ("wswarm/cli/profiles.py", "wswarm.load.profiles.settings"),
    ("wswarm/cli/serve.py", "wswarm.drive.host.files"),
    ("wswarm/cli/inspect.py", "wswarm.load.manner"),
    ("wswarm/cli/inspect.py", "wswarm.load.profiles.settings"),
    ("wswarm/cli/completion.py", "wswarm.load.profiles"),
    ("wswarm/cli/grammar.py", "wswarm.load.template"),
    ("wswarm/cli/grammar.py", "wswarm.load.url"),
    ("wswarm/cli/serve.py", "wswarm.drive.host.target"),
    ("wswarm/testing/swarm.py", "wswarm.drive.host.file_lock"),
    ("wswarm/testing/swarm.py", "wswarm.drive.host.ports"),
    ("wswarm/testing/swarm.py", "wswarm.drive.host.server"),
    ("wswarm/testing/result.py", "wswarm.stats.slo"),
}

IMPURE = {
    *("asyncio", "concurrent", "contextvars", "ctypes", "datetime", "fcntl", "gc", "glob", "io", "logging"),
    *(
        "mmap",
        "multiprocessing",
        "os",
        "pathlib",
        "platform",
        "psutil",
        "queue",
        "resource",
        "sched",
        "secrets",
    ),
    *(
        "select",
        "selectors",
        "shutil",
        "signal",
        "socket",
        "ssl",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
    ),
    *("time", "uuid", "uvloop", "picows", "websockets", "http", "requests", "httpx"),
}

CLOCKS = {"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "time_ns"}

# Who else reads a clock, and why it is not the one clock of the figures.
CLOCK_READERS = {
    "wswarm/drive/clock.py": "the one clock",
    "wswarm/drive/host/effort.py": "reads the CPU time of its own process, which is no time of day",
    "wswarm/drive/host/target.py": "waits for the reference application to start, before any measurement",
}

# Longer than 300 lines, or than 40 lines of one function: only with the reason beside it.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}


def sources(package: str) -> list[Path]:
    """Return every module of the package."""
    return sorted((ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    """Return the path as it is written in the lists above."""
    return path.relative_to(ROOT).as_posix()


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """Return everything in the module: each file is parsed and walked once for all tests."""
    return tuple(ast.walk(ast.parse(path.read_text())))


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Return every module that the file imports, at the top, in functions and for type checking alike."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} has a relative import"
            for alias in node.names:
                yield (
                    f"{node.module}.{alias.name}"
                    if is_module(f"{node.module}.{alias.name}")
                    else str(node.module)
                )


def is_module(dotted: str) -> bool:
    """Return whether the dotted name is a module of this project."""
    path = ROOT.joinpath(*dotted.split("."))
    return path.with_suffix(".py").exists() or path.is_dir()


def room_of(dotted: str) -> str:
    """Return which part of wswarm a module belongs to."""
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def rooms_imported(path: Path) -> Iterator[tuple[str, str]]:
    """Yield room and module of each import from wswarm."""
    for dotted in imports(path):
        if dotted.split(".")[0] == "wswarm":
            yield room_of(dotted), dotted


WSWARM = sources("wswarm")
TARGET_APP = sources("target_app")
PURE = [path for path in WSWARM if path.relative_to(ROOT).parts[1] in ("load", "stats")]


def room_with(path: Path) -> str:
    """Return which part of wswarm the file belongs to."""
    return room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))


def all_that(paths: Sequence[Path], found_in: Callable[[Path], Iterable[object]]) -> dict[str, list[str]]:
    """Return what was found in each file, by its name; files in which nothing was are left out."""
    assert paths
    found = {name_of(path): sorted(map(str, found_in(path))) for path in paths}
    return {name: what for name, what in found.items() if what}


def test_every_room_is_drawn() -> None:
    """In DESIGN and in ALLOWED."""
    assert {room_with(path) for path in WSWARM} <= set(ALLOWED)


def test_imports_point_the_way_they_are_drawn() -> None:
    def wrong(path: Path) -> set[str]:
        own = room_with(path)
        return {
            dotted
            for room, dotted in rooms_imported(path)
            if room not in ALLOWED[own] | {own} and (name_of(path), dotted) not in SANCTIONED
        }

    assert all_that(WSWARM, wrong) == {}


def test_locust_s_front_end_leads_agents_and_does_nothing_of_what_they_do() -> None:
    def others(path: Path) -> set[str]:
        used = {
            dotted.removeprefix("wswarm.drive.") for room, dotted in rooms_imported(path) if room == "drive"
        }
        return {name for name in used if name not in LED and name.split(".")[0] not in LED}

    assert all_that(sources("wswarm/locust"), others) == {}


def test_no_other_room_imports_locust_s_front_end() -> None:
    assert {name_of(path) for path in WSWARM for room, _ in rooms_imported(path) if room == "locust"} <= {
        name_of(path) for path in sources("wswarm/locust")
    }


def test_every_sanctioned_import_is_still_made() -> None:
    made = {(name_of(path), dotted) for path in WSWARM for _, dotted in rooms_imported(path)}
    assert made >= SANCTIONED


@pytest.mark.parametrize(
    ("one", "other"), [("load", "stats"), ("stats", "load"), ("drive", "report"), ("report", "drive")]
)
def test_neighbours_do_not_know_each_other(one: str, other: str) -> None:
    assert other not in ALLOWED[one]


def test_no_room_imports_one_that_imports_it() -> None:
    circles = [
        (one, other)
        for one, known in ALLOWED.items()
        for other in known
        if one in ALLOWED[other] and one not in FRONT
    ]
    assert circles == []


def module_of(path: Path) -> str:
    """Return the dotted name of a file."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_no_module_imports_one_that_imports_it() -> None:
    """At the top, in a function or for its types alone; directly or by way of others."""
    known = {module_of(path): set(imports(path)) - {module_of(path)} for path in WSWARM}
    while leaves := [name for name, imported in known.items() if not imported & known.keys()]:
        for name in leaves:
            del known[name]
    assert {name: sorted(imported & known.keys()) for name, imported in known.items()} == {}


def packages(path: Path) -> set[str]:
    """Return the packages from which the file imports."""
    return {dotted.split(".")[0] for dotted in imports(path)}


def test_pure_modules_import_nothing_that_acts_or_waits() -> None:
    assert all_that(PURE, lambda path: packages(path) & IMPURE) == {}


def attributes(path: Path) -> list[ast.Attribute]:
    """Return every `value.attr` of the module."""
    return [node for node in nodes_of(path) if isinstance(node, ast.Attribute)]


def test_pure_modules_take_chance_from_a_seed_only() -> None:
    def of_the_module(path: Path) -> list[str]:
        owned = [(node.value, node.attr) for node in attributes(path)]
        return [attr for owner, attr in owned if isinstance(owner, ast.Name) and owner.id == "random"]

    def of_numpy(path: Path) -> list[str]:
        owned = [(node.value, node.attr) for node in attributes(path)]
        return [attr for owner, attr in owned if isinstance(owner, ast.Attribute) and owner.attr == "random"]

    assert all_that(PURE, lambda path: {*of_the_module(path)} - {"Random"}) == {}
    assert all_that(PURE, lambda path: {*of_numpy(path)} - {"default_rng", "Generator"}) == {}


def test_pure_modules_open_print_and_ask_for_nothing() -> None:
    def called(path: Path) -> set[str]:
        calls = [node.func for node in nodes_of(path) if isinstance(node, ast.Call)]
        return {function.id for function in calls if isinstance(function, ast.Name)}

    acting = {"open", "print", "input", "exec", "eval", "breakpoint"}
    assert all_that(PURE, lambda path: called(path) & acting) == {}


def test_the_instrument_never_imports_what_it_measures() -> None:
    assert all_that(WSWARM, lambda path: packages(path) & {"target_app"}) == {}


def test_what_is_measured_never_imports_the_instrument() -> None:
    assert all_that(TARGET_APP, lambda path: packages(path) & {"wswarm"}) == {}


def test_no_module_but_locust_s_own_imports_locust_or_gevent() -> None:
    others = [path for path in WSWARM if "locust" not in path.relative_to(ROOT).parts[1]]
    assert all_that(others, lambda path: packages(path) & {"locust", "gevent"}) == {}


def reads_clock(path: Path) -> bool:
    """Return whether the module reads a clock itself."""
    for node in nodes_of(path):
        if isinstance(node, ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else ""
            if node.attr in CLOCKS or (node.attr == "time" and ("loop" in owner or owner == "time")):
                return True
            if node.attr == "time" and isinstance(node.value, ast.Call):
                return True  # asyncio.get_running_loop().time
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "time"
        and {name.name for name in node.names} & CLOCKS
        for node in nodes_of(path)
    )


def test_one_file_reads_the_clock_and_the_others_say_why() -> None:
    rooms = ("drive", "experiment", "load", "stats")
    measuring = [path for path in WSWARM if path.relative_to(ROOT).parts[1] in rooms]
    assert {name_of(path) for path in measuring if reads_clock(path)} == set(CLOCK_READERS)


HEAVY = {"gevent", "locust", "matplotlib", "fastapi", "starlette", "pytest", "target_app"}


# What help, version and usage errors are told without.
NOT_TO_PARSE = {
    *(
        "numpy",
        "msgspec",
        "rich",
        "jinja2",
        "asyncio",
        "ssl",
        "subprocess",
        "inspect",
        "dataclasses",
        "psutil",
    ),
    *(
        "importlib.metadata",
        "wswarm.results.run",
        "wswarm.load.plan",
        "wswarm.stats",
        "wswarm.drive",
        "wswarm.report",
    ),
}


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("wswarm", HEAVY | {"numpy", "asyncio"}),
        ("wswarm.api", HEAVY),
        ("wswarm.cli.main", HEAVY | NOT_TO_PARSE),
        # What starts the agents, which takes long: all else is imported meanwhile.
        (
            "wswarm.cli.scenario",
            HEAVY | {"numpy", "asyncio", "ssl", "rich", "jinja2", "wswarm.report", "wswarm.stats"},
        ),
        ("wswarm.testing.figure_clock", HEAVY | {"numpy", "asyncio"}),
        (
            "wswarm.testing.plugin",
            HEAVY - {"pytest"} | {"numpy", "msgspec", "asyncio", "wswarm.testing.swarm"},
        ),
        ("wswarm.drive.agent", HEAVY | {"rich", "jinja2", "wswarm.report", "wswarm.experiment"}),
    ],
)
def test_importing_a_process_s_module_loads_no_more_than_it_needs(module: str, absent: set[str]) -> None:
    code = f"import {module}, sys; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert set(done.stdout.split()) & absent == set()


@pytest.mark.parametrize(
    "told", [("--version",), ("--help",), ("echo", "--help"), ("echo", "-c", "x", "ws://x")]
)
def test_what_is_told_at_once_is_told_without_what_measures(told: tuple[str, ...]) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "wswarm", *told]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "import time:" in line}
    assert done.returncode in (0, 2)
    assert "wswarm.cli.main" in loaded
    assert loaded & (HEAVY | NOT_TO_PARSE) == set()


def test_a_file_has_at_most_300_lines() -> None:
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in (*WSWARM, *TARGET_APP)}
    assert {name for name, length in lengths.items() if length > 300} <= set(LONG_FILES)


def long_functions() -> set[str]:
    """Return the functions longer than 40 lines."""
    return {
        f"{name_of(path)}:{node.name}"
        for path in (*WSWARM, *TARGET_APP)
        for node in nodes_of(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= 40
    }


def test_a_function_has_at_most_40_lines() -> None:
    assert long_functions() - set(LONG_FUNCTIONS) == set()
