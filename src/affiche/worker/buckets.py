"""Results in object storage: S3 as the environment or the job names it.

obstore is loaded when something is stored, and not before.
"""

import asyncio
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit, urlunsplit

from affiche.errors import SettingInvalid, StorageFailed

if TYPE_CHECKING:
    from obstore.store import S3Store

_SECONDS: Final = 120.0
_REGION: Final = re.compile(r"(?:^|\.)s3[.-]([a-z0-9-]+)\.")
_DIGITAL_OCEAN: Final = re.compile(r"([a-z0-9-]+)\.digitaloceanspaces\.com$")
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where results go. `endpoint` is the service's address, or that of the bucket itself when
    its host begins with the bucket's name."""

    endpoint: str
    name: str
    access_key: str = field(repr=False)
    secret: str = field(repr=False)

    @property
    def has_own_host(self) -> bool:
        return (urlsplit(self.endpoint).hostname or "").startswith(f"{self.name}.")

    @property
    def region(self) -> str:
        """As the host tells it; what most services take for any region otherwise."""
        host = urlsplit(self.endpoint).hostname or ""
        found = _REGION.search(host) or _DIGITAL_OCEAN.search(host)
        return found[1] if found else "us-east-1"


def bucket_from(environ: Mapping[str, str]) -> Bucket | None:
    """The bucket of worker-comfyui's variables; None where no endpoint is set.

    Raises SettingInvalid for a part that is missing.
    """
    endpoint = environ.get("BUCKET_ENDPOINT_URL")
    if endpoint is None:
        return None
    keys = [environ.get(f"BUCKET_{name}") for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")]
    if None in keys:
        reason = "needs BUCKET_ACCESS_KEY_ID and BUCKET_SECRET_ACCESS_KEY beside it"
        raise SettingInvalid(name="BUCKET_ENDPOINT_URL", reason=reason)
    try:
        return made(endpoint, environ.get("BUCKET_NAME"), str(keys[0]), str(keys[1]))
    except ValueError as error:
        raise SettingInvalid(name="BUCKET_ENDPOINT_URL", reason=str(error)) from None


def made(endpoint: str, name: str | None, access_key: str, secret: str) -> Bucket:
    """The bucket; its name, where none is given, is the path of the address or the first part
    of its host. Raises ValueError."""
    parts = urlsplit(endpoint.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError("has to be an http(s) address without a user name")
    path = parts.path.strip("/")
    if name is None and path and "/" not in path:
        name, path = path, ""
    if name is None and ".s3" in parts.hostname:
        name = parts.hostname.partition(".s3")[0]
    if not name or path not in ("", name):
        raise ValueError("does not tell the bucket; set its name too")
    return Bucket(urlunsplit((parts.scheme, parts.netloc, "", "", "")), name, access_key, secret)


async def stored(bucket: Bucket, key: str, data: bytes, media_type: str, valid: timedelta) -> str:
    """Put an object there; its signed address, good for `valid`. Raises StorageFailed."""
    import obstore
    from obstore.exceptions import BaseError

    try:
        async with asyncio.timeout(_SECONDS):
            store = await asyncio.to_thread(_opened, bucket)
            kept: Any = {"Content-Type": media_type}
            await obstore.put_async(store, key, data, attributes=kept)
            return await obstore.sign_async(store, "GET", key, valid)
    except (BaseError, OSError, TimeoutError, ValueError) as error:
        detail = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        _log.warning("%s could not be stored: %s", key, detail)
        raise StorageFailed(detail=detail) from error


def key_of(job_id: str, number: int, filename: str) -> str:
    """`affiche/{job}/{number}-{file}`, of letters that every service keeps as they are."""
    safe = [_UNSAFE.sub("-", part).strip(".-")[-100:] for part in (job_id, filename)]
    return f"affiche/{safe[0] or 'job'}/{number}-{safe[1] or 'result'}"


def _opened(bucket: Bucket) -> "S3Store":
    from obstore.store import S3Store

    return S3Store(
        bucket.name,
        endpoint=bucket.endpoint,
        access_key_id=bucket.access_key,
        secret_access_key=bucket.secret,
        region=bucket.region,
        virtual_hosted_style_request=bucket.has_own_host,
        client_options={"allow_http": True, "timeout": f"{_SECONDS:.0f}s"},
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
    )
