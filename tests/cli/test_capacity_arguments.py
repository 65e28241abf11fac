"""What `wswarm capacity` refuses before anything is loaded, each in one line with its mend, and what it takes."""

from pathlib import Path

import pytest

from tests.cli.command import in_process
from wswarm.cli.arguments import make_parser
from wswarm.cli.capacity import setting_of

URL = "ws://127.0.0.1:1/"

BAD: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
    ((), ("kind",)),
    (("storm", URL), ("'storm'", "echo")),
    (("echo", URL, URL), ("no such option or argument", URL)),
    (("echo", "http:/nowhere"), ("http:/nowhere",)),
    (("echo", URL, "--slo", "p99<50"), ("a time needs a unit", "p99<50ms")),
    (("echo", URL, "--slo", "p99"), ("'p99'", "write p99<50ms")),
    (("echo", URL, "--slo", "speed<5"), ("no number 'speed'",)),
    (("echo", URL, "--slo", "fanout.completion_time.p99<1s"), ("no such figure",)),
    (("echo", URL, "-r", "1/s", "--slo", "p99<50ms"), ("381", "-r 7/s")),
    (("connect", URL, "-c", "20", "--slo", "p99<1s"), ("381", "-c 381")),
    (("connect", URL, "--slo", "lost==0"), ("no such figure",)),
    (("echo", URL, "--slo", "capacity.speed>5"), ("capacity.value",)),
    (("echo", URL, "--slo", "capacity.value>fast"), ("'fast'", "2k/s")),
    (("connect", URL, "--slo", "capacity.value>=2k/s"), ("'2k/s'", "a count")),
    (("echo", URL, "--slo", "p99>50ms"), ("'p99>50ms'", "write p99<50ms")),
    (("echo", URL, "--slo", "p99==20ms"), ("'p99==20ms'", "write p99<20ms")),
    (("echo", URL, "--slo", "p99<0ms"), ("'p99<0ms'", "write p99<50ms")),
    (("echo", URL, "--slo", "p99<=0"), ("'p99<=0'", "write p99<50ms")),
    (("connect", URL, "--slo", "p99>=1s"), ("'p99>=1s'", "write p99<1s")),
    (("echo", URL, "--slo", "rates.achieved>=2k/s"), ("searched for", "write capacity.value>=2k/s")),
    (("echo", URL, "--slo", "rates.received<5"), ("searched for", "write capacity.value>=5")),
    (("echo", URL, "--slo", "lost>5"), ("'lost>5'", "write lost<=5")),
    (("echo", URL, "--slo", "lost==5"), ("'lost==5'", "write lost<=5")),
    (("echo", URL, "--slo", "lost!=0"), ("'lost!=0'", "write lost<=0")),
    (("echo", URL, "--slo", "lost<0"), ("'lost<0'", "write lost==0")),
    (("echo", URL, "--slo", "target.peak_rss>=9m"), ("upper limits", "write target.peak_rss<9m")),
    (("echo", URL, "--slo", "target.peak_rss<0"), ("nothing is below 0", "write target.peak_rss<500MB")),
    (("echo", URL, "--slo", "capacity.value>=0"), ("a capacity is above 0", "write capacity.value>=100")),
    (("echo", URL, "--slo", "capacity.value==2k/s"), ("to a few percent", "write capacity.value>=2k/s")),
    (("echo", "--serve", "python app.py"), ("--serve", "{port}")),
    (("echo", "--serve", "'"), ("--serve", "can't be read")),
    (("echo", URL, "--serve", "python app.py {port}"), ("has no {port}",)),
    (("echo", "--serve", "/nowhere/at/all {port}"), ("can't be started", "/nowhere/at/all")),
    (("echo", URL, "--rounds", "0"), ("--rounds", "from 1 to 100")),
    (("echo", URL, "--rounds", "two"), ("'two'",)),
    (("echo", URL, "--budget", "0s"), ("--budget 0s", "above 0")),
    (("connect", URL, "-c", "10", "--budget", "5s"), ("--budget 5s", "takes some 4 s", "--budget 70s")),
    (("echo", URL, "--slo", "p99<50ms", "--budget", "10s"), ("--budget 10s", "some 8 s", "--budget 180s")),
    (("echo", URL, "--budget", "soon"), ("--budget", "'soon'")),
    (("echo", URL, "-d", "1s"), ("--duration 1s", "-d 2s")),
    (("echo", URL, "--target-pid", "0"), ("--target-pid", "'0'")),
    (("echo", URL, "--target-pid", "2147483646"), ("2147483646",)),
    (("echo", URL, "-c", "0"), ("connections",)),
    (("connect", URL, "-c", "0"), ("0",)),
    (("echo", URL, "-r", "0/s"), ("--rate", "above 0")),
    (("echo", URL, "-r", "fast"), ("--rate", "'fast'")),
    (("connect", URL, "-r", "10/s"), ("sends no messages", "-c 100")),
    (("echo", URL, "--arrivals", "bursty"), ("bursty", "poisson")),
    (("echo", URL, "--seed", "-1"), ("--seed", "'-1'")),
    (("echo", URL, "--warmup", "x"), ("--warmup", "'x'")),
    (("echo", URL, "--drain", "x"), ("--drain", "'x'")),
    (("echo", URL, "--connect-rate", "0/s"), ("connect", "0")),
    (("echo", URL, "--connect-timeout", "0s"), ("connect", "0")),
    (("echo", URL, "--processes", "0"), ("processes", "0")),
    (("echo", URL, "--closed"), ("--closed",)),
    (("echo", URL, "--publishers", "3"), ("--publishers 3", "echo has no broadcasts")),
    (
        ("connect", URL, "--publish", "POST http://127.0.0.1:1/"),
        ("--publish POST", "connect has no broadcasts"),
    ),
    (("echo", URL, "--text", "no place", "--expect", "x["), ()),
    (("echo", URL, "--probe", "perhaps"), ("perhaps",)),
    (("echo", URL, "-o", ""), ("names no folder",)),
    (("echo", URL, "--junit", "/nowhere/at/all/x.xml"), ("--junit", "there is no folder /nowhere/at/all")),
    (("echo", URL, "--markdown", "/"), ("--markdown", "it is a folder")),
]


@pytest.mark.parametrize(("options", "words"), BAD, ids=[" ".join(one) or "nothing" for one, _ in BAD])
def test_what_can_not_be_is_told_in_a_line_and_leaves_nothing_behind(
    options: tuple[str, ...], words: tuple[str, ...], tmp_path: Path
) -> None:
    done = in_process("capacity", *options, cwd=tmp_path)
    is_ours_to_start = "can't be started" in words
    assert (done.code, done.out) == (1 if is_ours_to_start else 2, ""), done
    *_, line = done.err.splitlines()
    assert line.startswith("wswarm capacity: ")
    assert not [word for word in words if word not in line], line
    assert list(tmp_path.iterdir()) == []


def test_upper_limits_and_what_may_never_be_are_taken() -> None:
    given = (
        "p99<50ms",
        "service_time.p50<=5ms",
        "lost==0",
        "lost<=3",
        "target.peak_rss<500MB",
        "probe.ratio<2",
    )
    words = [word for one in given for word in ("--slo", one)]
    setting = setting_of(make_parser().parse_args(["capacity", "echo", URL, *words]))
    assert setting.slo == given


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_url_may_stand_anywhere_behind_the_kind(place: int) -> None:
    options = ["-c", "5", "--budget=20s"]
    words = [*options[: place * 2], URL, *options[place * 2 :]]
    parsed = make_parser().parse_args(["capacity", "connect", *words])
    setting = setting_of(parsed)
    assert (setting.url, setting.first, setting.budget_s) == (URL, 5.0, 20.0)
