"""How controls answer, and how they say what was wrong with an order."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

Endpoint = Callable[[Request], Awaitable[Response]]
M = TypeVar("M", bound=BaseModel)


def json_answer(content: object, status: int = 200) -> Response:
    """Answer with JSON, indented for people."""
    return Response(
        orjson.dumps(content, option=orjson.OPT_INDENT_2), status, media_type="application/json"
    )


async def order_of(request: Request, model: type[M]) -> M:
    """Read the body of an order; an empty one has every default; raises ValidationError."""
    return model.model_validate_json(await request.body() or b"{}")


def explained(endpoint: Endpoint) -> Endpoint:
    """Answer a wrong order with 400, and an unknown organisation with 404, and say why."""

    @wraps(endpoint)
    async def wrapper(request: Request) -> Response:
        try:
            return await endpoint(request)
        except LookupError as error:
            return json_answer({"error": str(error)}, 404)
        except ValidationError as error:
            problems = error.errors(include_url=False, include_context=False, include_input=False)
            return json_answer({"error": "The order is not valid", "problems": problems}, 400)
        except ValueError as error:
            return json_answer({"error": str(error)}, 400)

    return wrapper
