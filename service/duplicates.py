"""POST /duplicates: a tunebook in, groups of the same tune out, in any key and under any name."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from index.duplicates import find_duplicates
from model.abc import AbcError, Heading, Tune
from model.steps import Steps
from service.problems import Problem, ProblemDetails, no_notes, problem_body, problem_responses
from service.slices import Clock, in_slices
from service.state import CurrentState
from service.text import describe_body
from service.tunes import DuplicatesRequest, PostedTunes, TuneHeading, read_tunes


class DuplicateTune(TuneHeading):
    """A tune of a group, compared with the first tune of the group."""

    similarity: float = Field(
        ge=0,
        le=1,
        description="Of the whole melodies (longest common subsequence over their mean length), or of the "
        "shorter and a passage of the longer, whichever is higher.",
    )
    transposition: int = Field(description="Semitones by which it is higher than the first.")
    bars: list[tuple[int, int]] = Field(
        description="Bars that match: number in this tune, number in the first; 0 is an upbeat."
    )


class DuplicateGroup(BaseModel):
    """Tunes that are the same."""

    tunes: list[DuplicateTune] = Field(description="Two or more, in the order of the request.")


class UnreadTune(TuneHeading):
    """A tune that was not compared."""

    problem: ProblemDetails


class DuplicatesResponse(BaseModel):
    """Groups of the same tune."""

    groups: list[DuplicateGroup] = Field(description="In the order of their first tunes.")
    tunes: int = Field(description="How many tunes the request has.")
    unread: list[UnreadTune] = Field(description="Tunes that could not be read.")
    took_ms: float = Field(description="Milliseconds from request to answer.")


router = APIRouter()

_TUNES = [{"abc": "X:1\nT:One\nK:G\nGAG GAB|ABA ABd|"}, {"abc": "X:2\nT:Two\nK:A\nABA ABc|BcB Bce|"}]


@router.post(
    "/duplicates",
    operation_id="findDuplicates",
    response_model=DuplicatesResponse,
    openapi_extra=describe_body(DuplicatesRequest, "A tunebook.", {"tunes": _TUNES}),
    responses=problem_responses(400, 403, 413, 415, 422, 504),
)
async def duplicates(request: Request, state: CurrentState) -> DuplicatesResponse:
    """Find tunes that occur more than once in a tunebook, in any key and under any name.

    The tunebook is bare ABC, or a list `{"tunes": [{"abc": ...}, ...]}`. Tunes with fewer than eight notes
    are in no group.
    """
    clock = Clock(state.settings.batch_timeout_s)
    tunes = await read_tunes(request, state.settings, DuplicatesRequest, clock)
    groups, unread = await in_slices(_compare(tunes), request, clock)
    return DuplicatesResponse(groups=groups, tunes=len(tunes), unread=unread, took_ms=clock.took_ms)


def _compare(posted: PostedTunes) -> Steps[tuple[list[DuplicateGroup], list[UnreadTune]]]:
    places: list[tuple[int, Heading | None]] = []
    tunes: list[Tune] = []
    unread: list[UnreadTune] = []

    def refuse(index: int, heading: Heading | None, problem: dict[str, Any]) -> None:
        unread.append(UnreadTune.of(index, heading, problem=problem))

    for index in range(len(posted)):
        yield
        try:
            read = posted.read(index)
        except Problem as problem:
            refuse(index, posted.heading(index), problem_body(problem))
            continue
        if isinstance(read.tune, AbcError):
            refuse(index, read.heading, problem_body(no_notes(read.tune)))
        else:
            places.append((index, read.heading))
            tunes.append(read.tune)
    groups = yield from find_duplicates(tunes)
    described = [
        DuplicateGroup(
            tunes=[
                DuplicateTune.of(
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
    return described, unread
