import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from service.settings import Settings


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"HOST": "0.0.0.0", "PORT": "81", "ARTIFACTS": "/a", "ADMIN_API_KEY": "k\n"}.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert (settings.host, settings.port, settings.artifacts) == ("0.0.0.0", 81, Path("/a"))
    assert settings.admin_api_key is not None
    assert settings.admin_api_key.get_secret_value() == "k"
    assert "k" not in repr(settings.admin_api_key)


@pytest.mark.parametrize(("name", "value"), [("PORT", "70000"), ("DEVICE", "tpu"), ("MAX_BODY_BYTES", "10")])
def test_a_setting_outside_its_range_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "many"), ("ARTIFACTS", "/nowhere/at/all"), ("DEVICE", "cuda")]
)
def test_a_broken_setting_exits_1_with_a_sentence(name: str, value: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "service"],
        env={**os.environ, name: value},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 1
    assert result.stderr.startswith("error: ")
    assert "Traceback" not in result.stderr
