"""Keys of engines by their names: from the environment, else from the secrets file.

A row, a log, a backup and an answer hold names alone. What is found is never kept beside the
engine that was made with it, so that a key that was replaced is taken within seconds.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from affiche.errors import SecretMissing, SecretsOpen, SettingInvalid
from affiche.settings import Settings

FILE: Final = "secrets.toml"
OTHERS: Final = 0o077
RUNPOD: Final = "RUNPOD_API_KEY"
"""The name under which RunPod's key is found, however the setting was given."""


class Secrets:
    """The keys that this process can come at."""

    def __init__(self, settings: Settings, environment: Mapping[str, str] | None = None) -> None:
        self.path = settings.secrets or settings.data / FILE
        self._named = settings.secrets is not None
        self._environment = os.environ if environment is None else environment
        self._settings = settings
        self._read: tuple[tuple[int, int], dict[str, str]] | None = None

    def value(self, name: str) -> str:
        """The key called `name`.

        Raises SecretMissing, SecretsOpen for a file that others may read, SettingInvalid for one
        that is no TOML.
        """
        found = self._environment.get(name)
        if not found and name == RUNPOD:
            found = self._settings.runpod_api_key
        found = found or self._file().get(name)
        if not found or not found.strip():
            raise SecretMissing(name=name)
        return found.strip()

    def has(self, name: str) -> bool:
        """Raises SecretsOpen and SettingInvalid, as `value` does."""
        try:
            self.value(name)
        except SecretMissing:
            return False
        return True

    def _file(self) -> dict[str, str]:
        try:
            with self.path.open("rb") as file:
                about = os.fstat(file.fileno())
                if about.st_mode & OTHERS:
                    raise SecretsOpen
                stamp = about.st_mtime_ns, about.st_size
                if self._read is None or self._read[0] != stamp:
                    self._read = stamp, _strings(tomllib.loads(file.read().decode("utf-8")))
                return self._read[1]
        except (FileNotFoundError, NotADirectoryError):
            if self._named:
                raise SettingInvalid(name="secrets", reason="there is no such file") from None
            return {}
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            # Not with what the parser says: it quotes the line.
            raise SettingInvalid(name="secrets", reason="the file cannot be read") from None


def _strings(page: Mapping[str, object]) -> dict[str, str]:
    return {name: value for name, value in page.items() if isinstance(value, str)}


def path_of(settings: Settings) -> Path:
    """Where the secrets file is, or would be."""
    return settings.secrets or settings.data / FILE
