"""A push service on the loopback, and a browser that can read what comes through it."""

import base64
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import http_ece
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec

from affiche.studio.channels import public_key


@dataclass
class Browser:
    """`statuses`: what its push service answers, one after the other, and then 201."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    secret: bytes = field(default_factory=lambda: os.urandom(16))
    statuses: list[int] = field(default_factory=list)
    shown: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def keys(self) -> tuple[str, str]:
        return public_key(self.key), base64.urlsafe_b64encode(self.secret).rstrip(b"=").decode()

    def receive(self, body: bytes) -> None:
        """As a browser unseals it (RFC 8291)."""
        data = http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret)
        self.shown.append(json.loads(data))


@dataclass
class PushService:
    url: str = ""
    browsers: dict[str, Browser] = field(default_factory=dict)

    def browser(self) -> Browser:
        name = str(uuid4())
        self.browsers[name] = Browser(f"{self.url}/{name}")
        return self.browsers[name]

    async def take(self, request: web.Request) -> web.Response:
        browser = self.browsers[request.match_info["name"]]
        body = await request.read()
        status = browser.statuses.pop(0) if browser.statuses else 201
        if status == 201:
            browser.headers.append(dict(request.headers))
            browser.receive(body)
        return web.Response(status=status)


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    made, app = PushService(), web.Application()
    app.router.add_post("/{name}", made.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield made
    finally:
        await runner.cleanup()
