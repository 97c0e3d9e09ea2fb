"""GET /info: what this service is, and the limits that a client must keep."""

from typing import Any

from fastapi import APIRouter

from gan_ainm_client.answers import CorpusLicence, Info
from model.version import VERSION
from service.filters import MOST_TITLES
from service.inputs import accepted_inputs
from service.settings import Settings
from service.state import CurrentState

_NO_LIMITS = {"port"}


router = APIRouter()


@router.head("/info", include_in_schema=False)
@router.get("/info", operation_id="info")
async def info(state: CurrentState) -> Info:
    """What this service is, the licences of its corpora, which media types it takes, and its limits."""
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
