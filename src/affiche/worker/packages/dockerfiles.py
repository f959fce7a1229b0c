"""Reading a Dockerfile as far as the rules need it: stages, images, arguments, copies."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

_VARIABLE: Final = re.compile(r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))")
_HEREDOC: Final = re.compile(r"<<-?[\"']?(\w+)[\"']?")


@dataclass(frozen=True, slots=True)
class Instruction:
    """`rest` has continued lines joined by a space; `line` is the first one's."""

    word: str
    rest: str
    line: int


@dataclass(slots=True)
class Stage:
    """`image` is what the stage rests on at last, with the line that names it; `parent` the
    stage between, if any; `values` what its variables hold at its end."""

    name: str
    image: str
    line: int
    parent: "Stage | None" = None
    values: dict[str, str] = field(default_factory=dict)
    steps: list[Instruction] = field(default_factory=list)

    def chain(self) -> Iterator["Stage"]:
        """The stage itself, then those it rests on."""
        stage: Stage | None = self
        while stage is not None:
            yield stage
            stage = stage.parent

    def all(self, *words: str) -> Iterator[tuple["Stage", Instruction]]:
        """The instructions of the image in the end, its parents' first."""
        for stage in reversed(list(self.chain())):
            yield from ((stage, step) for step in stage.steps if step.word in words)


def instructions(text: str) -> Iterator[Instruction]:
    """In their order; comments and the bodies of here-documents are left out."""
    lines = iter(enumerate(text.split("\n"), 1))
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        whole = line.strip()
        while whole.endswith("\\"):
            _, more = next(lines, (0, ""))
            if not more.lstrip().startswith("#"):
                whole = f"{whole[:-1].rstrip()} {more.strip()}"
            else:
                # A comment within does not end it.
                whole = f"{whole[:-1].rstrip()} \\"
        for end in _HEREDOC.findall(whole):
            body: list[str] = []
            for _, inner in lines:
                if inner.strip() == end:
                    break
                body.append(inner)
            whole = " ; ".join((whole, *body))
        word, _, rest = whole.partition(" ")
        yield Instruction(word.upper(), rest.strip(), number)


def filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with its variables filled in; one without a value is left as it is."""

    def value(found: re.Match[str]) -> str:
        known = values.get(found[1] or found[3])
        return known or found[2] or found[0]

    return _VARIABLE.sub(value, text)


def stages(text: str) -> list[Stage]:
    """In their order; the last one is what is built."""
    found: list[Stage] = []
    globals_: dict[str, str] = {}
    for step in instructions(text):
        if step.word == "FROM":
            found.append(_begun(step, globals_, found))
        elif not found:
            if step.word == "ARG":
                globals_.update(pairs(step.rest, globals_))
        else:
            stage = found[-1]
            stage.steps.append(step)
            if step.word == "ENV":
                stage.values.update(pairs(step.rest, stage.values))
            elif step.word == "ARG":
                name = step.rest.partition("=")[0].strip()
                inherited = {name: globals_[name]} if name in globals_ else {}
                stage.values.update(pairs(step.rest, stage.values) or inherited)
    return found


def copies(step: Instruction) -> tuple[str, ...]:
    """What a COPY or ADD takes out of the package; nothing if it takes it from elsewhere."""
    rest = step.rest.strip()
    words = re.findall(r'"([^"]*)"', rest) if rest.startswith("[") else _words(rest)
    if any(word.startswith("--from") for word in words):
        return ()
    plain = [word for word in words if not word.startswith("--")]
    taken = (source.removeprefix("./").rstrip("/") or "." for source in plain[:-1])
    return tuple(source for source in taken if "://" not in source and not source.startswith("<<"))


def _begun(step: Instruction, globals_: Mapping[str, str], before: list[Stage]) -> Stage:
    words = [word for word in filled(step.rest, globals_).split() if not word.startswith("--")]
    image = words[0] if words else ""
    name = words[2].lower() if len(words) > 2 and words[1].upper() == "AS" else ""
    for stage in before:
        if stage.name and stage.name == image.lower():
            return Stage(name, stage.image, stage.line, stage, dict(stage.values))
    return Stage(name, image, step.line)


def pairs(rest: str, values: Mapping[str, str]) -> dict[str, str]:
    """`A=1 B="2"` and the old `ENV A 1`."""
    words = _words(rest)
    if words and "=" not in words[0]:
        return {words[0]: filled(" ".join(words[1:]), values)} if len(words) > 1 else {}
    pairs = (word.partition("=") for word in words if "=" in word)
    return {name: filled(value, values) for name, _, value in pairs}


def _words(rest: str) -> list[str]:
    try:
        return shlex.split(rest)
    except ValueError:
        return rest.split()
