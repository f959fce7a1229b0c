"""What is wrong with a backup, or with the place to restore it."""

from affiche.errors.error import AfficheError
from affiche.texts import Language, say


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
