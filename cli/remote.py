"""The remote namer: a running service names the tunes."""

from collections.abc import Iterator
from typing import Self

from cli.namer import NamerError
from gan_ainm_client import CallFailed, Client, Problem
from gan_ainm_client import answers as remote
from index.suggestions import (
    AlsoCalled,
    MatchedSetting,
    MelodyEvidence,
    Part,
    StyleEvidence,
    Suggestion,
    Suggestions,
    length_warnings,
)
from model.abc import Tune, write
from model.errors import GanAinmError

_OF_THE_TUNE = frozenset({400, 413, 422, 503, 504})  # another tune may get an answer


class ServiceError(GanAinmError):
    """A service that gives no answers."""


class RemoteNamer:
    """A `Namer` that asks a running service.

    The tunes are read here, and each is sent as plain ABC. So line numbers are those of the file.

    Parameters
    ----------
    url : address of the service, such as "http://127.0.0.1:8000"
    """

    def __init__(self, url: str) -> None:
        try:
            self._client = Client(url)
        except ValueError as error:
            raise ServiceError(str(error)) from error
        self._url = url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def suggest(self, tune: Tune, top_k: int, /) -> Suggestions:
        """The most likely titles of a tune.

        Raises
        ------
        NamerError
            When the service has no answer for this tune.
        ServiceError
            When no service answers at the address.
        """
        try:
            answer = self._client.suggest(write(tune), top_k=top_k, notes=True)
        except Problem as problem:
            if problem.status in _OF_THE_TUNE:
                raise NamerError(str(problem)) from problem
            raise ServiceError(f"{self._url}: {problem}") from problem
        except CallFailed as error:
            raise ServiceError(f"{self._url}: {error}") from error
        titles = tuple(map(_suggestion, answer.suggestions))
        warnings = (*tune.warnings, *length_warnings(tune))
        return Suggestions(answer.known, titles, tune, warnings, tuple(map(_part, answer.parts)))


def _suggestion(title: remote.SuggestedTitle) -> Suggestion:
    style = next(evidence for evidence in title.evidence if isinstance(evidence, remote.StyleEvidence))
    return Suggestion(
        id=title.id,
        title=title.title,
        aliases=tuple(title.aliases),
        also_called=tuple(AlsoCalled(other.id, other.title) for other in title.also_called),
        confidence=title.confidence,
        melody=next(_melodies(title), None),
        style=StyleEvidence(style.name, style.printed, style.similarity),
    )


def _melodies(title: remote.SuggestedTitle) -> Iterator[MelodyEvidence]:
    for evidence in title.evidence:
        if isinstance(evidence, remote.MelodyEvidence):
            yield MelodyEvidence(
                _setting(evidence.setting),
                evidence.similarity,
                evidence.transposition,
                tuple(evidence.bars),
                tuple(evidence.notes or ()),
                evidence.difference,
            )


def _part(part: remote.MedleyPart) -> Part:
    return Part(part.first_bar, part.last_bar, part.id, part.title, part.confidence, _setting(part.setting))


def _setting(setting: remote.MatchedSetting) -> MatchedSetting:
    members = setting.model_dump(exclude={"licence", "ranges"})
    return MatchedSetting(**{**members, "also": tuple(setting.also), "abc": setting.abc or ""})
