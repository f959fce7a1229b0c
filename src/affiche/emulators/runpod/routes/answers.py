"""Answers as the cloud gives them: JSON, or an error without a word."""

from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

_PAGE: Final = (
    "<html>\r\n<head><title>{0} {1}</title></head>\r\n<body>\r\n<center><h1>{0} {1}</h1></center>"
    "\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n"
)


def error(status: int, *, html: bool = False) -> Response:
    """An error: a page of the proxy in front, or nothing at all."""
    if html:
        phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Error"
        return HTMLResponse(_PAGE.format(status, phrase), status_code=status)
    return Response(status_code=status)


def said(text: bytes) -> Response:
    """JSON that is written already."""
    return Response(text, media_type="application/json")


def told(value: Any) -> Response:
    return JSONResponse(value)


async def body(request: Request, cap: int) -> bytes | None:
    """The body; None if it is longer than `cap` bytes. The rest is read away, so that whoever sends
    it hears the answer instead of a broken pipe."""
    whole = bytearray()
    length = 0
    async for chunk in request.stream():
        length += len(chunk)
        if length <= cap:
            whole += chunk
    return bytes(whole) if length <= cap else None


async def left(request: Request) -> None:
    """Wait until the other side hangs up; for requests whose body was read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
