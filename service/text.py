"""Reads the text of a body: JSON, or ABC in the charset that its Content-Type names."""

from collections.abc import Sequence
from email.message import Message
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.datastructures import Headers

from model.abc import Notice, decode, find_codec
from service.problem_bodies import invalid_request
from service.problems import NotUtf8, UnknownMediaType, shortened

JSON = "application/json"
ABC = ("text/vnd.abc", "text/plain")
Model = TypeVar("Model", bound=BaseModel)


def describe_body(model: type[BaseModel] | None, text: str, example: str) -> dict[str, Any]:
    """OpenAPI description of a body that is JSON or ABC.

    Parameters
    ----------
    model : the JSON; None where it is not taken
    text : what the ABC is, a sentence that follows a colon
    example : of the ABC
    """
    description = f"ABC: {text} Name its charset in the Content-Type, or send UTF-8."
    schema = {"type": "string", "description": description, "examples": [example]}
    content = {kind: {"schema": schema} for kind in ABC}
    if model is not None:
        content = {JSON: {"schema": model.model_json_schema()}, **content}
    return {"requestBody": {"required": True, "content": content}}


def kind_of(headers: Headers) -> str:
    """The media type that a body has, without parameters; "" if it has none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def media_type(headers: Headers, accepted: Sequence[str] = (JSON, *ABC)) -> str:
    """The media type of a body. Raises UnknownMediaType when it is not an accepted one."""
    if (coding := headers.get("content-encoding", "identity")) != "identity":
        raise UnknownMediaType(f"Content-Encoding is {shortened(coding)!r}; send the body uncompressed")
    kind = kind_of(headers)
    if kind not in accepted:
        given = shortened(headers.get("content-type", "")) or "missing"
        raise UnknownMediaType(f"Content-Type is {given!r}; send one of {', '.join(accepted)}")
    return kind


def read_json(model: type[Model], body: bytes) -> Model:
    """What a body in JSON says. Raises NotUtf8 or InvalidRequest when it does not fit the model."""
    try:
        return model.model_validate_json(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise NotUtf8(f"JSON must be UTF-8: byte {error.start} of the body is not") from error
    except ValidationError as error:
        raise invalid_request(error.errors(include_url=False, include_input=False)) from error


def decode_text(body: bytes, content_type: str) -> tuple[str, tuple[Notice, ...]]:
    """The text of a body, and a warning if it is not in the charset that its Content-Type names.

    Without a charset, and if the body cannot be in it, `model.abc.decode` guesses.

    Raises UnknownMediaType when the charset is unknown.
    """
    message = Message()
    message["Content-Type"] = content_type
    charset = message.get_content_charset()
    if charset is None:
        return decode(body), ()
    codec, named = find_codec(charset), shortened(charset)
    if codec is None:
        raise UnknownMediaType(f"charset {named!r} is unknown; send UTF-8, or leave the charset out")
    try:
        body.decode(codec)
    except UnicodeDecodeError:
        notice = Notice(
            1,
            1,
            f"the body is not {named}, which its Content-Type names; another encoding was guessed",
        )
        return decode(body), (notice,)
    return decode(body, codec), ()
