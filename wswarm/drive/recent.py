"""The latest broadcasts of an account, for who follows them as they go."""

from wswarm.drive.account import Account, Deliveries
from wswarm.drive.fleet.state import Recent
from wswarm.stats.findings import pack

_MOST = 64


def recent_of(account: Account | None) -> Recent:
    """Return the latest broadcasts, nothing where there are none."""
    if not isinstance(account, Deliveries):
        return Recent()
    found = account.tally.latest(_MOST)
    some = found.received > 0
    columns = (found.numbers, found.received, found.first_ns, found.last_ns)
    names = Recent.__struct_fields__
    return Recent(**{name: pack(column[some]) for name, column in zip(names, columns, strict=True)})
