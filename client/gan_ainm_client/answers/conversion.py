"""A tune in any form as ABC, and its notes."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from gan_ainm_client.answers.suggestions import ReadWarning

_EXAMPLE: dict[str, Any] = {
    "abc": "X:1\nM:6/8\nL:1/8\nK:G major\nF |]\n",
    "warnings": [],
    "notes": [{"name": "F#", "octave": 4, "bar": 1, "beats": 0.5, "start": 26, "end": 27}],
}


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
    warnings: list[ReadWarning] = Field(description="What was skipped or guessed.")
    notes: list[ConvertedNote] = Field(description="The notes of the tune, in their order.")
