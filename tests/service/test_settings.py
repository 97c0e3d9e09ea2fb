import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from service.settings import Settings
from tests.support import SECRET
from tests.workers import failed_start


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
    ("name", "value"),
    [("PORT", "many"), ("ARTIFACTS", "/nowhere/at/all"), ("DEVICE", "cuda"), ("CORS_ORIGINS", "*")],
)
def test_a_broken_setting_exits_1_with_a_sentence(name: str, value: str) -> None:
    printed = failed_start(**{name: value})
    assert printed.startswith("error: ")
    assert "Value error" not in printed


@pytest.mark.parametrize("host", ["name.invalid", "192.0.2.1", "a..b", "\u00fc" * 70])
def test_an_address_that_cannot_be_used_is_named(published: Path, host: str) -> None:
    printed = failed_start(ARTIFACTS=str(published), HOST=host, PORT="0")
    assert printed.startswith(f"error: the service cannot listen on HOST={host}, PORT=0: ")


def test_a_file_for_feedback_that_cannot_be_used_is_named(published: Path, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none" / "feedback.db"):
        printed = failed_start(ARTIFACTS=str(published), PORT="0", FEEDBACK=str(path))
        assert printed.startswith(f"error: FEEDBACK: {path} cannot be used: ")


def test_a_folder_for_metrics_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = str(tmp_path / "file" / "metrics")
    printed = failed_start(PROMETHEUS_MULTIPROC_DIR=folder)
    assert printed.startswith(f"error: PROMETHEUS_MULTIPROC_DIR={folder} cannot be used: ")


def test_the_module_explains_itself_without_serving() -> None:
    done = subprocess.run([sys.executable, "-m", "service", "--help"], capture_output=True, text=True)
    assert done.returncode == 0
    assert "docs/serving.md" in done.stdout


def test_the_key_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ADMIN_API_KEY_FILE", str(tmp_path / "key"))
    for content in (SECRET, f"{SECRET}\n", f"\ufeff{SECRET}\r\n"):  # the last as Windows writes it
        (tmp_path / "key").write_text(content, encoding="utf-8")
        key = Settings().admin_api_key
        assert key is not None
        assert key.get_secret_value() == SECRET
    monkeypatch.setenv("ADMIN_API_KEY", SECRET)
    with pytest.raises(ValidationError, match="not both"):
        Settings()


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"\n",
        b"\xff" * 20,
        b"short",
        b"x" * 1025,
        b"x" * 2**20,
        b"short with spaces inside",
        b"two-short-lines\nshort-second-line",
        "short-in-letters-\u00e9".encode(),
        b"short\x00" * 5,
    ],
)
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
    reasons = "at least 16 characters", "ADMIN_API_KEY_FILE cannot be read", "ADMIN_API_KEY_FILE has no key"
    assert any(reason in messages for reason in reasons)


def test_a_key_file_without_an_end_or_that_is_a_folder_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for path in ("/dev/zero", str(tmp_path)):
        monkeypatch.setenv("ADMIN_API_KEY_FILE", path)
        with pytest.raises(ValidationError, match=r"cannot be read|at least 16 characters"):
            Settings()


def test_an_error_of_a_setting_does_not_have_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_API_KEY", "short-secret")
    monkeypatch.setenv("PORT", "none")
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert "short-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("", set()),
        (" , ", set()),
        ("https://Tunes.Example", {"https://tunes.example"}),
        ("https://tunes.example/", {"https://tunes.example"}),
        (
            "https://tunes.example:443, http://tunes.example:80",
            {"https://tunes.example", "http://tunes.example"},
        ),
        ("http://localhost:3000,http://[::1]:3000", {"http://localhost:3000", "http://[::1]:3000"}),
        ("https://b\u00fccher.example", {"https://xn--bcher-kva.example"}),
    ],
)
def test_origins_are_as_browsers_write_them(
    monkeypatch: pytest.MonkeyPatch, text: str, origins: set[str]
) -> None:
    monkeypatch.setenv("CORS_ORIGINS", text)
    assert Settings().cors_origins == origins


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "null",
        "tunes.example",
        "https://",
        "https://*.example",
        "https://tunes.example/page",
        "https://tunes.example?q",
        "https://tunes.example#top",
        "https://user:word@tunes.example",
        "https://tunes.example:99999",
        "https://tunes.example https://other.example",
        "ftp://tunes.example",
        "file:///tunes",
        "https://good.example,*",
    ],
)
def test_what_is_no_origin_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("CORS_ORIGINS", text)
    with pytest.raises(ValidationError, match="is not an origin"):
        Settings()


@pytest.mark.parametrize(
    ("host", "names", "known"),
    [
        ("127.0.0.1", None, frozenset()),
        ("127.9.9.9", "", frozenset()),
        ("::1", None, frozenset()),
        ("localhost", None, frozenset()),
        ("0.0.0.0", None, None),
        ("0.0.0.0", "", None),
        ("tunes.example", None, None),
        ("127.0.0.1", "Tunes.Example., other.example", frozenset({"tunes.example", "other.example"})),
        ("0.0.0.0", "tunes.example", frozenset({"tunes.example"})),
    ],
)
def test_a_local_service_knows_only_the_names_that_it_was_given(
    monkeypatch: pytest.MonkeyPatch, host: str, names: str | None, known: frozenset[str] | None
) -> None:
    monkeypatch.setenv("HOST", host)
    if names is not None:
        monkeypatch.setenv("ALLOWED_HOSTS", names)
    assert Settings().known_hosts == known


@pytest.mark.parametrize("names", ["*", "http://tunes.example", "tunes.example:80", "a..b", "a b", "-, ."])
def test_what_is_no_host_name_is_refused(monkeypatch: pytest.MonkeyPatch, names: str) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", names)
    with pytest.raises(ValidationError, match="is not a host name"):
        Settings()
