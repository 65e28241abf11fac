"""A worker's side of a test's end: whoever waits for it goes on when the agents have heard all and ended."""

import gevent
import pytest
from locust.env import Environment

from wswarm.locust.worker.station import Station


class SlowCrew:
    """Takes some turns of other greenlets to end."""

    is_ended = False

    def end(self) -> None:
        for _ in range(5):
            gevent.sleep(0)
        self.is_ended = True


@pytest.fixture
def crew() -> SlowCrew:
    return SlowCrew()


@pytest.fixture
def environment(crew: SlowCrew) -> Environment:
    environment = Environment()
    environment.wswarm_station = Station(environment, environment.create_local_runner())  # type: ignore[attr-defined]
    environment.wswarm_station._crew = crew  # type: ignore[attr-defined]
    return environment


def test_where_locust_is_a_library_a_test_has_stopped_when_its_agents_have_ended(
    environment: Environment, crew: SlowCrew
) -> None:
    environment.events.test_stop.fire(environment=environment)
    assert crew.is_ended


@pytest.mark.parametrize("event", ["test_stop", "quitting"])
def test_who_comes_while_another_greenlet_ends_the_agents_waits_for_it(
    environment: Environment, crew: SlowCrew, event: str
) -> None:
    gevent.spawn(environment.wswarm_station._dismiss)  # type: ignore[attr-defined]
    gevent.sleep(0)
    assert not crew.is_ended
    getattr(environment.events, event).fire(environment=environment)
    assert crew.is_ended
