"""The service's settings, read from environment variables."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from index.publication import KEPT
from model.device import DeviceName
from service.addresses import is_loopback, read_names, read_origins
from service.logs import LogFormat

_SHORTEST_KEY, _LONGEST_KEY = 16, 1024  # characters
_KEY = re.compile(rf"[!-~]{{{_SHORTEST_KEY},{_LONGEST_KEY}}}")  # what every client can put into a header


def _seconds(default: float, description: str, least: float = 0.1, most: float = 600.0) -> Any:
    return Field(default=default, ge=least, le=most, description=description)


class Settings(BaseSettings):
    """Each setting comes from the environment variable with its name in capitals.

    A setting whose name ends in `_s` counts seconds, one whose name ends in `_bytes` bytes. Its range is `ge`
    to `le`. `service/reference_settings.py` makes a page of all this.

    Raises pydantic's ValidationError when a value is wrong or out of its range.
    """

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True)

    host: str = Field(default="127.0.0.1", min_length=1, description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 takes any free port.")
    artifacts: Path = Field(
        default=Path("artifacts"),
        description="Folder of the published artifacts, where the trainer writes and the service reads.",
    )
    tunebooks: Path | None = Field(
        default=None,
        description="Folder of the user's own tunebooks, which a re-index adds to the catalogue.",
    )
    keep_artifacts: int = Field(
        default=KEPT,
        ge=1,
        le=100,
        description="Versions of the artifact that stay after a re-index, for a roll-back.",
    )
    device: DeviceName = Field(
        default="auto", description="Where the encoders run; `auto` takes a GPU when there is one."
    )
    admin_api_key: SecretStr | None = Field(
        default=None,
        description="Key of the admin routes, 16 to 1,024 visible ASCII characters. Without it they do not "
        "exist.",
    )
    admin_api_key_file: Path | None = Field(
        default=None, description="File that holds the key, instead of `ADMIN_API_KEY`."
    )

    workers: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="Worker processes. Without it, as many as the cores that the service may use, at most 4; "
        "with a GPU, 1.",
    )
    threads: int = Field(default=1, ge=1, le=64, description="Tunes at work at a time in each worker.")
    queue: int = Field(
        default=16,
        ge=0,
        le=1000,
        description="Requests that wait in each worker while its threads are busy; others get 429 "
        "`overloaded`.",
    )
    timeout_s: float = _seconds(
        5.0, "Time from a request to its answer; after that, 504 `deadline-exceeded`."
    )
    max_cpu_s: float = _seconds(
        1.0, "CPU time for one tune; a tune that needs more gets 422 `too-complex`.", least=0.05
    )
    max_body_bytes: int = Field(
        default=2**18,
        ge=2**10,
        le=2**26,
        description="Largest body of a request; a larger one gets 413 `body-too-large`. In a tunebook it is "
        "the largest tune, in characters; a larger one gets `tune-too-large`.",
    )
    max_file_bytes: int = Field(
        default=2**21,
        ge=2**10,
        le=2**24,
        description="Largest body with MusicXML, MIDI or sound; a larger one gets 413 `body-too-large`. MIDI "
        "has at most 128 KiB in any case ([all limits of such files](reader.md#other-forms)).",
    )
    max_batch_bytes: int = Field(
        default=2**20,
        ge=2**10,
        le=2**22,
        description="Largest tunebook: body of `/suggest-titles/batch` or `/duplicates`.",
    )
    max_batch_tunes: int = Field(
        default=2000, ge=1, le=10_000, description="Most tunes in a tunebook; more get 413 `too-many-tunes`."
    )
    max_batches: int = Field(
        default=2,
        ge=1,
        le=100,
        description="Tunebooks at work at a time in each worker; more get 429 `overloaded`.",
    )
    batch_timeout_s: float = _seconds(
        120.0, "Time for a tunebook; after that, `batch-timeout`.", least=1.0, most=3600.0
    )

    max_arriving_bytes: int = Field(
        default=2**26,
        ge=2**20,
        le=2**34,
        description="All bodies together that are still arriving at a worker; more get 429 `overloaded`.",
    )
    max_connections: int = Field(
        default=1000,
        ge=8,
        le=100_000,
        description="Open connections of each worker; fewer if the limit of open files is low. One more "
        "closes the connection that has waited longest for a request.",
    )
    max_head_bytes: int = Field(
        default=2**14,
        ge=2**10,
        le=2**20,
        description="Longest head of a request, which is its target and its headers; a longer one gets 400 "
        "`bad-http`.",
    )
    header_timeout_s: float = _seconds(
        10.0, "Time for the head of a request to arrive; after that, 408 `slow-sender`."
    )
    body_timeout_s: float = _seconds(
        10.0, "Time for the body of a request to arrive; after that, 408 `slow-sender`."
    )
    read_timeout_s: float = _seconds(
        10.0, "Time for a client to read what it was sent; after that, its connection is closed."
    )
    idle_timeout_s: float = _seconds(5.0, "Time that a connection may stay open between two requests.")
    drain_s: float = _seconds(
        2.0,
        "Time that a stopping service goes on accepting requests while `/readyz` already fails.",
        least=0.0,
    )
    stop_timeout_s: float = _seconds(5.0, "Time that running requests have to finish after that.")

    cors_origins: Annotated[frozenset[str], NoDecode] = Field(
        default=frozenset(),
        description="Origins of other web pages that may use the service, except its admin routes: "
        "`https://tunes.example,http://localhost:3000`. `*` is not allowed.",
    )
    allowed_hosts: Annotated[frozenset[str] | None, NoDecode] = Field(
        default=None,
        description="Host names of the service, besides addresses and names without a dot; requests for "
        "other names get 421 `unknown-host`. Without it, none if `HOST` is a loopback address, else any "
        "([why](installing.md#in-front-of-the-service)).",
    )

    metrics: Literal["open", "closed"] = Field(
        default="open",
        description="`open`: `GET /metrics` shows the metrics to everybody; `closed`: it does not exist.",
    )
    probe_interval_s: float = _seconds(
        600.0,
        "Time between two measurements of the whole ranking in each worker; 0 turns them off.",
        least=0.0,
        most=86_400.0,
    )
    feedback: Path | None = Field(
        default=None,
        description="SQLite file for feedback; without it, `POST /feedback` does not exist.",
    )
    feedback_rows: int = Field(
        default=100_000,
        ge=100,
        le=10_000_000,
        description="Feedback that is kept; the oldest is deleted.",
    )
    feedback_per_minute: int = Field(
        default=60,
        ge=1,
        le=10_000,
        description="Feedback that is accepted in a minute; more gets 429 `too-much-feedback`.",
    )
    log_format: LogFormat = Field(
        default="auto",
        description="How the log is written; `auto` is `text` on a terminal and else `json`.",
    )
    log_tunes: bool = Field(
        default=False, description="Whether the log shows the first 1,000 characters of each tune."
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
            with Path(file).open("rb") as stream:
                content = stream.read(2 * _LONGEST_KEY)  # may be a device without an end
            key = content.decode("utf-8-sig")
        except OSError as error:
            raise ValueError(f"ADMIN_API_KEY_FILE cannot be read: {error}") from error
        except UnicodeDecodeError:  # its message has a part of the key
            raise ValueError("ADMIN_API_KEY_FILE cannot be read: it is not UTF-8") from None
        if not key.strip():
            raise ValueError("ADMIN_API_KEY_FILE has no key")
        return {**values, "admin_api_key": key}

    @field_validator("tunebooks", "admin_api_key_file", "workers", "feedback", mode="before")
    @classmethod
    def _unset(cls, value: object) -> object:
        return None if value == "" else value  # compose passes an unset variable as an empty string

    @field_validator("admin_api_key")
    @classmethod
    def _strip(cls, key: SecretStr | None) -> SecretStr | None:
        # A key read from a file ends in a line feed; compose passes an unset variable as an empty string.
        text = key.get_secret_value().strip() if key else ""
        if text and not _KEY.fullmatch(text):
            raise ValueError(
                f"a key has at least {_SHORTEST_KEY} characters and at most {_LONGEST_KEY}, "
                "all of them visible ASCII"
            )
        return SecretStr(text) if text else None

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _read_origins(cls, origins: object) -> object:
        return read_origins(origins) if isinstance(origins, str) else origins

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _read_names(cls, names: object) -> object:
        return read_names(names) or None if isinstance(names, str) else names

    @property
    def known_hosts(self) -> frozenset[str] | None:
        """The host names that the service answers to, as ALLOWED_HOSTS explains; None for any."""
        if self.allowed_hosts is None and is_loopback(self.host):
            return frozenset()
        return self.allowed_hosts
