"""What is wrong with a backend's address, told before it is used, and without the password in it."""

import os
import re
from urllib.parse import parse_qsl, unquote, urlsplit

from target_app.backplane.protocol import AddressError

HIDDEN = "…"
# Files of TLS, as redis-py and asyncpg call them: both would say of one that is missing only that something is.
_FILES = {"ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "sslrootcert", "sslcert", "sslkey", "sslcrl"}
_SECRET_WORDS = ("password", "passwd", "secret", "token")


def check_address(url: str) -> None:
    """Check the part between ``://`` and the path: ``user:password@host:port``, hosts separated by commas.

    Raises:
        AddressError: a port is none, or a password has a sign that ends this part. The message quotes nothing of
            this part, because what looks like a port may be the rest of a password. Or a file of TLS is not there.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise AddressError(f"the address cannot be read: {_reason(error)}") from None
    rest = f"{parts.path}?{parts.query}#{parts.fragment}"
    if parts.netloc and "@" not in parts.netloc and "@" in rest:
        raise AddressError(
            "the address has a '/', '?' or '#' before its '@': in a password write %2F, %3F or %23"
        )
    for host in parts.netloc.rpartition("@")[2].split(","):
        port = re.sub(r"^\[.*\]", "", host).partition(":")[2]
        if port and not (port.isascii() and port.isdecimal() and 0 < int(port) < 65_536):
            raise AddressError(
                "the address has a port that is no number from 1 to 65535 (in a password write '/' as %2F, '?' as "
                "%3F, '#' as %23, '@' as %40)"
            )
    for name, file in parse_qsl(parts.query):
        if name in _FILES and not os.access(file, os.R_OK):
            raise AddressError(f"the address has {name}={file}, and no such file can be read here")


def told(error: BaseException, url: str) -> str:
    """What an error says, in one line, without the secrets of the address."""
    text = " ".join(str(error).split()) or type(error).__name__
    for secret in sorted(_secrets(url), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def _secrets(url: str) -> set[str]:
    """The password of an address and what its query calls one, as written and as meant."""
    parts = urlsplit(url)
    found = [parts.netloc.rpartition("@")[0].partition(":")[2]]
    found += [value for name, value in parse_qsl(parts.query) if any(word in name for word in _SECRET_WORDS)]
    return {form for secret in found for form in (secret, unquote(secret)) if form}


def _reason(error: ValueError) -> str:
    """Why an address cannot be split; Python's own words quote the address only where they speak of signs."""
    return "its brackets do not match" if "IPv6" in str(error) else "it has signs that no address has"
