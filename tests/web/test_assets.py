"""What browsers fetch, as it goes over the wire: packed as they like it, and the same for all."""

import asyncio
import gzip
import shutil
from pathlib import Path

import brotli
import pytest
import pyvips
from tests.support.servers import Client, Server

from affiche.web import bundles, stand_ins
from affiche.web.assets import FOLDER, Assets, encodings


async def raw(server: Server, path: str, accepted: str) -> tuple[dict[str, str], bytes]:
    """Headers and body as they were sent, which a client's library would unpack."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    lines += [f"Accept-Encoding: {accepted}"] if accepted else []
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    _, *fields = head.decode().split("\r\n")
    return {name.lower(): value for name, _, value in (f.partition(": ") for f in fields)}, body


@pytest.mark.parametrize("name", ["site.css", "letters.css", "htmx.js", "elements.js", "mark.svg"])
async def test_the_same_text_comes_packed_as_each_browser_takes_it(
    server: Server, name: str
) -> None:
    assets = Assets()
    plain = bundles.texts(FOLDER)[name]
    # As the build leaves it; of what was written since there is none yet.
    packings = {"gzip, deflate, br": "br", "gzip": "gzip", "br;q=0, gzip;q=0.5": "gzip", "": None}
    for accepted, packing in packings.items():
        if packing == "br" and "br" not in assets.packed[name]:
            packing = "gzip"
        headers, body = await raw(server, assets.url(name), accepted)
        assert headers.get("content-encoding") == packing
        assert headers["vary"] == "Accept-Encoding"
        assert int(headers["content-length"]) == len(body)
        read = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[packing]
        assert read(body) == plain


def test_an_encoding_counts_unless_it_is_refused() -> None:
    assert encodings("GZIP;q=0.5, br ;q=1.0, zstd") == {"gzip", "br", "zstd"}
    assert encodings("gzip; q=0, br;q=0.000,deflate") == {"deflate"}
    assert encodings("") == {""}


def test_brotli_is_of_the_very_content_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "static"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("files", "packed"))
    bundles.pack(folder)
    packed = Assets(folder).packed
    assert packed.keys() == bundles.texts(folder).keys()
    assert all(list(each) == ["br", "gzip"] for each in packed.values())
    assert len(packed["site.css"]["br"]) < len(packed["site.css"]["gzip"])
    before = {path.name for path in (folder / bundles.PACKED).iterdir()}
    (folder / "css" / "door.css").write_text("a { color: red; }", encoding="utf-8")
    changed = Assets(folder).packed
    assert {name for name, each in changed.items() if "br" not in each} == {
        "css/door.css",
        "site.css",
    }
    bundles.pack(folder)
    assert all("br" in each for each in Assets(folder).packed.values())
    assert len({path.name for path in (folder / bundles.PACKED).iterdir()} - before) == 2


def test_a_stand_in_is_as_wide_and_as_high_as_the_typeface() -> None:
    # Letters of 0.6 where Arial has 0.556: 7.9 % wider, and of that size its height is told.
    latin, hangul = stand_ins.faces({"a": 0.6, "b": 0.6}, 1.16, 0.288, "abba")
    assert "size-adjust: 107.91%; ascent-override: 107.49%; descent-override: 26.69%" in latin
    assert "size-adjust: 100.00%; ascent-override: 116.00%; descent-override: 28.80%" in hangul
    assert stand_ins.ARIAL["~"] == 0.584
    assert len(stand_ins.ARIAL) == 95


async def test_a_sample_comes_as_wide_as_a_column_too(client: Client) -> None:
    whole = await client.get("/templates/klein-i2i/sample")
    small = await client.get("/templates/klein-i2i/sample?width=720")
    assert small.headers["Content-Type"] == "image/webp"
    assert pyvips.Image.new_from_buffer(small.body, "").width == 720
    assert len(small.body) < len(whole.body) / 2
    assert (await client.get("/templates/klein-i2i/sample?width=9000")).status == 422
    assert (await client.get("/templates/none/sample?width=720")).status == 404
    text = (await client.get("/", headers={"Accept": "text/html"})).body.decode()
    assert "/templates/klein-i2i/sample?width=720 720w" in text
