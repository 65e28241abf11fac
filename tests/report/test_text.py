import msgspec
import pytest

from tests.report import churned, edges, golden, runs, stormed
from wswarm.report.sections import objective_value
from wswarm.report.text import suite_summary, summary
from wswarm.results.run import Distribution, Samples
from wswarm.stats.certainty import certain
from wswarm.stats.probe import nothing

OBJECTIVES = runs.objectives(
    ("p99<50ms", 0.00106, True),
    ("lost==0", 3.0, False),
    ("generator.cpu_s_per_message<20us", None, False),
    ("target.peak_rss<1e9", 91_000_000.0, True),
)
SUSPECT = runs.verdict(
    "suspect",
    "98.00 % of the connections opened (< 100 %): see the failures, raise the server's backlog"
    " or lower --connect-rate",
    "agent's CPU at 91 % of a core (> 85 %): use more --processes",
)


def test_the_summary_of_a_connect_run_reads_as_kept():
    golden.check("summary-connect.txt", summary(runs.connect(failed=40, validity=SUSPECT)))


def test_the_summary_of_an_echo_run_reads_as_kept():
    golden.check("summary-echo.txt", summary(runs.echo(lost=3, slo=OBJECTIVES)))


def test_the_summary_of_a_fanout_run_reads_as_kept():
    golden.check("summary-fanout.txt", summary(runs.fanout(lost=100)))


def test_the_summary_of_a_fanout_run_in_rooms_reads_as_kept():
    golden.check("summary-rooms.txt", summary(runs.in_rooms()))


def test_the_summary_of_a_run_with_a_quiet_probe_reads_as_kept():
    golden.check("summary-probe.txt", summary(runs.probed(later_s=0.001)))


def test_a_probe_without_a_statement_says_why():
    told = summary(runs.fanout(probe=nothing("its process did not answer")))
    assert "no statement" in told
    assert "its process did not answer" in told


def test_the_summary_of_a_run_with_slow_readers_reads_as_kept():
    golden.check("summary-storm.txt", summary(stormed.storm(never=20)))
    golden.check("summary-slow.txt", summary(runs.slow()))


def test_the_summary_of_a_run_in_stages_reads_as_kept():
    golden.check("summary-stages.txt", summary(runs.staged()))


def test_the_summary_of_connections_in_stages_reads_as_kept():
    golden.check("summary-connect-stages.txt", summary(churned.staged_connections()))


def test_the_summary_of_churn_reads_as_kept():
    golden.check("summary-churn.txt", summary(churned.churn(failed=12, refused=30)))


def test_the_summary_of_what_was_published_by_http_reads_as_kept():
    golden.check("summary-published.txt", summary(runs.published()))


def test_the_summary_of_a_replay_reads_as_kept():
    golden.check("summary-replay.txt", summary(runs.replay()))


def test_the_summary_of_a_script_reads_as_kept():
    golden.check("summary-script.txt", summary(runs.script()))


def test_the_summary_of_a_suite_reads_as_kept():
    suite = [runs.connect(validity=SUSPECT), runs.echo(slo=OBJECTIVES), runs.fanout(lost=100)]
    golden.check("summary-suite.txt", suite_summary(suite))


@pytest.mark.parametrize("name", edges.NAMES)
def test_no_line_is_wider_than_a_hundred_columns(name):
    run = edges.run(name)
    lines = (summary(run) + suite_summary([run])).splitlines()
    assert max(len(line) for line in lines) <= 100
    assert all(line.isprintable() and line == line.rstrip() for line in lines)


def test_what_is_unknown_never_looks_like_zero():
    run = msgspec.structs.replace(runs.echo(rate=10, duration=1), target=None)
    cost = msgspec.structs.replace(
        run.generator, cpu_s_per_message=None, rss_per_connection=None, loop_lag=Distribution(n=0)
    )
    text = summary(msgspec.structs.replace(run, generator=cost))
    assert "Target" not in text
    assert "per reply" not in text
    assert "per connection" not in text
    assert "loop lag" not in text


def test_a_connect_run_says_nothing_of_messages():
    text = summary(runs.connect(connections=50))
    assert "Messages" not in text
    assert "Times" not in text
    assert "model" not in text


def test_when_nothing_arrived_no_times_are_invented():
    text = summary(edges.run("nothing arrived"))
    assert "lost              10,000   0 disconnected, 10,000 silent" in text
    assert "  response" not in text
    assert "  send lag" in text


def test_a_closed_model_admits_that_it_under_counts_stalls():
    run = runs.echo(rate=10, duration=1)
    closed = msgspec.structs.replace(run, plan={**run.plan, "closed": True})
    assert "under-counted" in summary(closed)
    assert "under-counted" not in summary(run)


def test_an_objective_is_shown_in_the_unit_it_is_written_in():
    assert objective_value("p99<50ms", 0.0042) == "4.20 ms"
    assert objective_value("p99 <= 0.05", 0.0042) == "4.20 ms"
    assert objective_value("response_time.max < 1s", 1.5) == "1.50 s"
    assert objective_value("fanout.completion_time.p99<=0.2", 0.0042) == "4.20 ms"
    assert objective_value("generator.peak_rss<1e9", 5e8) == "500 MB"
    assert objective_value("lost==0", 3) == "3"
    assert objective_value("rates.received>=1000", None) == "–"


def test_extra_messages_are_told_by_kind():
    run = runs.echo(rate=10, duration=1)
    seen = msgspec.structs.replace(
        run.messages, extra=12, extra_kinds={"never sent": 2, "of another connection": 10}
    )
    text = " ".join(summary(msgspec.structs.replace(run, messages=seen)).split())
    assert "extra 12 10 of another connection, 2 never sent" in text


def test_marks_of_another_run_are_told_from_other_frames():
    run = runs.echo(rate=10, duration=1)
    seen, samples = (
        msgspec.structs.replace(run.messages, unmarked=12),
        Samples(unmarked=["said wswarm" + "0" * 40]),
    )
    text = " ".join(summary(msgspec.structs.replace(run, messages=seen, samples=samples)).split())
    assert "unmarked 12 frames that were not ours, marks of another run of wswarm among them" in text


def test_close_codes_are_explained():
    run = runs.connect(connections=50)
    seen = msgspec.structs.replace(run.connections, dropped=4, closes={"1006": 1, "1011": 2, "4000": 1})
    text = summary(msgspec.structs.replace(run, connections=seen))
    assert "closed by the peer: 1011 (server error): 2, 1006 (no close frame): 1, 4000: 1" in " ".join(
        text.split()
    )


def test_times_below_the_error_of_the_clocks_are_shown_as_such_and_why():
    shown = summary(certain(runs.fanout(), 0.02))
    completion = next(line for line in shown.splitlines() if line.startswith("  completion"))
    assert completion.split()[1:3] == ["<", "20.0"]
    assert "clocks compared to within 20.0 ms; what is less is not given" in shown
    assert "n too small" not in completion


def test_a_suite_tells_how_sure_times_between_machines_are():
    shown = suite_summary([runs.echo(), certain(runs.fanout(), 0.003)])
    assert "fanout: times between machines: clocks compared to within 3.00 ms" in shown


def test_a_run_with_a_name_is_called_by_it():
    named = msgspec.structs.replace(runs.echo(), name="LobbyUser")
    assert summary(named).startswith("wswarm LobbyUser · echo · ")
    assert "LobbyUser" in suite_summary([named, runs.fanout()])
