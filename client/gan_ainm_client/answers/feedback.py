"""The answer to feedback."""

from pydantic import BaseModel, ConfigDict, Field


class Accepted(BaseModel):
    """The feedback as it was counted."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"rank": 1}]})

    rank: int | None = Field(description="Rank of the chosen title, 1 for the first; null if none was right.")
