"""Which kinds of engines there are."""

from typing import Final

from affiche.comfy.transport import Limits
from affiche.engines.access import Access
from affiche.engines.comfyui.engine import ComfyEngine
from affiche.engines.engine import Engine
from affiche.engines.preview.engine import PreviewEngine
from affiche.engines.runpod.engine import RunpodEngine
from affiche.errors import SettingInvalid
from affiche.fetch import Policy

_SERVERS: Final[dict[str, type[ComfyEngine]]] = {
    engine.kind: engine for engine in (ComfyEngine, PreviewEngine)
}
KINDS: Final = (*_SERVERS, RunpodEngine.kind)


def make(
    kind: str,
    url: str,
    *,
    limits: Limits | None = None,
    access: Access | None = None,
    policy: Policy | None = None,
) -> Engine:
    """An engine of `kind` at `url`, not yet connected. Keep one for each address.

    RunPod needs `access`; `policy` says from where it may fetch results that are given as
    addresses. Raises SettingInvalid for another kind, or without what the kind needs.
    """
    if kind in _SERVERS:
        return _SERVERS[kind](url, limits)
    if kind != RunpodEngine.kind:
        known = ", ".join(KINDS)
        raise SettingInvalid(name="engine", reason=f"“{kind}” is not one of {known}")
    if access is None:
        raise SettingInvalid(name="engine", reason=f"“{kind}” needs an endpoint and its key")
    return RunpodEngine(url, access, limits, policy)
