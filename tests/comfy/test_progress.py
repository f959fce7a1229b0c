"""How single nodes add up to a run."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from affiche.comfy.messages import Cached, Executed, Executing, NodeProgress, RunMessage, Started
from affiche.comfy.progress import Progress, plan, weights

from .graphs import copied, klein, node


def test_a_sampler_weighs_its_steps_and_leads() -> None:
    four, forty = weights(klein(steps=4)), weights(klein(steps=40))
    assert four["75:64"] == 21.0
    assert forty["75:64"] == 201.0
    assert four["75:61"] == 1.0, "KSamplerSelect samples nothing"
    assert four["75:64"] > sum(four.values()) / 2


def test_steps_of_the_sampler_itself_and_steps_unknown() -> None:
    graph = {
        "3": node("KSampler", steps=8, latent_image=["5", 0]),
        "4": node("SamplerCustom", sigmas=["6", 0], latent_image=["3", 0]),
        "6": node("SplitSigmas", sigmas=["7", 0], step=2),
        "7": node("BasicScheduler", steps=["8", 0]),
        "9": node("SaveLatent", samples=["4", 0], filename_prefix="x"),
    }
    found = weights(graph)
    assert (found["3"], found["4"]) == (41.0, 101.0)


def test_nodes_that_lead_to_nothing_saved_do_not_count() -> None:
    graph = copied()
    graph["5"] = node("LoadImage", image="other.png")
    assert weights(graph).keys() == {"76", "9"}


def test_a_circle_of_sigmas_ends() -> None:
    graph = {"1": node("XSampler", sigmas=["2", 0]), "2": node("Odd", sigmas=["1", 0])}
    assert weights(graph)["1"] == 101.0


def test_from_start_to_end() -> None:
    graph = klein()
    progress = Progress(plan(graph))
    progress.hear(Started("p"))
    assert progress.fraction == 0
    progress.hear(Cached("p", ("75:70", "75:71", "75:72")))
    after_cache = progress.fraction
    assert 0 < after_cache < 0.2
    progress.hear(Executing("p", "75:64", "75:64"))
    progress.hear(NodeProgress("p", {"76": 1.0, "75:64": 0.5}))
    half = progress.fraction
    assert after_cache < half < 0.6
    progress.hear(NodeProgress("p", {"75:64": 0.1}))
    assert progress.fraction == half, "it never goes back"
    progress.hear(NodeProgress("p", dict.fromkeys(graph, 1.0)))
    assert progress.fraction == 1


def test_the_node_before_is_done_when_the_next_begins() -> None:
    progress = Progress(plan(copied()))
    progress.hear(Executing("p", "76", "76"))
    progress.hear(Executing("p", "9", "9"))
    assert progress.fraction == 0.5
    progress.hear(Executed("p", "9", {}))
    assert progress.fraction == 1


def test_labels() -> None:
    progress = Progress(plan(klein()))
    assert progress.label({}) is None
    progress.hear(Executing("p", "75:64", "75:64"))
    assert progress.label({}) == "Paint"
    progress.hear(Executing("p", "75:72", "75:72"))
    assert progress.label({}) == "VAELoader"
    assert progress.label({"VAELoader": {"display_name": "Load VAE"}}) == "Load VAE"
    assert progress.label({"VAELoader": {"display_name": None}}) == "VAELoader"


def test_a_node_inside_an_expanded_one_is_shown_as_that() -> None:
    progress = Progress(plan(copied()))
    progress.hear(Executing("p", "9.0.1", "9"))
    assert progress.node == "9"


NODES = st.sampled_from([*klein(), "unknown"])
MESSAGES: st.SearchStrategy[RunMessage] = st.one_of(
    st.builds(Cached, st.just("p"), st.lists(NODES).map(tuple)),
    st.builds(NodeProgress, st.just("p"), st.dictionaries(NODES, st.floats(0, 1))),
    st.builds(Executing, st.just("p"), NODES, NODES),
)


@given(st.lists(MESSAGES))
def test_it_only_grows_and_stays_in_bounds(messages: list[Any]) -> None:
    progress = Progress(plan(klein()))
    before = 0.0
    for message in messages:
        progress.hear(message)
        assert before <= progress.fraction <= 1
        before = progress.fraction
