"""The plainest FastAPI app around the same engine, to compare the service with."""

import os

from fastapi import FastAPI
from pydantic import BaseModel

from index import load
from index.suggestions import Suggestions


class Query(BaseModel):
    """A tune in ABC."""

    abc: str


def create_app() -> FastAPI:
    """An app that serves the artifacts in the folder ARTIFACTS."""
    suggester = load(os.environ["ARTIFACTS"])
    app = FastAPI()

    @app.post("/suggest-titles")
    def suggest(query: Query) -> Suggestions:
        return suggester.suggest(query.abc)

    @app.get("/livez")
    def livez() -> None: ...

    return app
