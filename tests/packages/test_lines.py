"""Where a value is in a text: in JSON, in TOML, in the one YAML file, and in a Dockerfile."""

import json
import tomllib
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from affiche.worker.packages import dockerfiles, toml_lines
from affiche.worker.packages.json_pages import parse
from affiche.worker.packages.package import File
from affiche.worker.packages.yaml_pages import NotPlain, sections

TEXT = st.text(max_size=8)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT
JSON = st.recursive(
    SCALARS.filter(lambda value: value not in (float("inf"), float("-inf"))),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)
BLANKS = st.text(" \n\t\r", max_size=3)


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    found = [(path, value)]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += paths(inner, (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            found += paths(inner, (*path, at))
    return found


def written(value: Any, blank: Any) -> str:
    """As JSON with blanks of somebody's choosing between all of its signs."""
    if isinstance(value, dict):
        inner = ",".join(
            f"{blank()}{json.dumps(key)}{blank()}:{blank()}{written(each, blank)}{blank()}"
            for key, each in value.items()
        )
        return f"{{{inner or blank()}}}"
    if isinstance(value, list):
        return f"[{','.join(f'{blank()}{written(e, blank)}{blank()}' for e in value) or blank()}]"
    return json.dumps(value)


@given(JSON, st.data())
def test_every_value_of_json_is_found_in_its_line(value: Any, data: st.DataObject) -> None:
    blank = lambda: data.draw(BLANKS)  # noqa: E731
    text = f"{blank()}{written(value, blank)}{blank()}"
    page, found = parse(File("a.json", text))
    assert page is not None
    assert found == []
    assert set(page.places) == {path for path, _ in paths(value)}
    for path, expected in paths(value):
        offset = page.places[path]
        assert json.JSONDecoder().raw_decode(text, offset)[0] == expected
        assert page.line(*path) == text[:offset].count("\n") + 1


@given(st.text('{}[],:"\\ ab1\n', max_size=30))
def test_whatever_the_text_is_it_is_a_page_or_a_finding(text: str) -> None:
    page, found = parse(File("a.json", text))
    try:
        value, line = json.loads(text), 0
    except json.JSONDecodeError as wrong:
        value, line = None, wrong.lineno
    assert (page is None) == bool(line)
    if page is None:
        assert [each.line for each in found] == [line]
    else:
        assert page.value == value


def test_json_too_deep_is_named_and_not_died_of() -> None:
    page, found = parse(File("a.json", "[" * 200_000))
    assert page is None
    assert [each.severity for each in found] == ["error"]


def test_a_value_that_is_not_there_is_where_it_would_be() -> None:
    page, _ = parse(File("a.json", '{\n"a": {\n"b": 1}\n}'))
    assert page is not None
    assert [page.line("a", "b"), page.line("a", "c"), page.line("x", "y")] == [3, 2, 1]


TOML = """name = "a"   # not "b"
title = { ko = "가", en = "a" }

[[stages]]
graph = "a"
bindings = [
  { name = "a", node = "2", class = 'a' },
  { name = "b", node = "2", class = "a" },
]

[[stages]]
graph = 'b'
wide = 12
on = true

[time_outs]
run = 12
"""


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("name", 1),
        ("title.en", 2),
        ("stages[0].graph", 5),
        ("stages[0].bindings[0].node", 7),
        ("stages[0].bindings[1].node", 8),
        ("stages[0].bindings[1].input", 8),
        ("stages[1].graph", 12),
        ("stages[1].wide", 13),
        ("stages[1].on", 14),
        ("time_outs.run", 17),
        ("time_outs", 17),
        ("nowhere", 1),
    ],
)
def test_a_value_of_toml_is_found_in_its_line(where: str, line: int) -> None:
    assert tomllib.loads(TOML)
    assert toml_lines.line_of(TOML, toml_lines.path_of(where)) == line


NAME = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True).filter(
    lambda name: name not in ("y", "n", "yes", "no", "on", "off", "true", "false", "null")
)
PATH = st.from_regex(r"[a-z/.][a-z0-9/_. -]{0,10}[a-z/]", fullmatch=True).filter(
    lambda path: (
        path not in ("yes", "on", "off", "true", "false", "null", "no") and ": " not in path
    )
)
SECTIONS = st.dictionaries(
    NAME,
    st.dictionaries(NAME, PATH | st.lists(PATH, min_size=1, max_size=3), min_size=1, max_size=4),
    min_size=1,
    max_size=3,
)


@given(SECTIONS, st.sampled_from(["  ", "    "]), st.sampled_from(["", "  # why\n", "\n"]))
def test_what_is_plain_yaml_is_read_as_yaml_reads_it(
    data: dict[str, dict[str, str | list[str]]], indent: str, between: str
) -> None:
    lines = []
    for name, entries in data.items():
        lines.append(f"{name}:\n{between}")
        for key, value in entries.items():
            if isinstance(value, str):
                lines.append(f"{indent}{key}: {value}\n")
            else:
                block = "".join(f"{indent}  {path}\n" for path in value)
                lines.append(f"{indent}{key}: |\n{block}")
    text = "".join(lines)
    found = {
        section.name: {key: "\n".join(entry.paths) for key, entry in section.entries.items()}
        for section in sections(text)
    }
    expected = yaml.safe_load(text)
    assert found == {
        name: {key: "\n".join(line.strip() for line in str(value).strip().split("\n"))
               for key, value in entries.items()}
        for name, entries in expected.items()
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a:\n  b: [c]\n", 2),
        ("a:\n  - b\n", 2),
        ("a: b\n", 1),
        ("a:\n  b: c\n   d: e\n", 3),
        ("a:\n  b: *c\n", 2),
        ("a:\n\tb: c\n", 2),
        ("a:\n  b: c\n  b: d\n", 3),
        ("a:\n  b: 'c\n", 2),
    ],
)
def test_what_is_more_than_plain_is_named(text: str, line: int) -> None:
    with pytest.raises(NotPlain) as caught:
        sections(text)
    assert caught.value.line == line


def test_comments_and_quotes_of_yaml() -> None:
    (found,) = sections(
        "# one\na: # two\n\n  # three\n  b: \"c d\" # four\n  e: 'f'\n  is_default: true\n"
    )
    assert {key: (entry.paths, entry.line) for key, entry in found.entries.items()} == {
        "b": (("c d",), 5),
        "e": (("f",), 6),
        "is_default": (("true",), 7),
    }


DOCKERFILE = """# syntax=docker/dockerfile:1
ARG CUDA=12.8
ARG BASE
FROM nvidia/cuda:12.8.1-base AS cuda-12.8
ENV WHEELS=cu128
FROM nvidia/cuda:12.6.3-base AS cuda-12.7
ENV WHEELS=cu126
FROM --platform=linux/amd64 cuda-${CUDA} AS made
ARG CUDA
RUN pip install \\
    # torch for $CUDA
    torch --index-url https://example.com/whl/${WHEELS} \\
    && true
RUN <<EOF
FROM nothing
EOF
FROM ${BASE:-made}
COPY --chmod=755 a.sh ./b/ /x/
COPY --from=made /y /y
COPY ["c d", "/x/"]
ADD https://example.com/e /x/
CMD ["/x/a.sh"]
"""


def test_a_dockerfile_s_stages() -> None:
    found = dockerfiles.stages(DOCKERFILE)
    assert [stage.name for stage in found] == ["cuda-12.8", "cuda-12.7", "made", ""]
    last = found[-1]
    assert (last.image, last.line) == ("nvidia/cuda:12.8.1-base", 4)
    assert found[2].values == {"WHEELS": "cu128", "CUDA": "12.8"}
    runs = [(step.line, step.word) for _, step in last.all("RUN")]
    assert runs == [(10, "RUN"), (14, "RUN")]
    installed = dockerfiles.filled(next(last.all("RUN"))[1].rest, last.values)
    assert "whl/cu128" in installed


def test_what_a_dockerfile_takes_out_of_its_folder() -> None:
    last = dockerfiles.stages(DOCKERFILE)[-1]
    taken = [dockerfiles.copies(step) for step in last.steps if step.word in ("COPY", "ADD")]
    assert taken == [("a.sh", "b"), (), ("c d",), ()]


@given(st.text("FROM RUN COPY\\\n#<E ${}=a\"'", max_size=60))
def test_no_dockerfile_is_died_of(text: str) -> None:
    for stage in dockerfiles.stages(text):
        for step in stage.steps:
            dockerfiles.copies(step)
