"""Traces, to a collector on the loopback that speaks OTLP over HTTP."""

import logging
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from tests.support.servers import Client
from tests.support.studios import at_work, ended

from affiche.emulators.comfyui import Server as Engine
from affiche.studio import traces, works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

PROMPT = "a secret garden of nobody"
EXPORTER = "opentelemetry.exporter.otlp.proto.http.trace_exporter"


@dataclass
class Collector:
    port: int = 0
    spans: list[Span] = field(default_factory=list)
    services: set[str] = field(default_factory=set)

    async def take(self, request: web.Request) -> web.Response:
        told = ExportTraceServiceRequest.FromString(await request.read())
        for of_resource in told.resource_spans:
            self.services |= {
                each.value.string_value
                for each in of_resource.resource.attributes
                if each.key == "service.name"
            }
            for of_scope in of_resource.scope_spans:
                self.spans += of_scope.spans
        answer = ExportTraceServiceResponse().SerializeToString()
        return web.Response(body=answer, content_type="application/x-protobuf")

    def named(self, name: str) -> list[Span]:
        return [each for each in self.spans if each.name == name]


@asynccontextmanager
async def collecting(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Collector]:
    """A collector, and the variables that name it; it has all once `traces.running` is left."""
    made = Collector()
    app = web.Application()
    app.router.add_post("/v1/traces", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.port = runner.addresses[0][1]
    for name in (*traces.ENDPOINTS, *traces.PROTOCOLS, "OTEL_SERVICE_NAME", "OTEL_SDK_DISABLED"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{made.port}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    try:
        yield made
    finally:
        await runner.cleanup()


def told(span: Span) -> dict[str, Any]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


async def test_a_request_its_steps_and_its_engine_are_one_trace(
    client: Client,
    studio: Studio,
    alice: Caller,
    picture: File,
    comfyui: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = {"template": "klein-i2i", "inputs": {"image": str(picture.id), "prompt": PROMPT}}
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with collecting(monkeypatch) as collector:
        async with traces.running():
            async with at_work(studio):
                asked = await client.post(
                    "/v1/works?secret=1", json=body, headers={"traceparent": parent}
                )
                work_id = UUID(asked.json["id"])
                await ended(studio, alice, work_id)
            assert (await client.get(f"/v1/works/{work_id}")).status == 200
            assert (await client.get("/v1/works/none")).status == 404
        assert not traces.is_on()
        (request,) = collector.named("POST /v1/works")
        assert request.trace_id.hex() == "0af7651916cd43dd8448eb211c80319c"
        assert request.parent_span_id.hex() == "b7ad6b7169203331"
        assert told(request)["http.response.status_code"] == 201
        for step in ("prepare", "submit", "observe", "collect"):
            found = collector.named(f"step {step}")
            assert found, step
            for span in found:
                assert span.trace_id == request.trace_id
                assert span.parent_span_id == request.span_id
                assert told(span)["affiche.work_id"] == str(work_id)
        steps = {span.span_id: span.name for span in collector.spans}
        for call in ("submit", "look", "read"):
            found = collector.named(f"engine {call}")
            assert found, call
            for span in found:
                assert span.trace_id == request.trace_id
                assert steps[span.parent_span_id].startswith("step ")
                assert told(span)["affiche.work_id"] == str(work_id)
                assert told(span)["affiche.engine"] == "comfyui"
        looked = collector.named("GET /v1/works/{work_id}")
        assert {told(span)["http.response.status_code"] for span in looked} == {200, 404}
        assert request.trace_id not in {span.trace_id for span in looked}
        assert collector.services == {"affiche"}
        whole = b"".join(span.SerializeToString() for span in collector.spans)
        for personal in (PROMPT, "secret=1", "Bearer", str(alice.id), "127.0.0.1", "ramp"):
            assert personal.encode() not in whole, personal


async def test_a_step_that_fails_says_why_by_its_code(
    client: Client,
    studio: Studio,
    alice: Caller,
    picture: File,
    comfyui: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    comfyui.faults.add("node", "fail", exception="ValueError", message="bad latent")
    body = {"template": "klein-i2i", "inputs": {"image": str(picture.id), "prompt": PROMPT}}
    async with collecting(monkeypatch) as collector:
        async with traces.running(), at_work(studio):
            work = (await client.post("/v1/works", json=body)).json["id"]
            await ended(studio, alice, UUID(work))
        assert (await works.get(studio, alice, UUID(work))).status == "failed"
    steps = [span for span in collector.spans if span.name.startswith("step ")]
    assert steps
    assert {told(span)["affiche.work_id"] for span in steps} == {work}


async def test_what_is_not_installed_is_said_once_and_nothing_else_changes(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, EXPORTER, None)
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    with caplog.at_level(logging.WARNING, "affiche.studio.traces"):
        async with traces.running(environment):
            assert not traces.is_on()
            assert (await client.get("/v1/works")).status == 200
    (line,) = [record.getMessage() for record in caplog.records if "traces" in record.name]
    assert "affiche[telemetry]" in line


@pytest.mark.parametrize(
    ("environment", "on"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://a/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_when_traces_are_sent(environment: dict[str, str], on: bool) -> None:
    assert traces.configured(environment) is on


def test_without_a_collector_nothing_of_it_is_imported() -> None:
    """And a span is the same nothing every time."""
    program = (
        "import sys, affiche.serving, affiche.pipeline.crew, affiche.app\n"
        "from affiche.studio import traces\n"
        "from uuid import uuid4\n"
        "a = traces.of_step(None, 'prepare', work_id=uuid4())\n"
        "b = traces.of_call('look', 'comfyui')\n"
        "c = traces.of_request('GET', {})\n"
        "assert a is b is c\n"
        "traces.failed('x')\n"
        # Its API alone comes with FastAPI, and does nothing without the rest.
        "rest = ('opentelemetry.sdk', 'opentelemetry.exporter')\n"
        "assert not [name for name in sys.modules if name.startswith(rest)]\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
