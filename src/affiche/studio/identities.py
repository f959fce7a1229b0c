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
    subject = claims["sub"]
    if not isinstance(subject, str) or not _is_plain(subject, LONGEST_SUBJECT):
        raise NotSignedIn(detail="token without a usable subject")
    async with studio.database.singly() as service:
        known = await service.maybe(
            Known, "people.of_identity", issuer=issuer.name, subject=subject
        )
    if known is None:
        known = await _first_seen(studio, issuer.name, subject, claims)
    return known.caller()


async def _operator(studio: Studio) -> Caller:
    async with studio.database.as_service() as service:
        found = await service.maybe(Caller, "people.first_operator")
    if found is None:
        raise NotSignedIn(detail="there is no operator yet")
    return found


async def _first_seen(studio: Studio, issuer: str, subject: str, claims: Claims) -> Known:
    async with studio.database.as_service() as transaction:
        await transaction.run("people.lock_identity", issuer=issuer, subject=subject)
        known = await transaction.maybe(Known, "people.of_identity", issuer=issuer, subject=subject)
        if known is not None:
            return known
        known = await _same_id(transaction, subject)
        email = plain_email(claims.get("email"))
        if known is None and email and claims.get("email_verified") is True:
            known = await by_email(transaction, email)
        if known is None:
            if not studio.settings.jwt_sign_up:
                raise NotSignedIn(detail="nobody here has that subject")
            known = await join(studio, transaction, email, _uuid(subject), _name(claims))
        await transaction.run(
            "people.add_identity", issuer=issuer, subject=subject, user_id=known.id
        )
        return known


async def _same_id(transaction: Transaction, subject: str) -> Known | None:
    """The user whose id the subject is, as where `auth.uid()` finds rows of Supabase's users."""
    if (own := _uuid(subject)) is None:
        return None
    return await transaction.maybe(Known, "people.known", id=own)


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
