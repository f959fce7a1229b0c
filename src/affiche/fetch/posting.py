"""A message to a URL that somebody named, without being led into private networks."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from affiche.errors import AddressRefused, FetchFailed, FetchFailedForNow
from affiche.fetch.download import explained, opened
from affiche.fetch.resolvers import PublicResolver, SystemResolver
from affiche.fetch.urls import Policy, checked

KEPT: Final = 1024
"""Bytes of an answer that are read; the rest is left where it is."""
BODY_SECONDS: Final = 3.0
"""For those; an answer's status counts without them."""
HEADERS: Final = {"User-Agent": "Affiche (webhooks)", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Answer:
    """`head`: the first of what was answered, as it came. `retry_after` in seconds."""

    status: int
    head: bytes
    retry_after: int | None


def checked_target(url: str, policy: Policy, *, plain: bool) -> str:
    """The URL in the form that is asked; raises AddressRefused.

    http is for `plain` and for hosts that the policy allows.
    """
    target = checked(url, policy)
    if target.scheme != "https" and not plain and not policy.allows(target.raw_host or ""):
        raise AddressRefused(detail="not https")
    return str(target)


async def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    timeout: float,
    plain: bool = False,
    resolver: AbstractResolver | None = None,
    policy: Policy | None = None,
) -> Answer:
    """What `url` answers to `body` within `timeout` seconds. A redirect is an answer and is not
    followed; the connection goes to the very address that was judged.

    Raises AddressRefused, FetchFailed, FetchFailedForNow.
    """
    # It may think for as long as it is given.
    policy = replace(policy or Policy(), window_seconds=timeout)
    judged = PublicResolver(resolver or SystemResolver(), policy)
    try:
        async with (
            asyncio.timeout(timeout),
            opened(judged, policy, HEADERS) as session,
            session.post(
                URL(checked_target(url, policy, plain=plain), encoded=True),
                data=body,
                headers=dict(headers),
                allow_redirects=False,
            ) as response,
        ):
            head = await _head(response)
            return Answer(response.status, head, _seconds(response.headers.get("Retry-After")))
    except aiohttp.ClientError as error:
        raise explained(error) from error
    except TimeoutError as error:
        raise FetchFailedForNow(reason="slow") from error
    except ValueError as error:
        raise FetchFailed(reason="unreadable", detail=str(error)[:300]) from error


async def _head(response: aiohttp.ClientResponse) -> bytes:
    found = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while len(found) < KEPT and (piece := await response.content.read(KEPT - len(found))):
                found += piece
    except (TimeoutError, aiohttp.ClientError):
        pass
    finally:
        response.close()
    return bytes(found)


def _seconds(text: str | None) -> int | None:
    """Retry-After as a number of seconds; its other form, a date, is left alone."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else None
