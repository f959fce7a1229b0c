"""Who calls: an API key or another issuer's token in the Authorization header, or the session's
cookie from a browser."""

from typing import Annotated, Final
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from starlette.responses import RedirectResponse, Response

from affiche.domain.limits import Limit
from affiche.errors import Forbidden, KeyBound, NotSignedIn, ScopeMissing
from affiche.studio import gates, identities, issuers, keys, people
from affiche.studio.studio import Caller, Studio

COOKIE: Final = "affiche_session"
LONGEST_SECRET: Final = 200
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OF_PROJECTS: Final = (
    *("/v1/works", "/v1/batches", "/v1/files", "/v1/templates", "/v1/projects", "/v1/quotes"),
    *("/v1/translations", "/v1/stars", "/v1/trash"),
    *("/v1/captions", "/functions/v1/works", "/functions/works", "/webhook/klein_i2i"),
)
"""Addresses where a key for one project opens what is of that project; everywhere else it opens
nothing."""

_bearer: Final = HTTPBearer(
    scheme_name="apiKey",
    description="An API key, `aff_…`, or a token of the issuer that the settings name.",
    auto_error=False,
)
_cookie: Final = APIKeyCookie(
    name=COOKIE,
    scheme_name="session",
    description="The cookie that the sign-in link gives a browser.",
    auto_error=False,
)


def studio_of(request: Request) -> Studio:
    studio: Studio = request.app.state.studio
    return studio


async def caller(
    request: Request,
    _bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)] = None,
    _cookie: Annotated[str | None, Security(_cookie)] = None,
) -> Caller:
    """Whoever signs the request; raises NotSignedIn, Forbidden for another site's, ScopeMissing, or
    TooManyRequests.

    Looked up once for a request, however often it is asked: before its body is read, and by its
    route.
    """
    known: Caller | None = getattr(request.state, "caller", None)
    if known is not None:
        return known
    studio = studio_of(request)
    authorization = request.headers.get("authorization")
    if authorization is not None:
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise NotSignedIn
        found = await _of_bearer(studio, key.strip())
    else:
        found = await _of_cookie(request, studio)
        if request.method not in SAFE and not of_this_site(request, studio):
            raise Forbidden(detail="sent by another site")
    writes = request.method not in SAFE
    require("ask" if writes else "read", found)
    if found.project_id is not None:
        _bind(request, found.project_id)
    if writes and not found.is_operator:
        _hold_back(request, studio, found)
    request.state.caller = found
    return found


def administrator(found: Annotated[Caller, Depends(caller)]) -> Caller:
    """Whoever signs the request, with a right that not every key has; raises ScopeMissing."""
    require("admin", found)
    return found


SignedIn = Annotated[Caller, Depends(caller)]
Administering = Annotated[Caller, Depends(administrator)]


def _bind(request: Request, project_id: UUID) -> None:
    """Whatever this request reads or asks is of the project: the database holds it to that. Raises
    KeyBound at addresses whose things are of no project."""
    path = request.url.path
    of_projects = any(f"{path}/".startswith(f"{each}/") for each in OF_PROJECTS)
    if not of_projects and path != "/v1/me":
        raise KeyBound(detail=path)
    people.bind(project_id)


def require(scope: str, found: Caller) -> None:
    """Raises ScopeMissing for a key that may not do it."""
    # Whoever may manage keys could make one that may ask.
    if scope not in found.scopes and "admin" not in found.scopes:
        raise ScopeMissing(scope=scope)


async def _of_bearer(studio: Studio, secret: str) -> Caller:
    if secret.count(".") == 2 and len(secret) <= issuers.LONGEST:
        return await identities.of_token(studio, secret)
    if not 0 < len(secret) <= LONGEST_SECRET:
        raise NotSignedIn
    return await keys.holder(studio, secret)


def _hold_back(request: Request, studio: Studio, found: Caller) -> None:
    """Raises TooManyRequests where one user, or one address, asks too often."""
    rate = studio.settings.ask_rate
    limit = Limit(rate, 60.0, max(1, rate // 5))
    studio.gates.pass_(f"ask {found.id}", limit)
    studio.gates.pass_(f"ask {address_of(request)}", limit, gates.ADDRESS)


def address_of(request: Request) -> str:
    """Whence the request comes, past the proxies that the settings trust."""
    return request.client.host if request.client else ""


async def _of_cookie(request: Request, studio: Studio) -> Caller:
    session = request.cookies.get(COOKIE, "")
    if not 0 < len(session) <= LONGEST_SECRET:
        raise NotSignedIn
    return await people.of_session(studio, session)


def of_this_site(request: Request, studio: Studio) -> bool:
    """Whether a page of ours sent this, as the browser tells: nobody else can set these headers.

    `Sec-Fetch-Site` goes only to https and to this machine; `Origin` with everything but GET.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = urlsplit(request.headers.get("origin", "")).netloc.lower()
    own = {request.headers.get("host", "").lower()}
    if studio.settings.url:
        own.add(urlsplit(studio.settings.url).netloc.lower())
    return origin != "" and origin in own


async def sign_in(studio: Studio, token: str, agent: str = "") -> str:
    """The session's token for a link's, which works once; raises NotSignedIn."""
    if not 0 < len(token) <= LONGEST_SECRET:
        raise NotSignedIn(detail="no token")
    return await people.redeem_link(studio, token, agent)


def keep_session(request: Request, response: Response, session: str) -> None:
    """The cookie that the browser sends from now on."""
    public = studio_of(request).settings.url or ""
    response.set_cookie(
        COOKIE,
        session,
        max_age=int(people.SESSION_LIVES.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https" or public.startswith("https:"),
    )


router: Final = APIRouter(include_in_schema=False)


@router.get("/sign-in")
async def follow_link(request: Request, token: str = "") -> Response:
    """What the printed link opens. Opened again by somebody who is signed in, it leads on too."""
    studio = studio_of(request)
    response = RedirectResponse("/", 303)
    agent = request.headers.get("user-agent", "")
    try:
        keep_session(request, response, await sign_in(studio, token, agent))
    except NotSignedIn:
        await _of_cookie(request, studio)
    return response
