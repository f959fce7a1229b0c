"""Coming in by password or from elsewhere, setting a password by a link, accepting an invitation,
and going out."""

from typing import Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from affiche.api import auth
from affiche.api.bodies import whole
from affiche.errors import (
    AfficheError,
    Forbidden,
    MediaTypeRefused,
    NotSignedIn,
    RequestTooLarge,
    RequestUnreadable,
)
from affiche.studio import oidc, passwords, people, projects
from affiche.studio.gates import ADDRESS, SIGN_IN
from affiche.web.choices import own_path
from affiche.web.pages import Desk, desk
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
LONGEST: Final = 16 * 1024
ATTEMPT: Final = "affiche_attempt"
FORM: Final = "application/x-www-form-urlencoded"


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    page, sent = desk(request, None), await words(request)
    back = own_path(sent.get("back", "/"))
    try:
        session = await passwords.sign_in(
            page.studio,
            sent.get("email", ""),
            sent.get("password", ""),
            address=auth.address_of(request),
            agent=request.headers.get("user-agent", ""),
        )
    except AfficheError as error:
        return _again(page, "sign_in.html", error, email=sent.get("email", ""), back=back)
    return _in(page, session, back)


@router.get("/sign-in/elsewhere")
async def go_elsewhere(request: Request) -> Response:
    """To the issuer, who sends the browser back."""
    page = desk(request, None)
    page.studio.gates.pass_(f"sign-in from {auth.address_of(request)}", SIGN_IN, ADDRESS)
    address, attempt = await oidc.begin(page.studio, _back(request))
    answer = RedirectResponse(address, 303)
    _remember(request, answer, str(attempt), oidc.LIVES)
    return answer


@router.get("/sign-in/back")
async def come_back(request: Request, state: str = "", code: str = "") -> Response:
    page = desk(request, None)
    attempt = oidc.Attempt.read(request.cookies.get(ATTEMPT, ""))
    agent = request.headers.get("user-agent", "")
    session = await oidc.finish(page.studio, attempt, _back(request), state, code[:4096], agent)
    answer = _in(page, session)
    _remember(request, answer, "", 0)
    return answer


def _back(request: Request) -> str:
    base = auth.studio_of(request).settings.url or str(request.base_url)
    return f"{base.rstrip('/')}/sign-in/back"


def _remember(request: Request, answer: Response, value: str, seconds: int) -> None:
    # Lax, because it comes back by a link on the issuer's page.
    answer.set_cookie(
        ATTEMPT,
        value,
        max_age=seconds,
        path="/sign-in",
        httponly=True,
        samesite="lax",
        secure=_back(request).startswith("https:"),
    )


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    page = desk(request, None)
    await words(request)
    session = request.cookies.get(auth.COOKIE, "")
    if 0 < len(session) <= auth.LONGEST_SECRET:
        await people.end_session(page.studio, session)
    answer = page.go("/")
    answer.delete_cookie(auth.COOKIE, path="/", httponly=True, samesite="lax")
    return answer


@router.get("/password")
async def password_form(request: Request, token: str = "") -> Response:
    return desk(request, None).page("password.html", token=token, problem=None)


@router.post("/password")
async def set_password(request: Request) -> Response:
    page, sent = desk(request, None), await words(request)
    token = sent.get("token", "")
    agent = request.headers.get("user-agent", "")
    try:
        session = await passwords.reset(page.studio, token, sent.get("password", ""), agent)
    except AfficheError as error:
        return _again(page, "password.html", error, token=token)
    return _in(page, session)


@router.get("/invitation")
async def invitation_form(request: Request, token: str = "") -> Response:
    return await _invitation(desk(request, None), token)


@router.post("/invitation")
async def accept_invitation(request: Request) -> Response:
    page, sent = desk(request, None), await words(request)
    token = sent.get("token", "")[: auth.LONGEST_SECRET]
    try:
        if "password" not in sent:
            await projects.accept(page.studio, await auth.caller(request), token)
            return page.go("/gallery")
        session = await projects.accept_anew(
            page.studio,
            token,
            sent.get("name", "")[:200],
            sent["password"],
            request.headers.get("user-agent", ""),
        )
    except AfficheError as error:
        return await _invitation(page, token, error)
    return _in(page, session)


async def words(request: Request, longest: int = LONGEST) -> dict[str, str]:
    """The fields of a small form that a page of ours sent. Raises Forbidden for any other's."""
    if not auth.of_this_site(request, auth.studio_of(request)):
        raise Forbidden(detail="sent by another site")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise MediaTypeRefused(accepted=FORM)
    body = await whole(request, longest, RequestTooLarge(limit=1))
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=20))
    except ValueError as error:
        raise RequestUnreadable(reason="json_utf8", detail=str(error)) from error


async def _invitation(page: Desk, token: str, error: AfficheError | None = None) -> Response:
    opened = await projects.look(page.studio, token[: auth.LONGEST_SECRET])
    try:
        caller = await auth.caller(page.request)
        is_theirs = (caller.email or "").lower() == opened.email
    except NotSignedIn:
        is_theirs = False
    known = await projects.has_account(page.studio, opened.email)
    return _again(
        page,
        "invitation.html",
        error,
        token=token,
        email=opened.email,
        is_theirs=is_theirs,
        known=known,
    )


def _again(page: Desk, name: str, error: AfficheError | None, **context: object) -> Response:
    """The form, and what is wrong with what was sent."""
    problem = None
    if error:
        problem = " ".join(filter(None, (error.message(page.language), error.hint(page.language))))
    answer = page.page(name, status=error.status if error else 200, problem=problem, **context)
    if error and error.retryable:
        answer.headers["Retry-After"] = str(error.params["seconds"])
    return answer


def _in(page: Desk, session: str, back: str = "/") -> Response:
    answer = page.go(back)
    auth.keep_session(page.request, answer, session)
    return answer
