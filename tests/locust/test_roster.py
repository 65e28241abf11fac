"""What the conductor tells a station that has not answered, and one that has."""

import msgspec

from tests.stats.made import findings
from wswarm.drive.fleet.wire import GroupState
from wswarm.locust import messages
from wswarm.locust.master.roster import Member
from wswarm.stats.histogram import Histogram
from wswarm.stats.scripted import Scripted, StepFound


def test_a_worker_that_did_not_listen_yet_is_greeted_again_until_it_answers() -> None:
    member = Member("one", "worker 0", first_id=1)
    assert [member.word(7) for _ in range(2)] == [messages.Hello(test=7)] * 2
    assert member.is_first_answer()
    assert member.word(7) == messages.Beat()


def test_only_the_first_of_several_answers_begins_its_test() -> None:
    member = Member("one", "worker 0", first_id=1)
    assert [member.is_first_answer() for _ in range(3)] == [True, False, False]


def test_the_steps_of_a_worker_stay_in_the_table_while_others_have_not_told_what_they_found() -> None:
    member = Member("one", "worker 0", first_id=1)
    steps = {"hello": StepFound(count=3, failed=0, times=Histogram().pack())}
    told = GroupState(sent=4, steps=steps, sessions={"ValueError": 1})
    member.note(messages.State(test=7, number=0, load=0, pending=0, groups=[told]))
    before = member.group(0)
    scripted = Scripted(
        started=3,
        finished=2,
        failed=1,
        refused=0,
        failures=told.sessions,
        steps=steps,
        sent=4,
        answered=3,
        overflowed=0,
    )
    member.note(messages.Found(test=7, groups=[msgspec.structs.replace(findings(), scripted=scripted)]))
    after = member.group(0)
    assert before is not None
    assert after is not None
    assert (after.sent, after.steps, after.sessions) == (before.sent, before.steps, before.sessions)
