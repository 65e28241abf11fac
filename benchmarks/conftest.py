"""The backends of the tests."""

from tests.target_app.backplane.conftest import backend, postgres_server, redis_server

__all__ = ["backend", "postgres_server", "redis_server"]
