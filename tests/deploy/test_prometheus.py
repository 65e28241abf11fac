"""What Prometheus is told of the reference application: its own checks, and that there is what the rules look at."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from target_app.metrics import Metrics
from tests.target_app.hosted import hardened

FOLDER = Path(__file__).parents[2] / "deploy"
PAGE = FOLDER.parent / "docs" / "deploy.md"
PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(
    PROMTOOL is None, reason="no promtool on this machine: apt-get install prometheus"
)


def promtool(*arguments: str) -> None:
    """Have it check something."""
    done = subprocess.run(
        [str(PROMTOOL), *arguments], cwd=FOLDER, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_promtool_accepts_the_configuration_and_its_rules() -> None:
    promtool("check", "config", "prometheus.yml")


@needs_promtool
def test_each_alert_fires_in_its_own_trouble_and_none_in_ordinary_operation() -> None:
    promtool("test", "rules", "alerts_test.yml")


def rules() -> list[dict[str, Any]]:
    """The alert rules."""
    (group,) = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def exposed() -> set[str]:
    """Every name that `/metrics` has."""
    metrics: Metrics = hardened().state.metrics
    families = text_string_to_metric_families(metrics.exposition().decode())
    return {sample.name for family in families for sample in family.samples}


def test_the_application_has_every_metric_that_a_rule_looks_at() -> None:
    for rule in rules():
        names = set(re.findall(r"\btarget_app_\w+", rule["expr"]))
        assert names <= exposed(), rule["alert"]
        assert names or "up{" in rule["expr"], rule["alert"]


def test_every_alert_has_a_test_that_it_fires_and_a_line_in_the_documentation() -> None:
    tested, page = (FOLDER / "alerts_test.yml").read_text(), PAGE.read_text()
    for rule in rules():
        assert f'alertname="{rule["alert"]}"' in tested
        assert f"`{rule['alert']}`" in page


def test_every_alert_says_how_grave_it_is_and_what_to_do() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert {"summary", "action"} == set(rule["annotations"])
