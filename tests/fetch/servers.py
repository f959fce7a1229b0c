"""Small real servers on loopback, and a resolver that leads names to them."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp.abc import AbstractResolver, ResolveResult

from affiche.fetch import Fetched, Policy, picture_bytes

Answer = Callable[[str, asyncio.StreamWriter], Awaitable[None]]
LIMIT = 100_000
ALLOWED = frozenset({"127.0.0.1", "pictures.example"})
PICTURE = b"\x89PNG\r\n\x1a\n and so on"


class Names(AbstractResolver):
    """Each name's answers, one list of addresses after the other; the last one stays."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = {f"{name}.example": lists for name, lists in answers.items()}
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        self.asked.append(host)
        lists = self.answers.get(host)
        if lists is None:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        addresses = lists.pop(0) if len(lists) > 1 else lists[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        pass


class Server:
    """Answers each request by hand, and keeps the heads it was sent."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.heads: list[str] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.heads.append(head)
            await self._answer(head.split()[1], writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(answer)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()


def whole(body: bytes = PICTURE, status: str = "200 OK", **headers: str) -> bytes:
    """One answer with its true length; `Content_Type` is written as `Content-Type`."""
    lines = {"Content-Length": str(len(body)), "Connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def always(data: bytes) -> Answer:
    async def answer(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(data)

    return answer


async def fetch(url: str, *, limit: int = LIMIT, timeout: float = 10, **options: object) -> Fetched:
    resolver = options.pop("resolver", Names(pictures=[["127.0.0.1"]]))
    policy = Policy(**{"allow_private": ALLOWED, **options})  # type: ignore[arg-type]
    return await picture_bytes(
        url,
        limit_bytes=limit,
        timeout=timeout,
        resolver=resolver,  # type: ignore[arg-type]
        policy=policy,
    )
