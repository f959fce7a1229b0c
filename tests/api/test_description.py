"""The description of the API: whole, consistent, and true of what it describes."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.servers import Client, description

from affiche.domain.forms import describe
from affiche.serving import Server


@pytest.fixture
def api(server: Server) -> dict[str, Any]:
    return description(server)


def operations(api: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


async def test_it_is_served_to_anybody(nobody: Client, api: dict[str, Any]) -> None:
    answer = await nobody.get("/openapi.json")
    assert answer.status == 200
    assert answer.json == api
    assert re.fullmatch(r"3\.1\.\d", api["openapi"])


def test_every_reference_leads_somewhere(api: dict[str, Any]) -> None:
    found = set(references(api))
    assert found
    for reference in found:
        place: Any = api
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
        assert place


def test_no_schema_lies_there_unused(api: dict[str, Any]) -> None:
    used = {reference.rpartition("/")[2] for reference in references(api)}
    assert set(api["components"]["schemas"]) == used


def test_every_operation_is_named_described_and_placed(api: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(api)]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9_]+", name) for name in names)
    for path, method, operation in operations(api):
        assert operation["description"], (method, path)
        assert operation["tags"], (method, path)


def test_every_parameter_of_a_path_is_described(api: dict[str, Any]) -> None:
    for path, _, operation in operations(api):
        told = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"}
        assert told == set(re.findall(r"\{([^}]+)\}", path))


def test_every_refusal_is_a_problem(api: dict[str, Any]) -> None:
    for path, method, operation in operations(api):
        for status, response in operation["responses"].items():
            assert response["description"], (path, method, status)
            if status == "default" or int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"]
        assert "default" in operation["responses"]


def test_what_needs_somebody_says_how_they_prove_it(api: dict[str, Any]) -> None:
    assert set(api["components"]["securitySchemes"]) == {"apiKey", "session"}
    for path, _, operation in operations(api):
        if path in ("/health", "/ready", "/v1/hooks/runs/{key}"):
            assert "security" not in operation
        else:
            assert operation["security"] == [{"apiKey": []}, {"session": []}]
            assert "401" in operation["responses"]


WITHOUT_BODY = {
    "POST /api/jobs/{job_id}/check",
    "POST /v1/admin/people/{user_id}/link",
    "POST /v1/batches/{batch_id}/cancel",
    "POST /v1/batches/{batch_id}/retry",
    "POST /v1/hooks/runs/{key}",
    "POST /v1/notifications/read",
    "POST /v1/notifications/{notification_id}/read",
    "POST /v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver",
    "POST /v1/webhooks/{webhook_id}/rotate",
    "POST /v1/webhooks/{webhook_id}/test",
    "POST /v1/works/{work_id}/cancel",
    "POST /v1/works/{work_id}/retry",
}


def test_bodies_are_described(api: dict[str, Any]) -> None:
    without = {
        f"{method.upper()} {path}"
        for path, method, operation in operations(api)
        if method in ("post", "put", "patch") and "requestBody" not in operation
    }
    # They do what their address says.
    assert without == WITHOUT_BODY
    upload = api["paths"]["/v1/files"]["post"]["requestBody"]["content"]
    assert "multipart/form-data" in upload


SHIPPED = ["klein-i2i", "poster", "image-brush", "img2img-lora", "klein-poster"]


# --- templates as the API tells of them -------------------------------------------------------


async def test_a_template_is_found_by_each_of_its_names(client: Client) -> None:
    templates = (await client.get("/v1/templates")).json["templates"]
    assert [each["slug"] for each in templates] == SHIPPED
    for template in templates:
        for name in (template["id"], template["slug"], template["template_name"]):
            assert (await client.get(f"/v1/templates/{name}")).json == template
    assert (await client.get("/v1/templates/none")).status == 404


async def test_the_seed_template_keeps_its_id_and_its_form(client: Client) -> None:
    template = (await client.get("/v1/templates/82064257-1bef-45d8-a6ba-715f33c887cc")).json
    assert template["slug"] == "klein-i2i"
    assert template["version"] == 1
    assert template["credits"] >= 1
    assert set(template["engines"]) == {"runpod", "comfyui", "preview"}
    presets = {preset["slug"]: preset["estimated_time"] for preset in template["presets"]}
    assert presets == {"fast": 20, "balanced": 30, "high-quality": 50}
    assert template["request_dto"]["prompt"] == "string"
    schema = template["request_schema"]
    assert schema["properties"]["prompt"]["maxLength"] == 500
    assert schema["additionalProperties"] is False


async def test_forms_and_schemas_speak_the_reader_s_language(client: Client) -> None:
    english = (await client.get("/v1/templates/klein-i2i")).json
    korean = (await client.get("/v1/templates/klein-i2i", headers={"Accept-Language": "ko"})).json
    for told, language in ((english, "en"), (korean, "ko")):
        prompt = next(f for f in told["form_fields"] if f["name"] == "prompt")
        assert told["request_schema"]["properties"]["prompt"]["title"] == prompt["label"]
        assert prompt["label"] == {"en": "What should change?", "ko": "무엇을 바꿀까요?"}[language]
    assert describe([]) == {
        "type": "object",
        "properties": {},
        "required": [],
        "additionalProperties": False,
    }
