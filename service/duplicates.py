"""POST /duplicates: a tunebook in, groups of the same tune out, in any key and under any name."""

from fastapi import APIRouter, Request

from gan_ainm_client.answers import DuplicateGroup, DuplicatesResponse, DuplicateTune, UnreadTune
from index.duplicates import find_duplicates
from model.abc import Heading, Tune
from model.stopwatch import lap
from service.filters import TitlesRequest
from service.logs import log_tune
from service.observer import note
from service.problem_bodies import problem_body
from service.problem_docs import problem_responses
from service.problems import DeadlineExceeded, Problem, TooComplex
from service.state import CurrentState
from service.text import describe_body
from service.tunes import DuplicatesRequest, PostedTunes, read_tunes, with_heading
from service.units import AdmittedUnits, Units

router = APIRouter()


@router.post(
    "/duplicates",
    operation_id="findDuplicates",
    response_model=DuplicatesResponse,
    openapi_extra=describe_body(
        DuplicatesRequest,
        "a tunebook.",
        "X:1\nT:One\nK:G\nGAG GAB|ABA ABd|\n\nX:2\nT:Two\nK:A\nABA ABc|BcB Bce|\n",
    ),
    responses=problem_responses(400, 403, 408, 413, 415, 422, 429, 503, 504),
)
async def duplicates(request: Request, state: CurrentState, units: AdmittedUnits) -> DuplicatesResponse:
    """Find tunes that occur more than once in a tunebook, in any key and under any name.

    The tunebook is bare ABC, or a list `{"tunes": [{"abc": ...}, ...]}`. Tunes with fewer than eight notes
    are in no group.
    """
    posted = await read_tunes(request, state, units, DuplicatesRequest, TitlesRequest())
    note(tunes=len(posted))
    places: list[tuple[int, Heading | None]] = []
    tunes: list[Tune] = []
    unread: list[UnreadTune] = []
    for index in range(len(posted)):
        if state.settings.log_tunes:
            log_tune(index + 1, posted.text(index))
        heading, tune = await _read(units, posted, index)
        if isinstance(tune, Problem):
            unread.append(with_heading(UnreadTune, index, heading, problem=problem_body(tune)))
        else:
            places.append((index, heading))
            tunes.append(tune)
    groups = await units.run_slices(find_duplicates(tunes))
    lap("compare")
    described = [
        DuplicateGroup(
            tunes=[
                with_heading(
                    DuplicateTune,
                    *places[tune.tune],
                    similarity=round(tune.similarity, 4),
                    transposition=tune.transposition,
                    bars=list(tune.bars),
                )
                for tune in group
            ]
        )
        for group in groups
    ]
    units.end()
    return DuplicatesResponse(groups=described, tunes=len(posted), unread=unread, took_ms=units.took_ms)


async def _read(units: Units, posted: PostedTunes, index: int) -> tuple[Heading | None, Tune | Problem]:
    """The heading of a tune, and the tune or why it cannot be read."""
    try:
        tune = await units.run(posted.read, index)
    except (DeadlineExceeded, TooComplex) as problem:
        return posted.heading(index), problem
    lap("read")
    return tune.heading, tune.tune
