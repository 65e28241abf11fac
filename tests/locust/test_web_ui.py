"""Our part of Locust's web UI, through what it serves."""

import csv
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.locust.harness import CHAT_AND_ECHO, until
from tests.locust.served import Served, served
from wswarm.drive.target import ReferenceApp

pytestmark = pytest.mark.xdist_group("Locust's web UI")

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
    """Locust with its web UI and a chat of 20 broadcasts per s; each test leaves it stopped."""
    folder = tmp_path_factory.mktemp("web")
    (folder / "locustfile.py").write_text(CHAT_AND_ECHO)
    with served(folder, "-H", app.url, "--ws-no-plots", "--csv", str(folder / "times")) as one:
        yield one


def test_the_tab_fills_while_the_test_runs_and_is_exact_when_it_has_ended(web: Served) -> None:
    web.start(20)
    row = web.wait_for_deliveries(10)
    assert row["figures"] == "so far"
    assert row["owed"] >= row["delivered"]
    assert (row["lost"], row["duplicated"], row["reordered"]) == (0, 0, 0)
    row = web.wait_for_row(lambda row: row["first"] is not None and row["last"] is not None)
    assert 0 < row["first"] <= row["last"]
    web.post("/stop")
    (run,) = [run for run in web.locust.runs().values() if run.fanout is not None]
    assert run.messages is not None
    until(lambda: web.json("/stats/requests")["state"] == "stopped")
    (tab,) = web.json("/stats/requests")["extended_stats"]
    (row,) = tab["data"]
    assert (tab["key"], row["figures"]) == ("fan-out", "exact")
    assert row["owed"] == row["delivered"] == run.messages.owed
    assert row["lost"] == 0
    assert 0 < row["first"] <= row["last"]
    verdicts = {one["name"]: one for one in web.json("/wswarm/data")["verdicts"]}
    assert row["verdict"] == verdicts["Chat"]["verdict"] == run.validity.verdict
    assert verdicts["Chat"]["reasons"] == run.validity.reasons


def test_the_pages_link_to_each_other(web: Served) -> None:
    assert 'href="./wswarm"' in web.get("/")
    assert 'href="./?tab=fan-out"' in web.get("/wswarm")


def test_the_charts_get_a_point_a_second_and_only_what_they_do_not_know_yet(web: Served) -> None:
    web.start(20)
    web.wait_for_deliveries(10)
    until(lambda: len(web.json("/wswarm/data")["classes"][0]["points"]) > 2)
    told = web.json("/wswarm/data")
    chat, echo = told["classes"]
    assert (chat["role"], echo["role"]) == ("subscribe", "echo")
    times = [point[0] for point in chat["points"]]
    assert times == sorted(times)
    until(lambda: any(point[3] for point in web.json("/wswarm/data")["classes"][1]["points"]))
    later = web.json(f"/wswarm/data?test={told['test']}&after={times[-1]}")
    assert all(point[0] > times[-1] for point in later["classes"][0]["points"])
    of_another_test = web.json(f"/wswarm/data?test={told['test'] - 1}&after={times[-1]}")
    assert of_another_test["classes"][0]["points"][0][0] == times[0]
    web.post("/stop")


def test_users_change_while_a_test_runs(web: Served) -> None:
    web.start(20)
    web.wait_for_deliveries(10)
    web.start(40)
    until(lambda: web.row()["subscribers"] == 20)
    web.start(4)
    until(lambda: web.row()["subscribers"] == 2)
    web.post("/stop")
    assert web.row()["lost"] == 0


def test_reset_begins_the_figures_anew(web: Served) -> None:
    web.start(20)
    web.wait_for_deliveries(10)
    until(lambda: web.row()["delivered"] > 500)
    web.reset()
    until(lambda: web.row()["delivered"] < 400)
    until(lambda: web.row()["delivered"] > 0)
    entries = web.json("/stats/requests")["stats"]
    web.post("/stop")
    (delivered,) = [entry["num_requests"] for entry in entries if entry["method"] == "deliver"]
    assert delivered <= web.row()["delivered"]
    assert web.row()["owed"] == web.row()["delivered"]


def test_stopping_before_all_users_are_there_ends_the_test_and_another_can_begin(web: Served) -> None:
    web.post("/swarm", user_count=100, spawn_rate=2)
    until(lambda: web.json("/wswarm/data")["state"] == "spawning")
    assert web.post("/stop")["success"]
    assert web.json("/wswarm/data")["state"] == "stopped"
    web.start(20)
    web.wait_for_deliveries(10)
    web.post("/stop")
    assert web.row()["figures"] == "exact"


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


def test_rate_and_hold_of_the_form_reach_the_test(web: Served) -> None:
    web.start(20, ws_rate="50/s", ws_hold="2s")
    until(lambda: web.json("/wswarm/data")["is_exact"])
    until(lambda: web.json("/wswarm/data")["report"] is not None)
    messages = {name: run.messages for name, run in web.locust.runs().items()}
    assert [one.sent for one in messages.values() if one is not None] == [100, 100]
    assert web.row()["owed"] == 100 * 10
    web.start(20, ws_rate="", ws_hold="")
    web.wait_for_deliveries(10)
    web.post("/stop")


def test_the_csv_keeps_microseconds_and_is_written_at_the_end(web: Served) -> None:
    web.start(20)
    web.wait_for_deliveries(10)
    web.post("/stop")
    text = web.get("/wswarm/csv")
    rows = list(csv.DictReader(text.splitlines()))
    kinds = [(row["class"], row["kind"]) for row in rows]
    assert ("Chat", "deliver") in kinds
    assert ("Chat", "completion") in kinds
    assert ("Echo", "echo") in kinds
    run = web.locust.runs()["Echo"]
    assert run.response_time is not None
    (echo,) = [row for row in rows if row["kind"] == "echo"]
    assert float(echo["max_ms"]) == pytest.approx((run.response_time.max or 0) * 1_000, abs=0.001)
    assert (web.locust.folder / "times_wswarm.csv").read_text() == text


def test_the_report_is_served_once_it_is_written(web: Served) -> None:
    web.start(20)
    assert web.json("/wswarm/data")["report"] is None
    web.wait_for_deliveries(10)
    web.post("/stop")
    until(lambda: web.json("/wswarm/data")["report"] is not None)
    assert "<html" in web.get("/" + web.json("/wswarm/data")["report"])


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
    folder: Path, app: ReferenceApp
) -> None:
    with served(folder, "-H", app.url, "--web-base-path", "/load", base="/load") as web:
        assert "./wswarm" in web.get("/")
        web.start(20)
        web.wait_for_deliveries(10)
        web.locust.signal(signal.SIGINT)
        web.locust.ended()
        assert (folder / "reports" / "latest" / "report.html").exists()
        assert web.locust.runs()["Chat"].fanout is not None
