"""Requests that publish: which answers say that one was taken, and what is told of the others."""

import msgspec
import pytest

from tests.stats.made import S, findings, histogram
from wswarm.results.distribution import Distribution
from wswarm.results.publish import Publish
from wswarm.stats.answers import is_taken, nothing_taken, notices, publish_of, waiting
from wswarm.stats.findings import Answers, Findings, Sends

MS = S // 1000


@pytest.mark.parametrize("status", ["200", "201", "202", "204", "302", "303"])
def test_it_was_taken(status: str) -> None:
    assert is_taken(status)


@pytest.mark.parametrize(
    "status", ["301", "307", "308", "400", "404", "429", "503", "timeout", "refused", "other"]
)
def test_it_was_not_taken(status: str) -> None:
    assert not is_taken(status)


def agent(peak: int = 3, **statuses: int) -> Findings:
    """Return what an agent found whose answers came after 5 ms."""
    own = {name.removeprefix("of_"): count for name, count in statuses.items()}
    total = sum(own.values())
    return msgspec.structs.replace(
        findings(),
        sends=Sends(offered=total, sent=total, lag=histogram([]).pack(), per_second=b""),
        answers=Answers(statuses=own, peak=peak, times=histogram([5 * MS] * total).pack()),
    )


def publish(**statuses: int) -> Publish:
    """Return what is stored of such answers."""
    found = publish_of([findings(), agent(**statuses)])
    assert found is not None
    return found


def test_what_ended_how_is_counted_the_most_first_and_timed() -> None:
    found = publish(of_503=2, of_200=7, timeout=1)
    assert (found.requests, list(found.statuses.items())) == (10, [("200", 7), ("503", 2), ("timeout", 1)])
    assert found.response_time.n == 10
    assert found.response_time.mean == pytest.approx(0.005, rel=1e-3)


def test_without_requests_there_is_nothing_to_tell() -> None:
    assert publish_of([findings()]) is None
    assert notices(None, {}) == []
    assert nothing_taken(None, {}) == ""


def test_failures_are_told_with_what_was_said() -> None:
    assert notices(publish(of_200=7, of_503=2, timeout=1), {"publish 503": "come back"}) == [
        '3 of 10 requests to publish failed: 503 (2): "come back", timeout (1)'
    ]


@pytest.mark.parametrize(
    ("status", "said", "mend"),
    [
        ("401", "no token", "give --publish-header"),
        ("307", "https://host/there", "publish at https://host/there"),
        ("404", "", "check the path"),
        ("refused", "", "start the service"),
        ("500", "", "see its log"),
        ("closed", "", "does that port speak HTTP"),
        ("no answer", "", "raise --drain"),
        ("timeout", "", "raise --connect-timeout"),
        ("tls certificate: expired", "", "--cacert FILE"),
        ("tls: wrong version number", "", "does that port speak TLS"),
    ],
)
def test_where_all_failed_that_is_the_reason_and_has_a_mend(status: str, said: str, mend: str) -> None:
    found = Publish(requests=4, statuses={status: 4}, response_time=Distribution(n=0))
    told = {f"publish {status}": said} if said else {}
    assert status in nothing_taken(found, told)
    assert said in nothing_taken(found, told)
    assert mend in nothing_taken(found, told)
    assert notices(found, told) == []


def test_many_reasons_are_told_in_part() -> None:
    many = Publish(
        requests=22,
        statuses={"200": 1, **{str(400 + n): n for n in range(6, 0, -1)}},
        response_time=Distribution(n=0),
    )
    (told,) = notices(many, {})
    assert told.endswith("402 (2) and 1 for other reasons")


def test_requests_waited_for_others_where_as_many_as_may_be_were_under_way() -> None:
    assert waiting([agent(peak=49, of_200=9)], 50) == ""
    assert "all 50 requests" in waiting([findings(), agent(peak=50, of_200=9)], 50)
    assert "after 5 ms (p50)" in waiting([agent(peak=50, of_200=9)], 50)
