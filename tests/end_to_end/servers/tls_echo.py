"""``tls_echo(client_certificate=False)``: an echo over ``wss``.

The certificate is for 127.0.0.1 and localhost.

A certificate authority is made at start; ``server.cacert`` is the path of its PEM file. With
``client_certificate`` the server wants one of the same authority: ``server.ready`` has the paths ``cert``
and ``key``. The files are gone when the server has stopped.
Facts: those of ``PicowsServer`` (a handshake that fails in TLS is no connection); ``tls_versions``:
connections by version; ``client_certificates``: connections that showed one; ``protocols``: connections by what
they agreed to speak within TLS, of ``h2`` and ``http/1.1``.
"""

import ssl
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import trustme

from tests.end_to_end.servers.connection import Connection
from tests.end_to_end.servers.echo import Echo
from tests.end_to_end.servers.process import HOST, run


class TlsEcho(Echo):
    """Answers each message with itself, over TLS."""

    def __init__(self, client_certificate: bool = False) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="wswarm-tls-")
        authority = trustme.CA()
        self.ssl_context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(HOST, "localhost").configure_cert(self.ssl_context)
        self.ssl_context.set_alpn_protocols(["h2", "http/1.1"])
        self._files = self._write_files(authority)
        if client_certificate:
            self.ssl_context.verify_mode = ssl.CERT_REQUIRED
            authority.configure_trust(self.ssl_context)
        self._versions: Counter[str] = Counter()
        self._protocols: Counter[str] = Counter()
        self._client_certificates = 0

    async def listen(self) -> dict[str, Any]:
        return {**await super().listen(), **self._files}

    def opened(self, connection: Connection) -> None:
        super().opened(connection)
        transport = connection.transport.underlying_transport
        tls = transport.get_extra_info("ssl_object")
        self._versions[tls.version()] += 1
        self._protocols[tls.selected_alpn_protocol() or ""] += 1
        self._client_certificates += bool(transport.get_extra_info("peercert"))

    def facts(self) -> dict[str, Any]:
        own = {"tls_versions": dict(self._versions), "client_certificates": self._client_certificates}
        return {**super().facts(), **own, "protocols": dict(self._protocols)}

    def _write_files(self, authority: trustme.CA) -> dict[str, str]:
        folder = Path(self._folder.name)
        client = authority.issue_cert("client@wswarm.test")
        files = {name: str(folder / f"{name}.pem") for name in ("cacert", "cert", "key")}
        authority.cert_pem.write_to_path(files["cacert"])
        client.cert_chain_pems[0].write_to_path(files["cert"])
        client.private_key_pem.write_to_path(files["key"])
        return files


if __name__ == "__main__":
    run(TlsEcho)
