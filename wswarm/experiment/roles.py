"""What the connections of an agent are for."""

from wswarm.load.plan import Plan
from wswarm.load.role import Role


def role_of(plan: Plan, *, is_publisher: bool) -> Role:
    """Return the role of the plan's connections, or of those who publish to them."""
    if plan.is_published:
        return "publish" if is_publisher else "subscribe"
    roles: dict[str, Role] = {"echo": "echo", "script": "script", "replay": "replay"}
    return roles.get(plan.scenario, "connect")
