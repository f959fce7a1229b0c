"""Drawing graphs: nothing lies on anything else, and links go from left to right."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from affiche.graphs.layout import GAP_X, GAP_Y, Layout, layout

Drawn = tuple[dict[str, float], list[tuple[str, str]]]


@st.composite
def graphs(draw: st.DrawFn, *, cyclic: bool = False) -> Drawn:
    count = draw(st.integers(0, 24))
    names = [f"{n}" for n in draw(st.permutations(range(count)))]
    heights = {name: draw(st.floats(20, 160)) for name in names}
    pairs = [(names[a], names[b]) for a, b in itertools.combinations(range(count), 2)]
    if cyclic:
        pairs += [(b, a) for a, b in pairs] + [(name, name) for name in names]
    return heights, draw(st.lists(st.sampled_from(pairs), max_size=60)) if pairs else []


def apart(found: Layout) -> bool:
    return all(
        one.x + one.width + GAP_X / 2 <= other.x
        or other.x + other.width + GAP_X / 2 <= one.x
        or one.y + one.height + GAP_Y / 2 <= other.y
        or other.y + other.height + GAP_Y / 2 <= one.y
        for one, other in itertools.combinations(found.boxes.values(), 2)
    )


@given(graphs())
def test_nodes_lie_apart_and_links_lead_to_the_right(drawn: Drawn) -> None:
    heights, links = drawn
    found = layout(heights, links)
    assert set(found.boxes) == set(heights)
    assert apart(found)
    assert {(route.source, route.target) for route in found.routes} == set(links)
    for route in found.routes:
        xs = [x for x, _ in route.points]
        assert xs == sorted(xs)
        assert xs[0] < xs[-1]
    assert all(box.x >= 0 and box.y >= 0 for box in found.boxes.values())
    assert sorted(itertools.chain(*found.columns)) == sorted(heights)
    assert layout(dict(heights), list(links)) == found


@given(graphs(cyclic=True))
def test_a_graph_that_runs_in_a_circle_is_drawn_all_the_same(drawn: Drawn) -> None:
    heights, links = drawn
    found = layout(heights, links)
    assert apart(found)
    assert {(r.source, r.target) for r in found.routes} == {(a, b) for a, b in links if a != b}


def test_a_chain_lies_straight_and_a_large_graph_is_drawn() -> None:
    chain = layout(dict.fromkeys("abc", 40.0), [("a", "b"), ("b", "c")])
    assert {box.y for box in chain.boxes.values()} == {0.0}
    names = [str(n) for n in range(200)]
    links = [(names[n], names[m]) for n in range(200) for m in (n + 1, n + 7) if m < 200]
    assert apart(layout(dict.fromkeys(names, 60.0), links))
    far = [(names[n], names[m]) for n in range(200) for m in (n + 1, n + 40) if m < 200]
    assert apart(layout(dict.fromkeys(names, 60.0), far))
