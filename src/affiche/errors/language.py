"""Why the language model did not help."""

from affiche.errors.error import AfficheError


class LanguageModelError(AfficheError):
    code, status = "language_model_failed", 502


class LanguageModelUnavailable(LanguageModelError):
    """It cannot be reached, is not well, or took too long."""

    code, status, retryable = "language_model_unavailable", 503, True


class LanguageModelBusy(LanguageModelUnavailable):
    """It, or our own limit, allows no more questions just now."""

    code = "language_model_busy"


class LanguageModelRefused(LanguageModelError):
    """It does not accept our key, the model's name or the question as such."""

    code = "language_model_refused"


class LanguageModelUnfit(LanguageModelError):
    """What it answered, several times, is of no use: empty, cut off, or not what was asked for."""

    code = "language_model_unfit"


class LanguageModelOff(LanguageModelError):
    """The studio has none."""

    code, status = "language_model_off", 409
