"""The answer for a tune: ranked titles with evidence."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

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
    warnings: list[ReadWarning]
    artifact: str = Field(description="Version of the artifact that the titles come from.")
    suggestion_id: str | None = Field(
        default=None,
        exclude_if=_is_missing,
        description="For POST /feedback; only when the service takes feedback.",
    )
    took_ms: float = Field(description="Milliseconds from request to answer.")
