"""Workflows as ComfyUI's editor saves them, written from what it would run.

A writer of its own, from the observed form: it knows nothing of how such files are read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

VALUES: Final = frozenset({"INT", "FLOAT", "STRING", "BOOLEAN", "COMBO"})
IN, OUT = -10, -20


@dataclass
class Level:
    """One canvas: its nodes, its links, and if it is a subgraph what leads in and out."""

    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    links: list[tuple[int, Any, int, Any, int, str]] = field(default_factory=list)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    outputs: list[dict[str, Any]] = field(default_factory=list)
    led: dict[Any, int] = field(default_factory=dict)


class Writer:
    """`objects`: links as the newer form has them; `flat`: no subgraphs, whole ids."""

    def __init__(self, schemas: Mapping[str, Any], *, objects: bool, flat: bool) -> None:
        self.schemas, self.objects, self.flat = schemas, objects, flat
        self.levels: dict[tuple[str, ...], Level] = {(): Level()}
        self.count = 0

    def write(self, api: Mapping[str, Any]) -> dict[str, Any]:
        for id_, node in api.items():
            *path, own = [id_] if self.flat else id_.split(":")
            for deep in range(len(path)):
                self._instance(tuple(path[: deep + 1]))
            self.levels[tuple(path)].nodes[own] = self._node(own, node)
        for id_, node in api.items():
            for name, value in node["inputs"].items():
                if isinstance(value, list):
                    self._join(api, value[0], value[1], id_, name)
        root = self._canvas((), self.objects)
        root |= {"version": 1 if self.objects else 0.4, "groups": [], "extra": {"ds": {}}}
        inner = [self._subgraph(path) for path in self.levels if path]
        return root | ({"definitions": {"subgraphs": inner}} if inner else {})

    # --- nodes --------------------------------------------------------------------------------

    def _instance(self, path: tuple[str, ...]) -> None:
        if path not in self.levels:
            self.levels[path] = Level()
            around = self.levels[path[:-1]]
            around.nodes[path[-1]] = self._placed(path[-1], kind(path), [])

    def _node(self, own: str, node: Mapping[str, Any]) -> dict[str, Any]:
        schema = self.schemas[node["class_type"]]
        order = schema["input_order"]
        saved: list[Any] = []
        for group in ("required", "optional"):
            uploads = False
            for name in order.get(group, ()):
                declaration = schema["input"][group][name]
                type_ = "COMBO" if isinstance(declaration[0], list) else declaration[0]
                if type_ not in VALUES:
                    continue
                options = declaration[1] if len(declaration) > 1 else {}
                given = node["inputs"].get(name, options.get("default"))
                saved.append(options.get("default") if isinstance(given, list) else given)
                if name in ("seed", "noise_seed"):
                    saved.append("randomize")
                uploads = uploads or bool(options.get("image_upload"))
            if uploads:
                saved.append("image")
        placed = self._placed(own, node["class_type"], saved)
        placed["outputs"] = [
            {"name": name, "type": type_, "links": []}
            for name, type_ in zip(schema["output_name"], schema["output"], strict=True)
        ]
        title = node.get("_meta", {}).get("title")
        return placed | ({"title": title} if title else {})

    def _placed(self, own: str, type_: str, saved: list[Any]) -> dict[str, Any]:
        id_ = int(own) if own.isdecimal() else own
        return {
            "id": id_,
            "type": type_,
            "pos": [0, 0],
            "size": [300, 100],
            "flags": {},
            "order": 0,
            "mode": 0,
            "inputs": [],
            "outputs": [],
            "properties": {},
            "widgets_values": saved,
        }

    # --- links --------------------------------------------------------------------------------

    def _join(self, api: Mapping[str, Any], source: str, slot: int, target: str, name: str) -> None:
        *out_of, origin = [source] if self.flat else source.split(":")
        *into, end = [target] if self.flat else target.split(":")
        type_ = self.schemas[api[source]["class_type"]]["output"][slot]
        shared = 0
        while out_of[shared : shared + 1] == into[shared : shared + 1] != []:
            shared += 1
        at, held = origin, slot
        for deep in range(len(out_of), shared, -1):
            path = tuple(out_of[:deep])
            held = self._lead_out(path, at, held, type_)
            at = path[-1]
        for deep in range(shared, len(into)):
            path = tuple(into[: deep + 1])
            held = self._lead_in(path, (source, slot), at, held, type_)
            at = str(IN)
        level = self.levels[tuple(into)]
        self._input(level, end, name, type_, self._link(level, at, held, end, type_))

    def _lead_out(self, path: tuple[str, ...], origin: str, slot: int, type_: str) -> int:
        level = self.levels[path]
        key = ("out", origin, slot)
        if key not in level.led:
            level.led[key] = len(level.outputs)
            link = self._link(level, origin, slot, str(OUT), type_, len(level.outputs))
            name = f"{type_}_{len(level.outputs)}"
            level.outputs.append({"name": name, "type": type_, "linkIds": [link]})
            self.levels[path[:-1]].nodes[path[-1]]["outputs"].append({"name": name, "type": type_})
        return level.led[key]

    def _lead_in(
        self, path: tuple[str, ...], source: Any, origin: str, slot: int, type_: str
    ) -> int:
        level, around = self.levels[path], self.levels[path[:-1]]
        key = ("in", source)
        if key not in level.led:
            level.led[key] = len(level.inputs)
            name = f"{type_}_{len(level.inputs)}"
            level.inputs.append({"name": name, "type": type_, "linkIds": []})
            link = self._link(around, origin, slot, path[-1], type_)
            self._input(around, path[-1], name, type_, link)
        return level.led[key]

    def _input(self, level: Level, node: str, name: str, type_: str, link: int) -> None:
        placed = level.nodes[node]
        slot = {"name": name, "type": type_, "link": link}
        if type_ in VALUES and placed["type"] in self.schemas:
            slot["widget"] = {"name": name}
        at = len(placed["inputs"])
        placed["inputs"].append(slot)
        index = next(n for n, each in enumerate(level.links) if each[0] == link)
        level.links[index] = (*level.links[index][:4], at, type_)

    def _link(
        self, level: Level, origin: str, slot: int, target: str, type_: str, place: int = 0
    ) -> int:
        self.count += 1
        ends = [int(each) if each.lstrip("-").isdecimal() else each for each in (origin, target)]
        level.links.append((self.count, ends[0], slot, ends[1], place, type_))
        if ends[0] == IN:
            level.inputs[slot]["linkIds"].append(self.count)
        return self.count

    # --- whole --------------------------------------------------------------------------------

    def _canvas(self, path: tuple[str, ...], objects: bool) -> dict[str, Any]:
        level = self.levels[path]
        keys = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
        links: list[Any] = [
            dict(zip(keys, each, strict=True)) if objects else list(each) for each in level.links
        ]
        return {"nodes": list(level.nodes.values()), "links": links}

    def _subgraph(self, path: tuple[str, ...]) -> dict[str, Any]:
        level = self.levels[path]
        return {
            "id": kind(path),
            "version": 1,
            "name": "A part",
            "inputNode": {"id": IN},
            "outputNode": {"id": OUT},
            "inputs": level.inputs,
            "outputs": level.outputs,
            **self._canvas(path, objects=True),
        }


def kind(path: tuple[str, ...]) -> str:
    """The type of the node that stands for a subgraph: an id of its own."""
    return f"7b34ab90-36f9-45ba-a665-{int('0' + ''.join(path)):012d}"


def saved(
    api: Mapping[str, Any],
    schemas: Mapping[str, Any],
    *,
    objects: bool = False,
    flat: bool = False,
) -> dict[str, Any]:
    return Writer(schemas, objects=objects, flat=flat).write(api)
