"""`python -m service`: serve the current artifact. Settings come from the environment."""

import sys

import uvicorn
from pydantic import ValidationError

from index.artifact import ArtifactError, verify
from service.app import create_app
from service.settings import Settings

_SECONDS_TO_FINISH = 10  # for requests under way when the service is told to stop


def main() -> None:
    """Serve until told to stop;

    exit with a sentence, not a traceback, when settings or artifact are not usable.
    """
    try:
        settings = Settings()
        verify(settings.artifacts)
    except (ValidationError, ArtifactError) as error:
        sys.exit(f"error: {error}")
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
        server_header=False,
    )


if __name__ == "__main__":
    main()
