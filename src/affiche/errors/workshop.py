"""What is wrong with a template that is being made."""

from affiche.errors.error import AfficheError


class DraftChanged(AfficheError):
    """`name`: who changed the same thing meanwhile."""

    code, status = "draft_changed", 409


class DraftUnfinished(AfficheError):
    """`n`: how many things keep it from being published, or tried."""

    code, status = "draft_unfinished", 422


class TemplateMoved(AfficheError):
    """`version`: the one that was published meanwhile."""

    code, status = "template_moved", 409


class VersionCurrent(AfficheError):
    """`version`: what is to become the template's says nothing else than what it has."""

    code, status = "version_current", 409


class TemplateNameTaken(AfficheError):
    """`slug`: of the other template."""

    code, status = "template_name_taken", 409
