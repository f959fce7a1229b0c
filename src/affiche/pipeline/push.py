"""One message to one browser, by Web Push (RFC 8030), sealed (RFC 8291) and signed (RFC 8292)."""

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import aiohttp
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02
from pywebpush import WebPusher

from affiche.errors import AddressRefused, MessageDelayed, MessageRefused, NoBrowser
from affiche.fetch.resolvers import PublicResolver, SystemResolver
from affiche.fetch.urls import Policy, checked
from affiche.settings import Settings
from affiche.studio.letters import Letter

SECONDS: Final = 20.0
LIVES: Final = 24 * 3600
"""Seconds for which a push service keeps it for a browser that is away."""
SIGNED: Final = 12 * 3600
LARGEST: Final = 2500
"""Octets before sealing; push services take 4,096 of what comes out (RFC 8030, 7.2)."""


@dataclass(frozen=True, slots=True)
class Subscription:
    id: UUID
    endpoint: str
    p256dh: str
    auth: str


def payload(letter: Letter, id: UUID) -> bytes:
    """What the service worker shows; a message that comes twice takes its own place."""
    lines = list(letter.lines)
    while True:
        body = {"title": letter.title, "body": "\n".join(lines), "path": letter.path}
        made = json.dumps(body | {"tag": str(id)}, ensure_ascii=False).encode()
        if len(made) <= LARGEST or not lines:
            return made
        lines = lines[:-1] if len(lines) > 1 else [lines[0][: len(lines[0]) // 2]]


def sender(settings: Settings) -> str:
    """Whom a push service can turn to, which it wants to know."""
    if settings.smtp_from:
        return f"mailto:{settings.smtp_from}"
    address = settings.public_url or settings.url or ""
    return address if address.startswith("https://") else "mailto:nobody@localhost.localdomain"


def sealed(
    to: Subscription, data: bytes, key: ec.EllipticCurvePrivateKey, who: str, now: datetime
) -> tuple[bytes, dict[str, str]]:
    """Body and headers; raises ValueError for keys that are none."""
    about: dict[str, Any] = {
        "endpoint": to.endpoint,
        "keys": {"p256dh": to.p256dh, "auth": to.auth},
    }
    body = bytes(WebPusher(about).encode(data)["body"])
    url = urlsplit(to.endpoint)
    claims = {
        "aud": f"{url.scheme}://{url.netloc}",
        "exp": int(now.timestamp()) + SIGNED,
        "sub": who,
    }
    headers: dict[str, str] = Vapid02(key).sign(claims)
    return body, headers | {
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(LIVES),
        "Urgency": "normal",
    }


async def send(to: Subscription, body: bytes, headers: dict[str, str], policy: Policy) -> None:
    """Give it to the browser's push service.

    Raises NoBrowser where the browser is gone for good, MessageDelayed where it may come through
    later, MessageRefused for all else.
    """
    connector = aiohttp.TCPConnector(
        resolver=PublicResolver(SystemResolver(), policy),
        use_dns_cache=False,
        force_close=True,
        ssl=policy.certificates or True,
    )
    try:
        url = checked(to.endpoint, policy)
        async with (
            asyncio.timeout(SECONDS),
            aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
            ) as session,
            session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            status = answer.status
    except AddressRefused as error:
        raise MessageRefused(detail=str(error)) from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise MessageDelayed(detail=f"{type(error).__name__}: {error}"[:300]) from error
    if status in (404, 410, 403):
        # 403: it was switched on under a key that this studio no longer has.
        raise NoBrowser(detail=f"HTTP {status}")
    if status in (408, 425, 429) or status >= 500:
        raise MessageDelayed(detail=f"HTTP {status}")
    if not 200 <= status < 300:
        raise MessageRefused(detail=f"HTTP {status}")
