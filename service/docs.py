"""GET /openapi.json, and GET /docs: Swagger UI, from files of this installation, with no inline script."""

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles

from service.headers import ALONE

# Addresses are relative, so that the page also works behind a proxy that adds a prefix.
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gan Ainm: the API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui/swagger-ui.css">
<div id="page"></div>
<script src="docs/swagger-ui/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</html>
"""
_START = 'SwaggerUIBundle({url: "openapi.json", dom_id: "#page", deepLinking: true, validatorUrl: null});\n'
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    + ALONE
)

_router = APIRouter(include_in_schema=False)


@_router.get("/openapi.json")
async def document(request: Request) -> Response:
    """The OpenAPI document."""
    return Response(request.app.openapi_json, media_type="application/json")


@_router.get("/docs")
async def docs() -> HTMLResponse:
    """The page that shows the OpenAPI document and sends requests."""
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})


@_router.get("/docs/start.js")
async def start() -> Response:
    """The script that starts the page: the policy allows no script inside it."""
    return Response(_START, media_type="text/javascript")


def add_docs(app: FastAPI) -> None:
    """Add the page and its files to the app."""
    app.include_router(_router)
    # The package has a copy of Swagger UI; its own page has an inline script and is not used.
    app.mount("/docs/swagger-ui", StaticFiles(packages=[("fastapi_offline", "static")]))
