"""`affiche endpoints`: real commands on a database; what is refused says why, in two languages."""

from pathlib import Path
from typing import Any

import pytest
from tests.cli.programs import Done, affiche

from affiche.db.address import Address

NOBODY = "http://127.0.0.1:9"
KEY = "rpa_7Q9XK2M4N6P8R0T2V4W6Y8Z0B1C3D5F7"


class Operator:
    def __init__(self, data: Path, url: str) -> None:
        self.data, self.url = data, url

    def __call__(self, *arguments: str, **more: str) -> Done:
        return affiche(self.data, "endpoints", *arguments, DATABASE_URL=self.url, **more)

    def listed(self, *arguments: str) -> dict[str, dict[str, Any]]:
        found = self("list", "--json", *arguments).json["endpoints"]
        return {each["name"]: each for each in found}


@pytest.fixture
def endpoints(data: Path, database_address: Address) -> Operator:
    return Operator(data, database_address.url)


def test_an_endpoint_s_life(endpoints: Operator) -> None:
    added = endpoints(
        *("add", "pod", "--kind", "runpod", "--id", "abc123", "--secret", "OTHER_KEY"),
        *("--price", "0.00031", "--warm", "10", "--hours", "mon-fri 09:00-19:00 Asia/Seoul"),
        *("--shape", "parameters", "--images-as", "map", "--stages", "--json"),
    )
    assert (added.code, added.err) == (0, "")
    row = added.json
    assert (row["remote_id"], row["secret"], row["works_at_once"]) == ("abc123", "OTHER_KEY", 5)
    assert (row["request_shape"], row["images_as"], row["does_stages"]) == (
        *("parameters", "map"),
        True,
    )
    assert row["warm_cost_a_day"] == "0.1116"
    # What is given changes, all else stays.
    changed = endpoints(
        "change", "pod", "--works", "9", "--warm", "0", "--no-stages", "--json"
    ).json
    assert (changed["works_at_once"], changed["warm_minutes"]) == (9, None)
    assert (changed["does_stages"], changed["request_shape"]) == (False, "parameters")
    assert list(endpoints.listed()) == ["pod", "preview"]
    table = endpoints("list").out
    assert "pod" in table
    assert "$0.00031/s" in table
    tried = endpoints("test", "pod", "--json")
    assert (tried.code, tried.json["ok"]) == (1, False)
    assert "OTHER_KEY" in tried.json["reason"]
    assert endpoints("remove", "pod").code == 0
    assert list(endpoints.listed()) == ["preview"]
    assert endpoints.listed("--retired")["pod"]["state"] == "retired"
    # A name may be used again.
    assert endpoints("add", "pod", "--kind", "comfyui", "--url", NOBODY).code == 0
    assert endpoints.listed()["pod"]["kind"] == "comfyui"


def test_a_key_in_a_name_s_place_is_not_even_said_again(endpoints: Operator) -> None:
    for language, words in (("en", "looks like a key"), ("ko", "키 자체로")):
        refused = endpoints(
            *("add", "pod", "--kind", "runpod", "--id", "abc", "--secret", KEY),
            AFFICHE_LANGUAGE=language,
        )
        assert (refused.code, refused.out) == (2, "")
        assert words in refused.err
        assert KEY not in refused.err


def test_a_route_and_what_is_none(endpoints: Operator) -> None:
    endpoints("add", "a", "--kind", "comfyui", "--url", NOBODY)
    assert endpoints("route", "klein-i2i", "a", "preview").code == 0
    assert endpoints.listed()["a"]["templates"] == ["klein-i2i"]
    refused = endpoints("route", "klein-i2i", "nowhere")
    assert refused.code == 2
    assert "no endpoint" in refused.err
    assert endpoints("remove", "nowhere").code == 2
