"""The graphs, and the template that says what goes where in them (seed 002, 8)."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from affiche.catalog.definitions import template_from
from affiche.domain.definitions import DefinitionInvalid
from affiche.domain.workflows import Binding, Graph
from affiche.errors import GraphInvalid, GraphProblem
from affiche.graphs.bindings import misfit
from affiche.graphs.graph import load
from affiche.worker.packages import toml_lines
from affiche.worker.packages.findings import Finding, Target, error, warning
from affiche.worker.packages.json_pages import Page, parse
from affiche.worker.packages.package import TEMPLATE, File, Package


def check(package: Package, target: Target) -> Iterator[Finding]:
    found = 0
    for file in graph_files(package):
        page, wrong = parse(file)
        yield from wrong
        if page is None:
            found += 1
        elif file.path in _named(package) or is_graph(page.value):
            found += 1
            yield from _graph(page)
    if not found:
        yield warning("no_workflow", ".")
    if TEMPLATE in package.files:
        yield from _template(package)


def graph_files(package: Package) -> Iterator[File]:
    """JSON files outside `.runpod`."""
    return (file for file in package.ending(".json") if not file.path.startswith(".runpod/"))


def is_graph(value: Any) -> bool:
    """Whether it looks like a graph, in whichever of ComfyUI's two formats."""
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("nodes"), list):
        return True
    return any(isinstance(node, dict) and "class_type" in node for node in value.values())


def graphs(package: Package) -> dict[str, Graph]:
    """Every graph that can be read, by its file."""
    return {path: graph for path, (_, graph) in pages(package).items()}


def pages(package: Package) -> dict[str, tuple[Page, Graph]]:
    """Every graph that can be read, with its page, by its file."""
    found: dict[str, tuple[Page, Graph]] = {}
    for file in graph_files(package):
        page, _ = parse(file)
        if page is not None and is_graph(page.value):
            try:
                found[file.path] = page, load(page.value)
            except GraphInvalid:
                continue
    return found


def _graph(page: Page) -> Iterator[Finding]:
    try:
        load(page.value)
    except GraphInvalid as wrong:
        for problem in wrong.problems:
            yield _problem(page, problem)


def _problem(page: Page, problem: GraphProblem) -> Finding:
    path = [problem.node] if problem.node else []
    if problem.node and problem.input:
        path += ["inputs", problem.input]
    return error("graph", page.file, page.line(*path), problem=problem)


# --- the template -----------------------------------------------------------------------------


def _named(package: Package) -> set[str]:
    """The graphs that the template's stages name."""
    try:
        stages = tomllib.loads(package.text(TEMPLATE) or "").get("stages")
    except tomllib.TOMLDecodeError:
        return set()
    listed = stages if isinstance(stages, list) else []
    return {str(stage.get("graph")) for stage in listed if isinstance(stage, dict)}


def _template(package: Package) -> Iterator[Finding]:
    text = package.text(TEMPLATE)
    if text is None:
        yield error("not_text", TEMPLATE)
        return
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        yield error("template_syntax", TEMPLATE, _toml_line(wrong), reason=str(wrong))
        return
    known = graphs(package)
    stages = data.get("stages")
    # A graph that cannot be read has been named already, and nothing more is known with it.
    broken = any(name in package.files and name not in known for name in _named(package))
    for at, stage in enumerate(stages if isinstance(stages, list) else []):
        for finding in _stage(package, text, at, stage, known):
            broken = True
            yield finding
    if not broken:
        yield from _definition(text, data, known)


def _stage(
    package: Package, text: str, at: int, stage: Any, known: Mapping[str, Graph]
) -> Iterator[Finding]:
    name = stage.get("graph") if isinstance(stage, dict) else None
    if not isinstance(name, str):
        return
    if name not in known:
        if name not in package.files:
            line = toml_lines.line_of(text, ("stages", at, "graph"))
            yield error("graph_missing", TEMPLATE, line, name=name)
        return
    bindings = stage.get("bindings")
    for n, binding in enumerate(bindings if isinstance(bindings, list) else []):
        where = ("stages", at, "bindings", n)
        if problem := _misplaced(known[name], binding):
            line = toml_lines.line_of(text, (*where, "node"))
            yield error("binding", TEMPLATE, line, problem=problem, file=name)


def _misplaced(graph: Graph, raw: Any) -> GraphProblem | None:
    """Why a binding has no place; nothing for one that is not even whole."""
    keys = ("name", "node", "class", "input")
    if not isinstance(raw, dict) or not all(isinstance(raw.get(key), str) for key in keys):
        return None
    name, node, class_, input_ = (raw[key] for key in keys)
    return misfit(graph, Binding(name, node, class_, input_, "string"))


def _definition(text: str, data: dict[str, Any], known: Mapping[str, Graph]) -> Iterator[Finding]:
    """The catalog's own reading, which takes nothing that has no effect."""
    stages = data.get("stages")
    if isinstance(stages, list):
        stages = [
            {**stage, "graph": known[stage["graph"]].api()}
            if isinstance(stage, dict) and stage.get("graph") in known
            else stage
            for stage in stages
        ]
    try:
        # The slug is the folder's name, which a container has no use for.
        template_from({**data, "slug": "package", "stages": stages})
    except DefinitionInvalid as wrong:
        line = toml_lines.line_of(text, toml_lines.path_of(wrong.where))
        yield error("template", TEMPLATE, line, where=wrong.where, reason=wrong.reason)


def _toml_line(wrong: tomllib.TOMLDecodeError) -> int:
    words = str(wrong).rpartition("(at line ")[2].partition(",")[0]
    return int(words) if words.isdigit() else 1
