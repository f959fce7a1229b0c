"""The one error tree: a code, an HTTP status, a safe message in two languages, a hint.

The sentences are in `texts/{ko,en}/errors.toml` under the code. Only what the sentence takes as
parameters reaches a person; `detail` is for the log alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from affiche.texts import Language, has, say


class AfficheError(Exception):
    """Something that Affiche can explain."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, *, detail: str | None = None, **params: Any) -> None:
        self.params = params
        self.detail = detail
        super().__init__(detail or self.code)

    def message(self, language: Language) -> str:
        return say(language, f"errors.{self.code}.message", **self.params)

    def hint(self, language: Language) -> str | None:
        key = f"errors.{self.code}.hint"
        return say(language, key, **self.params) if has(key) else None

    def __str__(self) -> str:
        return f"{self.message('en')}{f' ({self.detail})' if self.detail else ''}"


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


class IdempotencyMismatch(Conflict):
    code = "idempotency_mismatch"


class TransitionRefused(Conflict):
    """`status`: the state the work is in, which does not allow the move."""

    code = "transition_refused"

    def message(self, language: Language) -> str:
        status = say(language, f"works.state.{self.params['status']}")
        return say(language, f"errors.{self.code}.message", status=status)


# --- pictures and addresses -------------------------------------------------------------------


class PictureError(AfficheError):
    """An upload or an output that is not a picture we can vouch for."""

    code, status = "picture_broken", 422


class PictureEmpty(PictureError):
    code = "picture_empty"


class PictureBroken(PictureError):
    code = "picture_broken"


class PictureTypeRefused(PictureError):
    """`found`, `accepted`: short names of image types, comma separated."""

    code, status = "picture_type", 415


class PictureUnknown(PictureTypeRefused):
    """Nothing that we know by its content. `accepted` as above."""

    code = "picture_unknown"


class PictureTooLarge(PictureError):
    """`limit`: in MB."""

    code, status = "picture_too_large", 413


class PictureTooManyPixels(PictureError):
    """`width`, `height`, `limit`: pixels; limit in megapixels."""

    code = "picture_too_many_pixels"


class PictureTooManyFrames(PictureTooManyPixels):
    """Each frame would do, all together do not. `frames`; `width`, `height`, `limit` as above."""

    code = "picture_too_many_frames"


class PictureTooSlow(PictureError):
    """Decoding did not come to its end in `seconds`."""

    code = "picture_too_slow"


class AddressRefused(AfficheError):
    """A URL that leads, or could lead, somewhere we do not go."""

    code, status = "address_refused", 422


class FetchFailed(AfficheError):
    """The address did not give a picture: time-out, status, size, or connection.

    `reason`: a key of `fetch.reasons`; what that sentence takes comes as further parameters.
    """

    code, status, retryable = "fetch_failed", 422, False

    def message(self, language: Language) -> str:
        reason = say(language, f"fetch.reasons.{self.params['reason']}", **self.params)
        return say(language, f"errors.{self.code}.message", reason=reason)


class FetchFailedForNow(FetchFailed):
    code, retryable = "fetch_failed_for_now", True


# --- graphs and templates ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GraphProblem:
    """One thing wrong in a graph; `code` names a sentence under `graphs.problems`."""

    code: str
    node: str | None = None
    class_type: str | None = None
    title: str | None = None
    input: str | None = None
    params: tuple[tuple[str, Any], ...] = ()

    def message(self, language: Language) -> str:
        where = " ".join(
            part
            for part in (
                self.node and f"#{self.node}",
                self.class_type,
                self.title and self.title != self.class_type and f"“{self.title}”",
                self.input and f".{self.input}",
            )
            if part
        )
        sentence = say(language, f"graphs.problems.{self.code}", **dict(self.params))
        return f"{where}: {sentence}" if where else sentence


class GraphInvalid(AfficheError):
    code, status = "graph_invalid", 422

    def __init__(self, problems: Iterable[GraphProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(detail="; ".join(p.message("en") for p in self.problems))


class TemplateInvalid(AfficheError):
    """`name`: the folder; `reason`: one English line for the operator."""

    code, status = "template_invalid", 422


# --- engines ----------------------------------------------------------------------------------


class EngineError(AfficheError):
    code, status = "engine_failed", 502


class EngineUnreachable(EngineError):
    code, status, retryable = "engine_unreachable", 503, True


class EngineRefused(EngineError):
    """The engine will not run this graph, now or later."""

    code = "engine_refused"


class EngineBusy(EngineError):
    code, status, retryable = "engine_busy", 503, True


class RunFailed(EngineError):
    """The graph failed while it ran; `where` is "" or " (KSampler #3)", `node` the id alone."""

    code = "run_failed"


class OutOfMemory(RunFailed):
    """The engine ran out of memory; the same graph may fit when less else is running."""

    code, retryable = "out_of_memory", True


class RunLost(EngineError):
    code, retryable = "run_lost", True


class RunTimedOut(EngineError):
    """`minutes`: how long we waited."""

    code = "run_timed_out"


class OutputMissing(EngineError):
    """The run ended well and gave no picture."""

    code = "output_missing"


class OutputBroken(EngineError):
    code, retryable = "output_broken", True


class TakenTooOften(EngineError):
    """`takes`: how many times the job was begun."""

    code = "taken_too_often"


# --- the house itself -------------------------------------------------------------------------


class NotReady(AfficheError):
    """What is missing is in `parts`, by name."""

    code, status, retryable = "not_ready", 503, True

    def __init__(self, parts: Mapping[str, AfficheError]) -> None:
        self.parts = dict(parts)
        super().__init__(detail="; ".join(f"{name}: {e}" for name, e in self.parts.items()))


class PortTaken(AfficheError):
    """`host`, `port`: where something else listens already."""

    code = "port_taken"


class SettingInvalid(AfficheError):
    """`name`: the setting; `reason`: what is wrong with its value."""

    code = "setting_invalid"


class StorageFailed(AfficheError):
    code, status, retryable = "storage_failed", 503, True


class DatabaseUnavailable(AfficheError):
    code, status, retryable = "database_unavailable", 503, True


class DatabaseFull(DatabaseUnavailable):
    """It answers, and has no room left to write."""

    code = "database_full"


class SchemaOutdated(AfficheError):
    """`found`, `expected`: migration numbers."""

    code, status = "schema_outdated", 503


class SchemaNewer(SchemaOutdated):
    """The database knows a migration that this program does not."""

    code = "schema_newer"


class MigrationChanged(AfficheError):
    """What was applied under `number` and `name` reads otherwise in this program."""

    code, status = "migration_changed", 503


class DatabaseInUse(AfficheError):
    """`sessions`: how many are in the way of an upgrade."""

    code, status, retryable = "database_in_use", 503, True


# --- backups ----------------------------------------------------------------------------------


class BackupFailed(AfficheError):
    """`path`: the file that could not be written; `reason`: the system's own words."""

    code = "backup_failed"


class NothingToBackUp(AfficheError):
    code = "nothing_to_back_up"


class BackupBroken(AfficheError):
    """A file that is no whole backup. `reason`: a key of `backups.reasons`."""

    code = "backup_broken"

    def message(self, language: Language) -> str:
        reason = say(language, f"backups.reasons.{self.params['reason']}")
        return say(language, f"errors.{self.code}.message", reason=reason)


class BackupNewer(AfficheError):
    """`version`: the Affiche that made it, later than this one."""

    code = "backup_newer"


class RestoreRefused(AfficheError):
    """`what` holds something already: a key of `backups.holders`."""

    code = "restore_refused"

    def message(self, language: Language) -> str:
        what = say(language, f"backups.holders.{self.params['what']}")
        return say(language, f"errors.{self.code}.message", what=what)


class RestoreFailed(AfficheError):
    """`reason`: one line for the operator, in the words of whoever failed."""

    code = "restore_failed"
