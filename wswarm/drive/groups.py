"""Which class of groups holds connections of what an order says."""

from wswarm.drive.fleet import wire
from wswarm.drive.group import Group


def kind_of(order: wire.Group) -> type[Group]:
    """Return what a group is made by; what scripts, recordings and requests take is loaded when there are some."""
    if order.replay is not None:
        from wswarm.drive.replay.group import ReplayGroup

        return ReplayGroup
    if order.by_http is not None:
        from wswarm.drive.http.group import HttpGroup

        return HttpGroup
    if order.reconnect is not None:
        from wswarm.drive.storm.group import PublishersGroup, StormGroup

        return PublishersGroup if order.role == "publish" else StormGroup
    if order.receive_buffer is not None:
        from wswarm.drive.readers import Readers

        return Readers
    if order.most is not None:
        from wswarm.drive.passing import PassingGroup

        return PassingGroup
    if order.script is None:
        return Group
    from wswarm.drive.script.group import ScriptGroup

    return ScriptGroup
