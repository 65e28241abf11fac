"""How to speak to the reference application: paths, and how many of its replies carry our marker."""

from typing import NamedTuple

from wswarm.errors import PlanError
from wswarm.load.url import below


class Profile(NamedTuple):
    """A known service.

    Attributes:
        path: Appended to the base URL; `{id}` is the connection's number.
        query: The query string, without `?`.
        marked_replies: Replies to the sender that carry the marker of its message.
        relays: Whether a message reaches the other connections: what `fanout` needs.
    """

    name: str
    path: str
    query: str
    marked_replies: int
    relays: bool

    def url(self, base: str) -> str:
        """Return the address of the service's endpoint below `base` (`ws://host:port[/prefix]`)."""
        return below(base, self.path, self.query)


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("echo", "/ws", "", marked_replies=1, relays=False),
        Profile("items", "/items/{id}/ws", "token=wswarm", marked_replies=1, relays=False),
        Profile("chat", "/ws/{id}", "", marked_replies=2, relays=True),
    )
}


def profile_for(name: str, scenario: str) -> Profile:
    """Return the profile of that name, fit for the scenario.

    Raises:
        PlanError: there is no such profile, or its replies can't be accounted for in the scenario.
    """
    profile = PROFILES.get(name)
    if profile is None:
        raise PlanError(f"no profile {name!r}: choose one of {', '.join(PROFILES)}")
    if scenario == "echo" and profile.marked_replies != 1:
        raise PlanError(
            f"echo can't use profile {name!r}: it answers a message with {profile.marked_replies} marked"
            " replies, so none is the reply; use fanout, or --profile echo"
        )
    if scenario == "fanout" and not profile.relays:
        raise PlanError(f"fanout can't use profile {name!r}: it answers only the sender; use --profile chat")
    return profile
