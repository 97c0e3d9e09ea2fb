"""What a Gan Ainm service answers: a model for each answer of each route. The service makes the same ones."""

from gan_ainm_client.answers.artifacts import ArtifactList, KeptArtifact
from gan_ainm_client.answers.catalogue import (
    CatalogueTitle,
    ListedTitle,
    NearTitle,
    TitleDetails,
    TitleList,
    TitleSetting,
)
from gan_ainm_client.answers.conversion import ConvertedNote, ConvertResponse
from gan_ainm_client.answers.feedback import Accepted
from gan_ainm_client.answers.health import Alive, Health, HealthMrr, MeasuredMrr, Measurement, Mrr, RankingMrr
from gan_ainm_client.answers.info import CorpusLicence, Info
from gan_ainm_client.answers.jobs import Job, JobList, JobProgress, JobResult
from gan_ainm_client.answers.problems import ProblemDetails
from gan_ainm_client.answers.suggestions import (
    AlsoCalled,
    MatchedSetting,
    MedleyPart,
    MelodyEvidence,
    ReadWarning,
    StyleEvidence,
    SuggestedTitle,
    SuggestResponse,
    TuneSummary,
)
from gan_ainm_client.answers.tunebooks import (
    BatchAnswer,
    BatchResponse,
    DuplicateGroup,
    DuplicatesResponse,
    DuplicateTune,
    TitleLines,
    TuneHeading,
    UnreadTune,
)

__all__ = [
    "Accepted",
    "Alive",
    "AlsoCalled",
    "ArtifactList",
    "BatchAnswer",
    "BatchResponse",
    "CatalogueTitle",
    "ConvertResponse",
    "ConvertedNote",
    "CorpusLicence",
    "DuplicateGroup",
    "DuplicateTune",
    "DuplicatesResponse",
    "Health",
    "HealthMrr",
    "Info",
    "Job",
    "JobList",
    "JobProgress",
    "JobResult",
    "KeptArtifact",
    "ListedTitle",
    "MatchedSetting",
    "MeasuredMrr",
    "Measurement",
    "MedleyPart",
    "MelodyEvidence",
    "Mrr",
    "NearTitle",
    "ProblemDetails",
    "RankingMrr",
    "ReadWarning",
    "StyleEvidence",
    "SuggestResponse",
    "SuggestedTitle",
    "TitleDetails",
    "TitleLines",
    "TitleList",
    "TitleSetting",
    "TuneHeading",
    "TuneSummary",
    "UnreadTune",
]
