"""Signed links that expire, for objects in a folder of ours. Pure: `now` is an argument."""

import base64
import hmac
import re
from datetime import datetime, timedelta
from typing import Final

from affiche.storage.keys import located

# Links made within the same five minutes are the same, so that a browser finds a picture again.
_ROUND: Final = 300
_EXPIRY: Final = re.compile(r"[1-9][0-9]{0,11}")


def sign(secret: bytes, bucket: str, key: str, *, now: datetime, valid: timedelta) -> str:
    """`/o/{bucket}/{key}?exp=…&sig=…`, good for at least `valid` and at most 5 minutes more.

    `exp` is in seconds since 1970. Raises NotFound for a key that can be none.
    """
    expiry = -(-int((now + valid).timestamp()) // _ROUND) * _ROUND
    path = located(bucket, key)
    return f"/o/{path}?exp={expiry}&sig={_signature(secret, path, expiry)}"


def check(secret: bytes, bucket: str, key: str, exp: str, sig: str, *, now: datetime) -> bool:
    """Whether `sign` made this link and it still holds.

    Raises NotFound for a key that can be none.
    """
    path = located(bucket, key)
    if not _EXPIRY.fullmatch(exp):
        return False
    genuine = hmac.compare_digest(
        _signature(secret, path, int(exp)).encode(), sig.encode("utf-8", "surrogatepass")
    )
    return genuine and now.timestamp() < int(exp)


def _signature(secret: bytes, path: str, expiry: int) -> str:
    digest = hmac.digest(secret, f"affiche object link\n{path}\n{expiry}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
