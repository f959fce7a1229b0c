"""The build hook's browser files, against a registry of our own on loopback."""

import base64
import hashlib
import io
import json
import re
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hatch_build import Archive, archives, ensure, fetch, intact

ROOT = Path(__file__).parents[2]
FILES = {"dist/a.min.js": b"a()", "dist/a.js": b"function a() {}", "LICENSE": b"free"}


def npm_archive() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, data in FILES.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return packed.getvalue()


DATA = npm_archive()
LETTER = Archive(
    dest="static/vendor/letter",
    package="@some/letter",
    version="1.2.3",
    integrity="sha512-" + base64.b64encode(hashlib.sha512(DATA).digest()).decode(),
    keep=["dist/*.min.js", "LICENSE"],
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The paths asked of a registry that knows one package."""
    paths: list[str] = []

    class Registry(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            described = {"dist": {"tarball": f"http://{self.headers['Host']}/letter.tgz"}}
            answers = {
                f"/{LETTER.package}/{LETTER.version}": json.dumps(described).encode(),
                "/letter.tgz": DATA,
            }
            answer = answers.get(self.path)
            self.send_response(200 if answer else 404)
            self.end_headers()
            self.wfile.write(answer or b"")

        def log_message(self, format: str, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Registry) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", f"http://127.0.0.1:{server.server_port}")
        yield paths
        server.shutdown()
        thread.join()


def project(root: Path, archive: Archive) -> Path:
    fields = "\n".join(
        f"{name} = {json.dumps(getattr(archive, name))}" for name in Archive.__slots__
    )
    (root / "pyproject.toml").write_text(f"[[tool.affiche.browser-files.shipped]]\n{fields}\n")
    return root


def test_only_the_wanted_files_arrive_and_are_not_fetched_twice(
    tmp_path: Path, asked: list[str]
) -> None:
    root = project(tmp_path, LETTER)
    ensure(root, "shipped")
    dest = root / LETTER.dest
    arrived = {p.relative_to(dest).as_posix() for p in dest.rglob("*") if p.is_file()}
    assert arrived == {"dist/a.min.js", "LICENSE", "vendor.json"}
    assert len(asked) == 2

    ensure(root, "shipped")
    assert len(asked) == 2


@pytest.mark.parametrize("harm", ["altered", "missing", "added", "other version"])
def test_what_is_not_as_it_was_fetched_is_fetched_again(
    tmp_path: Path, asked: list[str], harm: str
) -> None:
    fetch(tmp_path, LETTER)
    script = tmp_path / LETTER.dest / "dist/a.min.js"
    match harm:
        case "altered":
            script.write_bytes(b"b()")
        case "missing":
            script.unlink()
        case "added":
            script.with_name("c.js").write_bytes(b"c()")
        case "other version":
            assert not intact(tmp_path, replace(LETTER, version="1.2.4"))
            return
    assert not intact(tmp_path, LETTER)
    ensure(project(tmp_path, LETTER), "shipped")
    assert intact(tmp_path, LETTER)
    assert script.read_bytes() == b"a()"


def test_an_archive_with_another_checksum_changes_nothing(tmp_path: Path, asked: list[str]) -> None:
    fetch(tmp_path, LETTER)
    forged = replace(LETTER, integrity="sha512-" + base64.b64encode(bytes(64)).decode())
    with pytest.raises(RuntimeError, match="checksum"):
        fetch(tmp_path, forged)
    assert intact(tmp_path, LETTER)
    assert {path.name for path in (tmp_path / LETTER.dest).parent.iterdir()} == {"letter"}


def test_a_pattern_that_finds_nothing_is_an_error(tmp_path: Path, asked: list[str]) -> None:
    with pytest.raises(RuntimeError, match=r"no file dist/z\.js"):
        fetch(tmp_path, replace(LETTER, keep=["dist/z.js"]))


def test_a_registry_that_fails_is_named_as_the_cause(tmp_path: Path, asked: list[str]) -> None:
    with pytest.raises(RuntimeError, match=r"@some/letter 9 could not be fetched.*404"):
        fetch(tmp_path, replace(LETTER, version="9"))


def test_what_this_project_ships_is_in_place() -> None:
    shipped = archives(ROOT, "shipped")
    assert {archive.package for archive in shipped} >= {"htmx.org"}
    assert all(intact(ROOT, archive) for archive in shipped)


def test_every_font_slice_of_the_style_sheet_is_there() -> None:
    (font,) = (archive for archive in archives(ROOT, "shipped") if "index.css" in archive.keep)
    folder = ROOT / font.dest
    named = set(re.findall(r"url\((.+?)\)", (folder / "index.css").read_text()))
    slices = {f"./{p.relative_to(folder).as_posix()}" for p in folder.glob("files/*.woff2")}
    assert named == slices
    assert len(slices) > 100
