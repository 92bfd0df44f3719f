from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import SettingsError
from ui.settings import load_settings


def test_defaults_are_those_of_a_checkout() -> None:
    settings = load_settings()
    assert (settings.corpus, settings.index) == (Path("corpus"), Path("var/index"))
    assert (settings.host, settings.port) == ("127.0.0.1", 7860)


def test_the_environment_sets_what_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPO_KPO_PORT", "8123")
    monkeypatch.setenv("BPO_KPO_LOG_LEVEL", "WARNING")
    assert load_settings().port == 8123
    assert load_settings().log_level == "warning"
    assert load_settings(port=None).port == 8123
    assert load_settings(port=9000).port == 9000


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "many"), ("PORT", "70000"), ("LOG_LEVEL", "loud"), ("MAX_QUESTION_CHARS", "0")],
)
def test_a_wrong_value_names_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"BPO_KPO_{name}", value)
    with pytest.raises(SettingsError, match=f"BPO_KPO_{name} is '{value}'") as caught:
        load_settings()
    assert "\n" not in str(caught.value)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().port = 1  # type: ignore[misc]
