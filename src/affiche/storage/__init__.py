"""Objects in buckets, their keys and their links."""

from affiche.storage.objects import Entry, Objects, Stream

__all__ = ["Entry", "Objects", "Stream"]
