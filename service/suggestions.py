"""POST /suggest-titles: a tune in, ranked titles out."""

import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import Headers

from index.filters import FilterError
from index.suggestions import Suggestion, Suggestions
from model.abc import AbcError, Notice
from model.stopwatch import lap
from service import metrics
from service.engine import Snapshot
from service.filters import CorpusName, FilteredRequest, Meter, Rhythm, unknown_value
from service.logs import shown_tune
from service.observer import note
from service.problem_docs import problem_responses
from service.problems import NoNotes, NotUtf8, UnknownMediaType, invalid_request, shortened
from service.state import CurrentState
from service.text import decode_text

JSON = "application/json"
ABC = ("text/vnd.abc", "text/plain")
MOST_TITLES = 100
TopK = Annotated[
    int, Field(ge=1, le=MOST_TITLES, description=f"How many titles to suggest, 1 to {MOST_TITLES}.")
]


# Examples of the OpenAPI document: the tune of the README, and its answer.
_TUNE = (
    "M:4/4\nL:1/8\nK:G\nBd|edBd G2Bd|edeg a2ga|bddb agba|gbag e2ge|edBd G2Bd|edeg a2ga|bddb agba|g2gg g2:|\n"
)
_ANSWER: dict[str, Any] = {
    "known": True,
    "suggestions": [
        {
            "id": "boys-of-bluehill",
            "title": "The Boys of Bluehill",
            "aliases": [],
            "confidence": 0.968,
            "evidence": [
                {
                    "kind": "melody",
                    "similarity": 0.6316,
                    "setting": {
                        "id": "oneills1850-2f6c0e9b41d7",
                        "title": "The Boys of Bluehill",
                        "printed": "The Boys of Bluehill",
                        "corpus": "oneills1850",
                        "reference": "oneills1850/1625-1700.abc:1138",
                        "also": [],
                        "url": "",
                        "key": "D major",
                        "meter": "2/4",
                        "rhythm": "",
                        "licence": "public domain",
                    },
                    "transposition": 5,
                    "bars": [[0, 0], [1, 1], [2, 2]],
                },
                {
                    "kind": "style",
                    "similarity": 0.6981,
                    "name": "The Boys of Bluehill",
                    "printed": "The Boys of Bluehill",
                },
            ],
        }
    ],
    "tune": {"notes": 57, "bars": 9, "key": "G major", "meter": "4/4", "rhythm": ""},
    "warnings": [],
    "artifact": "20261122T230001Z-c8ae4d33",
    "took_ms": 11.234,
}


class SuggestRequest(FilteredRequest):
    """A tune, how many titles to suggest for it, and what these must match."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"abc": _TUNE, "top_k": 1}]})

    abc: str = Field(description="The tune in ABC notation; if there are several, the first.")
    top_k: TopK = 10


class MatchedSetting(BaseModel):
    """A transcription in the catalogue."""

    id: str = Field(description="Its id for `/settings/{id}.abc`, which survives re-indexing and training.")
    title: str = Field(description="Its title as people write it.")
    printed: str = Field(description="Its title as printed in the corpus.")
    corpus: str
    reference: str
    also: list[str] = Field(description="References of settings with the same title and the same notes.")
    url: str = Field(description="Its address on the web; empty if it has none.")
    key: str
    meter: str
    rhythm: str
    licence: str = Field(description="Licence of its corpus; empty for the user's own tunebooks.")


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

    id: str = Field(description="Its id for `/titles/{id}`, which survives re-indexing and training.")
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

    model_config = ConfigDict(json_schema_extra={"examples": [_ANSWER]})

    known: bool = Field(
        description="Whether the tune is probably in the catalogue; if not, titles are guessed from style."
    )
    suggestions: list[SuggestedTitle]
    tune: TuneSummary
    warnings: list[ReadWarning]
    artifact: str = Field(description="Version of the artifact that the titles come from.")
    suggestion_id: str | None = Field(
        default=None, description="For POST /feedback; only when the service takes feedback."
    )
    took_ms: float = Field(description="Milliseconds from request to answer.")


router = APIRouter()

_BODIES: dict[str, Any] = {
    JSON: {"schema": SuggestRequest.model_json_schema()},
    **{
        kind: {
            "schema": {
                "type": "string",
                "description": "The tune. Name its charset in the Content-Type, or send UTF-8.",
                "examples": [_TUNE],
            }
        }
        for kind in ABC
    },
}


@router.post(
    "/suggest-titles",
    operation_id="suggestTitles",
    response_model=SuggestResponse,
    response_model_exclude_none=True,
    openapi_extra={"requestBody": {"required": True, "content": _BODIES}},
    responses=problem_responses(400, 403, 408, 413, 415, 422, 429, 503, 504),
)
async def suggest_titles(
    request: Request,
    state: CurrentState,
    top_k: Annotated[TopK, Query(description="How many titles to suggest for a bare ABC body.")] = 10,
    rhythm: Annotated[
        Rhythm | None, Query(description="Only titles with a setting of this rhythm, for a bare ABC body.")
    ] = None,
    meter: Annotated[
        Meter | None, Query(description="Only titles with a setting in this metre, for a bare ABC body.")
    ] = None,
    corpus: Annotated[
        CorpusName | None,
        Query(description="Only titles with a setting in this corpus, for a bare ABC body."),
    ] = None,
) -> SuggestResponse:
    """Suggest titles for a tune, sent as JSON `{"abc": ..., "top_k": ...}` or as bare ABC with `?top_k=`.

    `rhythm`, `meter` and `corpus` are filters, as members of the JSON or in the query of bare ABC. Only
    titles with a setting that matches all of them are suggested. Confidences stay the probabilities among
    all titles.
    """
    start = time.perf_counter()
    deadline = state.work.admit()
    body = await state.bodies.read(request, state.settings.max_body_bytes)
    lap("body")
    snapshot = state.engine.snapshot
    note(artifact=snapshot.artifact.version)
    in_query = {"top_k": top_k, "rhythm": rhythm, "meter": meter, "corpus": corpus}
    tune, answer = await state.work.run(deadline, _answer, snapshot, request.headers, body, in_query, start)
    note(outcome="known" if answer.known else "unknown")
    if state.settings.log_tunes:
        note(tune=shown_tune(tune))
    metrics.answered(answer.known)
    if state.feedback:
        answer.suggestion_id = state.feedback.sign([suggestion.title for suggestion in answer.suggestions])
    return answer


def _answer(
    snapshot: Snapshot, headers: Headers, body: bytes, in_query: dict[str, Any], start: float
) -> tuple[str, SuggestResponse]:
    """The tune as text, and its titles."""
    lap("queue")
    request, warnings = _read_request(headers, body, in_query)
    return request.abc, _suggest(snapshot, request, warnings, start)


def _read_request(
    headers: Headers, body: bytes, in_query: dict[str, Any]
) -> tuple[SuggestRequest, tuple[Notice, ...]]:
    if (coding := headers.get("content-encoding", "identity")) != "identity":
        raise UnknownMediaType(f"Content-Encoding is {shortened(coding)!r}; send the body uncompressed")
    content_type = headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind in ABC:
        text, warnings = decode_text(body, content_type)
        return SuggestRequest(abc=text, **in_query), warnings
    if kind != JSON:
        given, accepted = shortened(content_type) or "missing", ", ".join((JSON, *ABC))
        raise UnknownMediaType(f"Content-Type is {given!r}; send one of {accepted}")
    try:
        return SuggestRequest.model_validate_json(body.decode("utf-8-sig")), ()
    except UnicodeDecodeError as error:
        raise NotUtf8(f"JSON must be UTF-8: byte {error.start} of the body is not") from error
    except ValidationError as error:
        raise invalid_request(error.errors(include_url=False, include_input=False)) from error


def _suggest(
    snapshot: Snapshot, request: SuggestRequest, warnings: tuple[Notice, ...], start: float
) -> SuggestResponse:
    try:
        suggestions = snapshot.artifact.suggester.suggest(request.abc, request.top_k, request.filters)
    except FilterError as error:
        raise unknown_value(error) from error
    except AbcError as error:
        raise NoNotes(error.message, {"line": error.line, "column": error.column}) from error
    licences = snapshot.artifact.licences
    return SuggestResponse(
        known=suggestions.known,
        suggestions=[_title(suggestion, licences) for suggestion in suggestions.titles],
        tune=_summary(suggestions),
        warnings=[ReadWarning.model_validate(warning) for warning in (*warnings, *suggestions.warnings)],
        artifact=snapshot.artifact.version,
        took_ms=round(1000 * (time.perf_counter() - start), 3),
    )


def _title(suggestion: Suggestion, licences: Mapping[str, str]) -> SuggestedTitle:
    melody, style = suggestion.melody, suggestion.style
    evidence: list[MelodyEvidence | StyleEvidence] = []
    if melody:
        evidence.append(
            MelodyEvidence(
                similarity=round(melody.similarity, 4),
                setting=MatchedSetting(
                    **asdict(melody.setting), licence=licences.get(melody.setting.corpus, "")
                ),
                transposition=melody.transposition,
                bars=list(melody.bars),
            )
        )
    evidence.append(
        StyleEvidence(similarity=round(style.similarity, 4), name=style.name, printed=style.printed)
    )
    return SuggestedTitle(
        id=suggestion.id,
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
