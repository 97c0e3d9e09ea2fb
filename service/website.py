"""GET /: the page for people, and its files under /page/, from the folder `service/page/`.

The files are read once, when the service starts. A browser may keep a file whose name has a version; of all
others it asks each time whether they have changed, and gets 304 if they have not.
"""

import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from service.headers import ALONE
from service.shell import worker_script

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; " + ALONE
)

_FOLDER = Path(__file__).parent / "page"
_VERSIONED = re.compile(r"-\d+\.\d+\.\d+-")  # such a file gets another name when it changes
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True)
class PageFile:
    """A file of the page.

    Attributes
    ----------
    content : its bytes
    headers : of every response with it
    """

    content: bytes
    headers: dict[str, str]

    @classmethod
    def of(cls, name: str, content: bytes) -> "PageFile":
        """The file with this name and content."""
        kept = "public, max-age=31536000, immutable" if _VERSIONED.search(name) else "no-cache"
        kind = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {
            "Content-Type": kind,
            "Content-Security-Policy": POLICY,
            "Cache-Control": kept,
            "ETag": f'"{sha256(content).hexdigest()[:32]}"',
        }
        return cls(content, headers)


@cache
def page_files() -> dict[str, PageFile]:
    """The files of the page, by name."""
    contents = {path.name: path.read_bytes() for path in sorted(_FOLDER.iterdir()) if path.is_file()}
    contents["sw.js"] = worker_script(contents)
    return {name: PageFile.of(name, content) for name, content in contents.items()}


def add_page(app: FastAPI) -> None:
    """Add the page to the app, and read its files."""
    page_files()
    app.include_router(_router)


_router = APIRouter(include_in_schema=False)


@_router.api_route("/", methods=["GET", "HEAD"])
async def index(request: Request) -> Response:
    """The page."""
    return _respond(request, "index.html")


@_router.api_route("/page/{name}", methods=["GET", "HEAD"])
async def page_file(request: Request, name: str) -> Response:
    """A file of the page."""
    return _respond(request, name)


@_router.api_route("/sw.js", methods=["GET", "HEAD"])
async def service_worker(request: Request) -> Response:
    """The service worker: a worker only sees requests below its own address."""
    return _respond(request, "sw.js")


@_router.api_route("/manifest.webmanifest", methods=["GET", "HEAD"])
async def manifest(request: Request) -> Response:
    """What a browser needs to install the page as an app."""
    return _respond(request, "manifest.webmanifest")


def _respond(request: Request, name: str) -> Response:
    file = page_files().get(name)
    if file is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    asked = request.headers.get("if-none-match", "")
    if asked.strip() == "*" or file.headers["ETag"] in re.findall(r'"[^"]*"', asked):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=file.headers)
    return Response(file.content, headers=file.headers)
