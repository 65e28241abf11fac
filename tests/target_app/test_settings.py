import pytest
from pydantic import ValidationError

from target_app.main import create_app
from target_app.settings import Settings


def test_settings_come_from_the_environment_with_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARGET_LAG_WINDOW", "5")
    assert Settings().lag_window == 5


def test_settings_that_are_given_win_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARGET_LAG_WINDOW", "5")
    app = create_app(Settings(lag_window=7))
    assert app.state.loop_lag.reading().window_s == 7


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "soon"])
def test_an_interval_that_cannot_be_waited_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARGET_LAG_INTERVAL", value)
    with pytest.raises(ValidationError, match="lag_interval"):
        Settings()
