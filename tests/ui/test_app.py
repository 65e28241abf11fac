"""What stands under which address, and what forms do."""

import json
import shutil
import threading
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.report import modelled, runs, searched, sized
from tests.ui import stored
from tests.ui.conftest import Bench
from wswarm.report import store
from wswarm.report.capacity.store import SEARCHES
from wswarm.report.charts import library
from wswarm.report.forecast.store import FORECASTS
from wswarm.report.sizing.store import MODELS
from wswarm.ui.app import make_app
from wswarm.ui.form import FIELD

SCRIPT = "<script>alert(1)</script>"


def test_the_list_counts_and_names_the_runs(seen: Bench) -> None:
    assert seen.listed() == seen.names[::-1]
    assert '<strong id="total">60</strong>' in seen.get("/")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("scenario=echo", 20),
        ("target=host-1", 15),
        ("commit=000000000001", 3),
        ("verdict=suspect", 15),
        ("label=none", 0),
        ("page=2", 0),
        ("page=x&scenario=fanout", 20),
    ],
)
def test_the_list_is_filtered_by_its_address(query: str, count: int, seen: Bench) -> None:
    assert len(seen.listed(query)) == count


def test_what_can_t_be_read_is_listed_and_has_a_page_that_says_why(bench: Bench) -> None:
    stored.store(bench.folder / "spoilt", '{"schema":')
    assert "1 of them" in bench.get("/")
    assert "not a run file" in bench.get("/runs/spoilt")


def test_a_run_is_shown_as_its_report_shows_it(bench: Bench) -> None:
    name = bench.names[1]
    page = bench.get(f"/runs/{name}")
    value = json.loads((bench.folder / name / "run.json").read_text())["response_time"]["p50"]
    assert f"{value * 1e6:.0f} µs" in page
    assert f'action="/runs/{name}/label"' in page


def test_runs_of_version_0_1_0_open_one_by_one_and_as_a_suite(bench: Bench) -> None:
    shutil.copytree(stored.SAMPLE, bench.folder / "sample-run")
    for name in ("sample-run", "sample-run/echo", "sample-run/fanout", "sample-run/connect"):
        assert "VALID" in bench.get(f"/runs/{name}")


def test_latest_leads_to_the_run_that_it_is(bench: Bench) -> None:
    (bench.folder / "latest").symlink_to(bench.names[0])
    answer = bench.client.get("/runs/latest")
    assert answer.headers["location"] == f"/runs/{bench.names[0]}"


@pytest.mark.parametrize("scenario", ["capacity", "model", "forecast"])
def test_other_reports_are_listed_and_show_their_stored_page_which_does_nothing(
    scenario: str, bench: Bench
) -> None:
    folder = bench.folder / "other"
    folder.mkdir()
    (folder / f"{scenario}.json").write_text('{"schema": "x", "started_at": "2026-01-01T00:00:00Z"}')
    assert "there is no page of it" in bench.get("/runs/other")
    (folder / "report.html").write_text(f"<html><body>{SCRIPT}</body></html>")
    answer = bench.client.get("/runs/other")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "script-src" not in answer.headers["content-security-policy"]


def test_searches_models_and_forecasts_are_shown_with_their_charts(bench: Bench) -> None:
    SEARCHES.keep(searched.search(), bench.folder / "capacity")
    MODELS.keep(modelled.model(), bench.folder / "size")
    FORECASTS.keep(sized.outlook(), bench.folder / "forecast")
    for name, charts in (("capacity", 3), ("size", 2), ("forecast", 3)):
        answer = bench.client.get(f"/runs/{name}")
        assert answer.text.count("<canvas") == charts
        assert "script-src" not in answer.headers["content-security-policy"]  # the page brings its own
        assert "default-src" not in answer.headers["content-security-policy"]


def test_the_page_of_a_run_under_way_can_only_be_had_while_one_is(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No run that can be watched" in bench.get("/live", 404)
    monkeypatch.setattr(
        bench.app.state.desk.jobs, "page", lambda *, is_renewed: f"again {is_renewed}".encode()
    )
    answer = bench.client.get("/live?again")
    assert answer.text == "again True"
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert bench.client.get("/live").text == "again False"


def test_without_the_library_of_charts_pages_say_what_to_install(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "missing_hint", lambda: "no charts: pip install 'wswarm[ui]'")
    page = bench.get("/trends?figure=p50&scenario=echo")
    assert "pip install &#39;wswarm[ui]&#39;" in page
    assert "<canvas" not in page


def test_labels_are_given_filtered_by_taken_away_and_survive_a_restart(bench: Bench) -> None:
    name = bench.names[0]
    assert bench.post(f"/runs/{name}/label", label="before the fix") == f"/runs/{name}"
    bench.post(f"/runs/{bench.names[1]}/label", label="before")
    assert bench.listed("label=before+the+fix") == [name]
    again = Bench.__new__(Bench)
    again.folder, again.names, again.app = bench.folder, bench.names, make_app(bench.folder)
    again.client = type(bench.client)(again.app, base_url="http://127.0.0.1")
    assert again.listed("label=before+the+fix") == [name]
    again.app.state.desk.close()
    bench.post(f"/runs/{name}/label", label="before the fix", remove="yes")
    assert bench.listed("label=before+the+fix") == []


def test_a_note_is_kept(bench: Bench) -> None:
    bench.post(f"/runs/{bench.names[0]}/note", note="a slow disk\nthat day")
    assert "a slow disk\nthat day" in bench.get(f"/runs/{bench.names[0]}")


def test_two_workbenches_that_label_one_run_at_once_lose_no_label(bench: Bench) -> None:
    other = make_app(bench.folder)
    clients = [bench.client, type(bench.client)(other, base_url="http://127.0.0.1", follow_redirects=False)]
    tokens = [bench.app.state.desk.token, other.state.desk.token]

    def give(place: int) -> None:
        for number in range(8):
            fields = {FIELD: tokens[place], "label": f"{place}-{number}"}
            answer = clients[place].post(f"/runs/{bench.names[0]}/label", data=fields)
            assert answer.status_code == 303

    givers = [threading.Thread(target=give, args=(place,)) for place in (0, 1)]
    for one in givers:
        one.start()
    for one in givers:
        one.join()
    for place in (0, 1):
        for number in range(8):
            assert bench.listed(f"label={place}-{number}") == [bench.names[0]]
    other.state.desk.close()


def test_a_deleted_run_is_in_the_bin_and_can_be_put_back(bench: Bench) -> None:
    name = bench.names[0]
    told = bench.post(f"/runs/{name}/delete")
    assert "is in the bin" in bench.get(told)
    assert name not in bench.listed()
    assert [path.parent.name for path in (bench.folder / ".bin").rglob("run.json")] == [name]
    assert name in bench.get("/bin")
    place = told.partition("deleted=")[2]
    assert bench.post("/bin/put-back", place=place) == f"/runs/{name}"
    assert name in bench.listed()
    assert list((bench.folder / ".bin").iterdir()) == []


def test_what_is_put_back_replaces_nothing(bench: Bench) -> None:
    name = bench.names[0]
    place = bench.post(f"/runs/{name}/delete").partition("deleted=")[2]
    stored.store(bench.folder / name, "{}")
    assert "is there again" in bench.post("/bin/put-back", 400, place=place)
    assert (bench.folder / name / "run.json").read_text() == "{}"


@pytest.mark.parametrize("place", ["", "..", "../..", "20260101T000000Z", "/etc"])
def test_only_what_is_in_the_bin_is_put_back(place: str, bench: Bench) -> None:
    assert "is not in the bin" in bench.post("/bin/put-back", 400, place=place)


def test_a_run_of_a_suite_is_deleted_with_it(bench: Bench) -> None:
    shutil.copytree(stored.SAMPLE, bench.folder / "sample-run")
    assert "delete that as a whole" in bench.post("/runs/sample-run/echo/delete", 409)
    bench.post("/runs/sample-run/delete")
    assert not (bench.folder / "sample-run").exists()


@pytest.mark.parametrize(
    "path",
    ["/runs/{}/delete", "/runs/{}/label", "/runs/{}/note", "/bin/put-back", "/rebuild", "/start", "/stop"],
)
@pytest.mark.parametrize("token", [None, "", "wrong", "ü"])
def test_no_form_does_anything_without_its_token(path: str, token: str | None, bench: Bench) -> None:
    fields = {"label": "x", "command": "run"} | ({} if token is None else {FIELD: token})
    assert "token" in bench.send(path.format(bench.names[0]), 403, **fields)
    assert len(bench.listed()) == 6
    assert bench.app.state.desk.jobs.standing() is None


def test_addresses_that_are_looked_at_change_nothing(bench: Bench) -> None:
    for path in ("delete", "label", "note"):
        assert bench.client.get(f"/runs/{bench.names[0]}/{path}").status_code == 404
    assert bench.client.get("/rebuild").status_code in (404, 405)
    assert len(bench.listed()) == 6


@pytest.mark.parametrize("path", ["..%2f..%2ftmp/delete", "nowhere/delete", ".bin/label", "%2e%2e/note"])
def test_a_form_reaches_nothing_outside(path: str, bench: Bench) -> None:
    bench.post(f"/runs/{path}", 404, label="x", note="x")


def test_a_form_is_bounded(bench: Bench) -> None:
    bench.post(f"/runs/{bench.names[0]}/note", 413, note="x" * 70_000)


def test_hostile_text_is_shown_as_text(bench: Bench) -> None:
    run = json.loads(store.pretty(json.loads(json.dumps(stored.sample("echo")))))
    run["plan"]["url"] = f"ws://{SCRIPT}/"
    run["environment"]["git"] = SCRIPT
    run["notices"] = [SCRIPT]
    run["name"] = SCRIPT
    hostile = f"x{SCRIPT.replace('/', '')}"
    stored.store(bench.folder / hostile, json.dumps(run))
    stored.store(bench.folder / "spoilt", json.dumps({"schema": SCRIPT}))
    bench.post(f"/runs/{bench.names[0]}/label", label=SCRIPT)
    bench.post(f"/runs/{bench.names[0]}/note", note=SCRIPT)
    quoted = hostile.replace("<", "%3C").replace(">", "%3E")
    pages = [
        bench.get("/"),
        bench.get(f"/runs/{bench.names[0]}"),
        bench.get(f"/runs/{quoted}"),
        bench.get("/runs/spoilt"),
        bench.get("/trends?figure=p50&scenario=echo"),
        bench.get(f"/compare?run={quoted}&run={bench.names[1]}"),
        bench.get(f"/?scenario={SCRIPT}&target={SCRIPT}&label={SCRIPT}"),
        bench.get(f"/runs/{SCRIPT}", 404),
        bench.get(f"/start?arguments={SCRIPT}&url={SCRIPT}"),
    ]
    for page in pages:
        assert "<script>alert" not in page
        assert "alert(1)" in page


def test_folders_of_any_name_are_listed_and_open_or_say_why_not(bench: Bench) -> None:
    for name in ("夜間　計測", "a\u202eb", "no\udcff", "two\n<script>"):
        stored.store(bench.folder / name, json.dumps(stored.sample("echo")))
    page = bench.get("/")
    assert "夜間　計測" in bench.listed()
    assert "夜間　計測" in bench.get(f"/runs/{quote('夜間　計測')}")
    for shown in (r"a\u202eb", r"no\udcff", r"two\n&lt;script&gt;"):
        assert f"{shown}: its name can&#39;t be shown: rename it" in page
    assert page.count('<a href="/runs/') == 7
    for name in (".a%5Cu202eb", "a%E2%80%AEb", "a%5Cu202eb"):
        bench.get(f"/runs/{name}", 404)


def test_a_folder_whose_own_name_cannot_be_shown_has_its_pages(tmp_path: Path) -> None:
    stored.fill(tmp_path / "no\udcff", 1)
    bench = Bench(tmp_path / "no\udcff", [])
    assert r"no\udcff" in bench.get("/")
    assert r"no\udcff" in bench.get("/start")
    bench.app.state.desk.close()


def test_latest_leads_to_the_first_that_can_be_read_where_there_is_no_link(bench: Bench) -> None:
    stored.store(bench.folder / "spoilt", "")
    answer = bench.client.get("/runs/latest")
    assert (answer.status_code, answer.headers["location"]) == (307, f"/runs/{bench.names[-1]}")
    (bench.folder / "latest").symlink_to(bench.names[0])
    assert bench.client.get("/runs/latest").headers["location"] == f"/runs/{bench.names[0]}"


def test_secrets_of_a_run_are_not_shown(bench: Bench) -> None:
    run = runs.echo(plan={"url": "ws://user:hunter2@host/?token=hunter2", "connections": 1})
    store.write_run(run, bench.folder / "secret")
    for page in (bench.get("/"), bench.get("/trends?figure=p50&scenario=echo")):
        assert "hunter2" not in page


def test_an_index_is_made_anew_on_demand(bench: Bench) -> None:
    assert bench.post("/rebuild") == "/"
    assert len(bench.listed()) == 6


def test_a_wrong_command_is_told_in_the_form_in_the_words_of_the_command_line(bench: Bench) -> None:
    page = bench.post("/start", 200, command="echo", url="ws://127.0.0.1:1", connections="lots")
    assert "wswarm echo: -c/--connections: &#39;lots&#39; is not a count: write 1000, 10k or 1m" in page
    assert 'value="lots"' in page
    assert bench.app.state.desk.jobs.standing() is None
