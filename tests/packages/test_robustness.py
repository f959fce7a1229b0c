"""Whatever is in the files, the checker ends with findings, each in a line that is there."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.packages.examples import having, made
from tests.packages.test_lines import JSON, paths

from affiche.texts import LANGUAGES
from affiche.worker.packages.checking import check
from affiche.worker.packages.findings import TARGETS
from affiche.worker.packages.package import Package

FILES = sorted(made().files)
OURS = [".runpod/hub.json", ".runpod/tests.json", "workflow.json"]


def looked_over(package: Package) -> None:
    for target in TARGETS:
        for each in check(package, target).findings:
            lines = (package.text(each.file) or "").count("\n") + 1
            assert 1 <= each.line <= lines, each
            for language in LANGUAGES:
                assert each.message(language)
                assert each.fix(language)


def put(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    """A copy of `value` with `new` at `path`."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(value[path[0]], path[1:], new)
    return copy


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(OURS), st.data())
def test_any_value_of_the_json_files_may_be_anything(name: str, data: st.DataObject) -> None:
    value = json.loads(made().files[name].text or "")
    places = [path for path, _ in paths(value)]
    value = put(value, data.draw(st.sampled_from(places)), data.draw(JSON))
    looked_over(
        having(made(), name, json.dumps(value, indent=data.draw(st.sampled_from([None, 2]))))
    )


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(FILES), st.data())
def test_any_file_may_be_cut_off_or_spoiled(name: str, data: st.DataObject) -> None:
    text = made().files[name].text or ""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    junk = data.draw(st.text("{}[]\"'\\\n\t :=#$/.,()0aA가\0\r", max_size=6))
    looked_over(having(made(), name, text[:start] + junk + text[end:]))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(FILES), st.text(max_size=200))
def test_any_file_may_be_any_text(name: str, text: str) -> None:
    looked_over(having(made(), name, text))
