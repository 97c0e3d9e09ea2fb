"""Makes methods of a client out of routes, so that each route has one signature and one docstring."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, get_args

Method = TypeVar("Method", bound=Callable[..., Any])


def like(route: Callable[..., Any], result: Any = None) -> Callable[[Method], Method]:
    """Gives a method the name, the docstring and the signature of a route.

    Parameters
    ----------
    result : type of what the method returns; that of the route's answer by default
    """

    def decorate(method: Method) -> Method:
        signature = inspect.signature(route)
        own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        answer = result or get_args(signature.return_annotation)[0]
        shown = signature.replace(parameters=[own, *signature.parameters.values()], return_annotation=answer)
        method.__name__ = route.__name__
        method.__doc__ = route.__doc__
        method.__signature__ = shown  # type: ignore[attr-defined]
        return method

    return decorate
