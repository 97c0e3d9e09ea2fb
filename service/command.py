"""`gan-ainm serve`, also `python -m service`: serve the current artifact."""

from contextlib import suppress

from pydantic import ValidationError

from model.errors import GanAinmError
from service.app import create_app
from service.engine import load_engine
from service.server import make_server
from service.settings import Settings


class SettingsError(GanAinmError):
    """An environment variable with a value that is out of range."""


def serve() -> None:
    """Serve suggestions over HTTP.

    Settings are environment variables: HOST, PORT, ARTIFACTS, TUNEBOOKS, DEVICE, ADMIN_API_KEY or
    ADMIN_API_KEY_FILE, MAX_BODY_BYTES, MAX_BATCH_BYTES, MAX_BATCH_TUNES and BATCH_TIMEOUT_S.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        faults = (
            ": ".join(filter(None, (".".join(map(str, fault["loc"])).upper(), fault["msg"])))
            for fault in error.errors()
        )
        raise SettingsError("; ".join(faults)) from error
    server = make_server(create_app(settings, load_engine(settings)), settings.host, settings.port)
    with suppress(KeyboardInterrupt):  # uvicorn raises Ctrl-C again after it has shut down
        server.run()
