"""`python -m service`: serve the current artifact. Settings come from the environment."""

import sys

from pydantic import ValidationError

from index.artifact import ArtifactError
from model.device import DeviceError
from service.app import create_app
from service.engine import load_engine
from service.server import make_server
from service.settings import Settings


def main() -> None:
    """Serve until told to stop, or exit with a sentence where settings, artifact or device cannot be used."""
    try:
        settings = Settings()
        engine = load_engine(settings)
    except (ValidationError, ArtifactError, DeviceError) as error:
        sys.exit(f"error: {error}")
    make_server(create_app(settings, engine), settings.host, settings.port).run()


if __name__ == "__main__":
    main()
