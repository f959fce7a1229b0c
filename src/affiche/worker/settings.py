"""The worker's settings, each once: what the container's environment says, typed."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from affiche.errors import SettingInvalid
from affiche.worker.buckets import Bucket, bucket_from

T = TypeVar("T")

MB: Final = 1_000_000
"""RunPod counts so, as far as anybody has seen; where it does not, we stay below."""


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """`comfyui`: the server's address. `volume`: where the network volume is, if one is.

    `start_seconds` ComfyUI may take to come up, `run_seconds` one graph to run; `result_mb` is
    the most that a job may post; `link_hours` how long a signed address of a result is good.
    The last three are those of the server, for pictures fetched by address.
    """

    comfyui: str = "http://127.0.0.1:8188"
    volume: Path = Path("/runpod-volume")
    package: Path | None = None
    bucket: Bucket | None = field(default=None, repr=False)
    start_seconds: float = 300.0
    run_seconds: float = 600.0
    result_mb: float = 10.0
    link_hours: float = 24.0
    upload_mb: int = 20
    fetch_seconds: float = 20.0
    fetch_private: frozenset[str] = frozenset()

    @property
    def result_bytes(self) -> int:
        return int(self.result_mb * MB)

    @property
    def upload_bytes(self) -> int:
        return self.upload_mb * 1024 * 1024


NUMBERS: Final[Mapping[str, tuple[str, type, float]]] = {
    "AFFICHE_WORKER_START_SECONDS": ("start_seconds", float, 3600),
    "AFFICHE_WORKER_RUN_SECONDS": ("run_seconds", float, 24 * 3600),
    "AFFICHE_WORKER_RESULT_MB": ("result_mb", float, 1000),
    # A signature of S3 holds for a week at most.
    "AFFICHE_WORKER_LINK_HOURS": ("link_hours", float, 7 * 24),
    "AFFICHE_UPLOAD_MB": ("upload_mb", int, 1000),
    "AFFICHE_FETCH_SECONDS": ("fetch_seconds", float, 3600),
}
"""Variable → setting, its type, and the most it may be; all are above zero."""


def read(environ: Mapping[str, str]) -> WorkerSettings:
    """What `environ` says; variables that are empty count as not set. Raises SettingInvalid.

    `COMFY_API_URL`, else `SERVER_ADDRESS` with ComfyUI's own port; `NETWORK_VOLUME_PATH`;
    `BUCKET_ENDPOINT_URL`, `BUCKET_ACCESS_KEY_ID`, `BUCKET_SECRET_ACCESS_KEY`, `BUCKET_NAME`;
    `AFFICHE_WORKER_PACKAGE`, `AFFICHE_FETCH_PRIVATE` and the `NUMBERS`.
    """
    given = {name: value.strip() for name, value in environ.items() if value.strip()}
    changes: dict[str, Any] = {}
    address = given.get("SERVER_ADDRESS")
    if url := given.get("COMFY_API_URL") or (address and f"http://{address}:8188"):
        changes["comfyui"] = _address("COMFY_API_URL", url)
    if folder := given.get("NETWORK_VOLUME_PATH"):
        changes["volume"] = Path(folder)
    if package := given.get("AFFICHE_WORKER_PACKAGE"):
        changes["package"] = Path(package)
    if hosts := given.get("AFFICHE_FETCH_PRIVATE"):
        changes["fetch_private"] = frozenset(h.strip() for h in hosts.split(",") if h.strip())
    for name, (setting, kind, most) in NUMBERS.items():
        if name in given:
            changes[setting] = _number(name, given[name], kind, most)
    return WorkerSettings(bucket=bucket_from(given), **changes)


def _address(name: str, url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise SettingInvalid(name=name, reason="has to be an http(s) address")
    return url


def _number(name: str, text: str, kind: Callable[[str], T], most: float) -> T:
    try:
        value = kind(text)
    except ValueError:
        value = None
    if not isinstance(value, int | float) or not math.isfinite(value) or not 0 < value <= most:
        raise SettingInvalid(name=name, reason=f"has to be a number above 0, up to {most:g}")
    return value
