"""Logs: one line for each request, and uvicorn's lines in the same format: JSON, or text on a terminal.

A client cannot make a line long or break it: values are cut, and control characters are escaped. A message
that is not the line of a request appears at most twenty times a minute from each place in the code.
"""

import json
import logging
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Literal

LogFormat = Literal["auto", "json", "text"]

REQUESTS = "service.requests"  # the logger of the lines for requests

_LOGGERS = "uvicorn", "service", "asyncio"
_MOST = 20
_WINDOW_S = 60.0
_LONGEST = 500  # characters of a value
_LONGEST_TRACEBACK = 4000
_TUNE = 1000  # characters of a tune; only with LOG_TUNES
# Attributes of a record that are no fields of its line; color_message is uvicorn's second, coloured message.
_OF_EVERY_RECORD = {*vars(logging.makeLogRecord({})), "message", "color_message"}
_HEAD = ("timestamp", "level", "event")  # begin a line of text


def logging_config(log_format: LogFormat, level: str, **fields: str) -> dict[str, Any]:
    """Configuration for `logging.config.dictConfig`, which uvicorn applies in each process.

    Each line has the given fields. Without any, it has those that its request noted.
    """
    formatter = {"()": "service.logs.make_formatter", "log_format": log_format, "fields": fields}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "filters": {"limit": {"()": "service.logs.Limit"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["limit"]}},
        "loggers": {
            **{name: {"handlers": ["stderr"], "level": level.upper()} for name in _LOGGERS},
            "uvicorn.access": {
                "handlers": [],
                "propagate": False,
            },  # the observer has a line for each request
            "asgi_correlation_id": {"level": "ERROR"},  # it warns of each id that it refuses
        },
    }


def make_formatter(log_format: LogFormat, fields: dict[str, Any]) -> logging.Formatter:
    """The formatter of all lines. "auto" is text if standard error is a terminal, else JSON."""
    as_text = log_format == "text" or (log_format == "auto" and sys.stderr.isatty())
    return LineFormatter(_render_text if as_text else json.dumps, (lambda: fields) if fields else _noted())


class LineFormatter(logging.Formatter):
    """Makes a line of a message, the fields of its context, and its own fields.

    Parameters
    ----------
    render : turns the fields of a line into text
    context : gives the fields that each line has by now
    """

    def __init__(
        self, render: Callable[[dict[str, Any]], str], context: Callable[[], dict[str, Any]]
    ) -> None:
        super().__init__()
        self._render = render
        self._context = context

    def format(self, record: logging.LogRecord) -> str:
        """The line of a message."""
        level = record.levelname.lower()
        line: dict[str, Any]
        if isinstance(record, _RequestRecord):
            line = {"event": record.msg, "level": level, **record.fields}
        else:
            own = {name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD}
            line = {"event": record.getMessage(), **self._context(), "level": level, **own}
        second = int(record.created)
        line["timestamp"] = f"{_in_utc(second)}.{int(1e6 * (record.created - second)):06}Z"
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return self._render(_bounded(line))


class Limit(logging.Filter):
    """Passes at most twenty messages a minute from each place in the code.

    The first message after a minute in which some were left out says how many, as `left_out`. Lines for
    requests and tunes always pass, except those for requests that were refused because there were too many.
    """

    def __init__(self) -> None:
        super().__init__()
        self._windows: dict[tuple[str, int], tuple[float, int]] = {}  # place -> (begin, messages so far)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to write a message."""
        if record.name == REQUESTS and not _is_refusal(record):
            return True
        place, now = (record.pathname, record.lineno), time.monotonic()
        began, count = self._windows.get(place, (now, 0))
        if now - began >= _WINDOW_S:
            if count > _MOST:
                record.left_out = count - _MOST
            began, count = now, 0
        self._windows[place] = began, count + 1
        return count < _MOST


class _RequestRecord(logging.LogRecord):
    """The message that a request has been answered.

    It does without what no line shows, such as the thread and the place in the code. After a tune none of
    this is in the cache of the processor, so finding it out took 0.04 ms.
    """

    def __init__(self, level: int, fields: Mapping[str, object]) -> None:
        self.name, self.levelno, self.levelname = REQUESTS, level, logging.getLevelName(level)
        self.msg, self.args = "request", ()
        self.filename, self.pathname, self.lineno = "", "", 0
        self.exc_info = self.exc_text = self.stack_info = None
        self.created = time.time()
        self.fields = fields


def log_request(level: int, fields: Mapping[str, object]) -> None:
    """Write the line of a request."""
    logger = logging.getLogger(REQUESTS)
    if logger.isEnabledFor(level):
        logger.handle(_RequestRecord(level, fields))


def log_tune(number: int, abc: str) -> None:
    """Write the line of a tune, which LOG_TUNES asks for. The number is its place in the request, from 1."""
    logging.getLogger(REQUESTS).info("tune", extra={"number": number, "tune": abc[:_TUNE]})


@lru_cache(maxsize=2)
def _in_utc(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _noted() -> Callable[[], dict[str, Any]]:
    """What gives the fields that a request noted."""
    # A job has no requests, and structlog imports a fifth of all that a job needs: rich and asyncio.
    from structlog.contextvars import get_contextvars

    return get_contextvars


def _is_refusal(record: logging.LogRecord) -> bool:
    """Whether a record is of a request that was refused because there is too much to do."""
    return isinstance(record, _RequestRecord) and record.fields["status"] == HTTPStatus.TOO_MANY_REQUESTS


def _bounded(line: dict[str, Any]) -> dict[str, Any]:
    """Cut long values."""
    for name, value in line.items():
        if isinstance(value, str) and name not in ("exception", "tune"):
            line[name] = value[:_LONGEST].rstrip()
    if "exception" in line:
        line["exception"] = line["exception"][-_LONGEST_TRACEBACK:]  # the error itself comes last
    return line


def _render_text(line: dict[str, Any]) -> str:
    traceback = line.pop("exception", None)
    head = " ".join(_printable(line.pop(name)) for name in _HEAD if name in line)
    words = [head, *(f"{name}={_printable(value)}" for name, value in line.items())]
    return " ".join(words) + (f"\n{traceback}" if traceback else "")


def _printable(value: object) -> str:
    """Text without control characters, which could draw on a terminal or begin a line of their own."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in str(value)
    )
