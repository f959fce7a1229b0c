"""Tokens that somebody else issued: a JWT by a shared secret, or by keys that its issuer publishes.

Which algorithm counts is said by the settings and by the kind of key, never by the token: a shared
secret checks HS256 alone, a published key RS256 or ES256 alone, and a published key is no secret.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from joserfc.jwt import JWTClaimsRegistry

from affiche.errors import NotSignedIn, SettingInvalid
from affiche.settings import Settings

LONGEST: Final = 8192
"""Characters of a token."""
LEEWAY: Final = 60
"""Seconds by which clocks may differ."""
AGAIN: Final = 30.0
"""Seconds after which a key that is not known is looked for again."""
FRESH: Final = 600.0
STALE: Final = 86_400.0
"""Seconds for which keys are used without asking, and where the issuer does not answer."""
MOST_BYTES: Final = 256 * 1024
MOST_KEYS: Final = 50
SECONDS: Final = 5.0
Claims = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whom to believe. `secret` or `jwks_url`, or both while one takes over from the other."""

    name: str
    audience: str
    secret: str | None
    jwks_url: str | None
    service_role: bool


def configured(settings: Settings) -> Issuer | None:
    """The issuer that the settings name; None where nobody's tokens count.

    Raises SettingInvalid where they name half of one.
    """
    base = (settings.supabase_url or "").rstrip("/")
    name = settings.jwt_issuer or (f"{base}/auth/v1" if base else None)
    jwks = settings.jwt_jwks_url
    if jwks is None and settings.jwt_secret is None and base:
        jwks = f"{base}/auth/v1/.well-known/jwks.json"
    if settings.jwt_secret is None and jwks is None:
        return None
    if name is None:
        raise SettingInvalid(name="jwt_issuer", reason="needed beside jwt_secret or jwt_jwks_url")
    if settings.jwt_secret is not None and len(settings.jwt_secret) < 32:
        raise SettingInvalid(name="jwt_secret", reason="must have 32 characters or more")
    if jwks is not None and not is_safe(jwks):
        raise SettingInvalid(name="jwt_jwks_url", reason="must begin with https://")
    return Issuer(name, settings.jwt_audience, settings.jwt_secret, jwks, settings.jwt_service_role)


def is_safe(url: str) -> bool:
    """Whether nobody on the way can answer in the place of whoever is asked; pure."""
    parts = urlsplit(url)
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    return parts.scheme == "https" or (parts.scheme == "http" and local)


class Issuers:
    """The published keys of issuers, as this process knows them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sets: dict[str, tuple[KeySet, float]] = {}
        self._asked: dict[str, float] = {}
        self._turn = asyncio.Lock()
        self.fetches = 0
        self._descriptions: dict[str, tuple[bytes, float]] = {}

    async def description(self, url: str) -> bytes:
        """What the issuer says of itself there, asked for again after FRESH; raises
        httpx.HTTPError, TimeoutError or ValueError."""
        found = self._descriptions.get(url)
        if found is None or self._clock() - found[1] > FRESH:
            found = await read(url), self._clock()
            self._descriptions[url] = found
        return found[0]

    def forget(self, url: str) -> None:
        """What was said there is of no use."""
        self._descriptions.pop(url, None)

    async def claims(self, issuer: Issuer, token: str, now: int) -> Claims:
        """What the token says, if the issuer says it, to us, now; raises NotSignedIn."""
        try:
            if len(token) > LONGEST:
                raise NotSignedIn(detail="token too long")
            header = jws.extract_compact(token.encode()).headers()
            key, algorithm = await self._key(issuer, header)
            found = jwt.decode(token, key, algorithms=[algorithm]).claims
            _check(issuer, found, now)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise NotSignedIn(detail=f"token refused: {type(error).__name__}") from error
        return found

    async def _key(
        self, issuer: Issuer, header: Mapping[str, Any]
    ) -> tuple[OctKey | RSAKey | ECKey, str]:
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm == "HS256" and issuer.secret:
            return OctKey.import_key(issuer.secret), "HS256"
        kinds: dict[object, type[RSAKey | ECKey]] = {"RS256": RSAKey, "ES256": ECKey}
        if not issuer.jwks_url or algorithm not in kinds:
            raise NotSignedIn(detail="token by another algorithm")
        key = self._known(issuer.jwks_url, kinds[algorithm], kid)
        if key is None or self._age(issuer.jwks_url) > FRESH:
            await self.fetch(issuer.jwks_url)
            key = self._known(issuer.jwks_url, kinds[algorithm], kid)
        if key is None:
            raise NotSignedIn(detail="token by an unknown key")
        return key, str(algorithm)

    def _known(self, url: str, kind: type[RSAKey | ECKey], kid: object) -> RSAKey | ECKey | None:
        found, at = self._sets.get(url, (KeySet([]), 0.0))
        if self._clock() - at > STALE:
            return None
        fitting = [
            key for key in found.keys if isinstance(key, kind) and (kid is None or key.kid == kid)
        ]
        # Without a name for it, only where there is no choice.
        return fitting[0] if len(fitting) == 1 else None

    def _age(self, url: str) -> float:
        return self._clock() - self._sets[url][1] if url in self._sets else float("inf")

    async def fetch(self, url: str) -> None:
        """Ask for the keys anew, at most once in half a minute whoever asks; what was known stays
        where no answer comes."""
        async with self._turn:
            if self._clock() - self._asked.get(url, float("-inf")) < AGAIN:
                return
            self._asked[url] = self._clock()
            self.fetches += 1
            try:
                self._sets[url] = (key_set(await read(url)), self._clock())
            except (httpx.HTTPError, JoseError, ValueError, TypeError, KeyError, TimeoutError):
                return


def key_set(text: bytes) -> KeySet:
    """The RSA and P-256 keys for signatures in it; others are left out. Raises ValueError."""
    given = json.loads(text)["keys"]
    kept: list[RSAKey | ECKey] = []
    for each in given[:MOST_KEYS]:
        try:
            if each.get("use", "sig") != "sig":
                continue
            public = {name: value for name, value in each.items() if name != "key_ops"}
            if each.get("kty") == "RSA":
                kept.append(RSAKey.import_key(public))
            elif each.get("kty") == "EC" and each.get("crv") == "P-256":
                kept.append(ECKey.import_key(public))
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
    return KeySet(list(kept))


async def read(url: str) -> bytes:
    """A small document; raises httpx.HTTPError, TimeoutError, ValueError for one that is large."""
    async with (
        asyncio.timeout(SECONDS),
        httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client,
        client.stream("GET", url, headers={"Accept": "application/json"}) as response,
    ):
        response.raise_for_status()
        read = b""
        async for piece in response.aiter_bytes():
            read += piece
            if len(read) > MOST_BYTES:
                raise ValueError("too long a document")
        return read


def _check(issuer: Issuer, claims: Claims, now: int) -> None:
    if issuer.service_role and claims.get("role") == "service_role" and "sub" not in claims:
        # A project's own key has no audience, and its issuer is called thus.
        names = [issuer.name, "supabase"]
        registry = JWTClaimsRegistry(
            now=now,
            leeway=LEEWAY,
            iss={"essential": True, "values": names},
            exp={"essential": True},
        )
    else:
        registry = JWTClaimsRegistry(
            now=now,
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer.name},
            aud={"essential": True, "value": issuer.audience},
            exp={"essential": True},
            sub={"essential": True},
        )
    registry.validate(dict(claims))
