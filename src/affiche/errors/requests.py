"""What is wrong with a request, or with who asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from affiche.errors.error import AfficheError
from affiche.texts import Language, has, say


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with one field; `code` names a sentence under `forms.problems`, or is the
    code of the error that the field's picture or address met."""

    field: str
    code: str
    params: tuple[tuple[str, Any], ...] = ()

    def message(self, language: Language) -> str:
        key = f"forms.problems.{self.code}"
        key = key if has(key) else f"errors.{self.code}.message"
        return say(language, key, **dict(self.params))


class InvalidInputs(AfficheError):
    """The request was understood and one or more fields are wrong; all are named at once."""

    code, status = "invalid_inputs", 422

    def __init__(self, problems: Iterable[FieldProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(detail=", ".join(f"{p.field}: {p.code}" for p in self.problems))


class BadRequest(AfficheError):
    code, status = "bad_request", 400


class RequestUnreadable(BadRequest):
    """`reason`: a key of `requests.reasons`; what the sentence takes comes as further ones."""

    code = "request_unreadable"

    def message(self, language: Language) -> str:
        reason = say(language, f"requests.reasons.{self.params['reason']}", **self.params)
        return say(language, f"errors.{self.code}.message", reason=reason)


class RequestTooLarge(BadRequest):
    code, status = "request_too_large", 413


class RequestStalled(BadRequest):
    code, status = "request_stalled", 408


class MediaTypeRefused(BadRequest):
    code, status = "media_type", 415


class EncodingRefused(BadRequest):
    """A body that came compressed."""

    code, status = "encoding", 415


class HeadTooLarge(BadRequest):
    """`limit`: KB that address and headers may have together."""

    code, status = "head_too_large", 431


class RangeRefused(BadRequest):
    """`size`: of the file, in bytes, behind whose end the range begins."""

    code, status = "range", 416


class MethodRefused(BadRequest):
    code, status = "method", 405


class HostRefused(AfficheError):
    """`host`: the name in the request, which is none of this studio's."""

    code, status = "host_refused", 421


class TooManyStreams(AfficheError):
    code, status, retryable = "too_many_streams", 429, True


class Busy(AfficheError):
    """More is being sent at this moment than is held in memory."""

    code, status, retryable = "busy", 503, True


class NotSignedIn(AfficheError):
    code, status = "not_signed_in", 401


class Forbidden(AfficheError):
    code, status = "forbidden", 403


class NotFound(AfficheError):
    """`what`: the noun; absent and not yours look the same."""

    code, status = "not_found", 404

    def message(self, language: Language) -> str:
        what = str(self.params["what"])
        key = f"requests.things.{what}"
        noun = say(language, key) if has(key) else what
        return say(language, f"errors.{self.code}.message", what=noun)


class Conflict(AfficheError):
    code, status = "conflict", 409


class EndpointTaken(Conflict):
    """`name`: of the endpoint that is there."""

    code = "endpoint_taken"


class EndpointInUse(Conflict):
    """`name` of the endpoint, at which `running` works run."""

    code = "endpoint_in_use"


class IdempotencyMismatch(Conflict):
    code = "idempotency_mismatch"


class TransitionRefused(Conflict):
    """`status`: the state the work is in, which does not allow the move."""

    code = "transition_refused"

    def message(self, language: Language) -> str:
        status = say(language, f"works.state.{self.params['status']}")
        return say(language, f"errors.{self.code}.message", status=status)
