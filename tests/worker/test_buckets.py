"""Results in object storage: which bucket, and what happens when it cannot be used."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from tests.storage.s3 import Store, serving

from affiche.errors import SettingInvalid
from affiche.worker import buckets
from affiche.worker.buckets import Bucket, bucket_from

from .conftest import PICTURE, MakeBench, copying

LOOPBACK = frozenset({"127.0.0.1"})


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with serving() as store:
        yield store


def bucket(store: Store) -> Bucket:
    return Bucket(store.url, "bucket", "key", "secret")


async def fetched(url: str) -> bytes:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.status == 200
        return await response.read()


async def test_an_object_is_stored_under_a_signed_address(store: Store) -> None:
    key = buckets.key_of("j/../1", 1, "a b.png")
    url = await buckets.stored(bucket(store), key, PICTURE, "image/png", timedelta(hours=2))
    assert store.objects == {"affiche/j-..-1/1-a-b.png": PICTURE}
    assert store.types[key] == "image/png"
    assert "X-Amz-Expires=7200" in url
    assert "secret" not in url
    assert not store.unsigned
    assert await fetched(url) == PICTURE


async def test_a_result_goes_there_when_it_is_asked_for(bench: MakeBench, store: Store) -> None:
    worker = bench(bucket=bucket(store))
    assert (await worker(copying()))["images"][0]["type"] == "base64"
    assert not store.objects
    (image,) = (await worker(copying(deliver="url")))["images"]
    assert image["type"] == "s3_url"
    assert list(store.objects.values()) == [await fetched(image["data"])]


async def test_a_result_over_the_cap_goes_there(bench: MakeBench, store: Store) -> None:
    answered = await bench(bucket=bucket(store), result_mb=0.015)(copying())
    assert answered["images"][0]["type"] == "s3_url"


async def test_a_job_may_bring_its_own(bench: MakeBench, store: Store) -> None:
    config = {
        "endpointUrl": store.url,
        "accessId": "key",
        "accessSecret": "secret",
        "bucketName": "bucket",
    }
    asked = copying(deliver="url")
    answered = await bench(fetch_private=LOOPBACK)(asked, s3Config=config)
    assert answered["images"][0]["type"] == "s3_url"
    refused = await bench()(asked, s3Config=config)
    assert refused["code"] == "address_refused"


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"endpointUrl": "https://s3.example"}, "s3Config"),
        ("s3", "s3Config"),
        (
            {"endpointUrl": "https://s3.example", "accessId": "a", "accessSecret": "b"},
            "s3Config.endpointUrl",
        ),
        (
            {
                "endpointUrl": "https://s3.example",
                "accessId": "a",
                "accessSecret": "b",
                "bucketName": 1,
            },
            "s3Config.bucketName",
        ),
    ],
)
async def test_a_job_s_bucket_that_is_none(bench: MakeBench, config: Any, field: str) -> None:
    answered = await bench()(copying(), s3Config=config)
    assert answered["code"] == "invalid_inputs"
    assert answered["params"]["problems"][0]["field"] == field


async def test_a_bucket_that_fails_loses_no_result(bench: MakeBench, store: Store) -> None:
    store.status = 403
    worker = bench(bucket=bucket(store))
    assert (await worker(copying(deliver="url")))["images"][0]["type"] == "base64"


async def test_too_large_and_nowhere_to_go(bench: MakeBench, store: Store) -> None:
    store.status = 403
    answered = await bench(bucket=bucket(store), result_mb=0.0001)(copying())
    assert answered["code"] == "result_too_large"
    assert answered["prompt_id"]
    assert "images" not in answered


KEYS = {"BUCKET_ACCESS_KEY_ID": "key", "BUCKET_SECRET_ACCESS_KEY": "secret"}


@pytest.mark.parametrize(
    ("endpoint", "name", "expected"),
    [
        ("https://s3.eu-west-1.amazonaws.com", "b", ("b", False, "eu-west-1")),
        ("https://b.s3.eu-west-1.amazonaws.com", None, ("b", True, "eu-west-1")),
        ("https://b.s3.eu-west-1.amazonaws.com/", "b", ("b", True, "eu-west-1")),
        ("https://s3.eu-west-1.amazonaws.com/b", None, ("b", False, "eu-west-1")),
        ("https://fra1.digitaloceanspaces.com", "b", ("b", False, "fra1")),
        ("http://minio:9000", "b", ("b", False, "us-east-1")),
    ],
)
def test_the_bucket_of_an_address(
    endpoint: str, name: str | None, expected: tuple[str, bool, str]
) -> None:
    environ = {**KEYS, "BUCKET_ENDPOINT_URL": endpoint, **({"BUCKET_NAME": name} if name else {})}
    found = bucket_from(environ)
    assert found is not None
    assert (found.name, found.has_own_host, found.region) == expected
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    "environ",
    [
        {"BUCKET_ENDPOINT_URL": "https://b.s3.example"},
        {**KEYS, "BUCKET_ENDPOINT_URL": "s3://b"},
        {**KEYS, "BUCKET_ENDPOINT_URL": "https://storage.example"},
        {**KEYS, "BUCKET_ENDPOINT_URL": "https://storage.example/a/b"},
        {**KEYS, "BUCKET_ENDPOINT_URL": "https://me@storage.example/a"},
    ],
)
def test_a_bucket_that_is_half_set_is_refused(environ: dict[str, str]) -> None:
    with pytest.raises(SettingInvalid):
        bucket_from(environ)


def test_without_an_endpoint_there_is_no_bucket() -> None:
    assert bucket_from(KEYS) is None
