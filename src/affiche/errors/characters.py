"""What is wrong with a character, or with what somebody brings as references."""

from affiche.errors.requests import BadRequest, Conflict
from affiche.texts import Language, say


class CharacterTaken(Conflict):
    """`slug`: another character of the project has it."""

    code = "character_taken"


class CharactersFull(Conflict):
    """`limit`: characters that a project may have."""

    code = "characters_full"


class LoraMissing(Conflict):
    """The LoRA `file` of `character` is not on `endpoint`, where the work would run."""

    code = "lora_missing"


class LoraUnset(Conflict):
    """`character` has no LoRA file at all, and the template loads one."""

    code = "lora_unset"


class ReferenceUncaptioned(Conflict):
    """Nothing stands in the prompt for the reference `name`. A notice, which refuses nothing."""

    code = "reference_uncaptioned"


class ArchiveRefused(BadRequest):
    """`reason`: a key of `requests.archives`."""

    code, status = "archive_refused", 422

    def message(self, language: Language) -> str:
        reason = say(language, f"requests.archives.{self.params['reason']}", **self.params)
        return say(language, f"errors.{self.code}.message", reason=reason)
