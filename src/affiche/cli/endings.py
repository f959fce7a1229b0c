"""How a command ends: its exit code, and what it says when something went wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from affiche.errors import (
    AfficheError,
    DatabaseUnavailable,
    EngineUnreachable,
    GraphInvalid,
    InvalidInputs,
    NotFound,
    NotSignedIn,
    PackageUnreadable,
    PictureError,
    SettingInvalid,
    StorageFailed,
)
from affiche.texts import Language, has, say

DEBUGGING: Final = "AFFICHE_DEBUG"
"""Set in the environment, errors show where they come from."""


class Exit(IntEnum):
    """The documented exit codes."""

    OK = 0
    FAILED = 1
    USAGE = 2
    UNREACHABLE = 3
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Problem:
    """What is said: one sentence, what to do, and what is wrong with which field."""

    code: str
    message: str
    hint: str | None
    exit: Exit
    fields: tuple[tuple[str, str], ...] = ()

    def json(self) -> dict[str, Any]:
        fields = [{"field": name, "message": message} for name, message in self.fields]
        whole = {"code": self.code, "message": self.message, "hint": self.hint, "fields": fields}
        return {"error": {key: value for key, value in whole.items() if value}}


class CommandError(Exception):
    """Something that only the command line can say; sentences under `cli.problems.<code>`."""

    def __init__(
        self,
        code: str,
        exit: Exit = Exit.USAGE,
        *,
        fields: Sequence[tuple[str, str]] = (),
        **params: object,
    ) -> None:
        self.code, self.exit, self.fields, self.params = code, exit, tuple(fields), params
        super().__init__(code)


class Interrupted(Exception):
    """A signal ended the command, in good order."""


class Refused(Exception):
    """A problem that somebody else has already put into words."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.code)


def problem(error: Exception, language: Language) -> Problem:
    """What to say about `error`, whatever it is."""
    match error:
        case Refused():
            return error.problem
        case CommandError():
            return _of_command(error, language)
        case AfficheError():
            return Problem(
                error.code,
                error.message(language),
                error.hint(language),
                exit_of(error),
                _fields(error, language),
            )
    return Problem(
        "internal",
        say(language, "cli.problems.internal.message", kind=type(error).__name__),
        say(language, "cli.problems.internal.hint"),
        Exit.FAILED,
    )


def exit_of(error: AfficheError) -> Exit:
    match error:
        case DatabaseUnavailable() | StorageFailed() | EngineUnreachable():
            return Exit.UNREACHABLE
        case InvalidInputs() | NotFound() | NotSignedIn() | PictureError() | SettingInvalid():
            return Exit.USAGE
        case PackageUnreadable():
            return Exit.USAGE
    return Exit.FAILED


def _of_command(error: CommandError, language: Language) -> Problem:
    key = f"cli.problems.{error.code}"
    params: Mapping[str, Any] = error.params
    return Problem(
        error.code,
        say(language, f"{key}.message", **params),
        say(language, f"{key}.hint", **params) if has(f"{key}.hint") else None,
        error.exit,
        error.fields,
    )


def _fields(error: AfficheError, language: Language) -> tuple[tuple[str, str], ...]:
    match error:
        case InvalidInputs():
            return tuple((p.field, p.message(language)) for p in error.problems)
        case GraphInvalid():
            return tuple(("", p.message(language)) for p in error.problems)
    return ()
