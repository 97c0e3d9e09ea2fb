"""What is in the catalogue: titles, and their settings."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from gan_ainm_client.answers.suggestions import AlsoCalled, MatchedSetting

_VERSION = "20261122T230001Z-c8ae4d33"
_EXAMPLE: dict[str, Any] = {"id": "kesh", "title": "The Kesh", "aliases": ["Kesh, The"], "rhythms": ["jig"]}
_LIST: dict[str, Any] = {
    "total": 1,
    "offset": 0,
    "titles": [{**_EXAMPLE, "setting_count": 1, "matched": "The Kesh"}],
    "artifact": _VERSION,
}
_DETAILS: dict[str, Any] = {
    **_EXAMPLE,
    "also_called": [{"id": "castle", "title": "The Castle"}],
    "settings": [
        {
            "id": "tunebooks-2f6c0e9b41d7",
            "title": "The Kesh",
            "printed": "Kesh, The",
            "corpus": "tunebooks",
            "reference": "session.abc:12",
            "also": [],
            "url": "",
            "key": "G major",
            "meter": "6/8",
            "rhythm": "jig",
            "licence": "",
            "abc": "X:1\nT:The Kesh\nM:6/8\nL:1/8\nK:G major\nG A G G A B |]\n",
        }
    ],
    "nearest": [{"id": "haste-to-the-wedding", "title": "Haste to the Wedding", "similarity": 0.71}],
    "artifact": _VERSION,
}


class CatalogueTitle(BaseModel):
    """A title of the catalogue."""

    id: str = Field(description="Its id, which survives re-indexing and training.")
    title: str = Field(description="The title as people write it.")
    aliases: list[str] = Field(
        description="Its other names as people write them, then the printed spellings that differ from these."
    )
    rhythms: list[str] = Field(description="The rhythms that its settings declare, in small letters.")


class ListedTitle(CatalogueTitle):
    """A title of the catalogue in a list."""

    setting_count: int = Field(description="How many settings it has.")
    matched: str | None = Field(description="The name that matches `q` best; null without `q`.")


class TitleList(BaseModel):
    """A part of the titles that were found."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LIST]})

    total: int = Field(description="How many titles were found.")
    offset: int = Field(description="How many of them come before these.")
    titles: list[ListedTitle] = Field(description="The best match first; without `q` in alphabetical order.")
    artifact: str = Field(description="Version of the artifact that the titles come from.")


class TitleSetting(MatchedSetting):
    """A transcription of a title, with its ABC."""

    abc: str = Field(description="The setting in ABC notation, with its title as people write it.")


class NearTitle(BaseModel):
    """A title with similar settings."""

    id: str = Field(description="Its id for `/titles/{id}`.")
    title: str = Field(description="The title as people write it.")
    similarity: float = Field(
        ge=-1,
        le=1,
        description="Cosine of the mean vector of the title's settings and of the nearest setting.",
    )


class TitleDetails(CatalogueTitle):
    """A title of the catalogue with all its settings."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DETAILS]})

    also_called: list[AlsoCalled] = Field(
        default=[],
        description="Other titles that have a setting with the same melody as one of its settings.",
    )
    settings: list[TitleSetting] = Field(description="Its transcriptions.")
    nearest: list[NearTitle] = Field(
        description="Ten other titles, by the tune encoder's vectors of their settings, the nearest first."
    )
    artifact: str = Field(description="Version of the artifact that the title comes from.")
