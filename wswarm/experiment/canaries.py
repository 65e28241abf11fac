"""Waiting until each subscriber is one, where the protocol has no word for it: until a message has reached each."""

from collections import Counter
from collections.abc import Callable

from wswarm.drive.clock import now_ns
from wswarm.drive.fleet import wire
from wswarm.drive.fleet.state import NO_CANARY
from wswarm.errors import TargetError
from wswarm.experiment.observe import REASONS_TOLD, states_of
from wswarm.experiment.session import Session
from wswarm.load.plan import Plan
from wswarm.results import redact
from wswarm.units import NS_PER_S

_EVERY_S = 0.1
_SNAPSHOTS = 2  # so many after a command the agent has obeyed it

ListenUntil = Callable[[Callable[[], bool], int], None]


def wait_for_canaries(plan: Plan, session: Session, listen_until: ListenUntil) -> None:
    """Publish unrecorded messages until each subscriber has had one; who has had none by then has failed.

    Args:
        listen_until: Listens to the agents until that is so, which is due at a moment.
    """
    protocol = plan.protocol
    if "publish" not in plan.roles or protocol is None or not protocol.needs_canary:
        return
    due_ns = now_ns() + round(plan.connect_timeout * NS_PER_S)
    _tell(session, _EVERY_S)
    listen_until(lambda: _have_come(session) or now_ns() >= due_ns or _is_over(session), due_ns)
    has_come = _have_come(session)
    if not has_come and now_ns() < due_ns:
        return  # somebody does not want to wait, or nobody publishes any more
    numbers = {agent.name: agent.snapshot.number for agent in session.fleet.agents}
    _tell(session, 0.0)
    if not has_come:
        listen_until(
            lambda: session.fleet.have(
                lambda agent: agent.snapshot.number >= numbers[agent.name] + _SNAPSHOTS
            ),
            now_ns() + NS_PER_S,
        )
        _check_some(plan, session)


def _tell(session: Session, every_s: float) -> None:
    for agent in session.fleet.living:
        for group in range(len(session.groups_of(agent))):
            agent.tell(wire.Canary(group, every_s))


def _check_some(plan: Plan, session: Session) -> None:
    """Check that messages have reached some subscribers.

    Raises:
        TargetError: they have reached none.
    """
    states = states_of(session.fleet.holders)
    if any(state.opened for state in states):
        return
    failures: Counter[str] = Counter()
    for state in states:
        failures.update(state.failures)
    if set(failures) != {NO_CANARY}:
        return  # why, is told as that of any connection
    heard: Counter[str] = Counter()
    for state in states_of([session.fleet.publisher] if session.fleet.publisher is not None else []):
        heard.update(state.refused)
        heard.update(state.endings)
    told = ", ".join(f"{words} ({count:,})" for words, count in heard.most_common(REASONS_TOLD))
    raise TargetError(
        f"no connection became ready: {NO_CANARY} ({failures.total():,})"
        f"{f'; publishers were told: {told}' if told else ''}; {redact.address(plan.address)}:"
        " do publishers publish what subscribers subscribe to?"
    )


def _is_over(session: Session) -> bool:
    return session.fleet.publisher is None or session.fleet.publisher.death is not None


def _have_come(session: Session) -> bool:
    return session.fleet.have(
        lambda agent: (
            agent is session.fleet.publisher
            or all(group.reached >= group.open for group in agent.snapshot.groups)
        )
    )
