"""What can be set about the application, from the environment or by whoever creates it."""

from pydantic import Field, IPvAnyNetwork, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from target_app.broadcast.outbox import Policy


class Settings(BaseSettings):
    """The settings, each read from ``TARGET_<NAME>`` unless given.

    Attributes:
        lag_interval: seconds between samples of the event loop's lag.
        lag_window: seconds that ``/stats`` looks back for the lag's maximum and mean.
        backplane: address of what carries the chat to other worker processes: see ``choose``. It may hold a password.
        gap_notice: whether the chat tells its clients of messages that were lost between workers.
        outbox_messages: most messages that wait for one slow client of the chat.
        outbox_bytes: most bytes of them.
        outbox_policy: what happens to the next one: see ``Limits``.
        origins: origins of web pages elsewhere that may use chat and items, a JSON list: ``["https://example.org"]``.
        trusted_proxies: whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed, a JSON list of addresses and
            networks: ``["127.0.0.1", "10.0.0.0/8"]``.
        fanout_slice: recipients that a broadcast is offered to before the event loop has a turn.

    Raises:
        pydantic.ValidationError: a value is no number or out of range.
    """

    model_config = SettingsConfigDict(env_prefix="TARGET_", frozen=True)

    lag_interval: float = Field(default=0.1, ge=0.001, le=3600)
    lag_window: float = Field(default=60.0, ge=0.001, le=3600)
    backplane: SecretStr = SecretStr("memory://")
    gap_notice: bool = True
    outbox_messages: int = Field(default=256, ge=1, le=1_000_000)
    outbox_bytes: int = Field(default=4 * 1024 * 1024, ge=1, le=1024**3)
    outbox_policy: Policy = "disconnect"
    origins: frozenset[str] = frozenset()
    trusted_proxies: frozenset[IPvAnyNetwork] = frozenset()
    fanout_slice: int = Field(default=128, ge=1, le=1_000_000)
