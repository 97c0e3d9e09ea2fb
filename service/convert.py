"""POST /convert: a tune in any form in, ABC and its notes out."""

from fastapi import APIRouter, Request, Response
from starlette.datastructures import Headers

from gan_ainm_client.answers import ConvertedNote, ConvertResponse, ReadWarning
from model.abc import AbcError, note_name, note_ranges, read_tune
from model.deadline import checked
from model.stopwatch import lap
from service.inputs import body_limit, describe_inputs, read_input
from service.problem_bodies import no_notes
from service.problem_docs import problem_responses
from service.state import CurrentState
from service.text import JSON

_TUNE = "M:6/8\nK:G\nGAG GAB|ABA ABd|\n"


router = APIRouter()


@router.post(
    "/convert",
    operation_id="convert",
    response_model=ConvertResponse,
    openapi_extra=describe_inputs("the tune.", _TUNE),
    responses=problem_responses(400, 403, 408, 413, 415, 422, 429, 503, 504),
)
async def convert(request: Request, state: CurrentState) -> Response:
    """Turn MusicXML, MIDI or sound into ABC, and show the notes of a tune in any of these forms.

    Names within a file, such as titles, words and names of tracks, are not read. The conversion has the time
    and the CPU time of one tune. A damaged file gets 422 `unreadable-file`.
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
