"""The answer for a tune: ranked titles with evidence, as a client sees them."""

import time
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from index.filters import FilterError
from index.suggestions import MatchedSetting as KnownSetting
from index.suggestions import Suggestion
from model.abc import AbcError, Notice, Tune, note_ranges, read_tune
from service import metrics
from service.engine import Snapshot
from service.feedback_store import FeedbackStore
from service.filters import TitlesRequest, unknown_value
from service.problem_bodies import no_notes

# An example of the OpenAPI document: that of the README.
ANSWER: dict[str, Any] = {
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


def _is_missing(value: object) -> bool:
    return value is None


Ranges = Annotated[
    list[tuple[int, int]] | None,
    Field(
        exclude_if=_is_missing,
        description="Where each note begins and ends in the text, in Unicode code points; only with `notes`.",
    ),
]


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
    abc: str | None = Field(
        default=None, exclude_if=_is_missing, description="The setting in ABC notation; only with `notes`."
    )
    ranges: Ranges = None


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
    notes: list[tuple[int, int]] | None = Field(
        default=None,
        exclude_if=_is_missing,
        description="Notes that match: index in the tune, index in the setting, from 0; only with `notes`.",
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
    ranges: Ranges = None


class ReadWarning(BaseModel):
    """Something that was skipped or guessed, and where."""

    model_config = ConfigDict(from_attributes=True)

    line: int
    column: int
    message: str


class SuggestResponse(BaseModel):
    """Titles, the most likely first, no title twice."""

    model_config = ConfigDict(json_schema_extra={"examples": [ANSWER]})

    known: bool = Field(
        description="Whether the tune is probably in the catalogue; if not, titles are guessed from style."
    )
    suggestions: list[SuggestedTitle]
    tune: TuneSummary
    abc: str | None = Field(
        default=None,
        exclude_if=_is_missing,
        description="The tune as ABC; only when it came in another form. Places in it are those of warnings "
        "and of notes.",
    )
    warnings: list[ReadWarning]
    artifact: str = Field(description="Version of the artifact that the titles come from.")
    suggestion_id: str | None = Field(
        default=None,
        exclude_if=_is_missing,
        description="For POST /feedback; only when the service takes feedback.",
    )
    took_ms: float = Field(description="Milliseconds from request to answer.")


def suggest(
    snapshot: Snapshot,
    tune: Tune | str,
    wanted: TitlesRequest,
    warnings: tuple[Notice, ...],
    feedback: FeedbackStore | None,
    start: float,
    notes: bool = False,
) -> SuggestResponse:
    """Suggest titles for a tune, and count it as answered.

    Parameters
    ----------
    tune : the tune, or a text with it
    warnings : come before those of the tune
    feedback : gives the answer an id, if the service takes feedback
    start : `time.perf_counter()` when the work on this tune began
    notes : whether to show which notes match; the tune must be a text

    Raises
    ------
    NoNotes
        When the text has no notes.
    InvalidRequest
        When no setting of the catalogue matches one of the filters.
    """
    try:
        suggestions = snapshot.artifact.suggester.suggest(tune, wanted.top_k, wanted.filters)
    except FilterError as error:
        raise unknown_value(error) from error
    except AbcError as error:
        raise no_notes(error) from error
    metrics.answered(suggestions.known)
    licences = snapshot.artifact.licences
    titles = [_title(suggestion, licences, notes) for suggestion in suggestions.titles]
    return SuggestResponse(
        known=suggestions.known,
        suggestions=titles,
        tune=_summary(suggestions.tune, tune if notes else None),
        warnings=[ReadWarning.model_validate(warning) for warning in (*warnings, *suggestions.warnings)],
        artifact=snapshot.artifact.version,
        suggestion_id=feedback.sign([title.title for title in titles]) if feedback else None,
        took_ms=round(1000 * (time.perf_counter() - start), 3),
    )


def check_filters(snapshot: Snapshot, wanted: TitlesRequest) -> None:
    """Raise InvalidRequest when no setting of the catalogue matches one of the filters."""
    try:
        snapshot.artifact.suggester.directory.facets.matching(wanted.filters)
    except FilterError as error:
        raise unknown_value(error) from error


def _title(suggestion: Suggestion, licences: Mapping[str, str], notes: bool) -> SuggestedTitle:
    melody, style = suggestion.melody, suggestion.style
    evidence: list[MelodyEvidence | StyleEvidence] = []
    if melody:
        evidence.append(
            MelodyEvidence(
                similarity=round(melody.similarity, 4),
                setting=_setting(melody.setting, licences, notes),
                transposition=melody.transposition,
                bars=list(melody.bars),
                notes=list(melody.notes) if notes else None,
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


def _setting(setting: KnownSetting, licences: Mapping[str, str], notes: bool) -> MatchedSetting:
    # Field by field: dataclasses.asdict copies each value, and takes as long as the rest of an answer.
    return MatchedSetting(
        id=setting.id,
        title=setting.title,
        printed=setting.printed,
        corpus=setting.corpus,
        reference=setting.reference,
        also=list(setting.also),
        url=setting.url,
        key=setting.key,
        meter=setting.meter,
        rhythm=setting.rhythm,
        licence=licences.get(setting.corpus, ""),
        abc=setting.abc if notes else None,
        ranges=note_ranges(setting.abc, read_tune(setting.abc)) if notes else None,
    )


def _summary(tune: Tune, text: Tune | str | None) -> TuneSummary:
    return TuneSummary(
        notes=len(tune.notes),
        bars=len(tune.bars),
        key=tune.key,
        meter=tune.meter,
        rhythm=tune.rhythm,
        ranges=note_ranges(text, tune) if isinstance(text, str) else None,
    )
