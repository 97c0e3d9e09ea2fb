"""POST /convert: a tune in any form in, ABC and its notes out."""

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import Headers

from model.abc import AbcError, note_name, note_ranges, read_tune
from model.deadline import checked
from model.stopwatch import lap
from service.answers import ReadWarning
from service.inputs import body_limit, describe_inputs, read_input
from service.problem_bodies import no_notes
from service.problem_docs import problem_responses
from service.state import CurrentState
from service.text import JSON

_EXAMPLE: dict[str, Any] = {
    "abc": "X:1\nM:6/8\nL:1/8\nK:G major\nF |]\n",
    "warnings": [],
    "notes": [{"name": "F#", "octave": 4, "bar": 1, "beats": 0.5, "start": 26, "end": 27}],
}
_TUNE = "M:6/8\nK:G\nGAG GAB|ABA ABd|\n"


class ConvertedNote(BaseModel):
    """A note as it sounds, and where it stands in the text."""

    name: str = Field(description="Letter, with #, ##, b or bb.")
    octave: int = Field(description="4 is the octave that begins at middle C.")
    bar: int = Field(description="Number of its bar; 0 is an upbeat.")
    beats: float = Field(description="How long it is, in quarter notes, with ties.")
    start: int = Field(description="Where it begins in `abc`, in Unicode code points.")
    end: int = Field(description="Where it ends in `abc`.")


class ConvertResponse(BaseModel):
    """A tune as ABC."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    abc: str = Field(description="The tune; of ABC, the text as it was read.")
    warnings: list[ReadWarning]
    notes: list[ConvertedNote]


router = APIRouter()


@router.post(
    "/convert",
    operation_id="convert",
    response_model=ConvertResponse,
    openapi_extra=describe_inputs("The tune.", _TUNE),
    responses=problem_responses(400, 403, 408, 413, 415, 422, 429, 503, 504),
)
async def convert(request: Request, state: CurrentState) -> Response:
    """Turn MusicXML, MIDI or sound into ABC, and show the notes of a tune in any of these forms.

    Of MusicXML it reads the first voice of the first part, of MIDI the track that looks like the melody.
    """
    deadline = state.work.admit()
    body = await state.bodies.read(request, body_limit(request.headers, state.settings))
    lap("body")
    answer = await state.work.run(deadline, _answer, request.headers, body)
    return Response(answer, media_type=JSON)


def _answer(headers: Headers, body: bytes) -> str:
    lap("queue")
    posted = read_input(headers, body)
    try:
        tune = read_tune(posted.abc)
    except AbcError as error:
        raise no_notes(error) from error
    notes = []
    for note, (start, end) in checked(zip(tune.notes, note_ranges(posted.abc, tune), strict=True)):
        name, octave = note_name(posted.abc[start:end], note.pitch)
        notes.append(
            ConvertedNote(
                name=name,
                octave=octave,
                bar=tune.bars[note.bar].number,
                beats=float(note.duration),
                start=start,
                end=end,
            )
        )
    warnings = [ReadWarning.model_validate(warning) for warning in (*posted.warnings, *tune.warnings)]
    lap("read")
    return ConvertResponse(abc=posted.abc, warnings=warnings, notes=notes).model_dump_json()
