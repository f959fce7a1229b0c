"""Answers as ComfyUI's web library words them."""

import json
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response


def failure(status: int = 500) -> Response:
    """What an exception in a handler becomes."""
    said = f"{status} {HTTPStatus(status).phrase}\n\nServer got itself in trouble"
    return PlainTextResponse(said, status_code=status)


def empty(status: int = 200) -> Response:
    return Response(status_code=status, media_type="application/octet-stream")


async def body(request: Request) -> Any:
    """The JSON of a request; raises ValueError (a 500) when it is none."""
    return json.loads(await request.body())
