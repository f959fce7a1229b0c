"""Ids that sort by the time they were made (RFC 9562, version 7)."""

from datetime import datetime
from random import Random
from uuid import UUID


def uuid7(now: datetime, random: Random) -> UUID:
    """`now` in whole milliseconds first, 74 random bits behind it."""
    milliseconds = int(now.timestamp() * 1000)
    high = (milliseconds & (2**48 - 1)) << 16 | 0x7000 | random.getrandbits(12)
    return UUID(int=high << 64 | 0b10 << 62 | random.getrandbits(62))


def floor(when: datetime) -> UUID:
    """No id that was made from `when` on is smaller, and none from before is as large."""
    milliseconds = min(max(0, int(when.timestamp() * 1000)), 2**48 - 1)
    return UUID(int=milliseconds << 80)
