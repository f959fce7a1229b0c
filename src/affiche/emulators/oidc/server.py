"""Discovery, authorization, tokens and keys: the code flow with PKCE (RFC 7636, OpenID Connect Core
1.0 section 3.1), for one client and for whoever is put into `Server.person`, who never says no."""

import base64
import contextlib
import hashlib
import hmac
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from affiche.emulators.listener import Listener, address, bound

CODE_LIVES: Final = 60.0
TOKEN_LIVES: Final = 300


@dataclass
class Person:
    """Whoever signs in; `claims` go into the id token over all others, None takes one away."""

    subject: str = "emulated"
    email: str = "dora@example.com"
    email_verified: bool = True
    name: str = "Dora"
    claims: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Grant:
    redirect_uri: str
    nonce: str
    challenge: str
    until: float


class Server:
    """Listens once `start` was awaited; `url` is the issuer."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        client_id: str = "affiche",
        client_secret: str = "emulated-secret",  # noqa: S107
        person: Person | None = None,
    ) -> None:
        self.host, self.port = host, port
        self.client_id, self.client_secret = client_id, client_secret
        self.person = person or Person()
        self.key = RSAKey.generate_key(2048, {"kid": "emulated", "use": "sig", "alg": "RS256"})
        self.signer = self.key
        self._grants: dict[str, Grant] = {}
        self._listener: Listener | None = None

    @property
    def url(self) -> str:
        return address(self.host, self.port)

    async def start(self) -> None:
        """Listen on the port; a port of 0 becomes a real one. Raises OSError if it is taken."""
        found = bound(self.host, self.port)
        self.port = found.getsockname()[1]
        routes = [
            Route("/.well-known/openid-configuration", self._describe),
            Route("/keys", self._keys),
            Route("/authorize", self._authorize),
            Route("/token", self._token, methods=["POST"]),
        ]
        self._listener = Listener(Starlette(routes=routes))
        await self._listener.listen(found)

    async def stop(self) -> None:
        if self._listener is not None:
            await self._listener.die()
        self._listener = None

    async def _describe(self, request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            }
        )

    async def _keys(self, request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _authorize(self, request: Request) -> Response:
        asked = request.query_params
        if asked.get("client_id") != self.client_id or not asked.get("redirect_uri"):
            return JSONResponse({"error": "invalid_client"}, 400)
        back, state = asked["redirect_uri"], asked.get("state", "")
        scopes = asked.get("scope", "").split()
        if (
            asked.get("response_type") != "code"
            or "openid" not in scopes
            or asked.get("code_challenge_method") != "S256"
        ):
            query = urlencode({"error": "invalid_request", "state": state})
            return RedirectResponse(f"{back}?{query}", 302)
        code = secrets.token_urlsafe(24)
        self._grants[code] = Grant(
            back,
            asked.get("nonce", ""),
            asked.get("code_challenge", ""),
            time.monotonic() + CODE_LIVES,
        )
        return RedirectResponse(f"{back}?{urlencode({'code': code, 'state': state})}", 302)

    async def _token(self, request: Request) -> Response:
        sent = dict(parse_qsl((await request.body()).decode()))
        if not self._is_client(request):
            return JSONResponse({"error": "invalid_client"}, 401)
        # A code is good for one try.
        grant = self._grants.pop(sent.get("code", ""), None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            grant is None
            or sent.get("grant_type") != "authorization_code"
            or grant.until < time.monotonic()
            or sent.get("redirect_uri") != grant.redirect_uri
            or not hmac.compare_digest(challenge, grant.challenge)
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(
            {
                "access_token": secrets.token_urlsafe(24),
                "token_type": "Bearer",
                "expires_in": TOKEN_LIVES,
                "id_token": self._id_token(grant),
            },
            headers={"Cache-Control": "no-store"},
        )

    def _is_client(self, request: Request) -> bool:
        kind, _, told = request.headers.get("authorization", "").partition(" ")
        try:
            name, _, secret = base64.b64decode(told).decode().partition(":")
        except ValueError:
            return False
        right = f"{self.client_id}:{self.client_secret}"
        return kind.lower() == "basic" and hmac.compare_digest(
            f"{unquote(name)}:{unquote(secret)}", right
        )

    def _id_token(self, grant: Grant) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": self.person.subject,
            "aud": self.client_id,
            "iat": now,
            "exp": now + TOKEN_LIVES,
            "nonce": grant.nonce,
            "email": self.person.email,
            "email_verified": self.person.email_verified,
            "name": self.person.name,
        } | self.person.claims
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": "emulated"}, kept, self.signer)


@contextlib.asynccontextmanager
async def serving(**told: Any) -> AsyncIterator[Server]:
    """A running issuer; `told` are `Server`'s arguments."""
    server = Server(**told)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
