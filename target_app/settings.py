"""What can be set about the application, from the environment or by whoever creates it."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings, each read from ``TARGET_<NAME>`` unless given.

    Attributes:
        lag_interval: seconds between samples of the event loop's lag.
        lag_window: seconds that ``/stats`` looks back for the lag's maximum and mean.

    Raises:
        pydantic.ValidationError: a value is no number or out of range.
    """

    model_config = SettingsConfigDict(env_prefix="TARGET_", frozen=True)

    lag_interval: float = Field(default=0.1, ge=0.001, le=3600)
    lag_window: float = Field(default=60.0, ge=0.001, le=3600)
