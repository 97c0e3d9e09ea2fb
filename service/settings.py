"""The service's settings, read from environment variables."""

from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from model.device import DeviceName

_SHORTEST_KEY = 16  # characters


class Settings(BaseSettings):
    """Each setting comes from the environment variable with its name in capitals."""

    model_config = SettingsConfigDict(frozen=True)

    host: str = Field(default="127.0.0.1", min_length=1, description="Address to listen on.")
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port to listen on, 0 to 65535; 0 takes any free port."
    )
    artifacts: Path = Field(default=Path("artifacts"), description="Folder of the published artifacts.")
    tunebooks: Path | None = Field(
        default=None, description="Folder of the user's own tunebooks, which a re-index adds."
    )
    device: DeviceName = Field(
        default="auto", description="Where the encoders run; auto takes a GPU when there is one."
    )
    admin_api_key: SecretStr | None = Field(
        default=None,
        description="Key of the admin routes, at least 16 characters; without it they do not exist.",
    )
    admin_api_key_file: Path | None = Field(
        default=None, description="File that holds the key, instead of ADMIN_API_KEY."
    )
    max_body_bytes: int = Field(
        default=2**18,
        ge=2**10,
        le=2**26,
        description="Largest request body, in bytes (1 KiB to 64 MiB); of a batch, its largest tune.",
    )
    max_batch_bytes: int = Field(
        default=2**20,
        ge=2**10,
        le=2**26,
        description="Largest body of a batch or of /duplicates, in bytes (1 KiB to 64 MiB).",
    )
    max_batch_tunes: int = Field(
        default=2000, ge=1, le=100_000, description="Most tunes in such a body (1 to 100,000)."
    )
    batch_timeout_s: float = Field(
        default=120, ge=1, le=3600, description="Time for such a request, in seconds (1 to 3,600)."
    )

    @model_validator(mode="before")
    @classmethod
    def _read_key(cls, values: dict[str, Any]) -> dict[str, Any]:
        file = values.get("admin_api_key_file")
        if not file:
            return values
        if values.get("admin_api_key"):
            raise ValueError("set ADMIN_API_KEY or ADMIN_API_KEY_FILE, not both")
        try:
            return {**values, "admin_api_key": Path(file).read_text(encoding="utf-8")}
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"ADMIN_API_KEY_FILE cannot be read: {error}") from error

    @field_validator("tunebooks", "admin_api_key_file", mode="before")
    @classmethod
    def _no_path(cls, path: object) -> object:
        return path or None  # compose passes an unset variable as an empty string

    @field_validator("admin_api_key")
    @classmethod
    def _strip(cls, key: SecretStr | None) -> SecretStr | None:
        # A key read from a file ends in a line feed; compose passes an unset variable as an empty string.
        text = key.get_secret_value().strip() if key else ""
        if text and len(text) < _SHORTEST_KEY:
            raise ValueError(f"a key has at least {_SHORTEST_KEY} characters")
        return SecretStr(text) if text else None
