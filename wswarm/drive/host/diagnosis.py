"""One more look at a target at which every handshake failed: what it speaks, and for whom its certificate is."""

import socket
import ssl
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from wswarm.load.manner import Manner

_PATIENCE_S = 2.0
_NO_CHECK_TIME = ssl.VerifyFlags(0x200000)  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL
_NAMES_TOLD = 3


def speaks_otherwise(manner: Manner) -> str | None:
    """Return the address with the other scheme if the port speaks that one: TLS for ws://, plainly for wss://."""
    parts = urlsplit(manner.address.replace("{id}", "0"))
    other = {"ws": "wss", "wss": "ws"}.get(parts.scheme)
    if other is None or parts.hostname is None:
        return None
    host, port = parts.hostname, parts.port or (443 if parts.scheme == "wss" else 80)
    is_so = _speaks_tls(host, port) if other == "wss" else _speaks_http(host, port)
    return urlunsplit((other, *urlsplit(manner.address)[1:])) if is_so else None


def on_other_loopback(manner: Manner) -> str | None:
    """Return the address by this machine's other loopback address, if something listens there alone."""
    parts = urlsplit(manner.address.replace("{id}", "0"))
    other = {"localhost": "::1", "127.0.0.1": "::1", "::1": "127.0.0.1"}.get(parts.hostname or "")
    if other is None:
        return None
    port = parts.port or (443 if parts.scheme == "wss" else 80)
    try:
        socket.create_connection((other, port), _PATIENCE_S).close()
    except OSError:
        return None
    credentials, at, _ = parts.netloc.rpartition("@")
    netloc = f"{credentials}{at}{f'[{other}]' if ':' in other else other}:{port}"
    return urlunsplit((parts.scheme, netloc, *urlsplit(manner.address)[2:]))


def certificate(manner: Manner) -> str:
    """Return for which names and until when the target's certificate is, "" if it can't be read.

    Its chain has to be sound: only then does the library say what is in it.
    """
    parts = urlsplit(manner.address.replace("{id}", "0"))
    try:
        context = ssl.create_default_context(cafile=manner.cacert)
        context.check_hostname = False
        context.verify_flags |= _NO_CHECK_TIME
        if manner.cert is not None:
            context.load_cert_chain(manner.cert, manner.key)
        with (
            socket.create_connection((parts.hostname or "", parts.port or 443), _PATIENCE_S) as tcp,
            context.wrap_socket(tcp, server_hostname=manner.sni or parts.hostname) as tls,
        ):
            found: dict[str, Any] = dict(tls.getpeercert() or {})
    except (OSError, ValueError):
        return ""
    names = [str(name) for _, name in found.get("subjectAltName", ())]
    more = f" and {len(names) - _NAMES_TOLD} more" if len(names) > _NAMES_TOLD else ""
    told = ", ".join(names[:_NAMES_TOLD]) or "no name"
    return (
        f"asked for {manner.sni or parts.hostname}, it is for {told}{more}"
        f" from {found.get('notBefore')} until {found.get('notAfter')}"
    )


def wants_certificate(manner: Manner) -> bool:
    """Return whether the target hangs up before it is asked anything, as one that misses a client's certificate."""
    parts = urlsplit(manner.address.replace("{id}", "0"))
    if parts.scheme != "wss" or manner.cert is not None:
        return False
    name = manner.sni or parts.hostname
    try:
        with (
            socket.create_connection((parts.hostname or "", parts.port or 443), _PATIENCE_S) as tcp,
            _trusting().wrap_socket(tcp, server_hostname=name) as tls,
        ):
            return tls.recv(1) == b""
    except ssl.SSLError as error:
        return (error.reason or "") in ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "UNEXPECTED_EOF_WHILE_READING")
    except (OSError, ValueError):
        return False


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _speaks_tls(host: str, port: int) -> bool:
    context = _trusting()
    try:
        with (
            socket.create_connection((host, port), _PATIENCE_S) as tcp,
            context.wrap_socket(tcp, server_hostname=host),
        ):
            return True
    except ssl.SSLError as error:  # an alert is TLS too
        return "ALERT" in (error.reason or "")
    except (OSError, ValueError):
        return False


def _speaks_http(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), _PATIENCE_S) as tcp:
            tcp.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            return tcp.recv(5).upper() == b"HTTP/"
    except OSError:
        return False
