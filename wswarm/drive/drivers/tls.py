"""TLS settings of the connections."""

import ssl
from typing import Protocol

from wswarm.errors import PlanError


class Options(Protocol):
    """What is asked of TLS."""

    @property
    def may_use_tls(self) -> bool:
        """Whether there can be any."""

    @property
    def insecure(self) -> bool:
        """Whether any certificate will do."""

    @property
    def cacert(self) -> str | None:
        """File of the authority to trust."""

    @property
    def cert(self) -> str | None:
        """File of the client's certificate."""

    @property
    def key(self) -> str | None:
        """File of its key."""


def client_context(manner: Options) -> ssl.SSLContext | None:
    """Return the TLS settings that the manner asks for, `None` for ws:// that follows no redirect to wss://.

    Raises:
        PlanError: a certificate or key file can't be read or is none.
    """
    if not manner.may_use_tls:
        return None
    try:
        context = ssl.create_default_context(cafile=manner.cacert)
        context.set_alpn_protocols(["http/1.1"])  # as browsers do for wss://: RFC 7301
    except (OSError, ssl.SSLError) as error:
        raise PlanError(f"--cacert {manner.cacert}: {error.strerror or error}; give a PEM file") from None
    if manner.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if manner.cert is not None:
        try:
            context.load_cert_chain(manner.cert, manner.key)
        except (OSError, ssl.SSLError) as error:
            raise PlanError(
                f"--cert {manner.cert} --key {manner.key}: {error.strerror or error}; give PEM files that belong"
                " together"
            ) from None
    return context
