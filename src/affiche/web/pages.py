"""Pages as they are sent: one template for page and fragment, for one person alone."""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any, Final, cast
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, RedirectResponse, Response

from affiche.api import languages
from affiche.api.auth import COOKIE, studio_of
from affiche.studio.studio import Caller, Studio
from affiche.texts import LANGUAGES, Language, say
from affiche.web import moments
from affiche.web.assets import Assets, encodings
from affiche.web.places import places

MOVES: Final = (
    *("created", "taken", "pending", "processing", "completed", "failed", "cancelled", "changed"),
)
CHANGED: Final = "work.changed from:body throttle:1s, htmx:sse:after:connection from:body"
"""When a part of a page that shows what a work is called is read again."""
LIVE: Final = ", ".join(
    [
        *(f"work.{move} from:body" for move in MOVES),
        "work.progress from:body throttle:300ms",
        # What happened before the stream stood, or while it was away.
        "htmx:sse:after:connection from:body",
        "online from:window",
        "every 15s",
    ]
)
"""When a part of a page that shows a running work is read again."""
QUEUE: Final = ", ".join(
    [
        *(f"work.{move} from:body throttle:500ms" for move in MOVES),
        "batch.created from:body throttle:500ms",
        "work.progress from:body throttle:1s",
        "htmx:sse:after:connection from:body",
        "online from:window",
    ]
)
"""When what is told of one's own queue is read again, on whatever page."""
SMALL: Final = 1000
"""Bytes of a page from which on it is packed."""
PACKING: Final = 5
"""Of 9: half a millisecond for a wall of sixty, and hardly larger than the best."""
# Kept by nobody else, and asked for again each time, save that Back finds a form as it was left.
PRIVATE: Final = {
    "Cache-Control": "private, no-cache",
    "Vary": "Cookie, Accept-Encoding, Accept-Language, HX-Request",
}


class Press:
    """What all pages are made with."""

    def __init__(self, assets: Assets) -> None:
        self.assets = assets
        self.environment = Environment(
            loader=PackageLoader("affiche.web", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.filters["code"] = code
        self.environment.filters["address"] = address
        self.environment.globals |= {"asset": assets.url, "modules": assets.modules}


@dataclass(frozen=True, slots=True)
class Desk:
    """One request for a page: who asks, in which language."""

    request: Request
    caller: Caller | None
    language: Language

    @property
    def studio(self) -> Studio:
        return studio_of(self.request)

    @property
    def wants_fragment(self) -> bool:
        """htmx asks for a part of a page that is there already."""
        return "hx-request" in self.request.headers

    @property
    def seems_signed_in(self) -> bool:
        """Enough to show the way to pages that look again; where nothing is, nobody is asked."""
        return self.caller is not None or COOKIE in self.request.cookies

    @property
    def now(self) -> datetime:
        return self.studio.now()

    def say(self, key: str, **params: object) -> str:
        return say(self.language, f"web.{key}", **params)

    def page(self, name: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """The template `name` as a whole page, or as its main part where htmx asks."""
        press = press_of(self.request)
        layout = "layouts/fragment.html" if self.wants_fragment else "layouts/page.html"
        html = press.environment.get_template(name).render(
            layout=layout,
            status=status,
            live_trigger=LIVE,
            changed_trigger=CHANGED,
            mine_trigger=QUEUE,
            charging=self.studio.settings.credits,
            places=places(self.caller, self.studio.settings),
            lang=self.language,
            languages=LANGUAGES,
            signed_in=status != HTTPStatus.UNAUTHORIZED and self.seems_signed_in,
            with_passwords=self.studio.vault.in_use,
            with_issuer=self.studio.settings.oidc_issuer is not None,
            path=self.request.url.path,
            here=_here(self.request),
            t=self.say,
            say=partial(say, self.language),
            ago=lambda then: moments.ago(self.language, then, self.now),
            duration=partial(moments.duration, self.language),
            size=moments.size,
            **context,
        )
        data, packing = self._packed(html.encode(), status)
        return HTMLResponse(data, status_code=status, headers=PRIVATE | packing)

    def _packed(self, data: bytes, status: int) -> tuple[bytes, dict[str, str]]:
        """Smaller where that is worth it. What is shown only once, as a new key is, answers a POST
        and stays as it is: the length of what is packed tells of its content."""
        taken = encodings(self.request.headers.get("accept-encoding", ""))
        plain = status != HTTPStatus.OK or self.request.method != "GET"
        if plain or "gzip" not in taken or len(data) < SMALL:
            return data, {}
        return gzip.compress(data, PACKING, mtime=0), {"Content-Encoding": "gzip"}

    def go(self, path: str) -> Response:
        """See `path` now; htmx is told so, since it would follow a redirect by itself."""
        if self.wants_fragment:
            return Response(status_code=204, headers={"HX-Redirect": path})
        return RedirectResponse(path, status_code=303)


def desk(request: Request, caller: Caller | None) -> Desk:
    return Desk(request, caller, languages.of_request(request))


def code(text: str) -> Markup:
    """A sentence with its `commands` set as such; everything else in it is text."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704


def address(asked: Mapping[str, object]) -> str:
    """The query of an address, of what is not empty; "" if nothing is left."""
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"?{query}" if query else ""


def press_of(request: Request) -> Press:
    return cast(Press, request.app.state.press)


def _here(request: Request) -> str:
    """Path and query, to come back to; of another method than GET only the path can be shown."""
    query = request.url.query if request.method == "GET" else ""
    return request.url.path + (f"?{query}" if query else "")
