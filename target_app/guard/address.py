"""Whose connection it is, as far as an address says so."""

import ipaddress

_HOME = 64  # bits of an IPv6 address that one customer shares: the rest is theirs to choose


def neighbourhood(host: str) -> str:
    """What counts as one address: an IPv4 address, the first 64 bits of an IPv6 one, and any other name as it is."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _HOME), strict=False))
