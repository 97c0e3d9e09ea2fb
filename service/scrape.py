"""GET /metrics: the metrics of all workers, for Prometheus."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from service.metrics import Exposition

_EXAMPLE = """# HELP gan_ainm_answers_total Tunes that were answered, by whether the catalogue knows them.
# TYPE gan_ainm_answers_total counter
gan_ainm_answers_total{known="true"} 3.0
"""

router = APIRouter()
_exposition = Exposition()


@router.get(
    "/metrics",
    operation_id="metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}, "example": _EXAMPLE}}}},
)
def metrics() -> Response:
    """The metrics of all workers in the text format of Prometheus, at most a second old.

    Does not exist if `METRICS` is `closed`.
    """
    return Response(_exposition.text(), media_type=CONTENT_TYPE_LATEST)
