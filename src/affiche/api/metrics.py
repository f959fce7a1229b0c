"""Numbers for Prometheus, for this machine and for whoever has an operator's key."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from affiche.api import auth
from affiche.api.envelope import LOOPBACK
from affiche.domain.exposition import MEDIA_TYPE, text
from affiche.errors import Forbidden
from affiche.studio.metrics import Meter

# It is read by one program, which has its own description of the format.
router: Final = APIRouter(include_in_schema=False)
FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


@router.get("/metrics", response_class=Response)
async def read_metrics(request: Request) -> Response:
    """The page, as of ten seconds ago at most. Raises NotSignedIn, Forbidden."""
    if not from_here(request) and not (await auth.caller(request)).is_operator:
        raise Forbidden
    meter: Meter | None = getattr(request.app.state, "meter", None)
    if meter is None:
        meter = request.app.state.meter = Meter(auth.studio_of(request))
    metrics = await meter.metrics(request.app.state.feed.open_streams)
    return Response(text(metrics), media_type=MEDIA_TYPE)


def from_here(request: Request) -> bool:
    """Whether a program on this machine asks for itself.

    A proxy on this machine comes from here too. So a studio that has an address for others asks
    everybody for a key, and so does one that is told of a proxy.
    """
    settings = auth.studio_of(request).settings
    return (
        not settings.url
        and not settings.public_url
        and request.client is not None
        and request.client.host in LOOPBACK
        and not any(name in request.headers for name in FORWARDED)
        # A page of another site has the browser say so.
        and request.headers.get("sec-fetch-site", "none") in ("same-origin", "none")
    )
