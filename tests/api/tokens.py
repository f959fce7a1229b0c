"""An issuer of tokens and its keys, and tokens: as it makes them, and as no library would."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from tests.support.servers import Client

from affiche.studio.studio import Studio

SECRET = "super-secret-jwt-token-with-at-least-32-characters"
RSA, OTHER_RSA = (RSAKey.generate_key(2048, {"kid": kid}) for kid in ("one", "two"))
EC = ECKey.generate_key("P-256", {"kid": "three"})


@dataclass
class Publisher:
    """An issuer's address of keys, and how often it was asked."""

    url: str = ""
    keys: list[dict[str, Any]] = field(default_factory=list)
    asked: int = 0
    broken: bool = False

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        if self.broken:
            return web.Response(status=500)
        return web.json_response({"keys": self.keys})


@asynccontextmanager
async def publishing() -> AsyncIterator[Publisher]:
    made = Publisher(keys=[key.as_dict(private=False) for key in (RSA, EC)])
    app = web.Application()
    app.router.add_get("/auth/v1/.well-known/jwks.json", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    made.url = f"http://127.0.0.1:{port}"
    try:
        yield made
    finally:
        await runner.cleanup()


def of_supabase(studio: Studio, publisher: Publisher, request: pytest.FixtureRequest) -> Studio:
    """Of a Supabase project; by its secret where a test says so, else by its keys."""
    more = dict(getattr(request, "param", {"jwt_sign_up": True}))
    settings = replace(studio.settings, **{"supabase_url": publisher.url, **more})
    return replace(studio, settings=settings)


BY_SECRET = {"jwt_secret": SECRET, "jwt_sign_up": True}
by_secret = pytest.mark.parametrize("studio", [BY_SECRET], indirect=True)


def claims(studio: Studio, **more: Any) -> dict[str, Any]:
    now = int(studio.now().timestamp())
    found = {
        "iss": f"{studio.settings.supabase_url}/auth/v1",
        "aud": "authenticated",
        "role": "authenticated",
        "sub": str(uuid4()),
        "email": f"{uuid4().hex}@example.com",
        "iat": now,
        "exp": now + 3600,
        "user_metadata": {"full_name": "Dora"},
        **more,
    }
    return {name: value for name, value in found.items() if value is not None}


def by_shared(found: dict[str, Any], secret: str = SECRET) -> str:
    return jwt.encode({"alg": "HS256"}, found, OctKey.import_key(secret))


def by_key(found: dict[str, Any], key: RSAKey | ECKey = RSA, **header: Any) -> str:
    alg = "RS256" if isinstance(key, RSAKey) else "ES256"
    return jwt.encode({"alg": alg, "kid": key.kid, **header}, found, key, algorithms=[alg])


def part(value: object) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def by_hand(header: dict[str, Any], found: dict[str, Any], secret: bytes | None) -> str:
    """As no library would: any header, signed by HMAC or not at all."""
    signed = f"{part(header)}.{part(found)}"
    mac = hmac.new(secret, signed.encode(), hashlib.sha256).digest() if secret else b""
    return f"{signed}.{part(mac)}"


async def me(client: Client, token: str) -> Any:
    return await client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})


async def refused(client: Client, *tokens: str) -> None:
    for token in tokens:
        answer = await me(client, token)
        assert (answer.status, answer.json["code"]) == (401, "not_signed_in"), token[:200]
