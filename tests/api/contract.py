"""The API's own description, put to the test by schemathesis: how it is told what there is, and
how what it found is read."""

import copy
import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import schemathesis
from schemathesis.engine import events, from_schema

SEED: Final = 20260211
EXAMPLES: Final = 16
REFUSED: Final = ["2xx", "3xx", "401", "403", "404", "409", "429", "413", "415", "416", "422"]
BORNE: Final = ["2xx", "3xx", "401", "402", "403", "404", "409", "422", "429"]
OVER: Final = ["2xx", "3xx", "401", "403", "404", "409", "410", "429"]
HEADERS: Final = (
    "Accept-Language",
    "Accept",
    "If-None-Match",
    "Range",
    "X-Forwarded-For",
    "Origin",
)
NOBODY: Final = "01a1fe6a-a666-737b-82bf-0123456789ab"
TEXT: Final = {"type": "string"}
WEBHOOKS: Final = "/v1/webhooks"
ADMIN: Final = "/v1/admin/"
PROBLEM: Final = {"type", "title", "status", "detail", "code", "hint", "fields", "request_id"}

Json = dict[str, Any]


@dataclass(frozen=True)
class Here:
    """What is there to be hit: ids of the caller's own things and of somebody else's."""

    works: list[str]
    files: list[str]
    projects: list[str]
    templates: list[Json]
    foreign: list[str] = field(default_factory=list)
    notifications: list[str] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    characters: list[str] = field(default_factory=list)
    asking: list[str] = field(default_factory=list)
    """The sessions and keys by which is asked: who ends those ends the test."""


@dataclass(frozen=True)
class Finding:
    operation: str
    check: str
    message: str
    request: str
    answer: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.check}: {self.message}\n  {self.request}\n  {self.answer}"


@dataclass
class Report:
    """`cases` by operation; `errors` are of the test itself."""

    cases: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, set[int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def told(described: Json, here: Here) -> Json:
    """The description as schemathesis is given it.

    Without `default`, behind which any status could hide, and without the stream, which does not
    end; with what is there beside what could be, and with each template's own request schema where
    the description only says that there is one.
    """
    api: Json = json.loads(json.dumps(described))
    del api["paths"]["/v1/events"]
    # Those have a test of their own: what is removed there cannot be looked at.
    for path in [path for path in api["paths"] if path.startswith((WEBHOOKS, ADMIN))]:
        del api["paths"][path]
    for path, methods in api["paths"].items():
        for operation in methods.values():
            del operation["responses"]["default"]
            parameters = operation.setdefault("parameters", [])
            parameters += [{"name": name, "in": "header", "schema": TEXT} for name in HEADERS]
            for each in parameters:
                _with_what_is_there(each, path, here)
    schemas = api["components"]["schemas"]
    schemas["AskShape"] = _asks(schemas["AskShape"], here, "template", "inputs")
    schemas["Generate"] = _asks(schemas["Generate"], here, "template_id", "input_data")
    for name in ("NewCharacter", "CharacterChange"):
        # Any other picture is refused, and of few examples nearly all name one.
        schemas[name]["properties"]["portrait_file_id"] = {"enum": [None, *here.files]}
    return api


def _with_what_is_there(parameter: Json, path: str, here: Here) -> None:
    known = {
        "work_id": here.works + here.foreign,
        "file_id": here.files + here.foreign,
        "notification_id": here.notifications + here.foreign,
        "project_id": here.projects,
        "character_id": here.characters + here.foreign,
        "session_id": here.sessions,
        "before": here.works,
        "template": [name for each in here.templates for name in names(each)],
    }.get(parameter["name"])
    if known and _takes_ids(parameter["schema"]):
        anything = {k: v for k, v in parameter["schema"].items() if k != "title"}
        parameter["schema"] = {"anyOf": [{"enum": known}, anything]}


def _takes_ids(schema: Json) -> bool:
    """And not numbers, as of lines in a statement."""
    return all(each["type"] != "integer" for each in schema.get("anyOf", [schema]))


def names(template: Json) -> list[str]:
    return [template["id"], template["slug"], template["template_name"]]


def _asks(shape: Json, here: Here, name: str, inputs: str) -> Json:
    """`shape` for each template that there is, and for those that there are not."""
    absent = {"type": "string", "pattern": "^no-[a-z]{1,20}$"}
    found = [_asking(shape, {name: absent, **_of("type", shape, {"type": "string", **_named})})]
    # Those about a character need one that is there; tests/characters asks for them.
    plain = [t for t in here.templates if "character" not in t["request_schema"]["properties"]]
    for template in plain:
        about = {name: {"enum": names(template)}, inputs: _inputs(template, here)}
        about |= _of("type", shape, {"const": template["work_type"]})
        found.append(_asking(shape, about, here.projects))
    return {"anyOf": found}


_named: Final = {"minLength": 1, "maxLength": 200, "pattern": r"^[^\x00-\x1f\x7f]+$"}


def _of(key: str, shape: Json, schema: Json) -> Json:
    return {key: schema} if key in shape["properties"] else {}


def _asking(shape: Json, about: Mapping[str, Json], projects: list[str] | None = None) -> Json:
    made = copy.deepcopy(shape)
    made["properties"] |= about
    if projects is not None:
        made["properties"]["project_id"] = {"anyOf": [{"enum": projects}, {"type": "null"}]}
    return made


def _inputs(template: Json, here: Here) -> Json:
    """The template's request schema, with pictures that are there, and with what the form takes
    beside it: nothing or blanks where nothing is needed, and any seed that is not too large.

    One key for each field: of several the first counts, and the others are not looked at.
    """
    schema: Json = copy.deepcopy(template["request_schema"])
    blank = [{"type": "null"}, {"type": "string", "pattern": r"^\s*$"}]
    properties: dict[str, Json] = {}
    for definition in template["form_fields"]:
        key = definition["request_key"]
        properties[key] = schema["properties"][key]
        if definition["type"] in ("file", "mask"):
            properties[key] = {"enum": here.files}
        step, least = definition.get("step"), definition.get("min")
        if step and not float(step).is_integer():
            # Of steps that are no whole numbers the schema cannot say which are meant.
            properties[key] = {"enum": [round(least + step * n, 6) for n in range(10)]}
        if key == "seed":
            properties[key] = {"maximum": 2**53 - 1}
        elif not definition["required"]:
            properties[key] = {"anyOf": [properties[key], *blank]}
    needed = [each["request_key"] for each in template["form_fields"] if each["required"]]
    schema.pop("allOf", None)
    return {**schema, "properties": properties, "required": needed}


def explore(
    url: str,
    headers: Mapping[str, str],
    api: Json,
    foreign: Collection[str],
    asking: Collection[str] = (),
) -> Report:
    """Ask the server at `url` all that schemathesis can think of; blocks.

    Beside its own checks: whatever is refused is a problem, nothing `foreign` is shown, and
    of what is asked by, `asking`, nothing is ended.
    """
    config = schemathesis.Config.from_dict(
        {
            "seed": SEED,
            "base-url": url,
            "headers": dict(headers),
            "request-timeout": 20,
            "continue-on-failure": True,
            "generation": {
                "deterministic": True,
                "max-examples": EXAMPLES,
                "no-shrink": True,
                "database": "none",
            },
            "phases": {
                "coverage": {"generate-duplicate-query-parameters": True},
                "stateful": {"max-steps": 4, "generation": {"max-examples": EXAMPLES // 3}},
            },
            # Whether bytes are a picture, and a part within a file, no schema can say; nor whether
            # octets are a point on a curve, or where mail goes.
            "operations": [
                {
                    "include-path": path,
                    "checks": {"positive_data_acceptance": {"expected-statuses": REFUSED}},
                }
                for path in (
                    "/v1/files",
                    "/v1/files/{file_id}",
                    # Nor which pictures and fields there are for a batch.
                    "/v1/batches",
                    "/v1/batches/quote",
                    # Nor what an upload was called, or which pictures are there.
                    "/api/generate",
                    "/api/upload-image",
                    "/v1/references",
                    "/v1/references/import",
                    "/v1/prompts",
                    "/v1/characters",
                    "/v1/characters/{character_id}",
                    # Nor what is left of a title without what cannot be seen, or whether there is
                    # a language model.
                    "/v1/works/{work_id}",
                    "/v1/captions",
                    "/v1/collections",
                    "/v1/collections/{collection_id}",
                    "/v1/tags",
                    # Nor which words a template has put into English, or whether a name is seen.
                    "/v1/works/{work_id}/translations",
                    "/v1/projects/{project_id}/glossary",
                    "/v1/notifications/browsers",
                    "/v1/notifications/channels/{channel}",
                    WEBHOOKS,
                )
            ]
            # Nor what a balance can bear, or what settings say of an endpoint.
            + [
                {
                    "include-path": f"{ADMIN}{path}",
                    "checks": {"positive_data_acceptance": {"expected-statuses": BORNE}},
                }
                for path in (
                    "credits/{user_id}/grant",
                    "credits/{user_id}/purchase",
                    "credits/{user_id}/adjust",
                    "credits/{user_id}/subscription",
                    "endpoints/{name}",
                )
            ]
            # Nor whether a token was ever given to anybody.
            + [
                {
                    "include-path": "/v1/projects/join",
                    "checks": {"positive_data_acceptance": {"expected-statuses": OVER}},
                }
            ],
        }
    )
    report = Report()
    with _never_ending(asking):
        for event in from_schema(schemathesis.openapi.from_dict(api, config=config)).execute():
            if isinstance(event, events.ScenarioFinished):
                _read(event, report, foreign)
            elif isinstance(event, events.NonFatalError):
                report.errors.append(f"{event.label}: {event.value!r}")
            elif isinstance(event, events.FatalError):
                report.errors.append(repr(event.exception))
    return report


@contextmanager
def _never_ending(asking: Collection[str]) -> Iterator[None]:
    def before_call(context: Any, case: Any, kwargs: Any) -> None:
        for name, value in (case.path_parameters or {}).items():
            if case.method == "DELETE" and str(value) in asking:
                case.path_parameters[name] = NOBODY

    schemathesis.hook(before_call)
    try:
        yield
    finally:
        schemathesis.hooks.unregister(before_call)


def _read(event: events.ScenarioFinished, report: Report, foreign: Collection[str]) -> None:
    recorder = event.recorder
    for case_id, interaction in recorder.interactions.items():
        label = recorder.cases[case_id].value.operation.label
        report.cases[label] = report.cases.get(label, 0) + 1
        response = interaction.response
        if response is None:
            continue
        report.statuses.setdefault(label, set()).add(response.status_code)
        if reason := _wrong(response, foreign):
            sent = f"{interaction.request.method} {interaction.request.uri}"
            report.findings.append(Finding(label, "house", reason, sent, _short(response)))
    report.findings += _findings(recorder)


def _wrong(response: Any, foreign: Collection[str]) -> str | None:
    if response.status_code >= 400:
        problem = json.loads(response.content)
        if response.headers["content-type"] != ["application/problem+json"]:
            return "refused, and no problem"
        if set(problem) != PROBLEM or problem["status"] != response.status_code:
            return "no whole problem"
        if (
            response.headers["x-request-id"] != [problem["request_id"]]
            or len(response.content) > 8_000
        ):
            return "no id, or too much of it"
    elif any(each.encode() in response.content for each in foreign):
        return "shows what is somebody else's"
    return None


def _short(response: Any) -> str:
    return f"{response.status_code} {response.content[:400]!r}" if response else ""


def _findings(recorder: Any) -> Iterator[Finding]:
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is None:
                continue
            interaction = recorder.interactions.get(case_id)
            yield Finding(
                recorder.cases[case_id].value.operation.label,
                check.name,
                check.failure_info.failure.message[:400],
                check.failure_info.code_sample[:600],
                _short(interaction.response if interaction else None),
            )
