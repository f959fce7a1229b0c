"""What a studio keeps: where there is no more room, and whom it cannot forget yet."""

from affiche.errors.error import AfficheError
from affiche.errors.requests import Conflict, Forbidden
from affiche.texts import Language, say

MEGABYTE = 1024 * 1024


class StorageFull(Conflict):
    """The project keeps as much as it may. `used`, `quota`, `needed`: bytes; of a work nobody knows
    beforehand what it will need, which is 0."""

    code = "storage_full"

    def message(self, language: Language) -> str:
        sizes = {name: f"{self.params[name] / MEGABYTE:,.1f}" for name in ("used", "quota")}
        return say(language, f"errors.{self.code}.message", **sizes)


class OperatorStays(Conflict):
    """Nobody would be left who may look after the studio."""

    code = "operator_stays"


class NotConfirmed(Conflict):
    """What was said again is not what is to be deleted."""

    code = "not_confirmed"


class ProjectsShared(Conflict):
    """`projects`: names of those that are the person's and in which there are others."""

    code = "projects_shared"


class KeyBound(Forbidden):
    """The key is for one project, and this is not of any."""

    code = "key_bound"


class BoundKeyRules(Conflict):
    """A key for one project was to have the right to manage."""

    code = "bound_key_rules"


class ExportUnderWay(AfficheError):
    """As many exports are being made as this process makes at once."""

    code, status, retryable = "export_under_way", 503, True
