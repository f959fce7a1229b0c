"""What is wrong with the house itself: its settings, its database, its store."""

from collections.abc import Mapping

from affiche.errors.error import AfficheError


class NotReady(AfficheError):
    """What is missing is in `parts`, by name."""

    code, status, retryable = "not_ready", 503, True

    def __init__(self, parts: Mapping[str, AfficheError]) -> None:
        self.parts = dict(parts)
        super().__init__(detail="; ".join(f"{name}: {e}" for name, e in self.parts.items()))


class PortTaken(AfficheError):
    """`host`, `port`: where something else listens already."""

    code = "port_taken"


class SettingInvalid(AfficheError):
    """`name`: the setting; `reason`: what is wrong with its value."""

    code = "setting_invalid"


class StorageFailed(AfficheError):
    code, status, retryable = "storage_failed", 503, True


class DatabaseUnavailable(AfficheError):
    code, status, retryable = "database_unavailable", 503, True


class DatabaseFull(DatabaseUnavailable):
    """It answers, and has no room left to write."""

    code = "database_full"


class SchemaOutdated(AfficheError):
    """`found`, `expected`: migration numbers."""

    code, status = "schema_outdated", 503


class SchemaNewer(SchemaOutdated):
    """The database knows a migration that this program does not."""

    code = "schema_newer"


class MigrationChanged(AfficheError):
    """What was applied under `number` and `name` reads otherwise in this program."""

    code, status = "migration_changed", 503


class DatabaseInUse(AfficheError):
    """`sessions`: how many are in the way of an upgrade."""

    code, status, retryable = "database_in_use", 503, True
