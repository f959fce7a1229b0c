"""What pages say when something is not there, not allowed, or went wrong."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from affiche.api.mistakes import mistakes
from affiche.api.problems import RETRY_SECONDS, request_id
from affiche.errors import AfficheError, BadRequest, InvalidInputs, NotFound, NotSignedIn
from affiche.texts import Language
from affiche.web.pages import desk

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
PROGRAMS: Final = ("/v1/", "/functions/", "/static/", "/openapi", "/docs")
KINDS: Final = {
    401: "signed_out",
    403: "forbidden",
    404: "missing",
    413: "large",
    422: "unclear",
    429: "often",
}
log = logging.getLogger(__name__)


class PageRoute(APIRoute):
    """A route whose refusals are pages."""

    def get_route_handler(self) -> Handler:
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await answer(request)
            except (AfficheError, HTTPException, RequestValidationError) as error:
                return refusal(request, _known(error))
            except ClientDisconnect:
                # Nobody waits for the answer: a form that is written on has asked anew.
                raise
            except Exception:
                log.exception("request %s: %s", request_id(request), request.url.path)
                return refusal(request, AfficheError())

        return handle


def refusal(request: Request, error: AfficheError) -> Response:
    """A page that says what happened; where htmx asked, a notice on the page that is there."""
    if error.status >= 500:
        log.warning("request %s: %s", request_id(request), error)
    page = desk(request, None)
    if page.wants_fragment:
        name = "notice.html"
    else:
        name = "sign_in.html" if isinstance(error, NotSignedIn) else "refusal.html"
    answer = page.page(
        name,
        status=error.status,
        kind="away" if _passes(error) else KINDS.get(error.status, "broken"),
        again=_again(request),
        message=error.message(page.language),
        wrong=_wrong(error, page.language),
        hint=error.hint(page.language),
        request_id=request_id(request),
    )
    if error.retryable:
        answer.headers["Retry-After"] = str(error.params.get("seconds", RETRY_SECONDS))
    return answer


def answer_people(app: FastAPI) -> None:
    """Pages instead of problem details wherever a person followed a link, known path or not."""
    for kind in (AfficheError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _for_people(app.exception_handlers.get(kind)))


def _for_people(otherwise: Any) -> Any:
    async def answer(request: Request, error: Exception) -> Response:
        for_people = "text/html" in request.headers.get("accept", "")
        if otherwise and not (for_people and not request.url.path.startswith(PROGRAMS)):
            found: Response = await otherwise(request, error)
            return found
        return refusal(request, _known(error))

    return answer


def _passes(error: AfficheError) -> bool:
    """Whether the same may be there in a while, with nothing done about it."""
    return error.status >= 500 and error.retryable


def _wrong(error: AfficheError, language: Language) -> list[str]:
    """What is wrong with which part of what was sent, each once."""
    problems = error.problems if isinstance(error, InvalidInputs) else ()
    return list(dict.fromkeys(each.message(language) for each in problems))


def _again(request: Request) -> str | None:
    """Where the way leads back to: this very page, or that of the form which was sent."""
    if request.method == "GET":
        return ""
    back = urlsplit(request.headers.get("referer", ""))
    if back.netloc != request.url.netloc or not back.path.startswith("/"):
        return None
    return f"{back.path}?{back.query}" if back.query else back.path


def _known(error: Exception) -> AfficheError:
    match error:
        case AfficheError():
            return error
        case RequestValidationError():
            return mistakes(error.errors())
        case HTTPException(status_code=404 | 405):
            return NotFound(what="page")
    return BadRequest(reason=str(error))
