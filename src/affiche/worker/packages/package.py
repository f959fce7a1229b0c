"""A package as the rules see it: the files that matter, by their path in the folder."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

HUB: Final = ".runpod/hub.json"
TESTS: Final = ".runpod/tests.json"
DOCKERFILE: Final = "Dockerfile"
HANDLER: Final = "handler.py"
README: Final = "README.md"
TEMPLATE: Final = "template.toml"
PATHS: Final = "extra_model_paths.yaml"
MODELS: Final = "models.txt"


@dataclass(frozen=True, slots=True)
class File:
    """`path` is relative, with `/`; `text` is None where the file is no UTF-8 text or too large."""

    path: str
    text: str | None
    executable: bool = False

    @property
    def lines(self) -> list[str]:
        # Not `splitlines`, which ends a line at signs that no editor does.
        return [line.removesuffix("\r") for line in (self.text or "").split("\n")]


@dataclass(frozen=True, slots=True)
class Package:
    """`files` holds what the rules read; `others` the paths of all else, that may be copied."""

    files: Mapping[str, File]
    others: frozenset[str] = frozenset()

    def text(self, path: str) -> str | None:
        """None where there is no such file, or nothing to be read in it."""
        found = self.files.get(path)
        return found.text if found else None

    def hub_place(self, name: str) -> str:
        """The Hub takes `name` from the root or from `.runpod`."""
        inner = f".runpod/{name}"
        return inner if name not in self.files and inner in self.files else name

    @property
    def dockerfile(self) -> str:
        return self.hub_place(DOCKERFILE)

    @property
    def handler(self) -> str:
        return self.hub_place(HANDLER)

    def ending(self, *suffixes: str) -> Iterator[File]:
        return (file for path, file in sorted(self.files.items()) if path.endswith(suffixes))

    def builders(self) -> Iterator[File]:
        """What puts models into place: shell scripts, Dockerfiles and the list of models."""
        for path, file in sorted(self.files.items()):
            name = path.rpartition("/")[2]
            if path.endswith(".sh") or name.startswith(DOCKERFILE) or path == MODELS:
                yield file

    def holds(self, path: str) -> bool:
        """Whether there is such a file, or a folder with one."""
        everything = (*self.files, *self.others)
        return any(one == path or one.startswith(f"{path}/") for one in everything)
