"""Whether a server is there, and if not, why, in words that an operator can act on."""

import asyncio
import logging

from affiche.comfy.client import Client
from affiche.comfy.transport import broken
from affiche.engines.engine import Health
from affiche.errors import EngineError

_log = logging.getLogger(__name__)


async def read_health(client: Client) -> Health:
    """Never raises an EngineError. Version and queue are asked for at once."""
    stats, queued = await asyncio.gather(
        client.system_stats(), client.remaining(), return_exceptions=True
    )
    for answer in (stats, queued):
        if isinstance(answer, EngineError):
            _log.info("the engine is not well: %s", answer)
            return Health(ok=False, reason=_why(answer))
        if isinstance(answer, BaseException):
            raise answer
    assert not isinstance(stats, BaseException)
    assert not isinstance(queued, BaseException)
    version = stats["system"].get("comfyui_version")
    return Health(ok=True, version=version and str(version), queued=queued)


def _why(error: EngineError) -> str:
    return broken(error.__cause__) or "something answers at its address, but not as ComfyUI does"
