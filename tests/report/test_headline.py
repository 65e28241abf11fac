import msgspec
import pytest

from tests.report import runs, stormed
from wswarm.report import headline

ECHO = runs.echo(connections=10, rate=100, duration=1)


def with_plan(run, **settings):
    return msgspec.structs.replace(run, plan={**run.plan, **settings})


def test_the_rate_is_given_in_all_and_per_connection():
    assert "100/s in all, 10/s each" in headline.plan(ECHO)


def test_a_fanout_tells_how_many_deliveries_its_rate_makes():
    run = runs.fanout(subscribers=5, rate=20, duration=1)
    assert headline.plan(run)[:2] == ["5 subscribers, 1 publisher", "20/s published, 100/s to deliver"]


def test_several_publishers_share_the_rate():
    run = runs.fanout(subscribers=5, rate=20, duration=1)
    shared = msgspec.structs.replace(run, fanout=msgspec.structs.replace(run.fanout, publishers=4))
    assert "20/s published in all, 5/s each, 100/s to deliver" in headline.plan(shared)


def test_a_closed_model_without_a_rate_goes_as_fast_as_replies_come():
    phrases = headline.plan(with_plan(ECHO, closed=True, rate=None))
    assert "as fast as replies come" in phrases
    assert "closed model" in phrases
    assert not [phrase for phrase in phrases if "arrivals" in phrase]


def test_a_plan_of_another_front_end_may_leave_settings_out():
    assert headline.plan(msgspec.structs.replace(ECHO, plan={})) == ["10 connections", "open model", "picows"]
    assert headline.url(msgspec.structs.replace(ECHO, plan={})) == "address unknown"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("ws://me:hunter2@host/ws", "ws://me:…@host/ws"),
        ("ws://host:80/a@b:c@d", "ws://host:80/a@b:c@d"),
        ("ws://[::1]:80/ws", "ws://[::1]:80/ws"),
    ],
)
def test_a_password_in_the_address_is_not_shown(url, shown):
    assert headline.url(with_plan(ECHO, url=url)) == shown


def test_a_fanout_whose_publishers_never_connected_has_a_headline():
    run = runs.fanout(subscribers=5, rate=20, duration=1)
    nobody = msgspec.structs.replace(run, fanout=msgspec.structs.replace(run.fanout, publishers=0))
    assert "20/s published in all, 20/s each, 100/s to deliver" in headline.plan(nobody)


def test_a_storm_that_ended_before_its_drop_still_has_the_share_that_was_to_be_dropped():
    assert "50 % dropped by reset, back by socketio" in headline.plan(stormed.nobody_dropped())
    restarted = with_plan(stormed.storm(), how="restart", drop=0.5)
    assert "100 % dropped by restart, back by socketio" in headline.plan(restarted)


def test_a_fanout_that_ended_while_connecting_publishes_and_nobody_sends_for_himself():
    run = msgspec.structs.replace(runs.fanout(subscribers=5, rate=20, duration=1), fanout=None)
    assert headline.plan(run)[:2] == ["6 connections", "20/s published"]
