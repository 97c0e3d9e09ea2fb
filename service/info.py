"""GET /info: what this service is, and the limits that a client must keep."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from model.version import VERSION
from service.filters import MOST_TITLES
from service.inputs import accepted_inputs
from service.settings import Settings
from service.state import CurrentState

_NO_LIMITS = {"port"}


class CorpusLicence(BaseModel):
    """A collection in the catalogue, and what users may do with its settings."""

    corpus: str
    licence: str


class Info(BaseModel):
    """What this service is, and its limits."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Gan Ainm",
                    "version": VERSION,
                    "artifact": "20261122T230001Z-c8ae4d33",
                    "device": "cpu",
                    "inputs": ["text/vnd.abc", "audio/midi"],
                    "licences": [{"corpus": "oneills1850", "licence": "public domain"}],
                    "limits": {"max_body_bytes": 262144, "top_k": 100},
                }
            ]
        }
    )

    name: str
    version: str = Field(description="Version of the service.")
    artifact: str = Field(description="Version of the artifact.")
    device: str = Field(description="Where the encoders run.")
    inputs: list[str] = Field(description="Media types of the tunes that `POST /convert` takes.")
    licences: list[CorpusLicence]
    limits: dict[str, int | float] = Field(
        description="The settings that are numbers, by their names in lower case, and the largest top_k. A "
        "name that ends in _bytes or _s has that unit."
    )


router = APIRouter()


@router.head("/info", include_in_schema=False)
@router.get("/info", operation_id="info")
async def info(state: CurrentState) -> Info:
    """What this service is, the licences of its corpora, and the limits that a client must keep."""
    artifact = state.engine.snapshot.artifact
    return Info(
        name="Gan Ainm",
        version=VERSION,
        artifact=artifact.version,
        device=str(state.engine.device),
        inputs=list(accepted_inputs()),
        licences=[
            CorpusLicence(corpus=corpus.name, licence=corpus.licence) for corpus in artifact.manifest.corpora
        ],
        limits={**_limits(state.settings), "top_k": MOST_TITLES},
    )


def _limits(settings: Settings) -> dict[str, int | float]:
    values: dict[str, Any] = settings.model_dump(exclude=_NO_LIMITS)
    return {name: value for name, value in values.items() if type(value) in (int, float)}
