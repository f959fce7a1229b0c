"""handler.py: it starts a worker, and the nodes that it fills are there (seed 002, 7 and 8)."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from typing import Final

from affiche.domain.workflows import Graph
from affiche.worker.packages.findings import Finding, Target, error, warning
from affiche.worker.packages.package import Package
from affiche.worker.packages.rules.workflows import graphs

_STARTS: Final = ("runpod.serverless.start", "affiche.worker.start")
# What ids look like in graphs that ComfyUI exports; other texts are some other mapping's keys.
_ID: Final = re.compile(r"\d+(:\d+)*")
_COMMENT: Final = re.compile(r"#\s*([A-Za-z_]\w*)\s*$")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def check(package: Package, target: Target) -> Iterator[Finding]:
    path = package.handler
    if path not in package.files:
        return
    text = package.text(path)
    if text is None:
        yield error("not_text", path)
        return
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as wrong:
        # The end of the text counts as a line behind the last.
        line = min(getattr(wrong, "lineno", None) or 1, text.count("\n") + 1)
        yield error("handler_syntax", path, line)
        return
    yield from _started(path, tree)
    yield from _filled(path, tree, text, graphs(package))


def _started(path: str, tree: ast.Module) -> Iterator[Finding]:
    names = _imported(tree)
    calls = [
        (name, node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and (name := _dotted(node.func, names)) in _STARTS
    ]
    if not calls:
        yield error("handler_not_started", path, (len(tree.body) and tree.body[-1].lineno) or 1)
    for name, call in calls:
        if name == "runpod.serverless.start":
            yield from _given(path, tree, call)


def _given(path: str, tree: ast.Module, call: ast.Call) -> Iterator[Finding]:
    """What `start` is given must name a handler, and that should be a coroutine function."""
    config = call.args[0] if call.args else None
    if not isinstance(config, ast.Dict):
        return
    given = zip(config.keys, config.values, strict=True)
    named = {key.value: value for key, value in given if isinstance(key, ast.Constant)}
    value = named.get("handler")
    if value is None:
        yield error("handler_not_named", path, call.lineno)
        return
    functions = {each.name: each for each in ast.walk(tree) if isinstance(each, Function)}
    found = functions.get(value.id) if isinstance(value, ast.Name) else None
    if found is None:
        return
    if isinstance(found, ast.FunctionDef):
        yield warning("handler_sync", path, found.lineno, name=found.name)
    wanted = [*found.args.posonlyargs, *found.args.args]
    if len(wanted) - len(found.args.defaults) != 1 and not found.args.vararg:
        yield error("handler_arguments", path, found.lineno, name=found.name)


# --- nodes ------------------------------------------------------------------------------------


def _filled(
    path: str, tree: ast.Module, text: str, known: Mapping[str, Graph]
) -> Iterator[Finding]:
    """`prompt["2"]["inputs"]["image"]`: in some graph there must be such a node and input."""
    constants = _constants(tree)
    comments = _comments(text)
    seen: set[tuple[int, str, str | None]] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Subscript):
            continue
        keys = _keys(node, constants)
        at = keys.index("inputs") if "inputs" in keys[1:] else 0
        if not at or not (_ID.fullmatch(keys[at - 1]) or _has(known, keys[at - 1])):
            continue
        id_, input_ = keys[at - 1], keys[at + 1] if len(keys) > at + 1 else None
        if any(
            line == node.lineno and one == id_ and input_ in (None, had) for line, one, had in seen
        ):
            continue
        seen.add((node.lineno, id_, input_))
        if not known:
            continue
        yield from _place(path, node.lineno, id_, input_, comments.get(node.lineno), known)


def _has(known: Mapping[str, Graph], id_: str) -> bool:
    return any(id_ in graph.nodes for graph in known.values())


def _place(
    path: str,
    line: int,
    id_: str,
    input_: str | None,
    meant: str | None,
    known: Mapping[str, Graph],
) -> Iterator[Finding]:
    holders = {name: graph for name, graph in known.items() if id_ in graph.nodes}
    if not holders:
        yield error("node_missing", path, line, node=id_, files=", ".join(known))
        return
    found = {name: graph.nodes[id_] for name, graph in holders.items()}
    named = {node.class_type for graph in known.values() for node in graph.nodes.values()}
    # A comment behind the line counts when it reads like a class: seed 002 writes it so.
    if meant and (meant in named or re.fullmatch(r"[A-Z]\w*[a-z]\w*[A-Z]\w*", meant)):
        right = {name: node for name, node in found.items() if node.class_type == meant}
        if not right:
            name, node = next(iter(found.items()))
            params = {"node": id_, "expected": meant, "found": node.class_type, "file": name}
            yield error("node_class", path, line, **params)
            return
        found = right
    if input_ and not any(input_ in node.inputs for node in found.values()):
        name, node = next(iter(found.items()))
        params = {"node": id_, "input": input_, "found": node.class_type, "file": name}
        yield error("node_input_missing", path, line, **params)
    elif input_ and all(node.link(input_) for node in found.values() if input_ in node.inputs):
        name, node = next(iter(found.items()))
        params = {"node": id_, "input": input_, "found": node.class_type, "file": name}
        yield error("node_input_linked", path, line, **params)


def _keys(node: ast.Subscript, constants: Mapping[str, str]) -> list[str]:
    """The texts of a chain of subscripts, from the outside in; empty if one is no text."""
    keys: list[str] = []
    at: ast.expr = node
    while isinstance(at, ast.Subscript):
        index = at.slice
        if isinstance(index, ast.Constant) and isinstance(index.value, str):
            keys.insert(0, index.value)
        elif isinstance(index, ast.Name) and index.id in constants:
            keys.insert(0, constants[index.id])
        else:
            return []
        at = at.value
    return keys


def _constants(tree: ast.Module) -> dict[str, str]:
    """Names at the top of the module that stand for one text."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for name in node.targets:
                if isinstance(name, ast.Name) and isinstance(node.value.value, str):
                    found[name.id] = node.value.value
    return found


def _comments(text: str) -> dict[int, str]:
    """The single words that stand behind lines, as comments."""
    found: dict[int, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and (word := _COMMENT.fullmatch(token.string)):
            found[token.start[0]] = word[1]
    return found


# --- names ------------------------------------------------------------------------------------


def _imported(tree: ast.Module) -> dict[str, str]:
    """Names that imports bring in → what they stand for."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                first = one.name.partition(".")[0]
                found[one.asname or first] = one.name if one.asname else first
        elif isinstance(node, ast.ImportFrom) and node.module:
            for one in node.names:
                found[one.asname or one.name] = f"{node.module}.{one.name}"
    return found


def _dotted(node: ast.expr, names: Mapping[str, str]) -> str:
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, names)}.{node.attr}"
    return ""
