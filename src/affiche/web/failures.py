"""Why a work failed, in the reader's language, from the code and parameters on its record."""

from affiche.errors import AfficheError
from affiche.studio.works import Work
from affiche.texts import Language


def explain(work: Work, language: Language) -> tuple[str, str | None]:
    """What happened and what to do; the plain sentence where the record is of an older version."""
    error = _known(work.error_code)(**(work.error_params or {}))
    try:
        return error.message(language), error.hint(language)
    except (KeyError, IndexError):
        plain = AfficheError()
        return plain.message(language), plain.hint(language)


def _known(code: str | None) -> type[AfficheError]:
    kinds = [AfficheError]
    while kinds:
        kind = kinds.pop()
        # InvalidInputs takes its problems, which a record does not hold; its sentence needs none.
        if kind.code == code and kind.__init__ is AfficheError.__init__:
            return kind
        kinds += kind.__subclasses__()
    return AfficheError
