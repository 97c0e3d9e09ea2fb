"""The versions of the artifact that a service keeps."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_KEPT: dict[str, Any] = {
    "version": "20261122T230001Z-c8ae4d33",
    "created": "2026-11-22T23:00:01+00:00",
    "is_current": True,
    "titles": 3771,
    "settings": 4146,
}


class KeptArtifact(BaseModel):
    """A version of the artifact that the service can go back to."""

    model_config = ConfigDict(json_schema_extra={"examples": [_KEPT]})

    version: str = Field(description="Name of its folder: the time when it was written, and random letters.")
    created: str = Field(description="When it was written, ISO 8601, UTC.")
    is_current: bool = Field(description="Whether it is the one to be served.")
    titles: int = Field(description="Titles of its catalogue.")
    settings: int = Field(description="Settings of its catalogue.")


class ArtifactList(BaseModel):
    """The versions of the artifact that are kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"artifacts": [_KEPT]}]})

    artifacts: list[KeptArtifact] = Field(description="Newest first.")
