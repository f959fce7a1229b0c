"""What engines were last seen to have; `affiche.studio.equipment` looks."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(slots=True)
class Shelf:
    """Of one endpoint: its node schemas, None for what cannot be known, when that was seen, until
    when (in seconds of the loop's clock) it holds, and whoever looks again now."""

    schemas: Mapping[str, Any] | None = None
    at: datetime | None = None
    until: float = -1.0
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True)
class Shelves:
    """Those of one process, by endpoint and its address."""

    seen: dict[tuple[UUID, str | None], Shelf] = field(default_factory=dict)
