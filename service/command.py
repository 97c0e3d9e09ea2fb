"""`gan-ainm serve`, also `python -m service`: serve the current artifact."""

from pydantic import ValidationError

from model.errors import GanAinmError
from service.server import run_workers
from service.settings import Settings


class SettingsError(GanAinmError):
    """An environment variable with a value that is out of range."""


def serve() -> None:
    """Serve suggestions over HTTP.

    Settings are environment variables, such as HOST, PORT, ARTIFACTS, TUNEBOOKS and WORKERS. The README lists
    all of them.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        faults = (
            ": ".join(filter(None, (".".join(map(str, fault["loc"])).upper(), fault["msg"])))
            for fault in error.errors()
        )
        raise SettingsError("; ".join(faults)) from error
    run_workers(settings)
