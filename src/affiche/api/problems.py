"""All that goes wrong, in one shape: problem details (RFC 9457), in the reader's language."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from affiche.api.languages import of_request
from affiche.api.mistakes import mistakes
from affiche.errors import (
    AfficheError,
    BadRequest,
    GraphInvalid,
    InvalidInputs,
    MethodRefused,
    NotFound,
    NotReady,
    NotSignedIn,
    PictureError,
)
from affiche.texts import Language

MEDIA_TYPE: Final = "application/problem+json"
RETRY_SECONDS: Final = "5"
log = logging.getLogger(__name__)


class FieldMistake(BaseModel):
    """One thing wrong with one field of the request."""

    field: str = Field(examples=["prompt"])
    code: str = Field(examples=["too_long"])
    message: str = Field(examples=["Up to 500 characters; this has 501."])


class Problem(BaseModel):
    """What went wrong, what to do about it, and which fields it concerns."""

    type: str = Field(examples=["urn:affiche:problem:invalid_inputs"])
    title: str = Field(description="The status in words; the same for every problem of the status.")
    status: int
    detail: str = Field(description="One sentence for people, in their language.")
    code: str = Field(description="What a program can rely on.", examples=["invalid_inputs"])
    hint: str | None = Field(description="What to do about it.")
    fields: list[FieldMistake] = Field(description="All that is wrong, by field, at once.")
    request_id: str = Field(description="Also in the X-Request-Id header and in the log.")


class Refused(HTTPException):
    """Carries an error of ours past FastAPI where it lets only its own through."""

    def __init__(self, error: AfficheError) -> None:
        self.error = error
        super().__init__(error.status)


def problem(request: Request, error: AfficheError) -> Response:
    """The answer that says `error`."""
    language = of_request(request)
    body = Problem(
        type=f"urn:affiche:problem:{error.code}",
        title=HTTPStatus(error.status).phrase,
        status=error.status,
        detail=error.message(language),
        code=error.code,
        hint=error.hint(language),
        fields=_fields(error, language),
        request_id=request_id(request),
    )
    return JSONResponse(
        body.model_dump(), error.status, headers=_headers(error), media_type=MEDIA_TYPE
    )


def request_id(request: Request) -> str:
    return str(getattr(request.state, "request_id", ""))


def install(app: FastAPI) -> None:
    """Answer with problems whatever is raised by a route; what nobody foresaw is `envelope`'s."""
    app.add_exception_handler(AfficheError, _answer_ours)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(RequestValidationError, _answer_validation)
    app.add_exception_handler(ClientDisconnect, _answer_nobody)


def refusals(*kinds: type[AfficheError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may raise `kinds`, for its OpenAPI description."""
    by_status: dict[int, list[str]] = {}
    for kind in dict.fromkeys(kinds):
        codes = by_status.setdefault(kind.status, [])
        if kind.code not in codes:
            codes.append(kind.code)
    return {
        status: {
            "description": f"{HTTPStatus(status).phrase}: {', '.join(f'`{c}`' for c in codes)}",
            "content": {MEDIA_TYPE: {"schema": _of_codes(codes)}},
        }
        for status, codes in sorted(by_status.items())
    }


def describe_also(operation: dict[str, Any], *kinds: type[AfficheError]) -> None:
    """Add `kinds` to what an operation of the OpenAPI description may answer."""
    for status, added in refusals(*kinds).items():
        told = operation["responses"].setdefault(str(status), added)
        for content, whole in added["content"].items():
            codes = told["content"][content]["schema"]["properties"]["code"]["enum"]
            more = [c for c in whole["schema"]["properties"]["code"]["enum"] if c not in codes]
            codes += more
            told["description"] += "".join(f", `{code}`" for code in more)


def _of_codes(codes: Sequence[str]) -> dict[str, Any]:
    told = {"properties": {"code": {"enum": list(codes)}}}
    return {"$ref": "#/components/schemas/Problem", **told}


async def _answer_ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, AfficheError)
    if error.status >= 500:
        log.warning("request %s: %s", request_id(request), error)
    return problem(request, error)


async def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error, Refused):
        return await _answer_ours(request, error.error)
    if error.status_code == 404:
        return problem(request, NotFound(what="route"))
    if error.status_code == 405:
        answer = problem(request, MethodRefused())
        answer.headers["Allow"] = ", ".join(_methods(request))
        return answer
    return problem(request, BadRequest(reason=str(error.detail)))


def _methods(request: Request) -> list[str]:
    """All that the address takes: each route by itself knows only its own."""
    taken = [
        method
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if any(
            route.matches({**request.scope, "method": method})[0] == Match.FULL
            for route in request.app.router.routes
        )
    ]
    return ["HEAD", *taken] if "GET" in taken else taken


async def _answer_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem(request, mistakes(error.errors()))


async def _answer_nobody(request: Request, error: Exception) -> Response:
    return Response(status_code=499)


def _headers(error: AfficheError) -> dict[str, str]:
    headers: dict[str, str] = {}
    if isinstance(error, NotSignedIn):
        headers["WWW-Authenticate"] = 'Bearer realm="affiche"'
    if error.retryable:
        headers["Retry-After"] = str(error.params.get("seconds", RETRY_SECONDS))
    return headers


def _fields(error: AfficheError, language: Language) -> list[FieldMistake]:
    found: Sequence[tuple[str, str, str]] = ()
    match error:
        case InvalidInputs():
            found = [(p.field, p.code, p.message(language)) for p in error.problems]
        case PictureError():
            found = [("file", error.code, error.message(language))]
        case GraphInvalid():
            found = [(p.input or "", p.code, p.message(language)) for p in error.problems]
        case NotReady():
            found = [(name, e.code, e.message(language)) for name, e in error.parts.items()]
    return [FieldMistake(field=f, code=c, message=m) for f, c, m in found]
