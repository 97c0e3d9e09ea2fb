"""Why a call failed.

CallFailed
├── BrokenAnswer    the answer is not what a Gan Ainm service sends, or it broke off
├── Problem         the service answered with an error
├── TimedOut        the answer did not come in time
└── Unreachable     there is no connection, or it was lost before an answer came
"""

from typing import Any

from gan_ainm_client.answers import ProblemDetails

_PREFIX = "urn:gan-ainm:problem:"
_OWN = frozenset(ProblemDetails.model_fields)  # members of the body that have a property of their own


class CallFailed(Exception):
    """A call that has no answer.

    Parameters
    ----------
    reason : in a sentence
    request_id : of the call, as the log of the service has it
    """

    def __init__(self, reason: str, request_id: str) -> None:
        super().__init__(reason, request_id)
        self.request_id = request_id

    def __str__(self) -> str:
        return str(self.args[0])


class Unreachable(CallFailed):
    """There is no connection to the service, or it was lost before an answer came."""


class TimedOut(CallFailed):
    """The answer did not come within the deadline, or the service was silent for longer than the timeout."""


class BrokenAnswer(CallFailed):
    """The answer is not what a Gan Ainm service sends, or it broke off."""


class Problem(CallFailed):
    """The service answered with an error.

    Parameters
    ----------
    details : the body of the answer
    retry_after : seconds after which another attempt may succeed, None if the service does not say
    request_id : of the call, as the log of the service has it
    """

    def __init__(self, details: ProblemDetails, retry_after: float | None, request_id: str) -> None:
        super().__init__(details.detail, request_id)
        self.args = (details, retry_after, request_id)  # of a copy, also in another process
        self.details = details
        self.retry_after = retry_after

    def __str__(self) -> str:
        place = f" (line {self.line}, column {self.column})" if self.line is not None else ""
        name = self.title if self.type == "about:blank" else self.type
        return f"{self.status} {name}: {self.detail}{place}"

    @property
    def type(self) -> str:
        """What kind of error it is, such as `no-notes`; `about:blank` if the service says only the status."""
        return self.details.type.removeprefix(_PREFIX)

    @property
    def status(self) -> int:
        """The status of the answer."""
        return self.details.status

    @property
    def title(self) -> str:
        """What kind of error it is, in words."""
        return self.details.title

    @property
    def detail(self) -> str:
        """What is wrong with this request, in a sentence."""
        return self.details.detail

    @property
    def members(self) -> dict[str, Any]:
        """The further members of the body, such as `errors`, `job` and `limit_bytes`."""
        return {name: value for name, value in self.details if name not in _OWN}

    @property
    def line(self) -> int | None:
        """The line of the fault in the text that was sent, if the service says it."""
        return self._number("line")

    @property
    def column(self) -> int | None:
        """The column of the fault in the text that was sent, if the service says it."""
        return self._number("column")

    def _number(self, name: str) -> int | None:
        value = self.members.get(name)
        return value if isinstance(value, int) else None
