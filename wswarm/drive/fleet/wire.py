"""What front end and agent say to each other: length-prefixed msgpack over a socketpair."""

import msgspec

from wswarm.drive.fleet.commands import LEAD_NS as LEAD_NS
from wswarm.drive.fleet.commands import Begin as Begin
from wswarm.drive.fleet.commands import Canary as Canary
from wswarm.drive.fleet.commands import Close as Close
from wswarm.drive.fleet.commands import Command as Command
from wswarm.drive.fleet.commands import Cut as Cut
from wswarm.drive.fleet.commands import Depart as Depart
from wswarm.drive.fleet.commands import Drop as Drop
from wswarm.drive.fleet.commands import Group as Group
from wswarm.drive.fleet.commands import Join as Join
from wswarm.drive.fleet.commands import Leave as Leave
from wswarm.drive.fleet.commands import Load as Load
from wswarm.drive.fleet.commands import Look as Look
from wswarm.drive.fleet.commands import OfGroup as OfGroup
from wswarm.drive.fleet.commands import Publish as Publish
from wswarm.drive.fleet.commands import Read as Read
from wswarm.drive.fleet.commands import Reconnect as Reconnect
from wswarm.drive.fleet.commands import Role as Role
from wswarm.drive.fleet.commands import Say as Say
from wswarm.drive.fleet.commands import Settle as Settle
from wswarm.drive.fleet.lengths import with_length
from wswarm.drive.fleet.packing import packed
from wswarm.drive.fleet.reports import Ended as Ended
from wswarm.drive.fleet.reports import Heard as Heard
from wswarm.drive.fleet.reports import Joined as Joined
from wswarm.drive.fleet.reports import News as News
from wswarm.drive.fleet.reports import Opened as Opened
from wswarm.drive.fleet.reports import Published as Published
from wswarm.drive.fleet.reports import Ready as Ready
from wswarm.drive.fleet.reports import Report as Report
from wswarm.drive.fleet.reports import Rows as Rows
from wswarm.drive.fleet.reports import Said as Said
from wswarm.drive.fleet.reports import Sampled as Sampled
from wswarm.drive.fleet.reports import Sent as Sent
from wswarm.drive.fleet.reports import Settled as Settled
from wswarm.drive.fleet.reports import Snapshot as Snapshot
from wswarm.drive.fleet.reports import SoFar as SoFar
from wswarm.drive.fleet.reports import Traced as Traced
from wswarm.drive.fleet.reports import Unfit as Unfit
from wswarm.drive.fleet.state import GroupState as GroupState
from wswarm.drive.fleet.state import Recent as Recent


def encode(message: msgspec.Struct) -> bytes:
    """Return the message as it goes over the wire."""
    return with_length(packed(message))


_COMMANDS: msgspec.msgpack.Decoder[Command] = msgspec.msgpack.Decoder(Command)
_REPORTS: msgspec.msgpack.Decoder[Report] = msgspec.msgpack.Decoder(Report)


def decode_command(body: bytes) -> Command:
    """Return the command in a message's body."""
    return _COMMANDS.decode(body)


def decode_report(body: bytes) -> Report:
    """Return the report in a message's body."""
    return _REPORTS.decode(body)
