"""Errors as a client sees them: application/problem+json (RFC 9457).

    Problem                     status  type
    ├── AmbiguousLength         400     ambiguous-length
    ├── BadHttp                 400     bad-http
    ├── Disconnected            400     disconnected
    ├── NotUtf8                 400     not-utf-8
    ├── Unauthorized            401     unauthorized
    ├── CrossOrigin             403     cross-origin
    ├── NoSuchJob               404     no-such-job
    ├── NoSuchArtifact          404     no-such-artifact
    ├── NoSuchSetting           404     no-such-setting
    ├── NoSuchTitle             404     no-such-title
    ├── NoSuchSuggestion        404     no-such-suggestion
    ├── SlowSender              408     slow-sender
    ├── AlreadyGiven            409     already-given
    ├── AlreadyRunning          409     already-running
    ├── AlreadyEnded            409     already-ended
    ├── UnusableArtifact        409     unusable-artifact
    ├── BodyTooLarge            413     body-too-large
    ├── TooManyTunes            413     too-many-tunes
    ├── TuneTooLarge            413     tune-too-large
    ├── UnknownMediaType        415     unknown-media-type
    ├── UnknownHost             421     unknown-host
    ├── NoNotes                 422     no-notes
    ├── KeyReused               422     idempotency-key-reused
    ├── NotSuggested            422     not-suggested
    ├── TooComplex              422     too-complex
    ├── UnreadableFile          422     unreadable-file
    ├── InvalidRequest          422     invalid-request
    ├── Overloaded              429     overloaded
    ├── TooMuchFeedback         429     too-much-feedback
    ├── FeedbackUnavailable     503     feedback-unavailable
    ├── NotReady                503     not-ready
    ├── StorageFailed           503     storage-failed
    ├── BatchTimeout            504     batch-timeout
    └── DeadlineExceeded        504     deadline-exceeded

All other errors (no such route, a method that is not allowed, our own faults) have the type about:blank.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from model.errors import GanAinmError

RETRY = {"Retry-After": "1"}  # headers of an answer that another attempt may change, after a second
REFUSED = "gan_ainm.refused"  # in the scope of a request that was refused because there is too much to do
_ECHOED = 40  # characters of a client's text that an error repeats at most


class Problem(GanAinmError):
    """An HTTP error with its own type.

    Parameters
    ----------
    detail : what is wrong with this request, in a sentence
    members : further members of the body
    headers : of the response
    """

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    type = ""
    title = ""

    def __init__(
        self, detail: str, members: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.members = members or {}
        self.headers = headers or {}


class AmbiguousLength(Problem):
    """A request that gives the length of its body in two ways."""

    status, type, title = HTTPStatus.BAD_REQUEST, "ambiguous-length", "The length of the body is ambiguous"


class BadHttp(Problem):
    """Bytes that are not an HTTP request."""

    status, type, title = HTTPStatus.BAD_REQUEST, "bad-http", "The request is not HTTP"


class Disconnected(Problem):
    """The client hung up before it had sent its whole request; it never sees this answer."""

    status, type, title = HTTPStatus.BAD_REQUEST, "disconnected", "The client hung up"


class NotUtf8(Problem):
    """JSON that is not UTF-8."""

    status, type, title = HTTPStatus.BAD_REQUEST, "not-utf-8", "The body is not UTF-8"


class Unauthorized(Problem):
    """A missing or wrong key."""

    status, type, title = HTTPStatus.UNAUTHORIZED, "unauthorized", "The admin key is missing or wrong"


class CrossOrigin(Problem):
    """A request that a browser sends for a page of another origin."""

    status, type, title = HTTPStatus.FORBIDDEN, "cross-origin", "The request comes from another origin"


class NoSuchJob(Problem):
    """A job id that the service does not remember."""

    status, type, title = HTTPStatus.NOT_FOUND, "no-such-job", "There is no such job"


class NoSuchArtifact(Problem):
    """A version of the artifact that is not kept."""

    status, type, title = HTTPStatus.NOT_FOUND, "no-such-artifact", "There is no such artifact"


class SlowSender(Problem):
    """A client that takes too long to send its request; the body has the member limit_s."""

    status, type, title = HTTPStatus.REQUEST_TIMEOUT, "slow-sender", "The request took too long to arrive"


class AlreadyRunning(Problem):
    """Another job is running, and only one may run at a time; the body has the member job."""

    status, type, title = HTTPStatus.CONFLICT, "already-running", "A job is already running"


class AlreadyEnded(Problem):
    """A job that can no longer be cancelled; the body has the member job."""

    status, type, title = HTTPStatus.CONFLICT, "already-ended", "The job has already ended"


class UnusableArtifact(Problem):
    """A kept version of the artifact that cannot be loaded."""

    status, type, title = HTTPStatus.CONFLICT, "unusable-artifact", "The artifact cannot be used"


class BodyTooLarge(Problem):
    """A body over the size limit; the body of the error has the member limit_bytes."""

    status, type, title = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large", "The body is too large"


class TooManyTunes(Problem):
    """A tunebook with too many tunes; the body has the member limit_tunes."""

    status, type, title = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-many-tunes", "There are too many tunes"


class TuneTooLarge(Problem):
    """A tune of a tunebook over the size limit of a tune; the body has the member limit_characters."""

    status, type, title = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "tune-too-large", "The tune is too large"


class UnknownMediaType(Problem):
    """A body that is compressed, or has a media type that the route does not take."""

    status, type, title = (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "unknown-media-type",
        "The body has an unknown media type",
    )


class UnknownHost(Problem):
    """A host name that is not one of this service."""

    status, type, title = HTTPStatus.MISDIRECTED_REQUEST, "unknown-host", "The host name is unknown"


class NoNotes(Problem):
    """A text without a single note; the body has the members line and column."""

    status, type, title = HTTPStatus.UNPROCESSABLE_ENTITY, "no-notes", "The text has no notes"


class KeyReused(Problem):
    """An Idempotency-Key that came with another request before."""

    status, type, title = (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "idempotency-key-reused",
        "The Idempotency-Key belongs to another request",
    )


class TooComplex(Problem):
    """A tune that takes too much CPU time; the body has the member limit_s."""

    status, type, title = HTTPStatus.UNPROCESSABLE_ENTITY, "too-complex", "The tune takes too long to compute"


class UnreadableFile(Problem):
    """A file of music that is damaged, has no notes, or is not what its media type says."""

    status, type, title = HTTPStatus.UNPROCESSABLE_ENTITY, "unreadable-file", "The file cannot be read"


class InvalidRequest(Problem):
    """A request with a field that is missing, unknown or out of range; the body has the member errors."""

    status, type, title = HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", "The request is not valid"


class StorageFailed(Problem):
    """The folder of artifacts cannot be read or written now."""

    status, type, title = (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "storage-failed",
        "The folder of artifacts cannot be used",
    )


class Overloaded(Problem):
    """More requests than the service can answer in time; the body has limit_requests or limit_bytes."""

    status, type, title = HTTPStatus.TOO_MANY_REQUESTS, "overloaded", "The service has too much to do"


class NotReady(Problem):
    """A worker that cannot answer: it is stuck, or about to stop."""

    status, type, title = HTTPStatus.SERVICE_UNAVAILABLE, "not-ready", "The service is not ready"


class DeadlineExceeded(Problem):
    """A request that could not be answered in time; the body has the member limit_s."""

    status, type, title = HTTPStatus.GATEWAY_TIMEOUT, "deadline-exceeded", "The answer took too long"


class BatchTimeout(Problem):
    """A tunebook that took too long; the body has the member limit_s."""

    status, type, title = HTTPStatus.GATEWAY_TIMEOUT, "batch-timeout", "The time of the tunebook is over"


class NoSuchSetting(Problem):
    """An id that no setting of the catalogue has."""

    status, type, title = HTTPStatus.NOT_FOUND, "no-such-setting", "There is no such setting"


class NoSuchTitle(Problem):
    """An id that no title of the catalogue has."""

    status, type, title = HTTPStatus.NOT_FOUND, "no-such-title", "There is no such title"


class NoSuchSuggestion(Problem):
    """Feedback for an id that the service did not make, or made more than a day ago."""

    status, type, title = HTTPStatus.NOT_FOUND, "no-such-suggestion", "There is no such suggestion"


class AlreadyGiven(Problem):
    """Feedback for a suggestion that has feedback."""

    status, type, title = HTTPStatus.CONFLICT, "already-given", "Feedback was already given"


class NotSuggested(Problem):
    """Feedback with a title that was not suggested."""

    status, type, title = HTTPStatus.UNPROCESSABLE_ENTITY, "not-suggested", "The title was not suggested"


class TooMuchFeedback(Problem):
    """More feedback than the service accepts in a minute; the body has the member limit_per_minute."""

    status, type, title = HTTPStatus.TOO_MANY_REQUESTS, "too-much-feedback", "There is too much feedback"


class FeedbackUnavailable(Problem):
    """Feedback that cannot be stored at present."""

    status, type, title = (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "feedback-unavailable",
        "Feedback cannot be stored at present",
    )


def shortened(text: str) -> str:
    """Text of a client as an error may repeat it: its beginning."""
    return text if len(text) <= _ECHOED else text[: _ECHOED - 3] + "..."
