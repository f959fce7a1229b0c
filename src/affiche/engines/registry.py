"""Which kinds of engines there are."""

from typing import Final

from affiche.comfy.transport import Limits
from affiche.engines.access import Access
from affiche.engines.comfyui.engine import ComfyEngine
from affiche.engines.engine import Engine
from affiche.engines.preview.engine import PreviewEngine
from affiche.errors import SettingInvalid
from affiche.fetch import Policy

_KINDS: Final[dict[str, type[ComfyEngine]]] = {
    engine.kind: engine for engine in (ComfyEngine, PreviewEngine)
}
KINDS: Final = tuple(_KINDS)


def make(
    kind: str,
    url: str,
    *,
    limits: Limits | None = None,
    access: Access | None = None,
    policy: Policy | None = None,
) -> Engine:
    """An engine of `kind` at `url`, not yet connected. Raises SettingInvalid for another kind.

    Keep one for each address: every engine opens a socket of its own.
    """
    if kind not in _KINDS:
        known = ", ".join(KINDS)
        raise SettingInvalid(name="engine", reason=f"“{kind}” is not one of {known}")
    return _KINDS[kind](url, limits)
