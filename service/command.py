"""`gan-ainm serve`, also `python -m service`: serve the current artifact."""

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from model.errors import GanAinmError
from service.metrics_files import prepare
from service.settings import Settings


class SettingsError(GanAinmError):
    """An environment variable with a value that is out of range."""


def serve() -> None:
    """Serve suggestions over HTTP.

    Settings are environment variables, such as HOST, PORT and ARTIFACTS.
    docs/serving.md lists all of them.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsError("; ".join(map(_describe, error.errors()))) from error
    prepare()
    from service.server import run_workers  # with the metrics, which need their folder

    run_workers(settings)


def _describe(fault: ErrorDetails) -> str:
    """The setting and what is wrong, as in "PORT: Input should be less than or equal to 65535"."""
    name = ".".join(map(str, fault["loc"])).upper()
    return ": ".join(filter(None, (name, fault["msg"].removeprefix("Value error, "))))
