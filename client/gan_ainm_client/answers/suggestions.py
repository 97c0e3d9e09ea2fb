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
            "also_called": [],
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
                    "difference": "a fourth lower than yours; in 2/4, notes half as long; "
                    "yours is its first half; 51 of 57 notes match, in all 8 full bars",
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
    "parts": [],
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
    corpus: str = Field(description="Name of the collection that it comes from.")
    reference: str = Field(description="Where it is in the collection, such as file and line.")
    also: list[str] = Field(description="References of settings with the same title and the same notes.")
    url: str = Field(description="Its address on the web; empty if it has none.")
    key: str = Field(description="Its key, such as `D major`; empty if it declares none.")
    meter: str = Field(description="Its metre, such as `6/8`; empty if it declares none.")
    rhythm: str = Field(description="Its rhythm, such as `jig`; empty if it declares none.")
    licence: str = Field(description="Licence of its corpus; empty for the user's own tunebooks.")
    abc: str | None = Field(
        default=None, exclude_if=_is_missing, description="The setting in ABC notation; only with `notes`."
    )
    ranges: Ranges = None


class MelodyEvidence(BaseModel):
    """The tune resembles this setting."""

    kind: Literal["melody"] = Field(default="melody", description="`melody`: a known setting resembles it.")
    similarity: float = Field(
        ge=0, le=1, description="Longest common subsequence of the two melodies over their mean length."
    )
    setting: MatchedSetting = Field(description="The setting that it resembles most.")
    transposition: int = Field(description="Semitones by which the tune is higher than the setting.")
    bars: list[tuple[int, int]] = Field(
        description="Bars that match: number in the tune, number in the setting; 0 is an upbeat."
    )
    difference: str = Field(
        max_length=120,
        description="How the setting differs from the tune, in words, such as "
        "`a fourth lower than yours; second part first; 12 of 16 bars match`.",
    )
    notes: list[tuple[int, int]] | None = Field(
        default=None,
        exclude_if=_is_missing,
        description="Notes that match: index in the tune, index in the setting, from 0; only with `notes`.",
    )


class StyleEvidence(BaseModel):
    """Tunes like this one have names like this one."""

    kind: Literal["style"] = Field(default="style", description="`style`: tunes like it have such names.")
    similarity: float = Field(ge=-1, le=1, description="Cosine of the tune's and the name's vectors.")
    name: str = Field(description="The name as people write it.")
    printed: str = Field(description="The name as the catalogue spells it.")


class AlsoCalled(BaseModel):
    """Another title of the same tune."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(description="Its id for `/titles/{id}`.")
    title: str = Field(description="The title as people write it.")


class SuggestedTitle(BaseModel):
    """A title, and the evidence for it."""

    id: str = Field(description="Its id for `/titles/{id}`, which survives re-indexing and training.")
    title: str = Field(description="The title as people write it.")
    aliases: list[str] = Field(
        description="Its other names as people write them, then the printed spellings that differ from these."
    )
    also_called: list[AlsoCalled] = Field(
        default=[],
        description="Other titles of the catalogue with the same melody, from beginning to end. They are no "
        "suggestions of their own.",
    )
    confidence: float = Field(
        ge=0, le=1, description="Probability that it is right, or one of `also_called`."
    )
    evidence: list[MelodyEvidence | StyleEvidence] = Field(
        description="Why: a setting if one is likely enough, then a name."
    )


class MedleyPart(BaseModel):
    """A tune of a medley. The medley has all of it, or nearly."""

    first_bar: int = Field(description="Number of the bar where it begins; 0 is an upbeat.")
    last_bar: int = Field(description="Number of the bar where it ends.")
    id: str = Field(description="Id of its title for `/titles/{id}`.")
    title: str = Field(description="Its title as people write it.")
    confidence: float = Field(ge=0, le=1, description="Probability that the title is right for this part.")
    setting: MatchedSetting = Field(description="The setting that this part resembles.")


class TuneSummary(BaseModel):
    """The tune as it was read."""

    notes: int = Field(description="How many notes it has.")
    bars: int = Field(description="How many bars it has; an upbeat is one.")
    key: str = Field(description="Its key, such as `G major`; empty if it declares none.")
    meter: str = Field(description="Its metre, such as `4/4`; empty if it declares none.")
    rhythm: str = Field(description="Its rhythm, such as `reel`; empty if it declares none.")
    ranges: Ranges = None


class ReadWarning(BaseModel):
    """Something that was skipped or guessed, and where."""

    model_config = ConfigDict(from_attributes=True)

    line: int = Field(description="Line of the text, counted from 1.")
    column: int = Field(description="Column of the line, counted from 1.")
    message: str = Field(description="What was skipped or guessed.")


class SuggestResponse(BaseModel):
    """Titles, the most likely first, no title twice; titles of one tune are one suggestion."""

    model_config = ConfigDict(json_schema_extra={"examples": [ANSWER]})

    known: bool = Field(
        description="Whether the tune is probably in the catalogue; if not, titles are guessed from style."
    )
    suggestions: list[SuggestedTitle] = Field(
        description="At most `top_k` suggestions, the most likely first."
    )
    parts: list[MedleyPart] = Field(
        default=[],
        description="The known tunes of a medley, in its order, at least two different ones; empty for a "
        "single tune.",
    )
    tune: TuneSummary = Field(description="What was read of the tune.")
    abc: str | None = Field(
        default=None,
        exclude_if=_is_missing,
        description="The tune as ABC; only when it came in another form. Places in it are those of warnings "
        "and of notes.",
    )
    warnings: list[ReadWarning] = Field(description="What was skipped or guessed in the text.")
    artifact: str = Field(description="Version of the artifact that the titles come from.")
    suggestion_id: str | None = Field(
        default=None,
        exclude_if=_is_missing,
        description="For POST /feedback; only when the service takes feedback.",
    )
    took_ms: float = Field(description="Milliseconds from request to answer.")
