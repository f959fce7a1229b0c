"""What webhooks are signed with: made anew whenever it is needed, and kept nowhere.

A secret is derived from a seed in the webhook's row and a key that is in no row. So neither a
database nor a backup of it can sign, and a copy of a studio without its key tells nobody anything
(docs/decisions/0025).
"""

import base64
import hmac
import secrets
from datetime import datetime
from typing import Final

from standardwebhooks import Webhook

from affiche.studio.studio import Studio

SEED_BYTES: Final = 32
_PRINT_BYTES: Final = 8


def new_seed() -> bytes:
    return secrets.token_bytes(SEED_BYTES)


def print_of(studio: Studio) -> bytes:
    """By which the key that a webhook's secret was made with is known again."""
    return hmac.digest(_key(studio), b"affiche webhook key", "sha256")[:_PRINT_BYTES]


def secret_of(studio: Studio, seed: bytes) -> str:
    """The secret as receivers have it: `whsec_` and 32 bytes in base64."""
    made = hmac.digest(_key(studio), b"affiche webhook secret\n" + seed, "sha256")
    return "whsec_" + base64.b64encode(made).decode()


def signature(studio: Studio, seeds: list[bytes], message_id: str, at: datetime, body: str) -> str:
    """The header `webhook-signature`: one for each secret, the present one first. `at` in UTC."""
    return " ".join(Webhook(secret_of(studio, seed)).sign(message_id, at, body) for seed in seeds)


def _key(studio: Studio) -> bytes:
    own = studio.settings.webhook_key
    return own.encode() if own else studio.secret
