import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from service.settings import Settings
from tests.support import SECRET


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "HOST": "0.0.0.0",
        "PORT": "81",
        "ARTIFACTS": "/a",
        "ADMIN_API_KEY": f"{SECRET}\n",
    }.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert (settings.host, settings.port, settings.artifacts) == ("0.0.0.0", 81, Path("/a"))
    assert settings.admin_api_key is not None
    assert settings.admin_api_key.get_secret_value() == SECRET
    assert SECRET not in repr(settings.admin_api_key)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("DEVICE", "tpu"),
        ("MAX_BODY_BYTES", "10"),
        ("METRICS", "half"),
        ("PROBE_INTERVAL_S", "-1"),
        ("PROBE_INTERVAL_S", "nan"),
        ("FEEDBACK_ROWS", "0"),
        ("FEEDBACK_PER_MINUTE", "0"),
        ("LOG_FORMAT", "xml"),
        ("LOG_TUNES", "perhaps"),
    ],
)
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


def test_the_key_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{SECRET}\n")
    monkeypatch.setenv("ADMIN_API_KEY_FILE", str(tmp_path / "key"))
    key = Settings().admin_api_key
    assert key is not None
    assert key.get_secret_value() == SECRET
    monkeypatch.setenv("ADMIN_API_KEY", SECRET)
    with pytest.raises(ValidationError, match="not both"):
        Settings()


@pytest.mark.parametrize("content", [None, b"\xff" * 20, b"short"])
def test_a_key_that_is_missing_or_too_short_is_refused_without_telling_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    monkeypatch.setenv("ADMIN_API_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(ValidationError) as caught:
        Settings()
    messages = " ".join(fault["msg"] for fault in caught.value.errors())
    assert "short" not in messages
    assert "at least 16 characters" in messages or "ADMIN_API_KEY_FILE cannot be read" in messages
