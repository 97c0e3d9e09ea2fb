"""Makes the answer for a tune: ranked titles with evidence, as a client sees them.

An answer is what `SuggestResponse.model_dump` would give, but made of plain values. Checking our own values
against the model takes longer than writing them as JSON; tests do it instead.
"""

import time
from collections.abc import Mapping
from typing import Any

from index.filters import FilterError
from index.suggestions import MatchedSetting, Suggestion
from model.abc import AbcError, Notice, Tune, note_ranges, read_tune
from service import metrics
from service.engine import Snapshot
from service.feedback_store import FeedbackStore
from service.filters import TitlesRequest, unknown_value
from service.problem_bodies import no_notes


def suggest(
    snapshot: Snapshot,
    tune: Tune | str,
    wanted: TitlesRequest,
    warnings: tuple[Notice, ...],
    feedback: FeedbackStore | None,
    start: float,
    notes: bool = False,
) -> dict[str, Any]:
    """Suggest titles for a tune, and count it as answered. Returns the members of a `SuggestResponse`.

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
    signed = {"suggestion_id": feedback.sign([title["title"] for title in titles])} if feedback else {}
    return {
        "known": suggestions.known,
        "suggestions": titles,
        "parts": [
            {
                "first_bar": part.first_bar,
                "last_bar": part.last_bar,
                "id": part.id,
                "title": part.title,
                "confidence": _rounded(part.confidence),
                "setting": _setting(part.setting, licences, notes),
            }
            for part in suggestions.parts
        ],
        "tune": _summary(suggestions.tune, tune if notes else None),
        "warnings": [
            {"line": warning.line, "column": warning.column, "message": warning.message}
            for warning in (*warnings, *suggestions.warnings)
        ],
        "artifact": snapshot.artifact.version,
        **signed,
        "took_ms": round(1000 * (time.perf_counter() - start), 3),
    }


def check_filters(snapshot: Snapshot, wanted: TitlesRequest) -> None:
    """Raise InvalidRequest when no setting of the catalogue matches one of the filters."""
    try:
        snapshot.artifact.suggester.directory.facets.matching(wanted.filters)
    except FilterError as error:
        raise unknown_value(error) from error


def _title(suggestion: Suggestion, licences: Mapping[str, str], notes: bool) -> dict[str, Any]:
    melody, style = suggestion.melody, suggestion.style
    evidence: list[dict[str, Any]] = []
    if melody:
        evidence.append(
            {
                "kind": "melody",
                "similarity": round(melody.similarity, 4),
                "setting": _setting(melody.setting, licences, notes),
                "transposition": melody.transposition,
                "bars": melody.bars,
                "difference": melody.difference,
                **({"notes": melody.notes} if notes else {}),
            }
        )
    evidence.append(
        {
            "kind": "style",
            "similarity": round(style.similarity, 4),
            "name": style.name,
            "printed": style.printed,
        }
    )
    return {
        "id": suggestion.id,
        "title": suggestion.title,
        "aliases": suggestion.aliases,
        "also_called": [{"id": other.id, "title": other.title} for other in suggestion.also_called],
        "confidence": _rounded(suggestion.confidence),
        "evidence": evidence,
    }


def _rounded(probability: float) -> float:
    """A probability with four digits, never 1: nothing is certain."""
    return min(round(probability, 4), 0.9999)


def _setting(setting: MatchedSetting, licences: Mapping[str, str], notes: bool) -> dict[str, Any]:
    text = {"abc": setting.abc, "ranges": note_ranges(setting.abc, read_tune(setting.abc))} if notes else {}
    return {
        "id": setting.id,
        "title": setting.title,
        "printed": setting.printed,
        "corpus": setting.corpus,
        "reference": setting.reference,
        "also": setting.also,
        "url": setting.url,
        "key": setting.key,
        "meter": setting.meter,
        "rhythm": setting.rhythm,
        "licence": licences.get(setting.corpus, ""),
        **text,
    }


def _summary(tune: Tune, text: Tune | str | None) -> dict[str, Any]:
    return {
        "notes": len(tune.notes),
        "bars": len(tune.bars),
        "key": tune.key,
        "meter": tune.meter,
        "rhythm": tune.rhythm,
        **({"ranges": note_ranges(text, tune)} if isinstance(text, str) else {}),
    }
