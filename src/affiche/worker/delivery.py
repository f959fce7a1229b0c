"""How the files of a job go out: in the answer, by signed address, or made smaller."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from affiche.errors import ResultTooLarge, StorageFailed
from affiche.fetch.resolvers import PublicResolver, SystemResolver
from affiche.fetch.urls import Policy, checked
from affiche.worker import buckets
from affiche.worker.buckets import Bucket
from affiche.worker.inputs import Deliver, InputInvalid
from affiche.worker.outputs import Made, Said
from affiche.worker.recoding import smaller
from affiche.worker.results import Delivered, posted_size
from affiche.worker.settings import MB

Way = Literal["inline", "bucket", "smaller"]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Carrier:
    """`most` bytes go in an answer; `bucket`, if any, takes what is more, for `valid`."""

    most: int
    bucket: Bucket | None
    valid: timedelta
    job_id: str


def way(size: int, most: int, has_bucket: bool, deliver: Deliver) -> Way:
    """Which way to try first for an answer of `size` bytes."""
    if has_bucket and (deliver == "url" or size > most):
        return "bucket"
    return "inline" if size <= most else "smaller"


async def delivered(
    carrier: Carrier, made: Sequence[Made], said: Sequence[Said], deliver: Deliver
) -> list[Delivered]:
    """The files, ready to be answered with. Raises ResultTooLarge.

    A bucket that cannot be used is no reason to lose a result that was paid for: then it goes as
    if there were none.
    """
    size = posted_size(made, said)
    first = way(size, carrier.most, carrier.bucket is not None, deliver)
    if first == "bucket" and carrier.bucket is not None:
        try:
            return await _stored(carrier, carrier.bucket, made)
        except StorageFailed:
            first = way(size, carrier.most, False, deliver)
    if deliver == "url" and carrier.bucket is None:
        _log.warning("an address was asked for, and there is no bucket: the result goes as it is")
    if first == "inline":
        return [Delivered(each) for each in made]

    def fits(those: Sequence[Made]) -> bool:
        return posted_size(those, said) <= carrier.most

    found = await asyncio.to_thread(smaller, made, fits)
    if found is None:
        raise ResultTooLarge(megabytes=_mb(size), most=_mb(carrier.most))
    return found


async def _stored(carrier: Carrier, bucket: Bucket, made: Sequence[Made]) -> list[Delivered]:
    return [
        Delivered(
            each,
            await buckets.stored(
                bucket,
                buckets.key_of(carrier.job_id, number, each.filename),
                each.data,
                each.media_type,
                carrier.valid,
            ),
        )
        for number, each in enumerate(made, 1)
    ]


async def bucket_of(
    job: Mapping[str, Any], own: Bucket | None, private: frozenset[str]
) -> Bucket | None:
    """The bucket that the job brings as `s3Config`, else the worker's own.

    Raises InputInvalid, and AddressRefused for an endpoint that leads to a private place.
    """
    given = job.get("s3Config")
    if not given:
        return own
    match given:
        case {
            "endpointUrl": str() as endpoint,
            "accessId": str() as key,
            "accessSecret": str() as secret,
        }:
            name = given.get("bucketName")
        case _:
            raise InputInvalid(("s3Config", "needs endpointUrl, accessId and accessSecret"))
    if name is not None and not isinstance(name, str):
        raise InputInvalid(("s3Config.bucketName", "has to be text"))
    try:
        bucket = buckets.made(endpoint, name or None, key, secret)
    except ValueError as error:
        raise InputInvalid(("s3Config.endpointUrl", str(error))) from None
    policy = Policy(allow_private=private)
    url = checked(bucket.endpoint, policy)
    try:
        await PublicResolver(SystemResolver(), policy).resolve(url.host or "", url.port or 443)
    except OSError:
        raise InputInvalid(("s3Config.endpointUrl", "names a host that is not known")) from None
    return bucket


def _mb(size: int) -> float:
    return round(size / MB, 1)
