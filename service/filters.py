"""How many titles a request wants, and which: its filters are rhythm, metre and corpus."""

from typing import Annotated

from pydantic import BaseModel, Field

from index.filters import FilterError, Filters
from service.problems import InvalidRequest

MOST_TITLES = 100
TopK = Annotated[
    int, Field(ge=1, le=MOST_TITLES, description=f"How many titles to suggest, 1 to {MOST_TITLES}.")
]
_Text = Annotated[str, Field(min_length=1, max_length=60)]
Rhythm = Annotated[
    _Text,
    Field(
        description="Only titles with a setting of this rhythm. `jig` also finds `slip jig`.",
        examples=["reel"],
    ),
]
Meter = Annotated[
    _Text,
    Field(
        description="Only titles with a setting in this metre; `C` is 4/4, and `C|` is 2/2.", examples=["6/8"]
    ),
]
CorpusName = Annotated[
    _Text, Field(description="Only titles with a setting in this corpus.", examples=["oneills1850"])
]


class TitlesRequest(BaseModel, strict=True, extra="forbid"):
    """A request for titles. One setting of a title must match all filters."""

    top_k: TopK = 10
    rhythm: Rhythm | None = None
    meter: Meter | None = None
    corpus: CorpusName | None = None

    @property
    def filters(self) -> Filters:
        """The filters of the request."""
        return Filters(self.rhythm, self.meter, self.corpus)


class TitlesInQuery(TitlesRequest, strict=False, extra="ignore"):
    """The same in the query of a request, for a body that is not JSON."""

    top_k: Annotated[TopK, Field(description="How many titles to suggest unless the body is JSON.")] = 10
    rhythm: Rhythm | None = Field(
        default=None, description="Only titles with a setting of this rhythm, unless the body is JSON."
    )
    meter: Meter | None = Field(
        default=None, description="Only titles with a setting in this metre, unless the body is JSON."
    )
    corpus: CorpusName | None = Field(
        default=None, description="Only titles with a setting in this corpus, unless the body is JSON."
    )


def unknown_value(error: FilterError) -> InvalidRequest:
    """The problem of a request with a filter that no setting matches. It lists common values that do."""
    return InvalidRequest(f"{error}", {"errors": [{"field": error.field, "message": f"{error}"}]})
