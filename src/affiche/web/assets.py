"""What browsers fetch once: style sheets, modules, type. One digest over all is in every address,
so that an address never changes its content and may be kept for a year.
"""

import gzip
import hashlib
import mimetypes
import re
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from affiche.web import bundles

FOLDER: Final = Path(__file__).parent / "static"
YEAR: Final = "public, max-age=31536000, immutable"
ELEMENT: Final = re.compile(r"<([a-z]+(?:-[a-z0-9]+)+)")
REFUSED: Final = re.compile(r";\s*q=0(\.0*)?\s*$")

# Some systems know neither; a module with another type is refused by browsers.
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")


class Assets:
    """The files below `folder`, as they were when the server started."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        whole = hashlib.sha256()
        for path in files:
            whole.update(path.relative_to(folder).as_posix().encode())
            whole.update(hashlib.sha256(path.read_bytes()).digest())
        self.version = whole.hexdigest()[:12]
        self.elements = {path.stem for path in (folder / "elements").glob("*.js")}
        self.bundles = bundles.joined(folder)
        self.packed = {path: self._packed(data) for path, data in bundles.texts(folder).items()}

    def url(self, path: str) -> str:
        return f"/static/{self.version}/{path}"

    def modules(self, html: str) -> list[str]:
        """The modules of the custom elements in `html`."""
        held = self.elements.intersection(ELEMENT.findall(html))
        return [f"elements/{name}.js" for name in sorted(held)]

    def mount(self, app: FastAPI) -> None:
        app.mount("/static/{version}", _Files(self), name="static")
        # Pages name their icon; some browsers ask here all the same.
        app.add_route("/favicon.ico", self._icon, include_in_schema=False)
        # At the root, and under one address whatever the version: that is what it is known by.
        app.add_route("/push.js", self._worker, include_in_schema=False)

    async def _icon(self, _: Request) -> Response:
        return RedirectResponse(self.url("mark.svg"))

    async def _worker(self, _: Request) -> Response:
        headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        return FileResponse(self.folder / "push.js", media_type="text/javascript", headers=headers)

    def _packed(self, data: bytes) -> dict[str, bytes]:
        """By the names that browsers know them by, the smaller one first. A text that was changed
        after the build has no brotli."""
        built = bundles.packed(self.folder, data)
        better = {"br": built.read_bytes()} if built.is_file() else {}
        return better | {"gzip": gzip.compress(data, 9)}


class _Files(StaticFiles):
    def __init__(self, assets: Assets) -> None:
        super().__init__(directory=assets.folder)
        self.assets = assets

    async def get_response(self, path: str, scope: Scope) -> Response:
        kind = mimetypes.guess_type(path)[0]
        packed = self.assets.packed.get(path, {})
        headers = {"Vary": "Accept-Encoding"} if packed else {}
        taken = encodings(Headers(scope=scope).get("accept-encoding", ""))
        if name := next((name for name in packed if name in taken), None):
            headers["Content-Encoding"] = name
            response = Response(packed[name], media_type=kind, headers=headers)
        elif path in self.assets.bundles:
            response = Response(self.assets.bundles[path], media_type=kind, headers=headers)
        else:
            response = await super().get_response(path, scope)
            response.headers.update(headers)
        # A page from before an update may ask under its old address: served, but not kept.
        current = scope["path_params"].get("version") == self.assets.version
        response.headers["Cache-Control"] = YEAR if current else "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def encodings(accepted: str) -> set[str]:
    """The encodings that the header names and does not refuse."""
    parts = accepted.lower().split(",")
    return {part.partition(";")[0].strip() for part in parts if not REFUSED.search(part)}
