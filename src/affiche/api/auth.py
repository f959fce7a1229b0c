"""Who calls: an API key in the Authorization header, or the session's cookie from a browser."""

from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from starlette.responses import RedirectResponse, Response

from affiche.errors import Forbidden, NotSignedIn
from affiche.studio import people
from affiche.studio.studio import Caller, Studio

COOKIE: Final = "affiche_session"
LONGEST_SECRET: Final = 200
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})

_bearer: Final = HTTPBearer(
    scheme_name="apiKey", description="An API key: `aff_…`.", auto_error=False
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
    """Whoever signs the request; raises NotSignedIn, or Forbidden for another site's.

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
        if scheme.lower() != "bearer" or not 0 < len(key.strip()) <= LONGEST_SECRET:
            raise NotSignedIn
        found = await people.of_key(studio, key.strip())
    else:
        found = await _of_cookie(request, studio)
        if request.method not in SAFE and not of_this_site(request, studio):
            raise Forbidden(detail="sent by another site")
    request.state.caller = found
    return found


SignedIn = Annotated[Caller, Depends(caller)]


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


async def sign_in(studio: Studio, token: str) -> str:
    """The session's token for a link's, which works once; raises NotSignedIn."""
    if not 0 < len(token) <= LONGEST_SECRET:
        raise NotSignedIn(detail="no token")
    return await people.redeem_link(studio, token)


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
    try:
        keep_session(request, response, await sign_in(studio, token))
    except NotSignedIn:
        await _of_cookie(request, studio)
    return response
