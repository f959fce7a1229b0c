"""By which channels somebody is told of which ends: e-mail, and the browsers they switched on."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from affiche.errors import (
    AddressRefused,
    ChannelOff,
    FieldProblem,
    InvalidInputs,
    NoAddress,
    NotFound,
)
from affiche.fetch.urls import Policy, checked
from affiche.settings import Settings
from affiche.studio.notifications import TYPES
from affiche.studio.studio import Caller, Studio

Channel = Literal["email", "push"]
CHANNELS: Final[tuple[Channel, ...]] = ("email", "push")
MOST_BROWSERS: Final = 10
UNDELIVERED: Final = timedelta(days=7)
"""For how long somebody is shown what did not reach them."""
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve P-256 (FIPS 186-5)."""


@dataclass(frozen=True, slots=True)
class Browser:
    id: UUID
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message that was given up, with the error that says why."""

    channel: Channel
    error_code: str | None
    error_params: dict[str, Any] | None
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Choices:
    """What the caller chose. `mail`: whether the studio sends any, and there is an address.
    `key`: what a browser asks to see when it is switched on."""

    types: dict[Channel, tuple[str, ...]]
    mail: bool
    address: str | None
    key: str
    browsers: Sequence[Browser]
    undelivered: Sequence[Undelivered]


@dataclass(frozen=True, slots=True)
class _Chosen:
    channel: Channel
    types: list[str]


def has_mail(settings: Settings) -> bool:
    """Whether a mail server is set up."""
    return bool(settings.smtp_host and settings.smtp_from)


async def choices(studio: Studio, caller: Caller) -> Choices:
    async with studio.database.as_user(caller.id) as transaction:
        chosen = await transaction.all(_Chosen, "messages.chosen", user_id=caller.id)
        browsers = await transaction.all(Browser, "messages.browsers", user_id=caller.id)
    async with studio.database.singly() as service:
        since = studio.now() - UNDELIVERED
        undelivered = await service.all(
            Undelivered, "messages.undelivered", user_id=caller.id, since=since
        )
    wanted: dict[Channel, tuple[str, ...]] = dict.fromkeys(CHANNELS, ())
    wanted |= {each.channel: tuple(t for t in TYPES if t in each.types) for each in chosen}
    mail = has_mail(studio.settings) and caller.email is not None
    key = public_key(vapid_key(studio.secret))
    return Choices(wanted, mail, caller.email, key, browsers, undelivered)


async def choose(studio: Studio, caller: Caller, channel: Channel, types: Sequence[str]) -> None:
    """Be told of ends of these `types` by `channel`, and of no others.

    Raises ChannelOff or NoAddress where something is wanted by e-mail that cannot come.
    """
    if channel == "email" and types:
        if not has_mail(studio.settings):
            raise ChannelOff
        if caller.email is None:
            raise NoAddress
    wanted = {"user_id": caller.id, "channel": channel, "types": list(dict.fromkeys(types))}
    async with studio.database.as_service() as transaction:
        await transaction.run("messages.choose", **wanted)
        await transaction.run("messages.unwanted", **wanted)


async def add_browser(
    studio: Studio, caller: Caller, endpoint: str, p256dh: str, auth: str, name: str
) -> Browser:
    """A browser that wants messages, as its subscription says; the same one again is the same.

    Raises InvalidInputs for an address that is no push service's, and for keys that are none.
    """
    check_endpoint(endpoint, studio.policy)
    check_keys(p256dh, auth)
    async with studio.database.as_service() as transaction:
        found = await transaction.maybe(
            Browser,
            "messages.add_browser",
            id=studio.new_id(),
            user_id=caller.id,
            endpoint=endpoint,
            p256dh=p256dh,
            auth=auth,
            name=name[:300],
        )
        await transaction.run("messages.too_many_browsers", user_id=caller.id, most=MOST_BROWSERS)
    assert found is not None
    return found


async def drop_browser(studio: Studio, caller: Caller, browser_id: UUID) -> None:
    """It gets no more messages; raises NotFound."""
    async with studio.database.as_service() as transaction:
        if not await transaction.run("messages.drop_browser", id=browser_id, user_id=caller.id):
            raise NotFound(what="browser")


def check_endpoint(endpoint: str, policy: Policy) -> None:
    """Raises InvalidInputs. What a name resolves to is judged when something is sent there."""
    problem = InvalidInputs([FieldProblem("endpoint", "bad_address")])
    try:
        url = checked(endpoint, policy)
    except AddressRefused as error:
        raise problem from error
    if url.scheme != "https" and not policy.allows(url.raw_host or ""):
        raise problem


def check_keys(p256dh: str, auth: str) -> None:
    """Raises InvalidInputs unless they are a point on P-256 and 16 octets (RFC 8291, 2 and 3.2)."""
    problems = []
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), octets(p256dh))
    except (ValueError, binascii.Error):
        problems.append(FieldProblem("keys.p256dh", "not_valid"))
    try:
        if len(octets(auth)) != 16:
            raise ValueError
    except (ValueError, binascii.Error):
        problems.append(FieldProblem("keys.auth", "not_valid"))
    if problems:
        raise InvalidInputs(problems)


def octets(text: str) -> bytes:
    """Of base64url with or without its padding; raises binascii.Error or ValueError."""
    return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))


def vapid_key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    """The key that push services know this studio by (RFC 8292), made of the one that signs links:
    all processes that share that one have it, and none has to be the first to make it."""
    made = HKDF(hashes.SHA256(), 48, salt=None, info=b"affiche web push").derive(secret)
    return ec.derive_private_key(1 + int.from_bytes(made) % (_ORDER - 1), ec.SECP256R1())


def public_key(key: ec.EllipticCurvePrivateKey) -> str:
    """As browsers want it: the uncompressed point in base64url without padding."""
    point = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()
