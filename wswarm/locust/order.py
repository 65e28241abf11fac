"""From a user class and the options to what its connections are to do."""

from dataclasses import dataclass
from typing import Any

from locust import User

from wswarm.drive.fleet import wire
from wswarm.errors import PlanError
from wswarm.experiment.script import check_script as check_script
from wswarm.load.plan import DEFAULT_RATE, Plan
from wswarm.locust.manner import SCENARIO, plan_of, settings_of, spoken, url_of
from wswarm.locust.options import Options
from wswarm.locust.scripted import script_of
from wswarm.units import parse_rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the connections of one user class do.

    Attributes:
        plan: How to connect and what to say; `rate` is that of all users together, unless `rate_per_user` is set.
        publishers: Sockets that publish to them, in all rooms, outside the user count.
        is_heard: Whether the users want to see every message.
    """

    name: str
    role: wire.Role
    plan: Plan
    rate_per_user: float | None
    publishers: int
    is_heard: bool

    def rate_for(self, users: int) -> float:
        """Return messages per s when so many users are connected."""
        return self.rate_per_user * users if self.rate_per_user is not None else self.plan.rate or 0.0


def order_for(user: type[User], role: wire.Role, host: str | None, options: Options) -> Order:
    """Return the order for a user class.

    Raises:
        PlanError: an attribute of the class or an option can't be; the message names both and the mend.
    """
    name = user.__name__
    script = script_of(user)
    scenario = "script" if script else SCENARIO[role]
    publishers = options.publishers or _publishers(user)
    rate, per_user = _rates(user, role, options)
    given = {
        "rate": rate if rate is not None else (per_user or 1.0),
        "drain": options.drain,
        "slo": options.fail,
        "target_pid": options.target_pid,
        "rooms": getattr(user, "rooms", 1),
        **spoken(user, role, options),
        **settings_of(user),
        **script,
    }
    if role in ("connect", "script"):
        given.pop("rate")
    url = url_of(user, host)
    plan = plan_of(name, scenario, url, given)
    if plan.script is not None:
        check_script(plan.script, plan.session)
    return Order(
        name=name,
        role=role,
        plan=plan,
        rate_per_user=per_user if rate is None else None,
        publishers=publishers * plan.rooms if role == "subscribe" else 0,
        is_heard=role == "script" or getattr(user, "hears_messages", lambda: False)(),
    )


def _publishers(user: type[User]) -> int:
    publishers = getattr(user, "publishers", 1)
    if not isinstance(publishers, int) or publishers < 1:
        raise PlanError(f"{user.__name__}.publishers {publishers!r} must be a whole number above 0")
    return publishers


def _rates(user: type[User], role: wire.Role, options: Options) -> tuple[float | None, float | None]:
    """Return the class's rate and its users', of which one at most is given."""
    name = user.__name__
    own = {key: _rate(name, key, getattr(user, key, None)) for key in ("rate", "rate_per_user")}
    if role not in ("echo", "subscribe"):
        return None, None
    if options.rate is not None:
        return options.rate, None
    if own["rate"] is not None and own["rate_per_user"] is not None:
        raise PlanError(f"{name}: rate and rate_per_user both say how much to send: use one")
    if role == "subscribe":
        if own["rate_per_user"] is not None:
            raise PlanError(f"{name}: subscribers send nothing: give the publishers' rate as rate")
        return own["rate"] or DEFAULT_RATE["fanout"], None
    if own["rate"] is None and own["rate_per_user"] is None:
        return None, 1.0
    return own["rate"], own["rate_per_user"]


def _rate(name: str, key: str, value: Any) -> float | None:
    if value is None:
        return None
    try:
        rate = float(value) if isinstance(value, int | float) else parse_rate(str(value))
    except PlanError as error:
        raise PlanError(f"{name}.{key}: {error}") from None
    if not 0 < rate < float("inf"):
        raise PlanError(f"{name}.{key} {value} must be a number above 0")
    return rate
