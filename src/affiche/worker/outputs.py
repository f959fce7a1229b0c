"""What a run gave: which of it counts, and its bytes."""

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from affiche.comfy.client import Client
from affiche.domain.observations import Output
from affiche.errors import EngineError, EngineUnreachable, OutputMissing

Kind = Literal["images", "videos", "audio", "files"]
KINDS: Final[tuple[Kind, ...]] = ("images", "videos", "audio", "files")
_BY_TYPE: Final[dict[str, Kind]] = {"image": "images", "video": "videos", "audio": "audio"}
# Of nodes whose files have endings that say nothing.
_BY_NAME: Final[dict[str, Kind]] = {
    "images": "images",
    "gifs": "videos",
    "video": "videos",
    "videos": "videos",
    "audio": "audio",
}
# Python's own table, without what a machine adds to it, and what it lacks in one version or other.
_KNOWN: Final = mimetypes.MimeTypes()
_TYPES: Final = {
    ".avif": "image/avif",
    ".flac": "audio/flac",
    ".glb": "model/gltf-binary",
    ".mkv": "video/x-matroska",
    ".ogg": "audio/ogg",
    ".opus": "audio/opus",
    ".wav": "audio/wav",
    ".webp": "image/webp",
}
_STARTS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)


@dataclass(frozen=True, slots=True)
class Made:
    """One file that node `node` of stage `stage` ("" for a job of one) gave."""

    stage: str
    node: str
    kind: Kind
    filename: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Said:
    """One text that a node gave."""

    stage: str
    node: str
    text: str


def chosen(outputs: Sequence[Output], declared: Sequence[str]) -> list[Output]:
    """What counts, in the order of `declared`, else in the server's.

    Where nothing is declared, previews count only if nothing else was given.
    """
    if declared:
        return [output for node in declared for output in outputs if output.node == node]
    kept = [output for output in outputs if output.ref.get("type") != "temp"]
    return kept or list(outputs)


def missing(outputs: Sequence[Output], declared: Sequence[str]) -> list[str]:
    """The declared nodes that gave nothing."""
    gave = {output.node for output in outputs}
    return [node for node in declared if node not in gave]


def told(output: Output, filename: str, data: bytes) -> tuple[Kind, str]:
    """Kind and media type: by the first bytes, else by the name, else as the node calls it."""
    media_type = next((kind for start, kind in _STARTS if data.startswith(start)), None)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        media_type = "image/webp"
    if media_type is None:
        ending = f".{filename.rpartition('.')[2].lower()}"
        media_type = _TYPES.get(ending) or _KNOWN.guess_type(filename)[0]
    if media_type is None:
        return _BY_NAME.get(output.kind, "files"), "application/octet-stream"
    return _BY_TYPE.get(media_type.partition("/")[0], "files"), media_type


async def read(
    client: Client, stage: str, outputs: Sequence[Output]
) -> tuple[list[Made], list[Said], EngineError | None]:
    """The bytes of `outputs`, as many as can be had, and the first failure among them."""
    made: list[Made] = []
    said: list[Said] = []
    failed: EngineError | None = None
    for output in outputs:
        match output.ref:
            case {"text": str() as text}:
                said.append(Said(stage, output.node, text))
            case {"filename": str() as filename}:
                try:
                    data = await _bytes(client, output)
                except EngineError as error:
                    failed = failed or error
                else:
                    kind, media_type = told(output, filename, data)
                    made.append(Made(stage, output.node, kind, filename, media_type, data))
    return made, said, failed


async def _bytes(client: Client, output: Output) -> bytes:
    """Asked for once more when it broke off. Raises OutputMissing for nothing, too."""
    try:
        data = await _whole(client, output)
    except EngineUnreachable:
        data = await _whole(client, output)
    if not data:
        raise OutputMissing(detail=f"{output.ref} is empty")
    return data


async def _whole(client: Client, output: Output) -> bytes:
    return b"".join([piece async for piece in client.view(output.ref)])
