"""Answers every error of the app with problem+json."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from asgi_correlation_id import correlation_id
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import Match

from service.observer import REQUEST_ID, note
from service.problem_bodies import MEDIA_TYPE, OUR_FAULT, blank_body, invalid_request, problem_body
from service.problems import REFUSED, Overloaded, Problem


def problem_response(problem: Problem) -> JSONResponse:
    """The response to a request with this problem. The log says its type as the outcome of the request."""
    note(outcome=problem.type)
    return _response(problem_body(problem), problem.headers)


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error of the app with problem+json."""

    async def on_problem(request: Request, problem: Exception) -> JSONResponse:
        assert isinstance(problem, Problem)
        if isinstance(problem, Overloaded):
            request.scope[REFUSED] = True
        return problem_response(problem)

    async def on_http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            # Starlette lists the methods of the first route with this path.
            headers["Allow"] = _methods(request) or headers.get("Allow", "")
        return _response(blank_body(error.status_code, str(error.detail)), headers)

    async def on_invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return problem_response(invalid_request(error.errors()))

    async def on_fault(_: Request, __: Exception) -> JSONResponse:
        # uvicorn logs the error, because Starlette raises it again after this answer.
        body = blank_body(HTTPStatus.INTERNAL_SERVER_ERROR, OUR_FAULT)
        # This answer goes round the middleware that sends the id with all others.
        # uvicorn closes the connection after an error.
        return _response(body, {REQUEST_ID: correlation_id.get() or "", "Connection": "close"})

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(Exception, on_fault)


def _methods(request: Request) -> str:
    """The methods of all routes with the path of a request."""
    routes = iter_route_contexts(request.app.routes)
    found = (route for route in routes if route.matches(request.scope)[0] is not Match.NONE)
    return ", ".join(sorted({method for route in found for method in route.methods or ()}))


def _response(body: dict[str, Any], headers: Mapping[str, str] | None = None) -> JSONResponse:
    headers = {"Cache-Control": "no-store", **(headers or {})}
    return JSONResponse(body, body["status"], headers, media_type=MEDIA_TYPE)
