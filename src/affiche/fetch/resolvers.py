"""Names to addresses, judged before anything is connected to."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult

from affiche.errors import AddressRefused
from affiche.fetch.addresses import is_public
from affiche.fetch.urls import Policy

_NUMERIC: Final = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
# Its own threads: names that answer slowly must not hold those that the rest of the program uses.
_POOL: Final = ThreadPoolExecutor(max_workers=8, thread_name_prefix="names")


class SystemResolver(AbstractResolver):
    """The system's own resolver."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await asyncio.get_running_loop().run_in_executor(
            _POOL, lambda: socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
        )
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=protocol,
                flags=_NUMERIC,
            )
            for kind, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        pass


class PublicResolver(AbstractResolver):
    """Passes on only names whose every address is public, or that the policy allows.

    The connector connects to the very addresses that come from here, so a name that answers
    differently the next time gains nothing.
    """

    def __init__(self, inner: AbstractResolver, policy: Policy) -> None:
        self._inner = inner
        self._policy = policy

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if not self._policy.allows(host):
            for result in found:
                if not is_public(ip_address(result["host"])):
                    raise AddressRefused(detail=f"{host} is at {result['host']}")
        return found

    async def close(self) -> None:
        await self._inner.close()
