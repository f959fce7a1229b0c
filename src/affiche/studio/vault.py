"""Hashes of passwords, by Argon2id: made and checked in threads, few at once."""

import asyncio
import secrets
from functools import cached_property
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

AT_ONCE: Final = 2
"""Each takes 64 MiB and 0.1 s of a core."""


class Vault:
    """Makes and checks hashes; `in_use`: whether anybody here has a password, as far as this
    process knows."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self.hasher = hasher or PasswordHasher()
        self.in_use = False
        self.worked = 0
        self._places = asyncio.Semaphore(AT_ONCE)

    @cached_property
    def decoy(self) -> str:
        """What the password of nobody is checked against."""
        return self.hasher.hash(secrets.token_urlsafe(16))

    async def hash(self, password: str) -> str:
        async with self._places:
            return await asyncio.to_thread(self.hasher.hash, password)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Takes as long where nothing is stored."""
        async with self._places:
            self.worked += 1
            return await asyncio.to_thread(self._matches, stored, password)

    def _matches(self, stored: str | None, password: str) -> bool:
        try:
            return self.hasher.verify(stored or self.decoy, password) and stored is not None
        except (Argon2Error, InvalidHashError):
            return False
