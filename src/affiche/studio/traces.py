"""Traces by OpenTelemetry, where its own variables say where to send them: a span for each request,
for each step of the works that it asks for, and for each call of an engine in a step.

Off, which is how it is unless OTEL_EXPORTER_OTLP_ENDPOINT is set, nothing of it is imported and a
span costs one comparison. What spans say is ids, names of ours and numbers: nobody's words, name or
address.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from typing import Any, Final
from uuid import UUID

from affiche import __version__
from affiche.db import claims
from affiche.studio import marks

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
HTTP: Final = "http/protobuf"
PARENT: Final = "traceparent"
log = logging.getLogger(__name__)
_nothing: Final[AbstractContextManager[Any]] = nullcontext()
_tracer: Any = None


def configured(environment: Mapping[str, str]) -> bool:
    """Whether traces are to be sent somewhere; pure."""
    off = environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    wanted = environment.get("OTEL_TRACES_EXPORTER", "otlp").strip().lower()
    return not off and wanted == "otlp" and any(environment.get(name) for name in ENDPOINTS)


def is_on() -> bool:
    return _tracer is not None


@asynccontextmanager
async def running(environment: Mapping[str, str] | None = None) -> AsyncIterator[None]:
    """While this is open spans are sent, if they are to be; on leaving, what waits goes first."""
    global _tracer
    found = os.environ if environment is None else environment
    if is_on() or not configured(found):
        yield
        return
    provider = _provider(found)
    if provider is None:
        yield
        return
    _tracer = provider.get_tracer("affiche", __version__)
    try:
        yield
    finally:
        _tracer = None
        # It waits for the other side, which may be gone.
        await asyncio.to_thread(provider.shutdown)


def _provider(environment: Mapping[str, str]) -> Any:
    """What sends spans; None, and a line in the log, where it is not installed."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        log.warning(
            "traces are to be sent, and what sends them is not installed:"
            " pip install 'affiche[telemetry]'"
        )
        return None
    spoken = next((environment[name] for name in PROTOCOLS if environment.get(name)), HTTP)
    if spoken != HTTP:
        log.warning("traces are sent as %s, not as %s", HTTP, spoken)
    about = {"service.version": __version__}
    named = "service.name=" in environment.get("OTEL_RESOURCE_ATTRIBUTES", "")
    if not named and not environment.get("OTEL_SERVICE_NAME"):
        about["service.name"] = "affiche"
    provider = TracerProvider(resource=Resource.create(about), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def of_request(method: str, headers: Mapping[str, str]) -> AbstractContextManager[Any]:
    """A span of one request, as part of its caller's trace if it says so. What it asks for belongs
    to it."""
    return _nothing if _tracer is None else _request(method, headers)


@contextmanager
def _request(method: str, headers: Mapping[str, str]) -> Iterator[Any]:
    from opentelemetry.trace import SpanKind

    told = {"http.request.method": method}
    parent = _parent(headers.get(PARENT))
    with _tracer.start_as_current_span(
        method, context=parent, kind=SpanKind.SERVER, attributes=told, record_exception=False
    ) as span:
        if carried := _carried():
            claims.tell(claims.TRACE, carried)
        yield span


def answered(span: Any, method: str, route: str | None, status: int) -> None:
    """What became of the request: the route's pattern, never its address."""
    if span is None:
        return
    from opentelemetry.trace import StatusCode

    span.set_attribute("http.response.status_code", status)
    if route:
        span.set_attribute("http.route", route)
        span.update_name(f"{method} {route}")
    if status >= 500 or not status:
        span.set_status(StatusCode.ERROR)


def of_step(trace: str | None, step: str, **ids: UUID | int) -> AbstractContextManager[Any]:
    """A span of one step, in the trace of the request that asked for its work."""
    if _tracer is None:
        return _nothing
    told = {f"affiche.{name}": str(v) if isinstance(v, UUID) else v for name, v in ids.items()}
    span: AbstractContextManager[Any] = _tracer.start_as_current_span(
        f"step {step}",
        context=_parent(trace),
        attributes={"affiche.step": step, **told},
        record_exception=False,
    )
    return span


def of_call(call: str, kind: str) -> AbstractContextManager[Any]:
    """A span of one call of an engine of that kind, within a step; outside of any none, since
    engines are looked at all day."""
    if _tracer is None:
        return _nothing
    from opentelemetry.trace import SpanKind, get_current_span

    if not get_current_span().is_recording():
        return _nothing
    told = {"affiche.engine": kind}
    if work := marks.work.get():
        told["affiche.work_id"] = str(work)
    span: AbstractContextManager[Any] = _tracer.start_as_current_span(
        f"engine {call}", kind=SpanKind.CLIENT, attributes=told, record_exception=False
    )
    return span


def failed(code: str) -> None:
    """Say of the span of this moment why what it is about did not succeed."""
    if _tracer is None:
        return
    from opentelemetry.trace import StatusCode, get_current_span

    span = get_current_span()
    span.set_status(StatusCode.ERROR, code)
    span.set_attribute("error.type", code)


def _parent(trace: str | None) -> Any:
    """The context in which a span stands that another process began; none for what is none."""
    from opentelemetry.context import Context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier = {PARENT: trace} if trace else {}
    return TraceContextTextMapPropagator().extract(carrier, context=Context())


def _carried() -> str | None:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get(PARENT)
