"""Making a package for a template: `render` says what is in it, `write` puts it on the disk."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from affiche import __version__
from affiche.domain.fields import Field
from affiche.domain.templates import Template
from affiche.errors import PackageRefused
from affiche.graphs.models import FOLDERS
from affiche.worker.packages.findings import Target
from affiche.worker.packages.package import HUB, TESTS
from affiche.worker.packages.rules.tests import SHORTEST
from affiche.worker.packages.sources import ADDRESSES

PICTURE: Final = (
    "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAAAAACPAi4CAAAAeElEQVR42u3WsRHAMAgDQI2T2bVVNkmb2DiHDgoK"
    "qba+M4C7GBgwMB3gOzrANRrAKAJApgXk6zEBqR8I0Pq70A+QmgC1vwrdAKkKzQApCwYMGJj5nQeMtPpUHrBY6rux"
    "vp3r90HDhaLcSNcxn/rx1Q+QiwEDBpqAB8dNWMHbCparAAAAAElFTkSuQmCC"
)
"""A grey disc over a dark ground, 64 × 64 pixels, as a PNG: what a test sends."""

_CUDA: Final[Mapping[Target, str]] = {"hub": "12.7", "serverless": "12.8"}
_POOLS: Final[Mapping[Target, str]] = {"hub": "ADA_24", "serverless": "ADA_24,ADA_32_PRO"}
# A list and no minimum: what is newer has to be named.
_HOSTS: Final[Mapping[Target, tuple[str, ...]]] = {
    "hub": ("12.7",),
    "serverless": ("12.8", "12.9", "13.0"),
}
_TESTED_ON: Final = "ADA_24"
_EXECUTABLE: Final = (".sh",)
_AS_THEY_ARE: Final = (
    "download_models.sh",
    "entrypoint.sh",
    "requirements-build.txt",
    "requirements.txt",
    "setup_netvolume.sh",
)
_MADE: Final = (
    "Dockerfile",
    "Dockerfile.base",
    "README.md",
    "extra_model_paths.yaml",
    "handler.py",
    "models.txt",
)


@dataclass(frozen=True, slots=True)
class Written:
    """`text` of the file at `path`, within the package."""

    path: str
    text: str

    @property
    def executable(self) -> bool:
        return self.path.endswith(_EXECUTABLE)


def render(template: Template, source: Path | Traversable, target: Target) -> tuple[Written, ...]:
    """Every file of the package, by path. `source` is the template's own folder."""
    skeleton = files("affiche.worker.packages").joinpath("skeleton")
    page = source.joinpath("template.toml").read_text(encoding="utf-8")
    graphs = list(_graphs(page))
    values = _values(template, graphs, target)
    found = [Written("template.toml", page)]
    found += [Written(name, source.joinpath(name).read_text(encoding="utf-8")) for name in graphs]
    found += [
        Written(name, skeleton.joinpath(name).read_text(encoding="utf-8")) for name in _AS_THEY_ARE
    ]
    for name in _MADE:
        text = skeleton.joinpath(f"{name}.in").read_text(encoding="utf-8")
        for mark, value in values.items():
            text = text.replace(f"@{mark}@", value)
        found.append(Written(name, text))
    found.append(Written(HUB, _json(_hub(template, target))))
    found.append(Written(TESTS, _json(_tests(template, target))))
    return tuple(sorted(found, key=lambda one: one.path))


def write(package: tuple[Written, ...], folder: Path) -> None:
    """Put it into `folder`, which is made. Raises PackageRefused when there is something in it
    already, or it cannot be written; nothing is ever overwritten."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise PackageRefused(folder=folder, reason="not_empty")
        for one in package:
            path = folder / one.path
            path.parent.mkdir(exist_ok=True)
            path.write_text(one.text, encoding="utf-8", newline="\n")
            path.chmod(0o755 if one.executable else 0o644)
    except OSError as error:
        raise PackageRefused(folder=folder, reason="unwritable", detail=str(error)) from error


def _graphs(page: str) -> Iterator[str]:
    """The files that the stages name, each once."""
    seen = dict.fromkeys(stage["graph"] for stage in tomllib.loads(page)["stages"])
    yield from seen


def _values(template: Template, graphs: list[str], target: Target) -> dict[str, str]:
    """What stands in the skeleton for its marks."""
    folders = dict.fromkeys(model.folder for model in template.models)
    every = {folder for inputs in FOLDERS.values() for folder in inputs.values()} | {"controlnet"}
    return {
        "AFFICHE": f"affiche=={__version__}",
        "COPIES": "\n".join(f"COPY models/{f}/ /opt/comfyui/models/{f}/" for f in folders),
        "CUDA": _CUDA[target],
        "FOLDERS": "\n".join(f"  {folder}: models/{folder}/" for folder in sorted(every)),
        "GPUS": _POOLS[target],
        "GRAPHS": " ".join(graphs),
        "INPUT": json.dumps({"input": _asked(template)}, ensure_ascii=False, indent=2),
        "MODELS": "\n".join(_model_lines(template)),
        "SLUG": template.slug,
        "TARGET": target,
        "TITLE": template.title.en,
    }


def _model_lines(template: Template) -> Iterator[str]:
    for model in template.models:
        address = ADDRESSES.get((model.folder, model.name), "-")
        yield f"{model.folder} {model.name} - - {address}"


# --- for the Hub ------------------------------------------------------------------------------


def _hub(template: Template, target: Target) -> dict[str, Any]:
    return {
        "title": template.title.en,
        "description": template.description.en,
        "type": "serverless",
        "category": "image",
        "config": {
            "runsOn": "GPU",
            "containerDiskInGb": 40,
            "gpuCount": 1,
            "gpuIds": _POOLS[target],
            "allowedCudaVersions": list(_HOSTS[target]),
            "env": [_question(*each) for each in _QUESTIONS],
        },
    }


_QUESTIONS: Final = (
    ("BUCKET_ENDPOINT_URL", "Object storage address", "For results too large to be posted."),
    ("BUCKET_NAME", "Bucket", "The bucket for such results."),
    ("BUCKET_ACCESS_KEY_ID", "Access key", "Of the object storage."),
    ("BUCKET_SECRET_ACCESS_KEY", "Secret key", "Of the object storage."),
)


def _question(key: str, name: str, description: str) -> dict[str, Any]:
    asked = {"name": name, "type": "string", "description": description}
    return {"key": key, "input": {**asked, "default": "", "required": False, "advanced": True}}


def _tests(template: Template, target: Target) -> dict[str, Any]:
    return {
        "tests": [
            {"name": template.slug, "input": _asked(template), "timeout": SHORTEST * 3 // 2},
        ],
        "config": {
            "gpuTypeId": _TESTED_ON,
            "gpuCount": 1,
            "allowedCudaVersions": list(_HOSTS[target]),
            "env": [],
        },
    }


def _asked(template: Template) -> dict[str, Any]:
    """An input in the parameters' shape: everything that the form wants, and a fixed seed."""
    found: dict[str, Any] = {}
    for field in template.fields:
        if field.is_seed:
            found[field.request_key] = 1
        elif field.is_picture and field.required:
            found[_picture_key(field)] = PICTURE
        elif field.default is not None:
            found[field.request_key] = field.default
        elif field.required:
            found[field.request_key] = _example(field)
    return found


def _picture_key(field: Field) -> str:
    """Seed 001's own name, where the field goes by it too."""
    return "image_base64" if "image_base64" in field.keys else field.request_key


def _example(field: Field) -> Any:
    match field.type:
        case "select":
            return field.options[0].value
        case "number" | "slider":
            return field.minimum if field.minimum is not None else 1
        case "checkbox":
            return True
        case "character":
            return "milan"
    return "a quiet beach at sunset"[: field.max_length]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
