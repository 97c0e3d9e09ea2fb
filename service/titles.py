"""What is in the catalogue: GET /titles, /titles/{id} and /settings/{id}.abc."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from gan_ainm_client.answers import AlsoCalled, ListedTitle, NearTitle, TitleDetails, TitleList, TitleSetting
from index.catalogue import Setting
from index.directory import Directory
from index.identifiers import slug
from model.names import MAX_NAME_CHARS
from service.engine import Snapshot
from service.problem_docs import problem_responses
from service.problems import NoSuchSetting, NoSuchTitle, shortened
from service.state import CurrentState

_NEAREST = 10  # titles that are nearest to a title
_LAST = 10**6  # largest offset

TitleId = Annotated[str, Path(description="The id of a title, as answers give it.", examples=["kesh"])]
SettingId = Annotated[
    str, Path(description="The id of a setting, as answers give it.", examples=["oneills1850-2f6c0e9b41d7"])
]


class AbcResponse(Response):
    """A response in ABC notation, in UTF-8."""

    media_type = "text/vnd.abc"


router = APIRouter()


@router.head("/titles", include_in_schema=False)
@router.get("/titles", operation_id="titles", responses=problem_responses(422, 429, 503, 504))
async def titles(
    state: CurrentState,
    q: Annotated[
        str,
        Query(
            max_length=MAX_NAME_CHARS,
            description="A name, or a part of one. Without it, all titles are listed in alphabetical order.",
            examples=["boys of bluehil"],
        ),
    ] = "",
    limit: Annotated[int, Query(ge=1, le=100, description="How many titles to list, 1 to 100.")] = 20,
    offset: Annotated[int, Query(ge=0, le=_LAST, description="How many titles to skip.")] = 0,
) -> TitleList:
    """Find titles by any of their names, the best match first, or browse all titles in alphabetical order.

    A search forgives typos, accents, articles, case, punctuation, the order of words, and words that are not
    complete. The alphabetical order does not count case and articles.
    """
    return await state.work.run(state.work.admit(), _list, state.engine.snapshot, q, limit, offset)


@router.head("/titles/{title_id}", include_in_schema=False)
@router.get("/titles/{title_id}", operation_id="title", responses=problem_responses(404, 422, 429, 503, 504))
async def title(state: CurrentState, title_id: TitleId) -> TitleDetails:
    """A title: its names, its settings with their ABC and source, and the titles nearest to it.

    The id that an alias would have works, too, if only one title has that alias. The answer has the title's
    own id.
    """
    return await state.work.run(state.work.admit(), _details, state.engine.snapshot, title_id)


@router.head("/settings/{setting_id}.abc", include_in_schema=False)
@router.get(
    "/settings/{setting_id}.abc",
    operation_id="settingAbc",
    response_class=AbcResponse,
    responses={
        200: {
            "description": "The setting in ABC notation, in UTF-8.",
            "content": {
                "text/vnd.abc": {"example": "X:1\nT:The Kesh\nM:6/8\nL:1/8\nK:G major\nG A G G A B |]\n"}
            },
        },
        **problem_responses(404, 422, 429, 503, 504),
    },
)
async def setting_abc(state: CurrentState, setting_id: SettingId) -> AbcResponse:
    """A setting as a file in ABC notation, with its title as people write it."""
    return await state.work.run(state.work.admit(), _abc, state.engine.snapshot, setting_id)


def _list(snapshot: Snapshot, q: str, limit: int, offset: int) -> TitleList:
    directory = snapshot.artifact.suggester.directory
    found: list[tuple[int, str | None]]
    if q.strip():
        found = [(hit.title, hit.name) for hit in directory.search.search(q)]
    else:
        found = [(number, None) for number in directory.alphabetical]
    return TitleList(
        total=len(found),
        offset=offset,
        titles=[_listed(directory, *each) for each in found[offset : offset + limit]],
        artifact=snapshot.artifact.version,
    )


def _listed(directory: Directory, number: int, matched: str | None) -> ListedTitle:
    settings = directory.catalogue.titles[number].settings
    shown, *aliases = directory.names(directory.catalogue.titles[number])
    return ListedTitle(
        id=directory.title_ids[number],
        title=shown,
        aliases=aliases,
        rhythms=_rhythms(settings),
        setting_count=len(settings),
        matched=matched,
    )


def _details(snapshot: Snapshot, title_id: str) -> TitleDetails:
    suggester = snapshot.artifact.suggester
    directory = suggester.directory
    number = directory.find_title(title_id)
    if number is None:
        raise NoSuchTitle(f"no title has the id {shortened(title_id)!r}; GET /titles?q= finds titles by name")
    found = directory.catalogue.titles[number]
    shown, *aliases = directory.names(found)
    first = directory.first_setting(number)
    licences = snapshot.artifact.licences
    nearest = suggester.melody_index.vectors.neighbours(number, _NEAREST)
    return TitleDetails(
        id=directory.title_ids[number],
        title=shown,
        aliases=aliases,
        also_called=[
            AlsoCalled.model_validate(other)
            for other in directory.also_called(suggester.same_tunes.also_called(number))
        ],
        rhythms=_rhythms(found.settings),
        settings=[
            TitleSetting(
                id=directory.setting_ids[first + place],
                title=directory.display(setting.title),
                printed=setting.printed,
                corpus=setting.corpus,
                reference=setting.reference,
                also=list(setting.also),
                url=setting.url,
                key=setting.key,
                meter=setting.meter,
                rhythm=setting.rhythm,
                licence=licences.get(setting.corpus, ""),
                abc=directory.abc(setting),
            )
            for place, setting in enumerate(found.settings)
        ],
        nearest=[
            NearTitle(
                id=directory.title_ids[hit.title],
                title=directory.display(directory.catalogue.titles[hit.title].title),
                similarity=round(min(max(hit.score, -1.0), 1.0), 4),
            )
            for hit in nearest
        ],
        artifact=snapshot.artifact.version,
    )


def _abc(snapshot: Snapshot, setting_id: str) -> AbcResponse:
    directory = snapshot.artifact.suggester.directory
    number = directory.find_setting(setting_id)
    if number is None:
        raise NoSuchSetting(f"no setting has the id {shortened(setting_id)!r}")
    setting = directory.catalogue.settings[number]
    file = slug(directory.display(setting.title))
    return AbcResponse(
        directory.abc(setting), headers={"Content-Disposition": f'inline; filename="{file}.abc"'}
    )


def _rhythms(settings: Iterable[Setting]) -> list[str]:
    return list(dict.fromkeys(setting.rhythm.lower() for setting in settings if setting.rhythm))
