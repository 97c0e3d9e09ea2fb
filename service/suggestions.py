"""POST /suggest-titles: a tune in, ranked titles out."""

import time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import Headers

from index.alignment import align
from index.ranking import Ranked
from model.abc import AbcError, Notice, Tune, decode, read_tune
from model.grams import FEWEST_NOTES, MAX_NOTES
from service.body import read_body
from service.engine import Engine, Snapshot
from service.problems import NoNotes, NotUtf8, UnknownMediaType, invalid_request, problem_responses

JSON = "application/json"
ABC = ("text/vnd.abc", "text/plain")
TopK = Annotated[int, Field(ge=1, le=100, description="How many titles to suggest, 1 to 100.")]


class Question(BaseModel, strict=True, extra="forbid"):
    """A tune, and how many titles to suggest for it."""

    abc: str = Field(description="The tune in ABC notation. Of several the first is answered.")
    top_k: TopK = 10


class KnownSetting(BaseModel):
    """A transcription in the catalogue."""

    model_config = ConfigDict(from_attributes=True)

    title: str
    corpus: str
    reference: str
    also: list[str] = Field(description="References of settings with the same title and the same notes.")
    url: str = Field(description="Its address on the web, empty if it has none.")
    key: str
    meter: str
    rhythm: str


class MelodyEvidence(BaseModel):
    """The tune resembles this known setting."""

    kind: Literal["melody"] = "melody"
    similarity: float = Field(
        ge=0, le=1, description="Longest common subsequence of the two melodies, over their mean length."
    )
    setting: KnownSetting
    transposition: int = Field(description="Semitones that the tune stands above the setting.")
    bars: list[tuple[int, int]] = Field(
        description="Bars that match: number in the tune, number in the setting; 0 is an upbeat."
    )


class StyleEvidence(BaseModel):
    """Tunes like this one bear names like this one."""

    kind: Literal["style"] = "style"
    similarity: float = Field(ge=-1, le=1, description="Cosine of the tune's and the name's vectors.")
    name: str


class Suggestion(BaseModel):
    """A title, and why."""

    title: str
    aliases: list[str]
    confidence: float = Field(ge=0, le=1, description="Probability that it is right.")
    evidence: list[MelodyEvidence | StyleEvidence]


class TuneSummary(BaseModel):
    """What was read of the tune."""

    notes: int
    bars: int
    key: str
    meter: str
    rhythm: str


class Warned(BaseModel):
    """Something that was skipped or guessed, and where."""

    line: int
    column: int
    message: str


class Answer(BaseModel):
    """Titles, the most likely first, none twice."""

    known: bool = Field(
        description="Whether the tune is likely one of the known ones; else titles go by style."
    )
    suggestions: list[Suggestion]
    tune: TuneSummary
    warnings: list[Warned]
    artifact: str
    took_ms: float


router = APIRouter()

_BODIES: dict[str, Any] = {
    JSON: {"schema": Question.model_json_schema()},
    **{kind: {"schema": {"type": "string", "description": "The tune, UTF-8 or Latin-1."}} for kind in ABC},
}


@router.post(
    "/suggest-titles",
    operation_id="suggestTitles",
    response_model=Answer,
    openapi_extra={"requestBody": {"required": True, "content": _BODIES}},
    responses=problem_responses(400, 413, 415, 422),
)
async def suggest_titles(
    request: Request, top_k: Annotated[TopK, Query(description="For a bare ABC body.")] = 10
) -> Answer:
    """Suggest titles for a tune, sent as JSON `{"abc": ..., "top_k": ...}` or as bare ABC with `?top_k=`."""
    begun = time.perf_counter()
    body = await read_body(request, request.app.state.settings.max_body_bytes)
    question = _read_question(request.headers, body, top_k)
    engine: Engine = request.app.state.engine
    return await run_in_threadpool(_answer, engine.snapshot, question, begun)


def _read_question(headers: Headers, body: bytes, top_k: int) -> Question:
    if (coding := headers.get("content-encoding", "identity")) != "identity":
        raise UnknownMediaType(f"Content-Encoding is {coding!r}; send the body as it is")
    content_type = headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind in ABC:
        return Question(abc=decode(body), top_k=top_k)
    if kind != JSON:
        known = ", ".join((JSON, *ABC))
        raise UnknownMediaType(f"Content-Type is {content_type or 'missing'!r}; send one of {known}")
    try:
        return Question.model_validate_json(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise NotUtf8(f"JSON must be UTF-8: byte {error.start} of the body is not") from error
    except ValidationError as error:
        raise invalid_request(error.errors(include_url=False, include_input=False)) from error


def _answer(snapshot: Snapshot, question: Question, begun: float) -> Answer:
    try:
        tune = read_tune(question.abc)
    except AbcError as error:
        raise NoNotes(error.message, {"line": error.line, "column": error.column}) from error
    ranking = snapshot.suggest(tune, question.top_k)
    return Answer(
        known=ranking.known,
        suggestions=[_suggestion(snapshot, tune, ranked) for ranked in ranking.titles],
        tune=_summary(tune),
        warnings=[
            Warned(line=notice.line, column=notice.column, message=notice.message)
            for notice in _notices(tune)
        ],
        artifact=snapshot.artifact.version,
        took_ms=round(1000 * (time.perf_counter() - begun), 3),
    )


def _notices(tune: Tune) -> list[Notice]:
    notices = list(tune.warnings)
    count = len(tune.notes)
    if count < FEWEST_NOTES:
        first = tune.notes[0]
        text = f"only {count} notes: too few to tell tunes apart"
        notices.append(Notice(first.line, first.column, text))
    if count > MAX_NOTES:
        first = tune.notes[MAX_NOTES]
        text = f"only the first {MAX_NOTES} notes, up to here, were compared"
        notices.append(Notice(first.line, first.column, text))
    return notices


def _summary(tune: Tune) -> TuneSummary:
    return TuneSummary(
        notes=len(tune.notes), bars=len(tune.bars), key=tune.key, meter=tune.meter, rhythm=tune.rhythm
    )


def _suggestion(snapshot: Snapshot, tune: Tune, ranked: Ranked) -> Suggestion:
    catalogue = snapshot.artifact.catalogue
    title = catalogue.titles[ranked.title]
    shown = title.title  # or as it is spelled where the melody was found
    evidence: list[MelodyEvidence | StyleEvidence] = []
    if ranked.setting is not None:
        setting = catalogue.settings[ranked.setting]
        shown = setting.title
        alignment = align(tune, read_tune(setting.abc))
        evidence.append(
            MelodyEvidence(
                similarity=_rounded(ranked.similarity),
                setting=KnownSetting.model_validate(setting),
                transposition=alignment.transposition,
                bars=list(alignment.bars),
            )
        )
    name = catalogue.names[ranked.name.row]
    evidence.append(StyleEvidence(similarity=_rounded(ranked.name.score), name=name))
    return Suggestion(
        title=shown,
        aliases=[name for name in title.names if name != shown],
        confidence=_rounded(ranked.confidence),
        evidence=evidence,
    )


def _rounded(value: float) -> float:
    """Four digits, within the bounds that rounding in float32 may leave."""
    return round(min(max(value, -1.0), 1.0), 4)
