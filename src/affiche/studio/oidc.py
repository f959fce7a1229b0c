"""Signing in at somebody else's: OpenID Connect, the code flow with PKCE, any issuer by discovery.

State, nonce and verifier stay with the browser that began, in a cookie, and nowhere else.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

import httpx

from affiche.errors import IssuerUnreachable, NotSignedIn, SettingInvalid
from affiche.settings import Settings
from affiche.studio import identities, people
from affiche.studio.issuers import SECONDS, Issuer, is_safe
from affiche.studio.studio import Studio

LIVES: Final = 600
"""Seconds that somebody may take at the issuer."""
SCOPE: Final = "openid email profile"
MOST_BYTES: Final = 64 * 1024
WELL_KNOWN: Final = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the issuer is asked for what."""

    authorize: str
    token: str
    keys: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What binds an answer to the browser that asked."""

    state: str
    nonce: str
    verifier: str

    def __str__(self) -> str:
        return f"{self.state}.{self.nonce}.{self.verifier}"

    @classmethod
    def read(cls, cookie: str) -> "Attempt":
        """Raises NotSignedIn for what is none."""
        parts = cookie.split(".")
        if len(parts) != 3 or not all(20 <= len(part) <= 128 for part in parts):
            raise NotSignedIn(detail="no sign-in was begun here")
        return cls(*parts)


def configured(settings: Settings) -> bool:
    """Whether an issuer is set; raises SettingInvalid for half of one."""
    if settings.oidc_issuer is None:
        return False
    if not is_safe(settings.oidc_issuer):
        raise SettingInvalid(name="oidc_issuer", reason="must begin with https://")
    if settings.oidc_client_id is None:
        raise SettingInvalid(name="oidc_client_id", reason="needed beside oidc_issuer")
    return True


async def begin(studio: Studio, back: str) -> tuple[str, Attempt]:
    """Where the browser goes, and what it is to remember; `back`: where it comes back to.

    Raises IssuerUnreachable where the issuer does not answer.
    """
    place = await _discover(studio)
    attempt = Attempt(*(secrets.token_urlsafe(32) for _ in range(3)))
    digest = hashlib.sha256(attempt.verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": studio.settings.oidc_client_id,
        "redirect_uri": back,
        "scope": SCOPE,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return f"{place.authorize}{'&' if '?' in place.authorize else '?'}{urlencode(query)}", attempt


async def finish(
    studio: Studio, attempt: Attempt, back: str, state: str, code: str, agent: str = ""
) -> str:
    """A session's token; raises NotSignedIn for an answer that is not to `attempt`, is refused by
    the issuer, or is about nobody here; IssuerUnreachable."""
    if not hmac.compare_digest(state.encode(), attempt.state.encode()) or not code:
        raise NotSignedIn(detail="an answer to another question")
    place = await _discover(studio)
    token = await _exchange(studio, place, code, attempt.verifier, back)
    settings = studio.settings
    assert settings.oidc_issuer is not None
    assert settings.oidc_client_id is not None
    issuer = Issuer(settings.oidc_issuer, settings.oidc_client_id, None, place.keys, False)
    claims = await studio.issuers.claims(issuer, token, int(studio.now().timestamp()))
    nonce, party = claims.get("nonce"), claims.get("azp", settings.oidc_client_id)
    if not isinstance(nonce, str) or not hmac.compare_digest(
        nonce.encode(), attempt.nonce.encode()
    ):
        raise NotSignedIn(detail="a token for another sign-in")
    if party != settings.oidc_client_id:
        raise NotSignedIn(detail="a token for another client")
    caller = await identities.known(
        studio, issuer.name, claims, sign_up=settings.oidc_sign_up, ids_are_ours=False
    )
    async with studio.database.as_service() as transaction:
        return await people.begin_session(studio, transaction, caller.id, agent)


async def _discover(studio: Studio) -> Place:
    issuer = studio.settings.oidc_issuer
    if not configured(studio.settings) or issuer is None:
        raise NotSignedIn(detail="no issuer is set")
    where = issuer.rstrip("/") + WELL_KNOWN
    try:
        told = json.loads(await studio.issuers.description(where))
        place = Place(
            *(told[name] for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"))
        )
        fits = told["issuer"] == issuer and all(
            is_safe(url) for url in (place.authorize, place.token, place.keys)
        )
    except (
        httpx.HTTPError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        TimeoutError,
    ) as error:
        studio.issuers.forget(where)
        raise IssuerUnreachable(detail=f"{issuer}: {type(error).__name__}") from error
    if not fits:
        studio.issuers.forget(where)
        raise IssuerUnreachable(detail=f"{issuer} describes another issuer")
    return place


async def _exchange(studio: Studio, place: Place, code: str, verifier: str, back: str) -> str:
    settings = studio.settings
    sent = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "client_id": settings.oidc_client_id or "",
        "code_verifier": verifier,
    }
    # As RFC 6749 section 2.3.1 wants them.
    own = (quote(settings.oidc_client_id or "", ""), quote(settings.oidc_client_secret or "", ""))
    try:
        async with (
            asyncio.timeout(SECONDS),
            httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client,
            client.stream(
                "POST",
                place.token,
                data=sent,
                auth=own if settings.oidc_client_secret else None,
                headers={"Accept": "application/json"},
            ) as response,
        ):
            if response.status_code >= 500:
                raise IssuerUnreachable(detail="the issuer cannot answer")
            text = b""
            async for piece in response.aiter_bytes():
                text += piece
                if len(text) > MOST_BYTES:
                    raise NotSignedIn(detail="too long an answer")
            told: Any = json.loads(text)
            token = told["id_token"] if response.status_code == 200 else None
    except (httpx.HTTPError, TimeoutError) as error:
        raise IssuerUnreachable(detail=type(error).__name__) from error
    except (ValueError, TypeError, KeyError) as error:
        raise NotSignedIn(detail="an answer without a token") from error
    if not isinstance(token, str):
        raise NotSignedIn(detail="the issuer refused the code")
    return token
