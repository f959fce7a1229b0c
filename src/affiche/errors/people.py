"""What is wrong with who asks, or how often."""

from affiche.errors.error import AfficheError
from affiche.errors.requests import BadRequest, Conflict, Forbidden, NotSignedIn


class SignInRefused(NotSignedIn):
    """E-mail or password is wrong, or the account is disabled; which, nobody is told."""

    code = "sign_in_refused"


class ScopeMissing(Forbidden):
    """`scope`: what the key may not do."""

    code = "scope_missing"


class TooManyRequests(BadRequest):
    """`seconds`: whole ones until the next is taken."""

    code, status, retryable = "too_many_requests", 429, True


class EmailTaken(Conflict):
    code = "email_taken"


class OwnerStays(Conflict):
    """A project's owner cannot leave it, nor cease to be its admin."""

    code = "owner_stays"


class InvitationOver(NotSignedIn):
    """Used, expired or never made."""

    code, status = "invitation_over", 410


class PasswordTooShort(BadRequest):
    """`low` and `high`: how many characters a password may have."""

    code, status = "password_length", 422


class IssuerUnreachable(AfficheError):
    """The place where people sign in does not answer, or not as it should."""

    code, status, retryable = "issuer_unreachable", 503, True
