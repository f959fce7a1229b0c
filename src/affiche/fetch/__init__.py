"""Pictures from URLs."""

from affiche.fetch.download import Fetched, picture_bytes
from affiche.fetch.urls import Policy

__all__ = ["Fetched", "Policy", "picture_bytes"]
