"""A command line that could not be understood, said in our words."""

from cyclopts import (
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    UnknownCommandError,
    UnknownOptionError,
)

from affiche.cli.endings import Exit, Problem
from affiche.cli.language import language, words


def misread(error: CycloptsError) -> Problem:
    """The parser's own sentence in English, which names what was perhaps meant; ours in Korean."""
    error.verbose = False
    chain = " ".join(("affiche", *(error.command_chain or ())))
    hint = words("problems.misread.hint", command=chain)
    message = str(error).strip() if language() == "en" else _said(error)
    return Problem("misread", message, hint, Exit.USAGE)


def _said(error: CycloptsError) -> str:
    match error:
        case UnknownCommandError() if error.unused_tokens:
            return words("misread.command", name=error.unused_tokens[0])
        case UnknownOptionError():
            return words("misread.option", name=error.token.keyword or error.token.value)
        case MissingArgumentError() if error.argument:
            return words("misread.missing", name=error.argument.name)
        case CoercionError() if error.token and error.argument:
            name = error.token.keyword or error.argument.name
            return words("misread.value", name=name, value=error.token.value)
    return str(error).strip()
