"""Folders of stored runs, made from real ones: other times, commits, targets and figures, the same form."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).parents[2] / "reports" / "sample-run"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
SCENARIOS = ("connect", "echo", "fanout")
VERDICTS = ("valid", "valid", "suspect", "invalid")


def sample(scenario: str) -> dict[str, Any]:
    """A run that version 0.1.0 has stored."""
    return dict(json.loads((SAMPLE / scenario / "run.json").read_text(encoding="utf-8")))


def change(run: dict[str, Any], number: int) -> dict[str, Any]:
    """The run as if it had been made later, of another commit, a little slower or faster."""
    factor = 1 + (number * 7919 % 100) / 200
    changed = json.loads(json.dumps(run))
    changed["started_at"] = f"{BEGAN + timedelta(hours=number):%Y-%m-%dT%H:%M:%S.000000Z}"
    changed["environment"]["git"] = f"{number // 3:012x}"
    changed["plan"]["url"] = f"ws://host-{number % 4}.example:80/ws"
    changed["validity"] = {"verdict": VERDICTS[number % 4], "reasons": []}
    for name in ("response_time", "service_time"):
        if changed.get(name):
            changed[name] |= {
                key: changed[name][key] * factor for key in ("p50", "p99") if changed[name][key]
            }
    return changed


def fill(folder: Path, count: int, spoil: Callable[[int], str | None] = lambda _: None) -> list[str]:
    """Store so many runs in the folder, and return their names; `spoil` gives what stands in a file instead."""
    samples = {scenario: sample(scenario) for scenario in SCENARIOS}
    names = []
    for number in range(count):
        scenario = SCENARIOS[number % 3]
        run = change(samples[scenario], number)
        name = f"{run['started_at'][:19].replace(':', '')}Z-{scenario}"
        store(folder / name, spoil(number) or json.dumps(run))
        names.append(name)
    return names


def store(folder: Path, text: str) -> Path:
    """Put a run file into a folder of its own."""
    folder.mkdir(parents=True)
    file = folder / "run.json"
    file.write_text(text, encoding="utf-8")
    return file
