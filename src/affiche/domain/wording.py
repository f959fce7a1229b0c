"""A phrase in both of Affiche's languages, as templates and forms carry them."""

from dataclasses import dataclass

from affiche.texts import Language


@dataclass(frozen=True, slots=True)
class Text:
    """The same phrase in Korean and in English."""

    ko: str
    en: str

    def say(self, language: Language) -> str:
        return self.ko if language == "ko" else self.en

    def definition(self) -> str | dict[str, str]:
        """As a definition holds it: one string where both languages say the same."""
        return self.ko if self.ko == self.en else {"ko": self.ko, "en": self.en}
