"""Pictures: told by content, verified by decoding, made plain for engines, made small for lists.

Every function here is CPU work and blocks; from a coroutine call it through `in_thread`, which
also gives it its time. What a picture may cost is in `Limits.memory`.
"""

from affiche.pictures.kinds import ALL, KINDS, Kind, accepted_kinds, sniff
from affiche.pictures.normalisation import Normalised, normalise, without_metadata
from affiche.pictures.threads import in_thread
from affiche.pictures.thumbnails import Thumbnail, thumbnail
from affiche.pictures.verification import Limits, Verified, inspect, verify

__all__ = [
    "ALL",
    "KINDS",
    "Kind",
    "Limits",
    "Normalised",
    "Thumbnail",
    "Verified",
    "accepted_kinds",
    "in_thread",
    "inspect",
    "normalise",
    "sniff",
    "thumbnail",
    "verify",
    "without_metadata",
]
