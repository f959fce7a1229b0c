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

FOLDER: Final = Path(__file__).parent / "static"
YEAR: Final = "public, max-age=31536000, immutable"
# The letters of our own pages last: where a letter is in both, the last one named has it.
TYPE: Final = ("vendor/noto-sans-kr", "vendor/type")
SPACE: Final = re.compile(r"/\*.*?\*/|\s+", re.DOTALL)
TEXTS: Final = (".css", ".js", ".svg")
ELEMENT: Final = re.compile(r"<([a-z]+(?:-[a-z0-9]+)+)")

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
        self.bundles = {"site.css": self._styles(), "htmx.js": self._htmx()}
        texts = [path for path in files if path.suffix in TEXTS]
        plain = {path.relative_to(folder).as_posix(): path.read_bytes() for path in texts}
        self.packed = {
            path: gzip.compress(data, 9) for path, data in (plain | self.bundles).items()
        }

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

    def _styles(self) -> bytes:
        """All style sheets as one, the tokens and the ground of the page first."""
        first = ["tokens.css", "base.css"]
        folder = self.folder / "css"
        rest = sorted(p.name for p in folder.glob("*.css") if p.name not in first)
        sheets = [(folder / name).read_text(encoding="utf-8") for name in (*first, *rest)]
        return "\n".join([*map(self._faces, TYPE), *sheets]).encode()

    def _faces(self, folder: str) -> str:
        """The faces of the typeface in `folder`, as seen from the folder of all."""
        sheet = (self.folder / folder / "index.css").read_text(encoding="utf-8")
        return SPACE.sub(" ", sheet).replace("url(./", f"url(./{folder}/")

    def _htmx(self) -> bytes:
        """htmx and its extension in one file: apart, the page could start between the two."""
        parts = ("vendor/htmx/dist/htmx.min.js", "vendor/htmx/dist/ext/hx-sse.min.js")
        return b"\n".join((self.folder / part).read_bytes() for part in parts)


class _Files(StaticFiles):
    def __init__(self, assets: Assets) -> None:
        super().__init__(directory=assets.folder)
        self.assets = assets

    async def get_response(self, path: str, scope: Scope) -> Response:
        kind = mimetypes.guess_type(path)[0]
        headers = {"Vary": "Accept-Encoding"} if path in self.assets.packed else {}
        if headers and "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            response = Response(self.assets.packed[path], media_type=kind, headers=headers)
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
