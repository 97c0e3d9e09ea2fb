"""The answers for a tunebook: what each tune is called, and which tunes it has more than once."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from gan_ainm_client.answers.problems import ProblemDetails
from gan_ainm_client.answers.suggestions import ANSWER, SuggestResponse


class TuneHeading(BaseModel):
    """Which tune of the request this is."""

    number: int = Field(description="Its place in the request, counted from 1.")
    line: int | None = Field(
        description="Its first line in the text, counted from 1; null if its text was not read. Lines end "
        "with CR LF, LF or CR."
    )
    reference: str | None = Field(description="The text of its X: field; null without one.")
    title: str | None = Field(
        description="The text of its first T: field that is not empty; null if it has no title."
    )


class TitleLines(BaseModel):
    """A T: field, and its lines."""

    text: str = Field(description="What it says; may be empty.")
    first_line: int = Field(description="Its line in the text, counted from 1.")
    last_line: int = Field(description="More than the first if +: fields continue it.")


class BatchAnswer(TuneHeading):
    """The answer for one tune: a result or a problem. The lines count from 1 in the text as it was sent."""

    titles: list[TitleLines] = Field(description="The T: fields of its first 1,000 lines, in order.")
    insert_title_after: int | None = Field(
        description="A new line with a T: field belongs below this line; 0 is above the first. Null if no "
        "line can be inserted, because the tune does not have its lines to itself."
    )
    result: SuggestResponse | None = Field(
        default=None, description="What /suggest-titles answers; null if there is a problem."
    )
    problem: ProblemDetails | None = Field(
        default=None, description="Why there is no result; null if there is one."
    )


BATCH_ANSWER: dict[str, Any] = {
    "number": 1,
    "line": 1,
    "reference": "1",
    "title": "Untitled",
    "titles": [{"text": "Untitled", "first_line": 2, "last_line": 2}],
    "insert_title_after": 1,
    "result": ANSWER,
    "problem": None,
}


class BatchResponse(BaseModel):
    """An answer for each tune, in the order of the request."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"answers": [BATCH_ANSWER], "artifact": ANSWER["artifact"], "took_ms": 14.2}]
        }
    )

    answers: list[BatchAnswer] = Field(description="One for each tune, in the order of the request.")
    artifact: str = Field(description="Version of the artifact that all titles come from.")
    took_ms: float = Field(description="Milliseconds from request to answer.")


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

    problem: ProblemDetails = Field(description="Why.")


def _example(number: int, title: str, transposition: int) -> dict[str, JsonValue]:
    return {
        "number": number,
        "line": 5 * number - 4,
        "reference": str(number),
        "title": title,
        "similarity": 1.0,
        "transposition": transposition,
        "bars": [[1, 1], [2, 2]],
    }


class DuplicatesResponse(BaseModel):
    """Groups of the same tune."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "groups": [{"tunes": [_example(1, "One", 0), _example(2, "Two", 2)]}],
                    "tunes": 2,
                    "unread": [],
                    "took_ms": 3.1,
                }
            ]
        }
    )

    groups: list[DuplicateGroup] = Field(description="In the order of their first tunes.")
    tunes: int = Field(description="How many tunes the request has.")
    unread: list[UnreadTune] = Field(description="Tunes that could not be read.")
    took_ms: float = Field(description="Milliseconds from request to answer.")
