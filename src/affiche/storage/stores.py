"""Which store a setting names."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, LocalStore, ObjectStore, S3Store, from_url

from affiche.errors import SettingInvalid, StorageFailed

SCHEMES: Final = ("s3", "gs", "az")
Remote = S3Store | GCSStore | AzureStore


def opened(where: str | Path) -> ObjectStore:
    """A folder, made if it is missing, or `s3://`, `gs://`, `az://`.

    Remote stores take their settings from the environment under the names that obstore documents
    (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL`, `GOOGLE_SERVICE_ACCOUNT`, `AZURE_STORAGE_…`).
    Raises SettingInvalid, or StorageFailed when the folder cannot be made.
    """
    if isinstance(where, str) and "://" in where:
        return _remote(where)
    folder = Path(where).absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return LocalStore(folder)
    except (OSError, BaseError) as error:
        raise StorageFailed(detail=str(error)) from error


def _remote(url: str) -> ObjectStore:
    if urlsplit(url).scheme not in SCHEMES:
        names = ", ".join(f"{scheme}://" for scheme in SCHEMES)
        raise SettingInvalid(name="storage_url", reason=f"a folder, or one of {names}")
    try:
        return from_url(url)
    except (BaseError, ValueError, TypeError) as error:
        raise SettingInvalid(
            name="storage_url", reason="the store cannot be used so", detail=str(error)
        ) from error
