"""Redis and PostgreSQL as they are run where others are on the network: over TLS alone, each user with a password.

Those of PyPI's packages have no TLS; Debian's have.
"""

import os
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import trustme

from tests.target_app.backplane.servers import Backend, PostgresServer, RedisServer

PASSWORD = "p@ss/word:?#"
REDIS = Path("/usr/bin/redis-server")


def postgres_programs() -> Path | None:
    """Debian's newest PostgreSQL, if there is one."""
    return max(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), default=None
    )


class _Files:
    """A key and a certificate for `localhost` in a folder, and those who signed it and didn't."""

    def __init__(self, folder: Path, owner: object) -> None:
        self.key, self.certificate = folder / "server.key", folder / "server.crt"
        self.authority, self.stranger = folder / "authority.crt", folder / "stranger.crt"
        authority = trustme.CA()
        issued = authority.issue_cert("localhost")
        issued.private_key_pem.write_to_path(self.key)
        issued.cert_chain_pems[0].write_to_path(self.certificate)
        authority.cert_pem.write_to_path(self.authority)
        trustme.CA().cert_pem.write_to_path(self.stranger)
        self.key.chmod(0o600)
        if owner is not None:
            os.chown(self.key, int(str(owner)), -1)


class GuardedRedis(RedisServer):
    """redis-server over TLS; `app` may do what the documentation says that it has to, and nobody else anything."""

    def __init__(self) -> None:
        super().__init__()
        self.files = _Files(self.folder, None)

    def program(self) -> str:
        return str(REDIS)

    def options(self) -> dict[str, object]:
        rules = self.folder / "users"
        may = "resetchannels &target_app:* +publish +subscribe +unsubscribe +ping"
        rules.write_text(f"user app on >{PASSWORD} {may}\nuser default off\n")
        return super().options() | {
            "port": 0,
            "tls-port": self.port,
            "tls-key-file": self.files.key,
            "tls-cert-file": self.files.certificate,
            "tls-auth-clients": "no",
            "aclfile": rules,
        }

    def answers(self) -> bool:
        with suppress(OSError):
            ssl.get_server_certificate(("127.0.0.1", self.port), timeout=5)
            return True
        return False

    def address(
        self, password: str = PASSWORD, host: str = "localhost", authority: Path | None = None
    ) -> str:
        """Its address for `app`."""
        trusted = authority or self.files.authority
        secret = quote(password, safe="")
        return f"rediss://app:{secret}@{host}:{self.port}/0?ssl_ca_certs={quote(str(trusted))}"


class GuardedPostgres(PostgresServer):
    """PostgreSQL over TLS; `app` has a password, which it never sees in clear."""

    def __init__(self) -> None:
        super().__init__()
        self.files = _Files(self.folder, self._as_user.get("user"))
        rules = "hostssl all app 127.0.0.1/32 scram-sha-256\nhost all postgres 127.0.0.1/32 trust\n"
        (self._cluster / "pg_hba.conf").write_text(rules)

    def programs(self) -> Path:
        found = postgres_programs()
        assert found is not None
        return found

    def settings(self) -> dict[str, object]:
        files = {"ssl_cert_file": self.files.certificate, "ssl_key_file": self.files.key}
        return super().settings() | {"ssl": "on"} | files

    def start(self) -> None:
        super().start()
        self.execute(f"CREATE ROLE app LOGIN PASSWORD '{PASSWORD}'; GRANT CREATE ON SCHEMA public TO app")

    def address(
        self, password: str = PASSWORD, host: str = "localhost", authority: Path | None = None
    ) -> str:
        """Its address for `app`."""
        trusted = authority or self.files.authority
        checked = f"sslmode=verify-full&sslrootcert={quote(str(trusted))}"
        return f"postgresql://app:{quote(password, safe='')}@{host}:{self.port}/postgres?{checked}"


def started(server: Backend) -> Iterator[Any]:
    """The server, which is ended when it is no longer wanted."""
    try:
        server.start()
        yield server
    finally:
        server.close()
