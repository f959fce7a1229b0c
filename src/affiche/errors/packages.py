"""What is wrong with the folder of a worker package, before its contents are looked at."""

from affiche.errors.error import AfficheError
from affiche.texts import Language, say


class PackageUnreadable(AfficheError):
    """`folder`; `reason`: a key of `packages.reasons`."""

    code = "package_unreadable"

    def message(self, language: Language) -> str:
        reason = say(language, f"packages.reasons.{self.params['reason']}")
        folder = self.params["folder"]
        return say(language, f"errors.{self.code}.message", folder=folder, reason=reason)


class PackageRefused(PackageUnreadable):
    """A package cannot be made in `folder`."""

    code = "package_refused"
