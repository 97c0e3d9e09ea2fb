"""POST /suggest-titles: a tune in, ranked titles out."""

import time
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import Headers

from index.suggestions import Suggestion, Suggestions
from model.abc import AbcError, Notice, Tune
from service.body import read_body
from service.engine import Snapshot
from service.problems import no_notes, problem_responses
from service.state import CurrentState
from service.text import JSON, decode_text, describe_body, media_type, read_json

TopK = Annotated[int, Field(ge=1, le=100, description="How many titles to suggest, 1 to 100.")]


class SuggestRequest(BaseModel, strict=True, extra="forbid"):
    """A tune, and how many titles to suggest for it."""

    abc: str = Field(description="The tune in ABC notation; if there are several, the first.")
    top_k: TopK = 10


class MatchedSetting(BaseModel):
    """A transcription in the catalogue."""

    model_config = ConfigDict(from_attributes=True)

    title: str = Field(description="Its title as people write it.")
    printed: str = Field(description="Its title as printed in the corpus.")
    corpus: str
    reference: str
    also: list[str] = Field(description="References of settings with the same title and the same notes.")
    url: str = Field(description="Its address on the web; empty if it has none.")
    key: str
    meter: str
    rhythm: str


class MelodyEvidence(BaseModel):
    """The tune resembles this setting."""

    kind: Literal["melody"] = "melody"
    similarity: float = Field(
        ge=0, le=1, description="Longest common subsequence of the two melodies over their mean length."
    )
    setting: MatchedSetting
    transposition: int = Field(description="Semitones by which the tune is higher than the setting.")
    bars: list[tuple[int, int]] = Field(
        description="Bars that match: number in the tune, number in the setting; 0 is an upbeat."
    )


class StyleEvidence(BaseModel):
    """Tunes like this one have names like this one."""

    kind: Literal["style"] = "style"
    similarity: float = Field(ge=-1, le=1, description="Cosine of the tune's and the name's vectors.")
    name: str = Field(description="The name as people write it.")
    printed: str = Field(description="The name as the catalogue spells it.")


class SuggestedTitle(BaseModel):
    """A title, and the evidence for it."""

    title: str = Field(description="The title as people write it.")
    aliases: list[str] = Field(
        description="Its other names as people write them, then the printed spellings that differ from these."
    )
    confidence: float = Field(ge=0, le=1, description="Probability that it is right.")
    evidence: list[MelodyEvidence | StyleEvidence]


class TuneSummary(BaseModel):
    """The tune as it was read."""

    notes: int
    bars: int
    key: str
    meter: str
    rhythm: str


class ReadWarning(BaseModel):
    """Something that was skipped or guessed, and where."""

    model_config = ConfigDict(from_attributes=True)

    line: int
    column: int
    message: str


class SuggestResponse(BaseModel):
    """Titles, the most likely first, no title twice."""

    known: bool = Field(
        description="Whether the tune is probably in the catalogue; if not, titles are guessed from style."
    )
    suggestions: list[SuggestedTitle]
    tune: TuneSummary
    warnings: list[ReadWarning]
    artifact: str = Field(description="Version of the artifact that the titles come from.")
    took_ms: float = Field(description="Milliseconds from request to answer.")


router = APIRouter()


@router.post(
    "/suggest-titles",
    operation_id="suggestTitles",
    response_model=SuggestResponse,
    openapi_extra=describe_body(SuggestRequest, "The tune."),
    responses=problem_responses(400, 403, 413, 415, 422),
)
async def suggest_titles(
    request: Request,
    state: CurrentState,
    top_k: Annotated[TopK, Query(description="How many titles to suggest for a bare ABC body.")] = 10,
) -> SuggestResponse:
    """Suggest titles for a tune, sent as JSON `{"abc": ..., "top_k": ...}` or as bare ABC with `?top_k=`."""
    start = time.perf_counter()
    body = await read_body(request, state.settings.max_body_bytes)
    suggest_request, warnings = _read_request(request.headers, body, top_k)
    abc, top_k = suggest_request.abc, suggest_request.top_k
    return await run_in_threadpool(suggest, state.engine.snapshot, abc, top_k, warnings, start)


def _read_request(headers: Headers, body: bytes, top_k: int) -> tuple[SuggestRequest, tuple[Notice, ...]]:
    if media_type(headers) == JSON:
        return read_json(SuggestRequest, body), ()
    text, warnings = decode_text(body, headers["content-type"])
    return SuggestRequest(abc=text, top_k=top_k), warnings


def suggest(
    snapshot: Snapshot, tune: Tune | str, top_k: int, warnings: tuple[Notice, ...], start: float
) -> SuggestResponse:
    """Suggest titles for a tune.

    Parameters
    ----------
    tune : the tune, or a text with it
    top_k : how many titles to suggest
    warnings : put before those of the tune
    start : `time.perf_counter()` when the work on this tune began

    Raises
    ------
    NoNotes
        When the text has no notes.
    """
    try:
        suggestions = snapshot.artifact.suggester.suggest(tune, top_k)
    except AbcError as error:
        raise no_notes(error) from error
    return SuggestResponse(
        known=suggestions.known,
        suggestions=[_title(suggestion) for suggestion in suggestions.titles],
        tune=_summary(suggestions),
        warnings=[ReadWarning.model_validate(warning) for warning in (*warnings, *suggestions.warnings)],
        artifact=snapshot.artifact.version,
        took_ms=round(1000 * (time.perf_counter() - start), 3),
    )


def _title(suggestion: Suggestion) -> SuggestedTitle:
    melody, style = suggestion.melody, suggestion.style
    evidence: list[MelodyEvidence | StyleEvidence] = []
    if melody:
        evidence.append(
            MelodyEvidence(
                similarity=round(melody.similarity, 4),
                setting=MatchedSetting.model_validate(melody.setting),
                transposition=melody.transposition,
                bars=list(melody.bars),
            )
        )
    evidence.append(
        StyleEvidence(similarity=round(style.similarity, 4), name=style.name, printed=style.printed)
    )
    return SuggestedTitle(
        title=suggestion.title,
        aliases=list(suggestion.aliases),
        confidence=round(suggestion.confidence, 4),
        evidence=evidence,
    )


def _summary(suggestions: Suggestions) -> TuneSummary:
    tune = suggestions.tune
    return TuneSummary(
        notes=len(tune.notes), bars=len(tune.bars), key=tune.key, meter=tune.meter, rhythm=tune.rhythm
    )
