"""The root of the tree."""

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
