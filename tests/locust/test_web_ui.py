"""Our part of Locust's web UI, through what it serves."""

import csv
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.locust.harness import CHAT_AND_ECHO, until
from tests.locust.served import Served, served
from wswarm.drive.host.target import ReferenceApp
from wswarm.results.run import Run

pytestmark = pytest.mark.xdist_group("Locust's web UI")

CHAT = """
from wswarm.locust import ChatUser

class Chat(ChatUser):
    rate = 20
"""
WITH_LOGIN = (
    CHAT_AND_ECHO
    + """
from locust import events

@events.init.add_listener
def on_init(environment, **_):
    web_ui = environment.web_ui
    web_ui.app.secret_key = "a secret"
    web_ui.login_manager.user_loader(lambda name: None)
"""
)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, app: ReferenceApp) -> Iterator[Served]:
    """Locust with its web UI and a chat of 20 broadcasts per s, stopped."""
    folder = tmp_path_factory.mktemp("web")
    (folder / "locustfile.py").write_text(CHAT_AND_ECHO)
    with served(folder, "-H", app.url, "--ws-no-plots", "--csv", str(folder / "times")) as one:
        yield one


@dataclass(frozen=True)
class Broken:
    """A test that was stopped while its users were still coming: what was answered, and the state then."""

    success: bool
    state: str


@pytest.fixture(scope="module")
def broken(web: Served) -> Broken:
    web.post("/swarm", user_count=100, spawn_rate=2)
    until(lambda: web.json("/wswarm/data")["state"] == "spawning")
    success = web.post("/stop")["success"]
    return Broken(success, web.json("/wswarm/data")["state"])


@dataclass(frozen=True)
class Brief:
    """A test with a rate and a hold of the form: its row and its runs."""

    row: dict[str, Any]
    runs: dict[str, Run]


@pytest.fixture(scope="module")
def brief(web: Served, broken: Broken) -> Brief:
    web.start(20, ws_rate="50/s", ws_hold="1s")
    until(lambda: web.json("/wswarm/data")["is_exact"])
    until(lambda: web.json("/wswarm/data")["report"] is not None)
    return Brief(web.row(), web.locust.runs())


@dataclass(frozen=True)
class Long:
    """A test with everything in it: its row and its charts so far, after a reset, and at its end.

    Attributes:
        report: Before there was one of this test; `page`: the one that was written then.
        told: The charts' points, `later`: those after them, `anew`: for one who knows those of another test.
        full: A row with times of broadcasts; `reset`: the rows before and after; `entries`: Locust's own then.
        subscribers: After more and fewer users were asked for.
        tab: Locust's table of ours at the end; `end`: all that the charts know then; `csv`: ours.
    """

    report: str | None
    page: str
    row: dict[str, Any]
    full: dict[str, Any]
    told: dict[str, Any]
    later: dict[str, Any]
    anew: dict[str, Any]
    reset: list[dict[str, Any]]
    entries: list[dict[str, Any]]
    subscribers: list[int]
    tab: dict[str, Any]
    end: dict[str, Any]
    csv: str
    file: str
    runs: dict[str, Run]


@pytest.fixture(scope="module")
def long(web: Served, brief: Brief) -> Long:
    web.start(20, ws_rate="", ws_hold="")
    report = web.json("/wswarm/data")["report"]
    row = web.wait_for_deliveries(10)
    full = web.wait_for_row(lambda row: row["first"] is not None and row["last"] is not None)
    told, later, anew = charts(web)
    before = web.wait_for_row(lambda row: row["delivered"] > 1_000)
    web.reset()
    after = web.wait_for_row(lambda row: row["delivered"] < before["delivered"])
    after = web.wait_for_row(lambda row: row["delivered"] > 0)
    entries = web.json("/stats/requests")["stats"]
    at_reset = web.row()
    web.start(40)
    subscribers = [web.wait_for_row(lambda row: row["subscribers"] == 20)["subscribers"]]
    web.start(4)
    subscribers += [web.wait_for_row(lambda row: row["subscribers"] == 2)["subscribers"]]
    web.post("/stop")
    until(lambda: web.json("/stats/requests")["state"] == "stopped")
    until(lambda: web.json("/wswarm/data")["report"] is not None)
    (tab,) = web.json("/stats/requests")["extended_stats"]
    end = web.json("/wswarm/data")
    return Long(
        report=report,
        page=web.get("/" + end["report"]),
        row=row,
        full=full,
        told=told,
        later=later,
        anew=anew,
        reset=[before, after, at_reset],
        entries=entries,
        subscribers=subscribers,
        tab=tab,
        end=end,
        csv=web.get("/wswarm/csv"),
        file=(web.locust.folder / "times_wswarm.csv").read_text(),
        runs=web.locust.runs(),
    )


def charts(web: Served) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The charts' points, those after these, and what is told to one who knows as many of another test."""

    def has_times() -> bool:
        chat, echo = web.json("/wswarm/data")["classes"]
        return len(chat["points"]) > 2 and any(point[3] for point in echo["points"])

    until(has_times)
    told = web.json("/wswarm/data")
    last = told["classes"][0]["points"][-1][0]
    later = web.json(f"/wswarm/data?test={told['test']}&after={last}")
    return told, later, web.json(f"/wswarm/data?test={told['test'] - 1}&after={last}")


def test_the_tab_fills_while_the_test_runs(long: Long) -> None:
    assert long.row["figures"] == "so far"
    assert long.row["owed"] >= long.row["delivered"]
    assert (long.row["lost"], long.row["duplicated"], long.row["reordered"]) == (0, 0, 0)
    assert 0 < long.full["first"] <= long.full["last"]


def test_the_tab_is_exact_when_the_test_has_ended(long: Long) -> None:
    (run,) = [run for run in long.runs.values() if run.fanout is not None]
    assert run.messages is not None
    (row,) = long.tab["data"]
    assert (long.tab["key"], row["figures"]) == ("fan-out", "exact")
    assert row["owed"] == row["delivered"] == run.messages.owed
    assert row["lost"] == 0
    assert 0 < row["first"] <= row["last"]
    verdicts = {one["name"]: one for one in long.end["verdicts"]}
    assert row["verdict"] == verdicts["Chat"]["verdict"] == run.validity.verdict
    assert verdicts["Chat"]["reasons"] == [*run.notices, *run.validity.reasons]


def test_the_pages_link_to_each_other(web: Served) -> None:
    assert 'href="./wswarm"' in web.get("/")
    assert 'href="./?tab=fan-out"' in web.get("/wswarm")


def test_the_charts_get_a_point_a_second_and_only_what_they_do_not_know_yet(long: Long) -> None:
    chat, echo = long.told["classes"]
    assert (chat["role"], echo["role"]) == ("subscribe", "echo")
    times = [point[0] for point in chat["points"]]
    assert times == sorted(times)
    assert any(point[3] for point in echo["points"])
    assert all(point[0] > times[-1] for point in long.later["classes"][0]["points"])
    assert long.anew["classes"][0]["points"][0][0] == times[0]


def test_users_change_while_a_test_runs(long: Long) -> None:
    assert long.subscribers == [20, 2]


def test_reset_begins_the_figures_anew(long: Long) -> None:
    before, after, at_reset = long.reset
    assert 0 < after["delivered"] < before["delivered"]
    (delivered,) = [entry["num_requests"] for entry in long.entries if entry["method"] == "deliver"]
    assert delivered <= at_reset["delivered"]


def test_stopping_before_all_users_are_there_ends_the_test_and_another_can_begin(
    broken: Broken, brief: Brief
) -> None:
    assert broken == Broken(success=True, state="stopped")
    assert brief.row["figures"] == "exact"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("ws_rate", "fast", "--ws-rate: 'fast'"),
        ("ws_hold", "0s", "--ws-hold 0s must be above 0"),
        ("ws_profile", "telnet", "--ws-profile 'telnet': no such profile"),
        ("ws_text", "hello", "marker"),
        ("host", "ftp://127.0.0.1", "ftp://127.0.0.1"),
    ],
)
def test_the_form_tells_what_is_wrong_with_a_value_and_no_test_begins(
    web: Served, field: str, value: str, said: str
) -> None:
    before = web.json("/wswarm/data")["test"]
    answer = web.post("/swarm", user_count=20, spawn_rate=50, **{field: value})
    assert answer["success"] is False
    assert said in answer["message"]
    assert web.json("/wswarm/data")["test"] == before


def test_rate_and_hold_of_the_form_reach_the_test_and_empty_fields_the_next(brief: Brief, long: Long) -> None:
    messages = {name: run.messages for name, run in brief.runs.items()}
    assert [one.sent for one in messages.values() if one is not None] == [50, 50]
    assert brief.row["owed"] == 50 * 10
    rates = long.runs["Chat"].rates
    assert rates is not None
    assert rates.offered == pytest.approx(20, rel=0.1)


def test_the_csv_keeps_microseconds_and_is_written_at_the_end(long: Long) -> None:
    rows = list(csv.DictReader(long.csv.splitlines()))
    kinds = [(row["class"], row["kind"]) for row in rows]
    assert ("Chat", "deliver") in kinds
    assert ("Chat", "completion") in kinds
    assert ("Echo", "echo") in kinds
    run = long.runs["Echo"]
    assert run.response_time is not None
    (echo,) = [row for row in rows if row["kind"] == "echo"]
    assert float(echo["max_ms"]) == pytest.approx((run.response_time.max or 0) * 1_000, abs=0.001)
    assert long.file == long.csv


def test_the_report_is_served_once_it_is_written(long: Long) -> None:
    assert long.report is None
    assert "<html" in long.page


def test_the_page_loads_nothing_from_elsewhere(web: Served) -> None:
    page = web.get("/wswarm")
    assert "default-src 'none'" in page
    assert "src=" not in page
    assert "https://" not in page
    assert page.count("http://") == page.count("http://www.w3.org/2000/svg") == 1


def test_all_of_it_is_behind_the_login(tmp_path: Path, app: ReferenceApp) -> None:
    (tmp_path / "locustfile.py").write_text(WITH_LOGIN)
    with served(tmp_path, "-H", app.url, "--web-login") as web:
        for path in ("/wswarm", "/wswarm/data", "/wswarm/csv", "/wswarm/report/report.html"):
            assert "authArgs" in web.get(path), path
        answer = web.get("/stats/requests")
        assert "extended_stats" not in answer


def test_it_moves_with_the_base_path_and_ctrl_c_ends_with_a_whole_report(
    tmp_path: Path, app: ReferenceApp
) -> None:
    """With its plots, but of one class: they take longest of all."""
    (tmp_path / "locustfile.py").write_text(CHAT)
    with served(tmp_path, "-H", app.url, "--web-base-path", "/load", base="/load") as web:
        assert "./wswarm" in web.get("/")
        web.start(10)
        web.wait_for_deliveries(10)
        web.locust.signal(signal.SIGINT)
        web.locust.ended()
        assert (tmp_path / "reports" / "latest" / "report.html").exists()
        assert web.locust.runs()["Chat"].fanout is not None
