"""A picture from a URL, without being led into private networks or kept busy for ever."""

import asyncio
import errno
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from affiche.errors import AddressRefused, FetchFailed, FetchFailedForNow
from affiche.fetch.pace import Pace
from affiche.fetch.resolvers import PublicResolver, SystemResolver
from affiche.fetch.urls import Policy, checked, next_hop

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_FOR_NOW: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_HEADERS: Final = {
    "User-Agent": "Affiche (fetches pictures that its users name)",
    "Accept": "image/*",
    "Accept-Encoding": "identity",
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """`media_type_claimed` is what the server said: never to be believed. `final_url` may carry
    a signature in its query."""

    data: bytes
    media_type_claimed: str | None
    final_url: str


async def picture_bytes(
    url: str,
    *,
    limit_bytes: int,
    timeout: float,
    resolver: AbstractResolver | None = None,
    policy: Policy | None = None,
) -> Fetched:
    """What `url` gives within `timeout` seconds over all redirects, and within `limit_bytes`.

    Raises AddressRefused for an address that leads or could lead to a private place, FetchFailed
    and FetchFailedForNow for all else. Proxies, cookies and netrc of the machine are not used.
    """
    policy = policy or Policy()
    try:
        async with (
            asyncio.timeout(timeout),
            opened(
                PublicResolver(resolver or SystemResolver(), policy), policy, _HEADERS
            ) as session,
        ):
            return await _follow(session, checked(url, policy), limit_bytes, policy)
    except aiohttp.ClientError as error:
        raise explained(error) from error
    except TimeoutError as error:
        raise FetchFailedForNow(reason="slow") from error


def opened(
    resolver: AbstractResolver, policy: Policy, headers: Mapping[str, str]
) -> aiohttp.ClientSession:
    """For one errand, with nothing of the machine's own; names are `resolver`'s."""
    connector = aiohttp.TCPConnector(
        resolver=resolver,
        use_dns_cache=False,
        force_close=True,
        ssl=policy.certificates or True,
    )
    patience = aiohttp.ClientTimeout(
        total=None, sock_connect=policy.connect_seconds, sock_read=policy.window_seconds
    )
    return aiohttp.ClientSession(
        connector=connector,
        timeout=patience,
        headers=headers,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
    )


async def _follow(session: aiohttp.ClientSession, url: URL, limit: int, policy: Policy) -> Fetched:
    for _ in range(policy.redirects + 1):
        async with session.get(url, allow_redirects=False) as response:
            location = response.headers.get("Location")
            if response.status not in _REDIRECTS or location is None:
                return await _taken(response, limit, policy)
        url = next_hop(url, location, policy)
    raise FetchFailed(reason="redirects")


async def _taken(response: aiohttp.ClientResponse, limit: int, policy: Policy) -> Fetched:
    if response.status != 200:
        failure = FetchFailedForNow if response.status in _FOR_NOW else FetchFailed
        raise failure(reason="status", status=response.status)
    data = await _body(response, limit, policy)
    if not data:
        raise FetchFailed(reason="empty")
    claimed = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Fetched(data, claimed or None, str(response.url))


async def _body(response: aiohttp.ClientResponse, limit: int, policy: Policy) -> bytes:
    """The body, unpacked if the server packed it unasked; aiohttp unpacks in bounded pieces."""
    too_large = FetchFailed(reason="too_large", limit=f"{limit / 1024 / 1024:.3g}")
    if (response.content_length or 0) > limit:
        raise too_large
    clock = asyncio.get_running_loop().time
    pace = Pace(policy.window_seconds, policy.bytes_per_second, clock())
    pieces: list[bytes] = []
    size = 0
    async for piece in response.content.iter_any():
        size += len(piece)
        if size > limit:
            raise too_large
        if not pace.holds(len(piece), clock()):
            raise FetchFailedForNow(reason="slow")
        pieces.append(piece)
    return b"".join(pieces)


def explained(error: aiohttp.ClientError) -> Exception:
    """Ours for aiohttp's; order matters, its tree is deep."""
    detail = f"{type(error).__name__}: {error}"[:300]
    match error:
        case aiohttp.InvalidURL():
            return AddressRefused(detail=detail)
        case aiohttp.ClientConnectorDNSError():
            again = error.os_error.errno in (socket.EAI_AGAIN, errno.EAGAIN)
            failure = FetchFailedForNow if again else FetchFailed
            return failure(reason="name", detail=detail)
        case aiohttp.ClientSSLError():
            return FetchFailed(reason="certificate", detail=detail)
        case aiohttp.ServerTimeoutError():
            return FetchFailedForNow(reason="slow", detail=detail)
        case aiohttp.ClientConnectorError():
            return FetchFailedForNow(reason="unreachable", detail=detail)
        case aiohttp.ClientPayloadError() | aiohttp.ServerDisconnectedError():
            return FetchFailedForNow(reason="broken_off", detail=detail)
        case aiohttp.ClientOSError():
            return FetchFailedForNow(reason="broken_off", detail=detail)
        case _:
            return FetchFailed(reason="unreadable", detail=detail)
