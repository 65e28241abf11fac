"""What is known of a station."""

from tests.locust import unpatched  # noqa: F401 - before Locust
from wswarm.drive.live.wire import SquadState
from wswarm.locust.messages import State
from wswarm.locust.roster import Member


def told(hold: int) -> State:
    squad = SquadState(requested=3, opened=3, open=3, sent=7, received=5, duplicated=1)
    return State(test=1, number=1, hold=hold, pending=0, squads=[squad], publishing=[squad])


def test_figures_of_an_earlier_hold_are_not_shown_as_those_of_this_one() -> None:
    member = Member("local", "Locust", first_id=1, holds=1, state=told(hold=0))
    for state in (member.squad(0), member.publishing(0)):
        assert state is not None
        assert (state.sent, state.received, state.duplicated) == (0, 0, 0)
        assert (state.requested, state.open) == (3, 3)


def test_a_station_that_came_after_the_hold_began_has_its_figures_shown() -> None:
    member = Member("late", "worker 1", first_id=1, holds=0, state=told(hold=0))
    state = member.squad(0)
    assert state is not None
    assert state.received == 5
