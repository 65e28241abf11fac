"""What a user says of a profile's protocol: the topic, the event, and settings of its own."""

from collections.abc import Mapping, Sequence

from wswarm.errors import PlanError
from wswarm.load.escaping import filled_in, names_filtered
from wswarm.load.profiles.protocol import Line, Protocol
from wswarm.load.role import ROLES, Role
from wswarm.load.url import below, completed
from wswarm.results.scenario import BROADCASTS

_OPTIONS = ("topic", "event")


def settings_of(
    protocol: Protocol, topic: str | None, event: str | None, given: Sequence[str]
) -> dict[str, str]:
    """Return the values of the profile's settings that have one, by name.

    Raises:
        PlanError: one is unknown, given twice, or can't be.
    """
    values = {name: one.default for name, one in protocol.settings.items() if one.default is not None}
    options = {name: value for name, value in zip(_OPTIONS, (topic, event), strict=True) if value is not None}
    for name in options:
        if name not in protocol.settings:
            raise PlanError(f"--{name} means nothing to profile {protocol.name!r}: {_known(protocol)}")
    seen = set[str]()
    for setting in given:
        name, equals, value = setting.partition("=")
        if not equals:
            raise PlanError(f"--set {setting!r} gives no value: write --set NAME=VALUE")
        if name in _OPTIONS and name in protocol.settings:
            raise PlanError(f"--set {name}=… has an option of its own: write --{name}")
        if name not in protocol.settings:
            raise PlanError(
                f"--set {name}=…: profile {protocol.name!r} has no such setting: {_known(protocol)}"
            )
        if name in seen:
            raise PlanError(f"--set {name}=… is given twice: give it once")
        seen.add(name)
        values[name] = value
    values = {name: filled_in(value, options) for name, value in values.items()} | options
    return values if protocol.derive is None else {**values, **protocol.derive(values)}


def has_scenario(protocol: Protocol, scenario: str) -> bool:
    """Return whether the protocol has what a scenario is about."""
    if scenario == "echo":
        return bool(protocol.echo)
    return bool(protocol.message) or scenario not in BROADCASTS


def check_scenario(protocol: Protocol, scenario: str) -> None:
    """Check that the protocol has what a scenario is about.

    Raises:
        PlanError: it has not.
    """
    if not has_scenario(protocol, scenario):
        why = (
            protocol.unlike.get("fanout" if scenario in BROADCASTS else scenario)
            or f"it has no {scenario}; choose another scenario"
        )
        raise PlanError(f"{scenario} can't use profile {protocol.name!r}: {why}")


def check_needs(protocol: Protocol, role: Role, values: Mapping[str, str]) -> None:
    """Check that what the connections of a role say has all its values.

    Raises:
        PlanError: a setting is missing.
    """
    for name in missing(protocol, role, values):
        raise PlanError(f"--profile {protocol.name} needs {written(name)}: {protocol.settings[name].about}")


def needs(protocol: Protocol, scenario: str) -> list[str] | None:
    """Return which settings a scenario needs that have no default; `None`: the protocol does not have it."""
    if not has_scenario(protocol, scenario):
        return None
    values = settings_of(protocol, None, None, ())
    return list(dict.fromkeys(name for role in ROLES[scenario] for name in missing(protocol, role, values)))


def missing(protocol: Protocol, role: Role, values: Mapping[str, str]) -> list[str]:
    """Return which settings a role's connections need that have no value."""
    of_role = {"subscribe": protocol.subscriber_needs}
    of_role |= dict.fromkeys(("publish", "echo"), protocol.sender_needs)
    wanted = list(of_role.get(role, ()))
    if role not in ("connect", "script"):
        templates = [line.value for line in lines_of(protocol, role, values)]
        for template in (*templates, message_of(protocol, role)):
            wanted += names_filtered(template)
    known = protocol.settings
    return [
        name
        for name in dict.fromkeys(wanted)
        if name in known and not values.get(name) and known[name].default is None
    ]


def lines_of(protocol: Protocol, role: Role, values: Mapping[str, str]) -> list[Line]:
    """Return the steps of a role's connections; those that only connect do what their settings allow."""
    lines = protocol.steps
    if role == "publish" or (role == "echo" and protocol.echo_steps is None):
        lines = protocol.publisher_steps
    elif role == "echo":
        lines = protocol.echo_steps or ()
    return [line for line in lines if all(values.get(name) for name in line.needs)]


def message_of(protocol: Protocol, role: Role) -> str:
    """Return the template of what a role's connections say; "" if they say nothing."""
    return {"publish": protocol.message, "echo": protocol.echo}.get(role, "")


def address_of(protocol: Protocol, url: str, values: Mapping[str, str]) -> str:
    """Return the address of the protocol's endpoint at a URL, with the parameters whose values are known."""
    path = filled_in(protocol.path, values, is_escaped_later=True)
    parameters = [
        filled_in(one, values, is_escaped_later=True)
        for one in filter(None, protocol.query.split("&"))
        if all(values.get(name) for name in names_filtered(one) if name in protocol.settings)
    ]
    return below(url, path, "&".join(parameters)) if protocol.is_below else completed(url, path, parameters)


def written(name: str) -> str:
    """Return how a setting is written on the command line."""
    return f"--{name}" if name in _OPTIONS else f"--set {name}=…"


def _known(protocol: Protocol) -> str:
    if not protocol.settings:
        return "it has no settings"
    return f"it has {', '.join(map(written, protocol.settings))}"
