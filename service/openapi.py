"""`python -m service.openapi` prints the OpenAPI document of the service with all its routes."""

import json
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from service.app import create_app
from service.settings import Settings


def document() -> dict[str, Any]:
    """The OpenAPI document of a service that has every route."""
    settings = Settings(
        admin_api_key=SecretStr("only-to-have-these-routes"), metrics="open", feedback=Path("only-to-have-it")
    )
    return create_app(settings).openapi()


if __name__ == "__main__":
    print(json.dumps(document(), indent=1, ensure_ascii=False))  # noqa: T201
