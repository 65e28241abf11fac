"""What stations are told when a test begins."""

from wswarm.load.plan import make_plan
from wswarm.locust.master.begin import begin_for
from wswarm.locust.master.roster import Member
from wswarm.locust.order import Order
from wswarm.stats.findings import STILL_OPEN, Window

IDS_OF_A_WORKER = 1_000_000


def order(name: str, publishers: int, **settings: str) -> Order:
    """Return a class that is published to."""
    plan = make_plan("fanout", "ws://127.0.0.1:9", connections=1, rate=50.0, **settings)
    return Order(
        name=name, role="subscribe", plan=plan, rate_per_user=None, publishers=publishers, is_heard=False
    )


def test_all_stations_know_the_publishers_of_each_class_by_ids_that_no_user_gets() -> None:
    orders = [order("One", 2), order("Other", 3)]
    members = [Member(f"id{place}", f"worker {place}", 1 + place * IDS_OF_A_WORKER) for place in range(100)]
    members[0].is_publisher = True
    told = [
        begin_for(one, orders, ahead_ns=0, test=1, prefix=b"", window=Window(0, 0, 0, STILL_OPEN))
        for one in members
    ]
    known = [[group.publishers for group in begin.groups] for begin in told]
    assert all(each == known[0] for each in known)
    ids = known[0][0] + known[0][1]
    assert len(set(ids)) == 5
    assert min(ids) > members[-1].first_id + IDS_OF_A_WORKER
    assert [group.publishers for group in told[0].publishing] == known[0]
    assert told[1].publishing == []


def test_publishers_of_a_class_may_have_an_address_of_their_own() -> None:
    member = Member("id", "worker", 1)
    member.is_publisher = True
    orders = [order("One", 1, publisher_url="ws://127.0.0.2:8/pub")]
    told = begin_for(member, orders, ahead_ns=0, test=1, prefix=b"", window=Window(0, 0, 0, STILL_OPEN))
    assert [group.manner.url for group in told.groups] == ["ws://127.0.0.1:9"]
    assert [group.manner.url for group in told.publishing] == ["ws://127.0.0.2:8/pub"]
    assert told.publishing[0].addresses == [("127.0.0.2", 8)]
