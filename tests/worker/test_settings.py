"""The worker's environment."""

from pathlib import Path

import pytest

from affiche.errors import SettingInvalid
from affiche.worker.settings import NUMBERS, WorkerSettings, read


def test_nothing_set_is_the_usual() -> None:
    assert read({"PATH": "/bin", "COMFY_API_URL": " "}) == WorkerSettings()


def test_the_seeds_names() -> None:
    found = read(
        {
            "SERVER_ADDRESS": "127.0.0.1",
            "COMFY_API_URL": "http://127.0.0.1:8188",
            "NETWORK_VOLUME_PATH": "/runpod-volume",
        }
    )
    assert found == WorkerSettings()
    assert read({"SERVER_ADDRESS": "10.0.0.7"}).comfyui == "http://10.0.0.7:8188"


def test_every_setting() -> None:
    found = read(
        {
            "COMFY_API_URL": "http://gpu:9000",
            "NETWORK_VOLUME_PATH": "/volume",
            "AFFICHE_WORKER_PACKAGE": "/package",
            "AFFICHE_FETCH_PRIVATE": "a.lan, b.lan",
            "AFFICHE_WORKER_RESULT_MB": "2.5",
            "AFFICHE_UPLOAD_MB": "5",
            "BUCKET_ENDPOINT_URL": "https://s3.example",
            "BUCKET_NAME": "results",
            "BUCKET_ACCESS_KEY_ID": "id",
            "BUCKET_SECRET_ACCESS_KEY": "hidden",
        }
    )
    assert found.comfyui == "http://gpu:9000"
    assert found.volume == Path("/volume")
    assert found.package == Path("/package")
    assert found.fetch_private == {"a.lan", "b.lan"}
    assert found.result_bytes == 2_500_000
    assert found.upload_bytes == 5 * 1024 * 1024
    assert found.bucket is not None
    assert found.bucket.name == "results"
    assert "hidden" not in repr(found)


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", ["0", "-1", "many", "inf", "nan", "1e9"])
def test_a_number_that_is_none_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingInvalid) as caught:
        read({name: value})
    assert caught.value.params["name"] == name


def test_an_address_that_is_none_is_named() -> None:
    with pytest.raises(SettingInvalid, match="COMFY_API_URL"):
        read({"COMFY_API_URL": "127.0.0.1:8188"})
