"""Everything wswarm raises on purpose.

::

    SwarmError
    ├── PlanError        the user's input: an option, a value, a template     exit 2
    ├── TargetError      the server: unreachable, refuses every handshake     exit 1
    │   └── TargetFailed     it hung up on what it had accepted               exit 95
    ├── GeneratorError   us: an agent died, a limit of this machine           exit 1
    └── ResultError      files: a report that can't be read or written        exit 1

A message says what, which value, and what to do. A failed handshake or a lost message is data, not an error.
"""


class SwarmError(Exception):
    """Base of the tree; `exit_code` is what the command line returns for it."""

    exit_code = 1


class PlanError(SwarmError):
    """The user asked for something that can't be: names the value and the mend."""

    exit_code = 2


class TargetError(SwarmError):
    """The server can't be measured at all."""


class TargetFailed(TargetError):  # noqa: N818 - an error of the target's, as its base says
    """The server can't be measured any more: it closed the connections that it had accepted, or died."""

    exit_code = 95


class GeneratorError(SwarmError):
    """This machine or one of our processes can't carry the load that was asked for."""


class ResultError(SwarmError):
    """A run file can't be read or written."""
