"""What the conductor tells a station that has not answered, and one that has."""

from wswarm.locust import messages
from wswarm.locust.master.roster import Member


def test_a_worker_that_did_not_listen_yet_is_greeted_again_until_it_answers() -> None:
    member = Member("one", "worker 0", first_id=1)
    assert [member.word(7) for _ in range(2)] == [messages.Hello(test=7)] * 2
    assert member.is_first_answer()
    assert member.word(7) == messages.Beat()


def test_only_the_first_of_several_answers_begins_its_test() -> None:
    member = Member("one", "worker 0", first_id=1)
    assert [member.is_first_answer() for _ in range(3)] == [True, False, False]
