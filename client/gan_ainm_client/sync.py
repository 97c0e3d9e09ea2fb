"""The client for programs that wait for each answer."""

import copy
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from typing import Concatenate, ParamSpec, Self

import httpx

from gan_ainm_client import routes
from gan_ainm_client.answers import Job
from gan_ainm_client.attempts import Attempts, Limits
from gan_ainm_client.calls import Answer, Call, Lines, Reply
from gan_ainm_client.methods import like
from gan_ainm_client.urls import checked

P = ParamSpec("P")


def _method(route: Callable[P, Call[Answer]]) -> Callable[Concatenate["Client", P], Answer]:
    @like(route)
    def method(self: "Client", /, *args: P.args, **kwargs: P.kwargs) -> Answer:
        return self.send(route(*args, **kwargs))

    return method


def _stream(
    route: Callable[P, Call[Answer]],
) -> Callable[Concatenate["Client", P], Generator[Answer, None, None]]:
    @like(route, Generator)
    def method(self: "Client", /, *args: P.args, **kwargs: P.kwargs) -> Generator[Answer, None, None]:
        return self.stream(route(*args, **kwargs))

    return method


class Client:
    """A client of a Gan Ainm service. Threads may share it. Use it in a `with` statement, or close it.

    Methods raise `CallFailed` when there is no answer: `Problem` when the service refuses the request.

    Parameters
    ----------
    url : address of the service
    admin_key : its ADMIN_API_KEY, for the admin routes
    deadline : time for each call with all its attempts, in seconds; the default is longer than the time that
        the service itself takes for a tunebook at most. `within` gives a call another one
    timeout : time for which the service may be silent, in seconds; a call of a whole tunebook may take longer
    attempts : how often a call is sent at most. It is sent again when the service had too much to do, and
        when the connection was lost and sending it twice does no harm
    http : sends the requests, for example through a proxy; without it, the client has its own
    """

    def __init__(
        self,
        url: str,
        *,
        admin_key: str | None = None,
        deadline: float = 150.0,
        timeout: float = 10.0,
        attempts: int = 4,
        http: httpx.Client | None = None,
    ) -> None:
        self._url, self._admin_key = checked(url), admin_key
        self._limits = Limits(deadline, timeout, attempts)
        self._http = http or httpx.Client()

    suggest = _method(routes.suggest)
    suggest_batch = _method(routes.suggest_batch)
    stream_batch = _stream(routes.stream_batch)
    duplicates = _method(routes.duplicates)
    titles = _method(routes.titles)
    title = _method(routes.title)
    setting_abc = _method(routes.setting_abc)
    feedback = _method(routes.feedback)
    health = _method(routes.health)
    livez = _method(routes.livez)
    readyz = _method(routes.readyz)
    info = _method(routes.info)
    metrics = _method(routes.metrics)
    openapi = _method(routes.openapi)
    reindex = _method(routes.reindex)
    jobs = _method(routes.jobs)
    job = _method(routes.job)
    cancel = _method(routes.cancel)
    artifacts = _method(routes.artifacts)
    rollback = _method(routes.rollback)

    def wait_for(self, job: Job | str, *, poll_s: float = 0.5) -> Job:
        """Wait until a job has ended: `client.within(600).wait_for(client.reindex())`.

        Raises TimedOut when it has not ended by the deadline.

        Parameters
        ----------
        job : the job or its id
        poll_s : time between two looks at it, in seconds
        """
        job_id = job.id if isinstance(job, Job) else job
        waiting = Attempts(routes.job(job_id), self._limits)
        while True:
            now = self.within(waiting.left).job(job_id)
            if now.has_ended:
                return now
            time.sleep(min(poll_s, waiting.left))

    def within(self, seconds: float) -> Self:
        """This client with another deadline for each call. Both share their connections."""
        other = copy.copy(self)
        other._limits = self._limits.within(seconds)
        return other

    def send(self, call: Call[Answer]) -> Answer:
        """Send a call, again if necessary, and return its answer."""
        attempts = Attempts(call, self._limits, self._admin_key)
        with self._response(attempts) as response:
            body = b"".join(_chunks(response, attempts))
        return attempts.read(body)

    def stream(self, call: Call[Answer]) -> Generator[Answer, None, None]:
        """Send a call, again if necessary, and yield the answers on the lines of the response."""
        attempts = Attempts(call, self._limits, self._admin_key)
        lines = Lines()
        with self._response(attempts) as response:
            for chunk in _chunks(response, attempts):
                for line in lines.feed(chunk):
                    yield attempts.read(line)
        if not lines.is_complete:
            raise attempts.cut_off()

    @contextmanager
    def _response(self, attempts: Attempts[Answer]) -> Iterator[httpx.Response]:
        """The response to a call that succeeds. Its body has not been read yet."""
        while True:
            request = attempts.request(self._http, self._url)
            try:
                response = self._http.send(request, stream=True)
            except (httpx.HTTPError, TimeoutError) as error:
                pause = attempts.failed(error)
            else:
                with closing(response):
                    if response.is_success:
                        yield response
                        return
                    body = b"".join(_chunks(response, attempts))
                pause = attempts.refused(Reply(response.status_code, response.headers, body))
            time.sleep(pause)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _chunks(response: httpx.Response, attempts: Attempts[Answer]) -> Iterator[bytes]:
    """The body of a response, as it arrives."""
    try:
        for chunk in response.iter_bytes():
            yield chunk
            attempts.check_deadline()
    except (httpx.HTTPError, TimeoutError) as error:
        raise attempts.broken(error) from error
