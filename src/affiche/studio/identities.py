"""Whom a token of another issuer means: the user behind its subject."""

from dataclasses import dataclass
from uuid import UUID

from affiche.db.database import Transaction
from affiche.errors import NotSignedIn
from affiche.studio.issuers import LONGEST, Claims, configured
from affiche.studio.studio import Caller, Studio
from affiche.texts import Language

LONGEST_SUBJECT = 255
LONGEST_EMAIL = 254


@dataclass(frozen=True, slots=True)
class Known:
    id: UUID
    email: str | None
    name: str
    language: Language
    is_operator: bool
    disabled: bool

    def caller(self) -> Caller:
        """Raises NotSignedIn for somebody who was shut out."""
        if self.disabled:
            raise NotSignedIn(detail="the user is disabled")
        return Caller(self.id, self.email, self.name, self.language, self.is_operator)


async def of_token(studio: Studio, token: str) -> Caller:
    """Whoever the token is about; raises NotSignedIn, for any reason there is.

    Seen for the first time, somebody becomes a user where the settings allow it.
    """
    issuer = configured(studio.settings)
    if issuer is None or len(token) > LONGEST:
        raise NotSignedIn
    claims = await studio.issuers.claims(issuer, token, int(studio.now().timestamp()))
    role = claims.get("role", "authenticated")
    if role == "service_role" and issuer.service_role:
        return await _operator(studio)
    if role != "authenticated":
        raise NotSignedIn(detail="token for another role")
    return await known(
        studio, issuer.name, claims, sign_up=studio.settings.jwt_sign_up, ids_are_ours=True
    )


async def known(
    studio: Studio, issuer: str, claims: Claims, *, sign_up: bool, ids_are_ours: bool
) -> Caller:
    """Whoever the issuer's checked claims are about; raises NotSignedIn.

    `sign_up`: whether somebody new becomes a user. `ids_are_ours`: whether a subject that is the id
    of a user here is that user.
    """
    subject = claims["sub"]
    if not isinstance(subject, str) or not _is_plain(subject, LONGEST_SUBJECT):
        raise NotSignedIn(detail="token without a usable subject")
    async with studio.database.singly() as service:
        found = await service.maybe(Known, "people.of_identity", issuer=issuer, subject=subject)
    if found is None:
        own = _uuid(subject) if ids_are_ours else None
        found = await _first_seen(studio, issuer, subject, claims, own, sign_up)
    return found.caller()


async def _operator(studio: Studio) -> Caller:
    async with studio.database.as_service() as service:
        found = await service.maybe(Caller, "people.first_operator")
    if found is None:
        raise NotSignedIn(detail="there is no operator yet")
    return found


async def _first_seen(
    studio: Studio, issuer: str, subject: str, claims: Claims, own: UUID | None, sign_up: bool
) -> Known:
    async with studio.database.as_service() as transaction:
        await transaction.run("people.lock_identity", issuer=issuer, subject=subject)
        found = await transaction.maybe(Known, "people.of_identity", issuer=issuer, subject=subject)
        if found is not None:
            return found
        if own is not None:
            # As where `auth.uid()` finds the rows of Supabase's users.
            found = await _of_id(transaction, own)
        email = plain_email(claims.get("email"))
        if found is None and email and claims.get("email_verified") is True:
            found = await by_email(transaction, email)
        if found is None:
            if not sign_up:
                raise NotSignedIn(detail="nobody here has that subject")
            found = await join(studio, transaction, email, own, _name(claims))
        await transaction.run(
            "people.add_identity", issuer=issuer, subject=subject, user_id=found.id
        )
        return found


async def _of_id(transaction: Transaction, user_id: UUID) -> Known | None:
    return await transaction.maybe(Known, "people.known", id=user_id)


async def by_email(transaction: Transaction, email: str) -> Known | None:
    """`email` as `plain_email` gives it."""
    return await transaction.maybe(Known, "people.by_email", email=email)


async def join(
    studio: Studio,
    transaction: Transaction,
    email: str | None,
    user_id: UUID | None = None,
    name: str = "",
    *,
    is_operator: bool = False,
) -> Known:
    """A new user with a project of their own. An e-mail address that somebody has already is not
    given to a second one."""
    if email and await by_email(transaction, email):
        email = None
    language: Language = "en" if studio.settings.language == "en" else "ko"
    made = Known(user_id or studio.new_id(), email, name, language, is_operator, False)
    await transaction.run(
        "people.add",
        id=made.id,
        email=made.email,
        name=made.name,
        language=made.language,
        is_operator=made.is_operator,
    )
    await transaction.run("people.add_default_project", user_id=made.id, name=name or "Studio")
    return made


def plain_email(given: object) -> str | None:
    """The address in lower case, if it looks like one; pure."""
    if not isinstance(given, str) or not _is_plain(given, LONGEST_EMAIL):
        return None
    name, at, host = given.strip().lower().rpartition("@")
    fits = at and name and "." in host.strip(".") and not set(given) & set(' \t,;<>"')
    return f"{name}@{host}" if fits else None


def _name(claims: Claims) -> str:
    about = claims.get("user_metadata")
    given = claims.get("name") or (about.get("full_name") if isinstance(about, dict) else None)
    return given[:200] if isinstance(given, str) and _is_plain(given, 1000) else ""


def _uuid(subject: str) -> UUID | None:
    try:
        return UUID(subject) if len(subject) == 36 else None
    except ValueError:
        return None


def _is_plain(text: str, longest: int) -> bool:
    return 0 < len(text) <= longest and text.isprintable()
