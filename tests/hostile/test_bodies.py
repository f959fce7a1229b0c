"""What is sent to a studio with ill intent, over real sockets to `affiche serve` itself."""

import asyncio
import re
import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.hostile.bodies_cases import FORM_CASES, JSON_CASES, NOBODY, Case, wish
from tests.hostile.wires import JSON, House, Reply, head, housed, read
from tests.support.databases import Cluster

INTERNAL = re.compile(
    rb"Traceback|File \"|/work/|/home/|/tmp/|site-packages|psycopg|pydantic|postgres|\.py\b", re.I
)


@pytest.fixture(scope="module")
def house(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with housed(cluster, tmp_path_factory.mktemp("house")) as opened:
        yield opened
        assert opened.ask("GET", "/ready", opened.headers()).status == 200
        assert "Traceback" not in opened.serving.text, opened.serving.text


def check_plain(reply: Reply) -> None:
    """A problem, short, and with nothing of ours or of theirs in it."""
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json["status"] == reply.status
    assert reply.json["detail"]
    assert reply.headers["x-request-id"] == reply.json["request_id"]
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert len(reply.body) < 8_000
    assert not INTERNAL.search(reply.body), reply.body


def check_refused(
    korean: Reply, english: Reply, status: int, code: str, fields: Mapping[str, str] | None = None
) -> None:
    for reply in (korean, english):
        check_plain(reply)
        assert (reply.status, reply.json["code"]) == (status, code)
        if fields is not None:
            assert {each["field"]: each["code"] for each in reply.json["fields"]} == fields
    assert re.search("[가-힣]", korean.json["detail"])
    assert not re.search("[가-힣]", english.json["detail"])


def check_case(house: House, case: Case) -> None:
    korean, english = (
        house.ask("POST", case.path, house.headers(language) | case.headers, case.body)
        for language in ("ko", "en")
    )
    check_refused(korean, english, case.status, case.code, case.fields)


@pytest.mark.parametrize("name", JSON_CASES)
def test_json(house: House, name: str) -> None:
    check_case(house, JSON_CASES[name])


@pytest.mark.parametrize("name", FORM_CASES)
def test_forms(house: House, name: str) -> None:
    check_case(house, FORM_CASES[name])


def test_nobody_is_read_who_may_not_ask(house: House) -> None:
    """Signed in or not is settled before a byte of the body is waited for."""
    headers = house.headers() | JSON | {"Content-Length": str(20 * 2**20)}
    del headers["Authorization"]
    reply = house.send([head("POST", "/v1/works", headers)])
    check_plain(reply)
    assert (reply.status, reply.json["code"]) == (401, "not_signed_in")


# --- lengths ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "length",
    ["x", "-1", "1, 2", "1e3", "0x10", "9" * 30, "+5", ""],
)
def test_lengths_that_are_none(house: House, length: str) -> None:
    said = {**JSON, "Content-Length": length}
    korean, english = (
        house.send([head("POST", "/v1/works", house.headers(language) | said), b"{}"])
        for language in ("ko", "en")
    )
    check_refused(korean, english, 400, "request_unreadable")


def test_two_lengths(house: House) -> None:
    for second in ("Content-Length: 7", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip"):
        sent = head("POST", "/v1/works", house.headers() | JSON | {"Content-Length": "2"})
        reply = house.send([sent[:-2] + second.encode() + b"\r\n\r\n", b"{}"])
        check_plain(reply)
        assert reply.status == 400


def test_a_length_past_the_limit_is_refused_before_it_is_read(house: House) -> None:
    for length in (30 * 2**20, 2**40, 2**63 - 1):
        said = {**JSON, "Content-Length": str(length)}
        korean, english = (
            house.send([head("POST", "/v1/works", house.headers(language) | said)])
            for language in ("ko", "en")
        )
        check_refused(korean, english, 413, "request_too_large")


def test_a_body_that_is_longer_than_it_says(house: House) -> None:
    """What is behind it is read as the next request, and is none."""
    with house.connected() as wire:
        said = house.headers() | JSON | {"Content-Length": "1"}
        wire.sendall(head("POST", "/v1/works", said) + b"{" + b"this is no request\r\n\r\n")
        first, rest = read(wire), wire.makefile("rb").read()
    check_plain(first)
    assert (first.status, first.json["code"]) == (400, "request_unreadable")
    assert first.headers["connection"] == "close"
    assert rest == b""


def test_a_body_that_is_shorter_than_it_says(house: House) -> None:
    with house.connected() as wire:
        wire.sendall(head("POST", "/v1/works", house.headers() | JSON | {"Content-Length": "99"}))
        wire.sendall(b"{}")
        wire.shutdown(socket.SHUT_WR)
        wire.settimeout(5)
        # Nobody is there to be answered.
        assert wire.recv(1) == b""


@pytest.mark.parametrize(
    "chunks",
    [b"zz\r\n{}\r\n", b"-1\r\n", b"ffffffffffffffffff\r\n", b"2 {}\r\n", b"\r\n\r\n\r\n"],
    ids=["no size", "less than none", "past 2^64", "no line", "no chunk"],
)
def test_chunks_that_are_none(house: House, chunks: bytes) -> None:
    said = house.headers() | JSON | {"Transfer-Encoding": "chunked"}
    with house.connected() as wire:
        wire.sendall(head("POST", "/v1/works", said) + chunks)
        reply = wire.makefile("rb").read()
    # The answer that was under way is left, or the fault is said: nothing else comes.
    assert reply == b"" or reply.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 415 "))
    assert not INTERNAL.search(reply)


def test_chunks_past_the_limit(house: House) -> None:
    said = house.headers() | JSON | {"Transfer-Encoding": "chunked"}
    megabyte = b"100000\r\n" + b" " * 2**20 + b"\r\n"
    reply = house.send([head("POST", "/v1/works", said), *[megabyte] * 40])
    check_plain(reply)
    assert (reply.status, reply.json["code"]) == (413, "request_too_large")


# --- heads ------------------------------------------------------------------------------------

HEADS = {
    "one of 100 KB": {"X-A": "a" * 100_000},
    "one of 10 MB": {"X-A": "a" * 10_000_000},
    "five thousand": {f"X-{n}": "a" * 20 for n in range(5_000)},
    "a cookie of 80 KB": {"Cookie": "a=" + "b" * 80_000},
}


@pytest.mark.parametrize("name", HEADS)
def test_headers_that_are_too_many(house: House, name: str) -> None:
    korean, english = (
        house.send([head("GET", "/v1/me", house.headers(language) | HEADS[name])])
        for language in ("ko", "en")
    )
    check_refused(korean, english, 431, "head_too_large")


def test_an_address_that_is_too_long(house: House) -> None:
    for path in ("/" + "a" * 100_000, "/v1/works?before=" + "b" * 5_000_000):
        reply = house.ask("GET", path, house.headers())
        check_plain(reply)
        assert (reply.status, reply.json["code"]) == (431, "head_too_large")


def test_trailers_that_do_not_end(house: House) -> None:
    said = house.headers() | JSON | {"Transfer-Encoding": "chunked"}
    with house.connected() as wire:
        wire.sendall(head("POST", "/v1/works", said) + b"2\r\n{}\r\n0\r\n")
        trailers = b"X-A: " + b"a" * 10_000 + b"\r\n"
        with pytest.raises(OSError):
            wire.sendall(trailers * 2_000)
    assert house.ask("GET", "/v1/me", house.headers()).status == 200


@pytest.mark.parametrize(
    "junk",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET\r\n\r\n",
        b"\0" * 100,
        b"GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n: empty\r\n\r\n",
        b"GET / HTTP/1.1\r\nHo st: 127.0.0.1\r\n\r\n",
        b"CONNECT elsewhere:443 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    ],
    ids=lambda junk: repr(junk[:24]),
)
def test_what_is_no_http(house: House, junk: bytes) -> None:
    reply = house.send([junk])
    check_plain(reply)
    assert (reply.status, reply.json["code"]) == (400, "request_unreadable")
    assert reply.headers["connection"] == "close"


# --- addresses --------------------------------------------------------------------------------

LONG = "a" * 40_000
PATHS = [
    "/v1/works/%00",
    f"/v1/works/{NOBODY}%00",
    f"/v1/works/{NOBODY[:-1]}",
    f"/v1/works/{{{NOBODY}}}/cancel",
    "/v1/works/-1",
    "/v1/works/1e5",
    "/v1/works/%ff%fe",
    "/v1/works/%F0%28%8C%28",
    f"/v1/works/{LONG}",
    "/v1/works/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "/v1/files/..%2f..%2fsecret",
    "/v1/files/%00/thumbnail",
    "/v1/files/\\..\\secret/about",
    "/v1/templates/%00",
    "/v1/templates/a%00b",
    "/v1/templates/%0d%0aX-A:%20b",
    f"/v1/templates/{LONG}",
    "/v1/templates/%ed%a0%80",
    "//v1/works",
    "/v1/../../etc/passwd",
    "/%00",
    "/static/..%2f..%2f..%2fpyproject.toml",
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:40])
def test_addresses_where_nothing_can_be(house: House, path: str) -> None:
    korean, english = (
        house.ask("POST" if path.endswith("cancel") else "GET", path, house.headers(language))
        for language in ("ko", "en")
    )
    check_refused(korean, english, 404, "not_found")


QUERIES = {
    f"/v1/works?before={LONG}": {"before": "not_id"},
    "/v1/works?before=%00": {"before": "not_id"},
    "/v1/works?limit=%00": {"limit": "not_number"},
    f"/v1/works?limit={'9' * 40_000}": {"limit": "not_number"},
    "/v1/works?limit=1e1": {"limit": "not_number"},
    "/v1/works?limit=NaN": {"limit": "not_number"},
    f"/v1/works?template={LONG}": {"template": "too_long"},
    "/v1/works?template=%00": {"template": "not_valid"},
    "/v1/works?status=%00": {"status.0": "not_option"},
    f"/v1/files/{NOBODY}?download={LONG}": {"download": "not_boolean"},
}


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path[:40])
def test_queries_that_are_none(house: House, path: str) -> None:
    korean, english = (house.ask("GET", path, house.headers(lang)) for lang in ("ko", "en"))
    check_refused(korean, english, 422, "invalid_inputs", QUERIES[path])


def test_a_state_asked_for_four_thousand_times(house: House) -> None:
    query = "&".join(["status=pending"] * 4_000)
    assert house.ask("GET", f"/v1/works?{query}", house.headers()).status == 200
    query = "&".join(["status=none"] * 4_000)
    reply = house.ask("GET", f"/v1/works?{query}", house.headers())
    check_plain(reply)
    assert len(reply.json["fields"]) == 50


@pytest.mark.parametrize("cursor", ["9" * 40_000, "%00", "-1--1", "%ff", LONG, "1-2" * 9_000])
def test_cursors_that_are_none(house: House, cursor: str) -> None:
    """A stream begins, as it does for a cursor that is too old."""
    reply = house.ask("GET", f"/v1/events?last_event_id={cursor}", house.headers())
    assert (reply.status, reply.headers["content-type"].partition(";")[0]) == (
        200,
        "text/event-stream",
    )


def test_keys_that_are_none(house: House) -> None:
    for key in ("", "x" * 40_000, "\xff", "a b"):
        headers = house.headers(Idempotency_Key=key) | JSON
        reply = house.ask("POST", "/v1/works", headers, wish())
        check_plain(reply)
        assert reply.status in (400, 422)
    for key in ("Bearer " + "x" * 40_000, "Bearer \xff", "Bearer", "", "Bearer a b"):
        reply = house.ask("GET", "/v1/me", house.headers() | {"Authorization": key})
        check_plain(reply)
        assert reply.status == 401


# --- memory -----------------------------------------------------------------------------------

LARGEST = 26 * 2**20
BOUND = 400 * 2**20
"""Bytes beside what the studio holds at rest: 64 MB of bodies, the largest one that may go on
beyond them, for the moment of its parsing eight times that, and what the system's allocator keeps.
"""

LARGE = {
    "a picture": lambda: wish('{"image": "' + "A" * (LARGEST - 200) + '", "prompt": "x"}'),
    "one sign past ASCII": lambda: wish('{"prompt": "' + "x" * (LARGEST - 200) + "😀" + '"}'),
}


async def test_twenty_large_bodies_at_once(house: House) -> None:
    peak = rest = house.memory
    for kind, make in LARGE.items():
        body, headers = make(), house.headers() | JSON
        with ThreadPoolExecutor(20) as crowd:
            asking = [
                asyncio.wrap_future(crowd.submit(house.ask, "POST", "/v1/works", headers, body))
                for _ in range(20)
            ]
            while not all(each.done() for each in asking):
                await asyncio.sleep(0.005)
                peak = max(peak, house.memory)
            replies = await asyncio.gather(*asking)
        told = [reply.status for reply in replies]
        print(f"{kind}: {rest >> 20} MB at rest, at most {(peak - rest) >> 20} MB more, {told}")
        for reply in replies:
            check_plain(reply)
            assert reply.status in (400, 422, 503)
            assert reply.status != 503 or reply.headers["retry-after"] == "5"
        # Some may be sent away; the studio goes on, and serves the next one.
        assert told.count(503) < 20
        assert house.ask("POST", "/v1/works", headers, body).status in (400, 422)
    assert peak - rest < BOUND
