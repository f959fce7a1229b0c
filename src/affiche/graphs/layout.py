"""Where the nodes of a graph stand when it is drawn: in layers, from left to right.

Sugiyama's way: each node one layer right of all that feed it; links that span several layers are
led through places kept free for them; within a layer the order that crosses least by barycentres;
then heights, by which links lie as straight as they can. The same graph is always drawn alike.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

WIDTH: Final = 208.0
GAP_X: Final = 72.0
GAP_Y: Final = 20.0
THREAD: Final = 6.0
"""Of a link that passes through a layer."""
_SWEEPS: Final = 8
_MOST_THREADS: Final = 3_000


@dataclass(frozen=True, slots=True)
class Box:
    """`x`, `y`: its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Route:
    """A link's way: points from the right edge of its source to the left edge of its target."""

    source: str
    target: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """`boxes` by node, in the order of `columns`, which go from left to right, each downwards."""

    width: float
    height: float
    boxes: Mapping[str, Box]
    routes: tuple[Route, ...]
    columns: tuple[tuple[str, ...], ...]


def layout(heights: Mapping[str, float], links: Iterable[tuple[str, str]]) -> Layout:
    """`heights`: of each node, by id. `links`: from which node to which; those of a cycle that
    would lead back are drawn from right to left, and one to the node itself is left out."""
    edges = [(a, b) for a, b in dict.fromkeys(links) if a != b and a in heights and b in heights]
    ahead = _without_cycles(heights, edges)
    layer = _layers(heights, ahead)
    cells, chains = _threaded(heights, ahead, layer)
    columns = _ordered(cells, chains)
    tops = _placed(columns, chains, heights)
    boxes = {
        id_: Box(at * (WIDTH + GAP_X), tops[id_], WIDTH, heights[id_])
        for at, column in enumerate(columns)
        for id_ in column
        if isinstance(id_, str)
    }
    forward = set(ahead)
    routes = [_route(chain, boxes, tops) for chain in chains]
    routes += [_back(edge, boxes) for edge in edges if edge not in forward]
    return Layout(
        width=max((box.x + box.width for box in boxes.values()), default=0.0),
        height=max((box.y + box.height for box in boxes.values()), default=0.0),
        boxes=boxes,
        routes=tuple(routes),
        columns=tuple(tuple(c for c in column if isinstance(c, str)) for column in columns),
    )


# --- layers -----------------------------------------------------------------------------------

_Edge = tuple[str, str]
_Cell = str | tuple[str, str, int]
"""A node, or the place of a link in a layer that it passes."""


def _without_cycles(nodes: Iterable[str], edges: Sequence[_Edge]) -> list[_Edge]:
    """The edges but those that lead back to where a walk from the first nodes came from."""
    following: dict[str, list[str]] = {id_: [] for id_ in nodes}
    for source, target in edges:
        following[source].append(target)
    state: dict[str, int] = {}
    back: set[_Edge] = set()
    for start in following:
        walk = [(start, iter(following[start]))] if start not in state else []
        state.setdefault(start, 1)
        while walk:
            node, rest = walk[-1]
            target = next(rest, "")
            if not target:
                state[node] = 2
                walk.pop()
            elif state.get(target) == 1:
                back.add((node, target))
            elif target not in state:
                state[target] = 1
                walk.append((target, iter(following[target])))
    return [edge for edge in edges if edge not in back]


def _layers(nodes: Iterable[str], edges: Sequence[_Edge]) -> dict[str, int]:
    """Each node right of all that feed it, and what nothing feeds just left of what it feeds."""
    feeding: dict[str, list[str]] = {id_: [] for id_ in nodes}
    fed: dict[str, list[str]] = {id_: [] for id_ in feeding}
    for source, target in edges:
        feeding[target].append(source)
        fed[source].append(target)
    missing = {id_: len(sources) for id_, sources in feeding.items()}
    ready = [id_ for id_, count in missing.items() if not count]
    layer = dict.fromkeys(feeding, 0)
    for id_ in ready:  # grows while it is read
        for target in fed[id_]:
            layer[target] = max(layer[target], layer[id_] + 1)
            missing[target] -= 1
            if not missing[target]:
                ready.append(target)
    for id_ in reversed(ready):
        if fed[id_] and not feeding[id_]:
            layer[id_] = min(layer[target] for target in fed[id_]) - 1
    return layer


def _threaded(
    nodes: Iterable[str], edges: Sequence[_Edge], layer: Mapping[str, int]
) -> tuple[list[list[_Cell]], list[list[_Cell]]]:
    """The cells of each layer, and of each edge the cells that it goes through; none where there
    would be too many, and links then lead over what is in their way."""
    cells: list[list[_Cell]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for id_ in nodes:
        cells[layer[id_]].append(id_)
    passed = sum(layer[target] - layer[source] - 1 for source, target in edges)
    if passed > _MOST_THREADS:
        return cells, [[source, target] for source, target in edges]
    chains = []
    for source, target in edges:
        chain: list[_Cell] = [source]
        for at in range(layer[source] + 1, layer[target]):
            cells[at].append((source, target, at))
            chain.append((source, target, at))
        chains.append([*chain, target])
    return cells, chains


# --- order and heights ------------------------------------------------------------------------


def _neighbours(chains: Sequence[Sequence[_Cell]]) -> tuple[dict[_Cell, list[_Cell]], ...]:
    left: dict[_Cell, list[_Cell]] = {}
    right: dict[_Cell, list[_Cell]] = {}
    for chain in chains:
        for one, next_ in pairwise(chain):
            right.setdefault(one, []).append(next_)
            left.setdefault(next_, []).append(one)
    return left, right


def _ordered(
    cells: Sequence[Sequence[_Cell]], chains: Sequence[Sequence[_Cell]]
) -> list[list[_Cell]]:
    left, right = _neighbours(chains)
    columns = [list(column) for column in cells]
    rank = {cell: at for column in columns for at, cell in enumerate(column)}
    for sweep in range(_SWEEPS):
        near = left if sweep % 2 == 0 else right
        for column in columns if sweep % 2 == 0 else reversed(columns):
            weight = {
                cell: sum(rank[n] for n in near[cell]) / len(near[cell])
                if near.get(cell)
                else float(rank[cell])
                for cell in column
            }
            column.sort(key=weight.__getitem__)
            rank.update((cell, at) for at, cell in enumerate(column))
    return columns


def _placed(
    columns: Sequence[Sequence[_Cell]],
    chains: Sequence[Sequence[_Cell]],
    heights: Mapping[str, float],
) -> dict[_Cell, float]:
    """Tops: each cell by the middle of its neighbours, as far as the one above lets it."""

    def tall(cell: _Cell) -> float:
        return heights[cell] if isinstance(cell, str) else THREAD

    left, right = _neighbours(chains)
    tops: dict[_Cell, float] = {}
    for column in columns:
        y = 0.0
        for cell in column:
            tops[cell] = y
            y += tall(cell) + GAP_Y
    for sweep in range(_SWEEPS):
        near = left if sweep % 2 == 0 else right
        for column in columns if sweep % 2 == 0 else reversed(columns):
            wanted = [
                sum(tops[n] + tall(n) / 2 for n in near[cell]) / len(near[cell]) - tall(cell) / 2
                if near.get(cell)
                else tops[cell]
                for cell in column
            ]
            found: list[float] = []
            for wish in wanted:
                above = found[-1] + tall(column[len(found) - 1]) + GAP_Y if found else wish
                found.append(max(wish, above))
            if not found:
                continue
            lifted = sum(w - f for w, f in zip(wanted, found, strict=True)) / len(found)
            tops.update((c, y + lifted) for c, y in zip(column, found, strict=True))
    highest = min(tops.values(), default=0.0)
    return {cell: round(y - highest, 1) for cell, y in tops.items()}


# --- links ------------------------------------------------------------------------------------


def _route(chain: Sequence[_Cell], boxes: Mapping[str, Box], tops: Mapping[_Cell, float]) -> Route:
    source, target = str(chain[0]), str(chain[-1])
    first, last = boxes[source], boxes[target]
    points = [(first.x + first.width, first.y + first.height / 2)]
    for cell in chain[1:-1]:
        x = int(cell[2]) * (WIDTH + GAP_X)
        points += [(x, tops[cell] + THREAD / 2), (x + WIDTH, tops[cell] + THREAD / 2)]
    return Route(source, target, (*points, (last.x, last.y + last.height / 2)))


def _back(edge: _Edge, boxes: Mapping[str, Box]) -> Route:
    first, last = boxes[edge[0]], boxes[edge[1]]
    start = (first.x + first.width, first.y + first.height / 2)
    return Route(*edge, (start, (last.x, last.y + last.height / 2)))
